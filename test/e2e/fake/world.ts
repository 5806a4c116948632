/** A made-up client: holds records, changes them ten times a second, and tells subscribers as the border would. */
import {
  DEFAULT_SETTINGS,
  type AttemptRecord,
  type BanRecord,
  type EventName,
  type Input,
  type LinkState,
  type LogLine,
  type NetworkRecord,
  type Notice,
  type Output,
  type Payload,
  type PeerDetail,
  type PeerRecord,
  type PinRecord,
  type RuleRecord,
  type Sample,
  type TorCheck,
} from '../../../src-preload/contract.ts'
import { dice, type Dice } from './random.ts'
import { fakeLedger, fakeOnion, fakeTor } from './routes.ts'
import { fakeAttempt, fakeBan, fakeLogLine, fakeNetworks, fakePeer, fakePins, fakeRules, fakeScore } from './records.ts'

/** `busy`: in the middle of its work. `empty`: network on, no peers. `first-run`: nothing answered yet. `error`: every request fails. */
export type WorldState = 'busy' | 'empty' | 'first-run' | 'error' | 'reconnecting' | 'offline'

export interface WorldOptions {
  readonly state: WorldState
  readonly peers: number
  readonly seed: number
  /** Share of peers that change each tick. */
  readonly churn: number
  readonly settings: Readonly<Record<string, string | boolean | number | string[]>>
}

export class World {
  readonly dice: Dice
  readonly options: WorldOptions
  readonly peers = new Map<string, PeerRecord>()
  readonly pins = new Map<string, PinRecord>()
  readonly attempts = new Map<string, AttemptRecord>()
  readonly bans = new Map<string, BanRecord>()
  readonly lines: LogLine[] = []
  readonly history: Sample[] = []
  readonly startedAt = Date.now() - 3 * 3_600_000
  networks: NetworkRecord[]
  rules: RuleRecord[] = fakeRules()
  settings: Record<string, string | boolean | number | string[]>
  playground: Payload<'playground'> = { isRunning: false, network: null, peers: [] }
  link: LinkState = 'live'
  torChecks: readonly TorCheck[] = []
  private readonly scores = new Map<string, PeerDetail['score']>()
  private lastId = 0
  private readonly listeners = new Map<EventName, Set<(payload: unknown, seq: number) => void>>()
  private seq = 0

  constructor(options: WorldOptions) {
    this.options = options
    this.dice = dice(options.seed)
    const isBusy = options.state === 'busy' || options.state === 'reconnecting' || options.state === 'error'
    this.networks = fakeNetworks(options.state === 'first-run' ? [] : ['bitcoin/mainnet'])
    this.settings = { ...(DEFAULT_SETTINGS as unknown as typeof this.settings), ...options.settings }
    if (options.state === 'reconnecting') this.link = 'reconnecting'
    const now = Date.now()
    if (isBusy) {
      for (let index = 0; index < options.peers; index++) this.addPeer()
      for (const pin of fakePins(now)) this.pins.set(pin.id, pin)
      for (let index = 0; index < 60; index++) {
        const attempt = fakeAttempt(this.dice, this.newId('attempt'), now)
        this.attempts.set(attempt.id, attempt)
      }
      for (let index = 0; index < 42; index++) {
        const ban = fakeBan(this.dice, this.newId('ban'), now)
        this.bans.set(ban.id, ban)
      }
    }
    for (let index = 600; index > 0; index--) {
      this.history.push(this.sample(now - index * 1000, isBusy))
      this.log(now - index * 1000)
    }
  }

  /** The score of a peer with its past, made when first asked for and kept. */
  scoreOf(peer: PeerRecord): PeerDetail['score'] {
    const held = this.scores.get(peer.id)
    if (held !== undefined) return held
    const now = Date.now()
    const made = fakeScore(this.dice, now)
    const score = peer.score > 0 ? made : { ...made, persistent: 0, transient: 0, at: now, events: [] }
    this.scores.set(peer.id, score)
    return score
  }

  newId(kind: string): string {
    return `${kind}-${String(++this.lastId)}`
  }

  addPeer(): PeerRecord {
    const peer = fakePeer(this.dice, this.newId('peer'), Date.now())
    this.peers.set(peer.id, peer)
    return peer
  }

