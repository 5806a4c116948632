/** Generated records of every kind, as a client in the middle of its work would send them. */
import type {
  AddressRecord,
  AttemptRecord,
  BanRecord,
  LogLine,
  NetworkRecord,
  PeerDetail,
  PeerRecord,
  PinRecord,
  RuleRecord,
  ScoreEvent,
} from '../../../src-preload/contract.ts'
import type { Dice } from './random.ts'

const AGENTS = [
  '/Satoshi:28.1.0/',
  '/Satoshi:27.0.0/',
  '/Satoshi:29.0.0/',
  '/btcwire:0.5.0/btcd:0.24.2/',
  '/Satoshi:26.0.0(Knots)/',
  '/bcoin:2.2.0/',
  '/Satoshi:25.1.0/',
]
const COUNTRIES = ['DE', 'US', 'FR', 'NL', 'FI', 'CA', 'JP', 'SG', 'CN', 'GB', 'CH', 'BR'] as const
const ASNS = [24_940, 16_509, 14_061, 3320, 16_276, 4134, 7922, 51_167] as const
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'
export const RULES = ['oversized-inv', 'malformed-message', 'unrequested-block', 'addr-flood', 'wrong-magic'] as const

function name(from: Dice, length: number): string {
  return Array.from({ length }, () => BASE32[from.below(32)]).join('')
}

export function fakeAddress(from: Dice): Pick<PeerRecord, 'address' | 'addressKind'> {
  const kind = from.next()
  const part = (): string => (from.below(0xffff) + 1).toString(16)
  if (kind < 0.7)
    return {
      address: `${String(from.below(200) + 11)}.${String(from.below(256))}.${String(from.below(256))}.${String(from.below(254) + 1)}:8333`,
      addressKind: 'ipv4',
    }
  if (kind < 0.86) return { address: `[2a01:4f8:${part()}:${part()}::${part()}]:8333`, addressKind: 'ipv6' }
  if (kind < 0.96) return { address: `${name(from, 55)}d.onion:8333`, addressKind: 'onion' }
  return { address: `${name(from, 52)}.b32.i2p:0`, addressKind: 'i2p' }
}

export function fakePeer(from: Dice, id: string, now: number): PeerRecord {
  const isInbound = from.chance(0.6)
  const isReady = from.chance(0.96)
  const at = fakeAddress(from)
  const isIp = at.addressKind === 'ipv4' || at.addressKind === 'ipv6'
  const ping = 8 + from.next() ** 3 * 600
  const connectedAt = now - Math.floor(from.next() ** 2 * 9 * 86_400_000)
  const isPinned = !isInbound && from.chance(0.1)
  return {
    id,
    network: 'bitcoin/mainnet',
    ...at,
    direction: isInbound ? 'inbound' : 'outbound',
    route: isIp ? 'direct' : 'socks5',
    purpose: isInbound ? 'inbound' : isPinned ? 'permanent' : from.chance(0.1) ? 'feeler' : 'automatic',
    state: isReady ? 'ready' : 'handshaking',
    isPinned,
    isTrusted: from.chance(0.04),
    isWhitelisted: from.chance(0.02),
    agent: isReady ? from.pick(AGENTS) : null,
    version: isReady ? 70_016 : null,
    capabilities: isReady ? ['NETWORK', 'WITNESS', ...(from.chance(0.5) ? ['P2P_V2'] : ['NETWORK_LIMITED'])] : [],
    height: isReady ? 924_310 - from.below(3) : null,
    pingMs: isReady ? ping : null,
    minPingMs: isReady ? ping * 0.8 : null,
    timeOffsetMs: isReady ? Math.round((from.next() - 0.5) * 4000) : null,
    score: from.chance(0.12) ? from.below(115) : 0,
    bytesIn: Math.floor(from.next() ** 3 * 9e8),
    bytesOut: Math.floor(from.next() ** 3 * 4e8),
    rateIn: from.chance(0.5) ? from.next() ** 3 * 90_000 : 0,
    rateOut: from.chance(0.5) ? from.next() ** 3 * 40_000 : 0,
    lastReceivedAt: now - from.below(60_000),
    lastSentAt: now - from.below(60_000),
    connectedAt,
    country: isIp ? from.pick(COUNTRIES) : null,
    asn: isIp ? from.pick(ASNS) : null,
  }
}

