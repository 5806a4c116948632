/** Texts of the Bans page. */
import { defineTexts } from '../define.ts'

export const banTexts = defineTexts({
  'bans.table': { en: 'Bans', 'zh-CN': '封禁列表' },
  'bans.count': { en: '{count, plural, one {# in force} other {# in force}}', 'zh-CN': '{count} 条生效中' },
  'bans.many': { en: '{count, plural, one {# ban} other {# bans}}', 'zh-CN': '{count} 条封禁' },
  'bans.add': { en: 'Ban an address', 'zh-CN': '封禁地址' },
  'bans.import': { en: 'Import', 'zh-CN': '导入' },
  'bans.export': { en: 'Export', 'zh-CN': '导出' },

  'bans.column.target': { en: 'Address or subnet', 'zh-CN': '地址或子网' },
  'bans.column.kind': { en: 'Covers', 'zh-CN': '范围' },
  'bans.column.until': { en: 'Ends', 'zh-CN': '到期' },
  'bans.column.reason': { en: 'Reason', 'zh-CN': '原因' },
  'bans.column.by': { en: 'By', 'zh-CN': '来源' },
  'bans.column.rule': { en: 'Rule', 'zh-CN': '规则' },
  'bans.column.evidence': { en: 'What it did', 'zh-CN': '违规情况' },
  'bans.column.score': { en: 'Score', 'zh-CN': '封禁分' },
  'bans.column.network': { en: 'Network', 'zh-CN': '网络' },
  'bans.column.agent': { en: 'Client', 'zh-CN': '客户端' },
  'bans.column.refused': { en: 'Refused', 'zh-CN': '拒绝次数' },
  'bans.column.refused.hint': {
    en: 'Connections refused because of this ban since it was made',
    'zh-CN': '自封禁以来因此拒绝的连接数',
  },
  'bans.column.created': { en: 'Made', 'zh-CN': '封禁时间' },

  'bans.kind.address': { en: 'Address', 'zh-CN': '地址' },
  'bans.kind.endpoint': { en: 'Address and port', 'zh-CN': '地址与端口' },
  'bans.kind.subnet': { en: 'Subnet', 'zh-CN': '子网' },
  'bans.by.rule': { en: 'Rule', 'zh-CN': '规则' },
  'bans.by.user': { en: 'You', 'zh-CN': '手动' },
  'bans.by.import': { en: 'Import', 'zh-CN': '导入' },
  'bans.by.all': { en: 'All bans', 'zh-CN': '全部封禁' },
  'bans.by.onlyRule': { en: 'By a rule', 'zh-CN': '由规则触发' },
  'bans.by.onlyUser': { en: 'By you', 'zh-CN': '手动封禁' },
  'bans.by.onlyImport': { en: 'Imported', 'zh-CN': '导入的' },

  'bans.action.details': { en: 'Details', 'zh-CN': '详情' },
  'bans.action.lift': { en: 'Lift', 'zh-CN': '解除' },
  'bans.done.lifted': { en: 'Ban of {who} lifted', 'zh-CN': '已解除对 {who} 的封禁' },
  'bans.done.liftedMany': {
    en: '{count, plural, one {# ban} other {# bans}} lifted',
    'zh-CN': '已解除 {count} 条封禁',
  },
  'bans.done.added': {
    en: '{who} banned for {time}{closed, plural, =0 {} one {; # connection closed} other {; # connections closed}}',
    'zh-CN': '已封禁 {who}，时长 {time}{closed, plural, =0 {} other {；已断开 # 个连接}}',
  },
  'bans.done.imported': {
    en: '{added, plural, one {# ban} other {# bans}} added, {merged} merged with those in force, {expired} had run out',
    'zh-CN': '新增 {added} 条，与现有合并 {merged} 条，{expired} 条已过期',
  },
  'bans.import.tooLarge': {
    en: 'This file is larger than 4 MiB: it is hardly a list of bans',
    'zh-CN': '文件超过 4 MiB，不像是封禁列表',
  },
  'bans.import.failed': { en: 'Nothing was imported: {reason}', 'zh-CN': '未导入任何内容：{reason}' },

  'bans.addDialog.title': { en: 'Ban an address or subnet', 'zh-CN': '封禁地址或子网' },
  'bans.addDialog.target': { en: 'Address or subnet', 'zh-CN': '地址或子网' },
  'bans.addDialog.targetHint': {
    en: '203.0.113.7, 203.0.113.0/24, 2001:db8::/32, an onion or i2p name; with a port, only that port',
    'zh-CN': '例如 203.0.113.7、203.0.113.0/24、2001:db8::/32，或 onion、i2p 名称；带端口时仅封禁该端口',
  },
  'bans.addDialog.empty': { en: 'Type an address or subnet', 'zh-CN': '请输入地址或子网' },
  'bans.addDialog.text': {
    en: 'Refused in both directions until then; connections that it covers are closed.',
    'zh-CN': '在此期间双向拒绝连接，已有的相关连接会立即断开。',
  },
  'bans.error.bad-target': { en: '{reason}', 'zh-CN': '无法识别该地址或子网：{reason}' },
  'bans.error.covers-self': {
    en: 'This would ban this machine itself',
    'zh-CN': '该范围包含本机，不能封禁',
  },
  'bans.error.full': {
    en: 'The list of bans is full: lift some first',
    'zh-CN': '封禁列表已满，请先解除一部分',
  },

  'bans.drawer.label': { en: 'Ban of {who}', 'zh-CN': '对 {who} 的封禁' },
  'bans.drawer.why': { en: 'Why', 'zh-CN': '原因' },
  'bans.drawer.facts': { en: 'Ban', 'zh-CN': '封禁信息' },
  'bans.drawer.gone': { en: 'This ban was lifted or has run out.', 'zh-CN': '该封禁已解除或到期。' },
  'bans.why.byHand': { en: 'not made by a rule', 'zh-CN': '并非由规则触发' },
  'bans.why.notTold': { en: 'not kept with this ban', 'zh-CN': '此封禁未记录' },

  'bans.empty.title': { en: 'Nobody is banned', 'zh-CN': '没有封禁' },
  'bans.empty.text': {
    en: 'Peers that break the rules come here by themselves once their score passes the line. You can ban an address or subnet too, or import a list: Warren’s own, or banlist.json of Bitcoin Core.',
    'zh-CN':
      '违反规则的节点，封禁分超过界线后会自动出现在这里。你也可以手动封禁地址或子网，或导入列表：Warren 导出的列表，或 Bitcoin Core 的 banlist.json。',
  },
})