  log(at: number): void {
    this.lines.push(fakeLogLine(this.dice, this.lines.length, at))
  }

  sample(at: number, isBusy: boolean): Sample {
    const wave = Math.sin(at / 40_000)
    const peers = isBusy ? this.peers.size : 0
    return {
      at,
      inbound: Math.round(peers * 0.6 + wave * 2),
      outbound: Math.round(peers * 0.4),
      rateIn: isBusy ? 180_000 + wave * 90_000 + this.dice.next() * 60_000 : 0,
      rateOut: isBusy ? 70_000 - wave * 30_000 + this.dice.next() * 25_000 : 0,
      bans: this.bans.size,
    }
  }

  /** History as the client keeps it: the two short spans by the second, the others in coarser steps. */
  past(span: Input<'traffic.history'>['span']): Output<'traffic.history'> {
    if (span === '1m' || span === '5m') return { stepMs: 1000, samples: this.history.slice(span === '1m' ? -60 : -300) }
    const [spanMs, stepMs] = { '30m': [1_800_000, 5000], '3h': [10_800_000, 15_000], '24h': [86_400_000, 120_000] }[
      span
    ] as [number, number]
    const now = Date.now()
    const samples = Array.from({ length: Math.floor(spanMs / stepMs) }, (_, index) =>
      this.sample(now - spanMs + (index + 1) * stepMs, this.peers.size > 0),
    )
    return { stepMs, samples }
  }

  overview(): Payload<'overview'> {
    const all = [...this.peers.values()]
    const sum = (of: (peer: PeerRecord) => number): number => all.reduce((total, peer) => total + of(peer), 0)
    const newest = this.history.at(-1)
    const inbound = all.filter(peer => peer.direction === 'inbound').length
    return {
      at: Date.now(),
      inbound,
      outbound: all.length - inbound,
      handshaking: all.filter(peer => peer.state === 'handshaking').length,
      dialing: [...this.attempts.values()].filter(attempt => attempt.state === 'dialing').length,
      waiting: [...this.attempts.values()].filter(attempt => attempt.state === 'waiting').length,
      targetOutbound: 8,
      maxInbound: 117,
      known: all.length === 0 ? 0 : 48_210,
      bans: this.bans.size,
      bansToday: Math.min(9, this.bans.size),
      rateIn: newest?.rateIn ?? 0,
      rateOut: newest?.rateOut ?? 0,
      bytesIn: sum(peer => peer.bytesIn),
      bytesOut: sum(peer => peer.bytesOut),
      isOnline: this.options.state !== 'offline',
      loopDelayMs: 2.1,
      memoryBytes: 142_000_000,
    }
  }

  notices(): Notice[] {
    const notice = (code: Notice['code'], severity: Notice['severity'], values: Notice['values'] = {}): Notice => ({
      id: code,
      severity,
      code,
      network: 'bitcoin/mainnet',
      values,
      since: Date.now() - 240_000,
    })
    if (this.options.state === 'first-run') return [notice('no-network', 'info')]
    if (this.options.state === 'offline') return [notice('offline', 'danger')]
    if (this.options.state === 'empty')
      return [
        notice('no-peers', 'warning', { known: 12, failed: 9 }),
        notice('seeds-failed', 'warning', { seeds: 'dnsseed.example.net, seed.example.org' }),
      ]
    return [
      notice('banned-pin', 'warning', { address: '198.51.100.20:18444' }),
      notice('listen-failed', 'danger', { reason: 'Another program uses 0.0.0.0:8333.' }),
      notice('geo-old', 'info', { days: 431 }),
    ]
  }

  about(): Output<'app.info'> {
    return {
      version: '0.1.0',
      shell: 'headless',
      pid: 4242,
      platform: 'linux x64',
      dataDir: '/home/ada/.local/share/warren',
      startedAt: this.startedAt,
      attributions: ['ASN table: IP Location DB, CC BY 4.0'],
      isFirstRun: this.options.state === 'first-run',
      store: { isDurable: true, text: 'SQLite, write-ahead log' },
    }
  }