export function fakePins(now: number): PinRecord[] {
  const pin = (id: string, address: string, rest: Partial<PinRecord>): PinRecord => ({
    id,
    network: 'bitcoin/mainnet',
    address,
    isPinned: true,
    isTrusted: false,
    addedAt: now - 86_400_000 * 3,
    note: '',
    state: 'waiting',
    nextTryAt: null,
    attempts: 0,
    lastFailure: null,
    ...rest,
  })
  return [
    pin('pin1', '203.0.113.7:8333', {
      nextTryAt: now + 95_000,
      attempts: 14,
      lastFailure: 'Nothing listens on 203.0.113.7 port 8333 (connection refused)',
      note: 'home server',
    }),
    pin('pin2', '[2001:db8::17]:8333', { state: 'connecting', attempts: 2, lastFailure: 'No answer within 30 s' }),
    pin('pin3', '198.51.100.20:18444', {
      state: 'off',
      isTrusted: true,
      lastFailure: 'This address is banned until tomorrow',
    }),
  ]
}

export function fakeAttempt(from: Dice, id: string, now: number): AttemptRecord {
  const kinds = [
    ['dialing', null, null],
    ['handshaking', null, null],
    ['waiting', 'timeout', 'No answer within 30 s'],
    ['failed', 'refused', 'Nothing listens there (connection refused)'],
    ['failed', 'handshake-timeout', 'Connected, but no version message within 30 s'],
    ['refused', 'banned', 'The address is banned until 2026-11-21 18:04'],
    ['refused', 'too-many-inbound', 'All 117 inbound slots are taken'],
    ['refused', 'too-many-attempts', 'The same IP address tried again within 30 s'],
    ['cancelled', 'cancelled', 'Cancelled by you'],
  ] as const
  const [state, code, reason] = from.pick(kinds)
  const isRefused = state === 'refused'
  const startedAt = now - from.below(600_000)
  const isOver = state === 'failed' || state === 'cancelled' || isRefused
  return {
    id,
    network: 'bitcoin/mainnet',
    address: fakeAddress(from).address,
    direction: isRefused && from.chance(0.7) ? 'inbound' : 'outbound',
    purpose: state === 'waiting' ? 'permanent' : from.pick(['automatic', 'feeler', 'manual'] as const),
    state,
    startedAt,
    endedAt: isOver ? startedAt + from.below(30_000) : null,
    attempt: state === 'waiting' ? 1 + from.below(20) : 1,
    nextTryAt: state === 'waiting' ? now + from.below(300_000) : null,
    code,
    reason,
    route: 'direct',
  }
}

export function fakeBan(from: Dice, id: string, now: number): BanRecord {
  const isRule = from.chance(0.7)
  const address = fakeAddress(from).address.replace(/:\d+$/, '')
  const createdAt = now - from.below(86_400_000)
  const isSubnet = from.chance(0.15)
  return {
    id,
    target: isSubnet ? `${String(from.below(200) + 11)}.${String(from.below(256))}.0.0/16` : address,
    kind: isSubnet ? 'subnet' : 'address',
    createdAt,
    until: createdAt + from.pick([86_400_000, 7 * 86_400_000, 365 * 86_400_000]),
    reason: isRule ? 'score above 100' : 'spam',
    by: isRule ? 'rule' : from.chance(0.8) ? 'user' : 'import',
    rule: isRule ? from.pick(RULES) : null,
    evidence: isRule ? `inv with ${String(50_001 + from.below(9000))} entries, 50000 allowed` : null,
    score: isRule ? 101 + from.below(60) : null,
    network: 'bitcoin/mainnet',
    agent: from.pick(AGENTS),
    refused: from.below(40),
  }
}

