/** Texts of the Overview page: tiles, what needs attention by notice code, plots, networks, first run, playground. */
import { defineTexts } from '../define.ts'

export const overviewTexts = defineTexts({
  'overview.tiles': { en: 'At a glance', 'zh-CN': '总览' },
  'overview.tile.peers': { en: 'Peers', 'zh-CN': '节点' },
  'overview.tile.peersText': {
    en: '{inbound, number} of {maxInbound, number} in · {outbound, number} of {target, number} out',
    'zh-CN': '入站 {inbound, number}/{maxInbound, number} · 出站 {outbound, number}/{target, number}',
  },
  'overview.tile.handshaking': { en: 'Under way', 'zh-CN': '进行中' },
  'overview.tile.handshakingText': {
    en: '{dialing, number} dialing · {handshaking, number} shaking hands · {waiting, number} waiting',
    'zh-CN': '连接中 {dialing, number} · 握手中 {handshaking, number} · 等待重试 {waiting, number}',
  },
  'overview.tile.known': { en: 'Addresses known', 'zh-CN': '已知地址' },
  'overview.tile.knownText': { en: 'in the book', 'zh-CN': '保存在地址簿中' },
  'overview.tile.bans': { en: 'Bans today', 'zh-CN': '今日封禁' },
  'overview.tile.bansText': { en: '{count, number} in force', 'zh-CN': '{count, number} 条生效中' },
  'overview.tile.traffic': { en: 'Traffic', 'zh-CN': '流量' },
  'overview.tile.trafficText': { en: '{down} received · {up} sent', 'zh-CN': '已接收 {down} · 已发送 {up}' },
  'overview.tile.down': { en: 'Received per second', 'zh-CN': '每秒接收' },
  'overview.tile.up': { en: 'Sent per second', 'zh-CN': '每秒发送' },
  'overview.health': { en: 'loop delay {delay} · memory {memory}', 'zh-CN': '循环延迟 {delay} · 内存 {memory}' },
  'overview.health.hint': {
    en: 'How long Warren’s event loop was late at worst (99 % of the last 10 s), and the memory it uses',
    'zh-CN': 'Warren 事件循环的延迟（最近 10 秒的 99 百分位）以及占用的内存',
  },

  'overview.attention': { en: 'What needs attention', 'zh-CN': '需要留意' },
  'overview.attention.none': { en: 'Nothing. All is well.', 'zh-CN': '没有。一切正常。' },
  'overview.severity.info': { en: 'Note', 'zh-CN': '提示' },
  'overview.severity.warning': { en: 'Warning', 'zh-CN': '警告' },
  'overview.severity.danger': { en: 'Problem', 'zh-CN': '问题' },

  'overview.notice.no-network': { en: 'No network is on.', 'zh-CN': '未启用任何网络。' },
  'overview.notice.no-peers': {
    en: '{network} has no peers yet: {known, plural, =0 {no address is known} one {# address is known} other {# addresses are known}}, {failed, plural, =0 {no dial has failed} one {# dial failed} other {# dials failed}}.',
    'zh-CN': '{network} 暂无节点：已知 {known, number} 个地址，{failed, number} 次连接失败。',
  },
  'overview.notice.no-candidates': {
    en: '{network} knows nobody to dial and has no seeds to ask.',
    'zh-CN': '{network} 没有可连接的地址，也没有可查询的种子。',
  },
  'overview.notice.offline': {
    en: 'This machine is offline. Warren goes on by itself as soon as a network interface is up.',
    'zh-CN': '本机处于离线状态。网络恢复后，Warren 会自动继续。',
  },
  'overview.notice.all-refused': {
    en: '{network}: every address that could be dialed is refused ({count, number} so far).',
    'zh-CN': '{network}：所有可连接的地址均被拒绝（目前 {count, number} 次）。',
  },
  'overview.notice.clock-wrong': {
    en: 'This machine’s clock is {minutes, number} min off from what {network} peers say. Set it right: addresses and bans depend on it.',
    'zh-CN': '本机时钟与 {network} 节点相差 {minutes, number} 分钟。请校准时钟：地址与封禁均依赖时间。',
  },
  'overview.notice.not-listening': {
    en: '{network} does not listen: nobody can call us.',
    'zh-CN': '{network} 未在监听：其他节点无法连入。',
  },
  'overview.notice.listen-failed': {
    en: '{network} cannot listen: {reason}',
    'zh-CN': '{network} 无法监听：{reason}',
  },
  'overview.notice.store-damaged': {
    en: 'The database was damaged. It was set aside as {file}, and a fresh one begun.',
    'zh-CN': '数据库已损坏，已另存为 {file} 并新建数据库。',
  },
  'overview.notice.store-memory': {
    en: 'Nothing is being saved; all is kept in memory only. {text}',
    'zh-CN': '当前数据仅保存在内存中，不会写入磁盘。{text}',
  },
  'overview.notice.disk-full': {
    en: 'The disk is full: changes are not saved until there is room.',
    'zh-CN': '磁盘已满：腾出空间之前，更改不会保存。',
  },
  'overview.notice.playground-on': {
    en: 'The playground is running: its peers are Warren’s own, on this machine.',
    'zh-CN': '演练场正在运行：其中的节点均由 Warren 在本机启动。',
  },
  'overview.notice.fixed-seeds-used': {
    en: '{network} began with built-in addresses, because nothing else was known.',
    'zh-CN': '{network} 因没有其他已知地址，使用了内置地址。',
  },
  'overview.notice.seeds-failed': {
    en: '{network}: DNS seeds do not answer: {seeds}',
    'zh-CN': '{network}：DNS 种子没有应答：{seeds}',
  },
  'overview.notice.banned-pin': {
    en: '{address} is pinned, but banned: it is not dialed.',
    'zh-CN': '{address} 已固定，但同时被封禁，因此不会连接。',
  },
  'overview.notice.geo-old': {
    en: 'The tables of countries and ASNs are {days, number} days old: places shown may be wrong.',
    'zh-CN': '国家与 ASN 地址段表已有 {days, number} 天未更新，显示的位置可能不准确。',
  },
  'overview.notice.proxy-down': {
    en: '{network}: the proxy cannot be reached ({count, plural, one {# dial} other {# dials}} so far). Is it running?',
    'zh-CN': '{network}：无法连接代理（已尝试 {count} 次）。代理是否在运行？',
  },
  'overview.notice.tor-failed': { en: 'Tor does not work: {reason}', 'zh-CN': 'Tor 无法工作：{reason}' },
  'overview.notice.tor-waiting': {
    en: 'Everything is to go through Tor, which is not ready ({progress} %). Until then nothing is dialed.',
    'zh-CN': '一切须经由 Tor，而 Tor 尚未就绪（{progress} %）。在此之前不会拨号。',
  },
  'overview.notice.policy-broken': {
    en: 'Something was about to go around the route policy and was stopped. Please report it with the log.',
    'zh-CN': '有连接试图绕过路由策略，已被阻止。请附上日志报告此问题。',
  },
  'overview.do.turnOn': { en: 'Turn on {network}', 'zh-CN': '启用 {network}' },
  'overview.do.seeds': { en: 'Ask DNS seeds', 'zh-CN': '查询 DNS 种子' },
  'overview.do.connections': { en: 'See what is tried', 'zh-CN': '查看连接尝试' },
  'overview.do.peers': { en: 'Compare clocks', 'zh-CN': '比较时钟' },
  'overview.do.tor': { en: 'Open Tor', 'zh-CN': '打开 Tor 页' },
  'overview.do.setting': { en: 'Open the setting', 'zh-CN': '打开设置' },
  'overview.do.dataDir': { en: 'Open data folder', 'zh-CN': '打开数据目录' },
  'overview.do.logs': { en: 'Open the log', 'zh-CN': '打开日志' },
  'overview.do.lift': { en: 'Lift the ban', 'zh-CN': '解除封禁' },
  'overview.do.bans': { en: 'Show bans', 'zh-CN': '查看封禁' },
  'overview.do.addresses': { en: 'Show the tables', 'zh-CN': '查看地址段表' },
  'overview.done.seeds': {
    en: '{count, plural, =0 {DNS seeds gave no address} one {DNS seeds gave # address} other {DNS seeds gave # addresses}}',
    'zh-CN': 'DNS 种子返回了 {count} 个地址',
  },

  'overview.span': { en: 'Span', 'zh-CN': '时间范围' },
  'overview.span.1m': { en: '1 min', 'zh-CN': '1 分钟' },
  'overview.span.5m': { en: '5 min', 'zh-CN': '5 分钟' },
  'overview.span.30m': { en: '30 min', 'zh-CN': '30 分钟' },
  'overview.span.3h': { en: '3 h', 'zh-CN': '3 小时' },
  'overview.span.24h': { en: '24 h', 'zh-CN': '24 小时' },
  'overview.plot.peers': { en: 'Peers over time', 'zh-CN': '节点数变化' },
  'overview.plot.traffic': { en: 'Traffic over time', 'zh-CN': '流量变化' },
  'overview.plot.inbound': { en: 'In', 'zh-CN': '入站' },
  'overview.plot.outbound': { en: 'Out', 'zh-CN': '出站' },
  'overview.plot.received': { en: 'Received', 'zh-CN': '接收' },
  'overview.plot.sent': { en: 'Sent', 'zh-CN': '发送' },
  'overview.plot.gathering': { en: 'The first samples are on their way.', 'zh-CN': '正在收集首批数据。' },
  'overview.plot.failed': { en: 'History could not be read: {reason}', 'zh-CN': '无法读取历史数据：{reason}' },

  'overview.networks': { en: 'Networks', 'zh-CN': '网络' },
  'overview.networks.off': { en: 'Off', 'zh-CN': '未启用' },
  'overview.networks.listening': { en: 'Listens on {addresses}', 'zh-CN': '监听 {addresses}' },
  'overview.networks.notListening': { en: 'On; does not listen', 'zh-CN': '已启用，未监听' },
  'overview.networks.done.on': { en: '{network} turned on', 'zh-CN': '已启用 {network}' },
  'overview.networks.done.off': { en: '{network} turned off', 'zh-CN': '已停用 {network}' },

  'overview.playground': { en: 'Playground', 'zh-CN': '演练场' },
  'overview.playground.text': {
    en: '24 peers of our own on this machine show how finding, scoring and banning work. Nothing leaves it.',
    'zh-CN': '在本机启动 24 个自带节点，演示发现、计分与封禁的全过程，不产生对外流量。',
  },
  'overview.playground.count': { en: '{connected} of {count} connected', 'zh-CN': '{count} 个中已连接 {connected} 个' },
  'overview.playground.kind.quick': { en: 'Quick', 'zh-CN': '快速' },
  'overview.playground.kind.slow': { en: 'Slow', 'zh-CN': '缓慢' },
  'overview.playground.kind.chatty': { en: 'Chatty', 'zh-CN': '健谈' },
  'overview.playground.kind.flooding': { en: 'Flooding', 'zh-CN': '刷屏' },
  'overview.playground.kind.malformed': { en: 'Malformed', 'zh-CN': '畸形消息' },
  'overview.playground.kind.silent': { en: 'Silent', 'zh-CN': '沉默' },
  'overview.playground.kind.lying': { en: 'Lying', 'zh-CN': '谎报地址' },
  'overview.playground.kind.changing': { en: 'Changing', 'zh-CN': '变换身份' },
  'overview.playground.does.quick': { en: 'answers at once and keeps quiet', 'zh-CN': '立即应答，不主动发言' },
  'overview.playground.does.slow': {
    en: 'answers every ping after 0.4 to 2 seconds',
    'zh-CN': '每次 ping 都要 0.4 到 2 秒后才应答',
  },
  'overview.playground.does.chatty': {
    en: 'announces blocks, transactions and addresses all the time, within the rules',
    'zh-CN': '在规则之内不断通告区块、交易和地址',
  },
  'overview.playground.does.flooding': {
    en: 'asks for the memory pool over and over until it is banned',
    'zh-CN': '反复请求内存池，直到被封禁',
  },
  'overview.playground.does.malformed': {
    en: 'sends a message that cannot be read every few seconds',
    'zh-CN': '每隔几秒发送一条无法解析的消息',
  },
  'overview.playground.does.silent': {
    en: 'shakes hands and then never says a word',
    'zh-CN': '握手之后便一言不发',
  },
  'overview.playground.does.lying': {
    en: 'gives addresses that nobody can reach, with time stamps from the future',
    'zh-CN': '提供无法到达的地址，时间戳还在未来',
  },
  'overview.playground.does.changing': {
    en: 'comes back every 20 seconds under another name',
    'zh-CN': '每 20 秒换个名称重新连入',
  },
  'overview.playground.connected': { en: 'connected', 'zh-CN': '已连接' },
  'overview.playground.away': { en: 'not connected', 'zh-CN': '未连接' },

  'overview.first.title': { en: 'Welcome to Warren', 'zh-CN': '欢迎使用 Warren' },
  'overview.first.text': {
    en: 'Three questions, with sensible answers filled in. All of it can be changed in Settings.',
    'zh-CN': '只需回答三个问题，已填好推荐答案。之后均可在设置中更改。',
  },
  'overview.first.network': { en: 'Which network?', 'zh-CN': '加入哪个网络？' },
  'overview.first.playground': { en: 'Just the playground, on this machine', 'zh-CN': '仅本机演练场' },
  'overview.first.playgroundHint': {
    en: '24 peers of our own; nothing leaves this machine',
    'zh-CN': '24 个自带节点，不产生对外流量',
  },
  'overview.first.port': { en: 'port {port}', 'zh-CN': '端口 {port}' },
  'overview.first.reach': { en: 'How to reach it?', 'zh-CN': '如何连接？' },
  'overview.first.direct': { en: 'Directly', 'zh-CN': '直接连接' },
  'overview.first.directHint': { en: 'Peers see this machine’s address', 'zh-CN': '对方会看到本机的地址' },
  'overview.first.tor': { en: 'Through Tor', 'zh-CN': '通过 Tor' },
  'overview.first.torHint': {
    en: 'Everything goes through Tor, which Warren starts, or which runs already; peers do not see where you are',
    'zh-CN': '一切经由 Tor（由 Warren 启动，或已在运行），对方看不到你的位置',
  },
  'overview.first.proxy': { en: 'Through a SOCKS5 proxy', 'zh-CN': '通过 SOCKS5 代理' },
  'overview.first.proxyHint': {
    en: 'Peers see the proxy’s address; a Tor service on this machine listens on 127.0.0.1:9050',
    'zh-CN': '对方会看到代理的地址；本机的 Tor 服务监听 127.0.0.1:9050',
  },
  'overview.first.proxyAddress': { en: 'Proxy', 'zh-CN': '代理地址' },
  'overview.first.proxyEmpty': { en: 'Type the proxy as HOST:PORT', 'zh-CN': '请按“主机:端口”填写代理' },
  'overview.first.inbound': { en: 'Let others call you?', 'zh-CN': '是否允许其他节点连入？' },
  'overview.first.accept': { en: 'Accept inbound peers', 'zh-CN': '接受入站节点' },
  'overview.first.acceptHint': {
    en: 'Good for the network; others can then connect to this machine',
    'zh-CN': '有益于网络；其他节点可以连接到本机',
  },
  'overview.first.refuse': { en: 'Only dial out', 'zh-CN': '仅主动连出' },
  'overview.first.refuseHint': { en: 'Nothing listens', 'zh-CN': '不监听任何端口' },
  'overview.first.start': { en: 'Start', 'zh-CN': '开始' },
  'overview.first.skip': { en: 'Not now', 'zh-CN': '以后再说' },
})