  present(event: EventName): unknown {
    const snapshot = (records: Map<string, unknown>): unknown => ({
      reset: true,
      upsert: [...records.values()],
      change: [],
      remove: [],
    })
    switch (event) {
      case 'overview':
        return this.overview()
      case 'notices':
        return { notices: this.notices() }
      case 'networks':
        return { networks: this.networks }
      case 'traffic':
        return this.history.at(-1)
      case 'playground':
        return this.playground
      case 'settings':
        return { settings: this.settings }
      case 'logs':
        return { cursor: this.lines.length - 1 }
      case 'tor':
        return fakeTor(this)
      case 'torTest':
        return { checks: this.torChecks }
      case 'onion':
        return fakeOnion(this)
      case 'ledger':
        return fakeLedger(this)
      case 'slots':
        return this.slots()
      case 'peers':
        return snapshot(this.peers)
      case 'pins':
        return snapshot(this.pins)
      case 'attempts':
        return snapshot(this.attempts)
      case 'bans':
        return snapshot(this.bans)
      default:
        return event satisfies never
    }
  }

  slots(): Payload<'slots'> {
    const { inbound, outbound } = this.overview()
    const slot = (
      kind: Payload<'slots'>['slots'][number]['kind'],
      used: number,
      limit: number,
      setting: string | null,
    ) => ({
      network: 'bitcoin/mainnet',
      kind,
      used,
      limit,
      setting,
    })
    return {
      slots: [
        slot('outbound', Math.min(8, outbound), 8, 'limits.targetOutbound'),
        slot('inbound', inbound, 117, 'limits.maxInbound'),
        slot('pinned', this.pins.size, 64, null),
        slot('dialing', 7, 50, 'limits.dialing'),
        slot('half-open', 2, 8, 'limits.halfOpenPerPrefix'),
        slot('feeler', 1, 1, 'limits.feelers'),
      ],
      refusals:
        inbound === 0
          ? {}
          : { banned: 214, 'too-many-inbound': 31, timeout: 820, refused: 402, 'too-many-attempts': 77 },
    }
  }

  subscribe(event: EventName, listener: (payload: unknown, seq: number) => void): () => void {
    const set = this.listeners.get(event) ?? new Set()
    this.listeners.set(event, set)
    set.add(listener)
    queueMicrotask(() => listener(this.present(event), ++this.seq))
    return () => set.delete(listener)
  }

  emit(event: EventName, payload: unknown = this.present(event)): void {
    for (const listener of this.listeners.get(event) ?? []) listener(payload, ++this.seq)
  }

  /** One change of keyed records, as a delta. */
  tell(
    event: 'peers' | 'pins' | 'attempts' | 'bans',
    delta: { upsert?: readonly unknown[]; change?: readonly unknown[]; remove?: readonly string[] },
  ): void {
    this.emit(event, { reset: false, upsert: [], change: [], remove: [], ...delta })
  }

  nextSeq(): number {
    return ++this.seq
  }

  /** A tenth of a second of life. */
  tick(): void {
    if (this.link !== 'live' || this.peers.size === 0) return
    const change: [string, Partial<PeerRecord>][] = []
    const now = Date.now()
    for (const peer of this.peers.values()) {
      if (!this.dice.chance(this.options.churn)) continue
      const rateIn = Math.max(0, peer.rateIn + (this.dice.next() - 0.5) * 8000)
      const rateOut = Math.max(0, peer.rateOut + (this.dice.next() - 0.5) * 5000)
      const fields = {
        rateIn,
        rateOut,
        bytesIn: Math.round(peer.bytesIn + rateIn / 10),
        bytesOut: Math.round(peer.bytesOut + rateOut / 10),
        lastReceivedAt: now,
        score: peer.score > 0 && this.dice.chance(0.3) ? peer.score - 1 : peer.score,
      }
      this.peers.set(peer.id, { ...peer, ...fields })
      change.push([peer.id, fields])
    }
    const gone = this.dice.chance(0.02) ? [...this.peers.keys()].slice(3, 4) : []
    for (const id of gone) this.peers.delete(id)
    const came = gone.map(() => this.addPeer())
    this.tell('peers', { upsert: came, change, remove: gone })
  }

  /** A second of life: gauges. */
  second(): void {
    if (this.link !== 'live') return
    this.history.push(this.sample(Date.now(), this.peers.size > 0))
    this.log(Date.now())
    for (const event of ['overview', 'traffic', 'logs', 'slots'] as const) this.emit(event)
  }
}
