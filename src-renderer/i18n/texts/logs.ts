/** Texts of the Logs page. */
import { defineTexts } from '../define.ts'

export const logTexts = defineTexts({
  'logs.level': { en: 'Least level', 'zh-CN': '最低级别' },
  'logs.level.debug': { en: 'Debug', 'zh-CN': '调试' },
  'logs.level.info': { en: 'Info', 'zh-CN': '信息' },
  'logs.level.warn': { en: 'Warning', 'zh-CN': '警告' },
  'logs.level.error': { en: 'Error', 'zh-CN': '错误' },
  'logs.room': { en: 'Part', 'zh-CN': '模块' },
  'logs.room.all': { en: 'All parts', 'zh-CN': '全部模块' },
  'logs.filter': { en: 'Filter lines', 'zh-CN': '筛选日志' },
  'logs.follow': { en: 'Follow', 'zh-CN': '跟随' },
  'logs.paused': { en: '{count, plural, one {# new line} other {# new lines}}', 'zh-CN': '{count} 条新日志' },
  'logs.missed': {
    en: '{count, plural, one {# older line is} other {# older lines are}} only in the file.',
    'zh-CN': '更早的 {count} 行只保留在文件中。',
  },
  'logs.export': { en: 'Export', 'zh-CN': '导出' },
  'logs.copy': { en: 'Copy lines', 'zh-CN': '复制' },
  'logs.empty': { en: 'No line matches', 'zh-CN': '没有匹配的日志' },
  'logs.emptyText': { en: 'Lower the level or clear the filter.', 'zh-CN': '请降低级别或清除筛选条件。' },
  'logs.list': { en: 'Log lines', 'zh-CN': '日志' },
  'logs.keep': { en: 'Debug lines of {room} are kept', 'zh-CN': '保留 {room} 的调试日志' },
  'logs.debug': { en: 'Keep debug lines of this part', 'zh-CN': '保留该模块的调试日志' },
})