export function fakeAddressRecord(from: Dice, id: string, now: number): AddressRecord {
  const at = fakeAddress(from)
  const isTried = from.chance(0.3)
  return {
    id,
    network: 'bitcoin/mainnet',
    ...at,
    table: isTried ? 'tried' : 'new',
    group: `AS${String(from.pick(ASNS))}`,
    country: at.addressKind === 'ipv4' ? from.pick(COUNTRIES) : null,
    asn: at.addressKind === 'ipv4' ? from.pick(ASNS) : null,
    source: from.pick(['seed.bitcoin.sipa.be', 'dnsseed.emzy.de', '95.217.1.20', 'user', 'fixed']),
    references: isTried ? 0 : 1 + from.below(7),
    services: ['NETWORK', 'WITNESS'],
    seenAt: now - from.below(20 * 86_400_000),
    lastTryAt: from.chance(0.5) ? now - from.below(86_400_000) : null,
    lastSuccessAt: isTried ? now - from.below(86_400_000) : null,
    failures: from.chance(0.3) ? from.below(5) : 0,
    isTerrible: from.chance(0.06),
    isBanned: from.chance(0.02),
  }
}

export function fakeRules(): RuleRecord[] {
  return RULES.map((rule, index) => ({
    name: rule,
    summary: `Adds to the score when a peer does this: ${rule.replaceAll('-', ' ')}`,
    network: 'bitcoin',
    persistent: index % 2 === 0 ? 0 : 100,
    transient: index % 2 === 0 ? 20 : 0,
    defaultPersistent: index % 2 === 0 ? 0 : 100,
    defaultTransient: index % 2 === 0 ? 20 : 0,
    isOn: true,
    hits: index * 7,
  }))
}

export function fakeLogLine(from: Dice, cursor: number, at: number): LogLine {
  const lines = [
    ['info', 'connections', 'Peer is ready', { address: fakeAddress(from).address, direction: 'outbound' }],
    ['debug', 'networks.bitcoin', 'Received addrv2', { count: from.below(1000) }],
    ['warn', 'reputation', 'Score passed half of the line', { score: 50 + from.below(50) }],
    ['info', 'reputation', 'Banned', { target: fakeAddress(from).address, hours: 24 }],
    ['debug', 'transport', 'Dial failed', { code: 'timeout', ms: 30_000 }],
    ['error', 'store', 'Write-behind was late', { ms: 1400 }],
    ['info', 'discovery', 'DNS seeds answered', { found: from.below(200) }],
  ] as const
  const [level, room, text, fields] = from.pick(lines)
  return { cursor, at, level, room, text, fields }
}

/** Half-life of the decaying part, milliseconds. */
const HALF_LIFE_MS = 60_000

/** A score that came to be as the rules have it: each event adds to what had decayed until then. */
export function fakeScore(from: Dice, now: number): PeerDetail['score'] {
  let persistent = 0
  let transient = 0
  let at = now
  const events = [420, 300, 245, 130, 40].map((secondsAgo): ScoreEvent => {
    const time = now - secondsAgo * 1000
    transient *= 2 ** (-(time - at) / HALF_LIFE_MS)
    at = time
    const before = persistent + Math.trunc(transient)
    const addsLasting = from.chance(0.3)
    const added = 20 + from.below(40)
    if (addsLasting) persistent += 20
    else transient += added
    return {
      at,
      rule: from.pick(RULES),
      evidence: `${String(50_001 + from.below(9000))} entries, 50000 allowed`,
      message: 'inv',
      persistent: addsLasting ? 20 : 0,
      transient: addsLasting ? 0 : added,
      before,
      after: persistent + Math.trunc(transient),
    }
  })
  return {
    persistent,
    transient,
    at,
    halfLifeMs: HALF_LIFE_MS,
    lifetimeMs: 1_800_000,
    warnAt: 50,
    banAbove: 100,
    events,
  }
}

export function fakeNetworks(on: readonly string[]): NetworkRecord[] {
  const network = (id: string, title: string, defaultPort: number, hasSeeds: boolean): NetworkRecord => ({
    id,
    title,
    family: 'bitcoin',
    isOn: on.includes(id),
    listening: on.includes(id) ? [`0.0.0.0:${String(defaultPort)}`, `[::]:${String(defaultPort)}`] : [],
    defaultPort,
    hasSeeds,
  })
  return [
    network('bitcoin/mainnet', 'Bitcoin', 8333, true),
    network('bitcoin/testnet4', 'Bitcoin testnet4', 48_333, true),
    network('bitcoin/signet', 'Bitcoin signet', 38_333, true),
    network('bitcoin/regtest', 'Bitcoin regtest', 18_444, false),
  ]
}
