/** A dialer, a network and peers that do what a test says, in virtual time: no sockets, no waiting. */
import { createConnectionManager } from '../../src-main/connections/index.ts'
import type {
  Candidate,
  CandidateQuery,
  Candidates,
  ConnectionManager,
  ManagedSession,
  ManagerHandlers,
  ManagerLimits,
  ManagerOptions,
  NetworkProfile,
  Session,
  SessionEnd,
  SessionFacts,
  SessionHandlers,
  SessionPurpose,
} from '../../src-main/connections/index.ts'
import { silentLog } from '../../src-main/log/index.ts'
import { VirtualClock, seededRandom } from '../../src-main/time/index.ts'
import type { Address, CloseReason, Connection, ConnectionHandlers, Direction } from '../../src-main/transport/index.ts'
import { DialError, parseAddress } from '../../src-main/transport/index.ts'

export const at = (text: string): Address => parseAddress(text, { defaultPort: 8333 })

/** Bitcoin-like: btcd's rules. */
export const BITCOIN: NetworkProfile = {
  defaultPort: 8333,
  wantedServices: 0n,
  throttlesInbound: false,
  identifiesPeers: false,
  dialsPerSlot: 1,
  sharesTarget: false,
  historyBindsPermanent: false,
}

/** Ethereum-like: go-ethereum's rules. */
export const ETHEREUM: NetworkProfile = {
  defaultPort: 30303,
  wantedServices: 0n,
  throttlesInbound: true,
  identifiesPeers: true,
  dialsPerSlot: 2,
  sharesTarget: true,
  historyBindsPermanent: true,
}

let nextConnection = 1

export class FakeConnection implements Connection {
  readonly id = nextConnection++
  readonly address: Address
  localAddress: Address | null = null
  readonly route = { kind: 'direct' } as const
  readonly direction: Direction
  readonly openedAt = 0
  bytesRead = 0
  readonly bytesWritten = 0
  readonly queuedBytes = 0
  isClosed = false
  /** Stays open after `close` until the test destroys it. */
  lingers = false
  closeText: string | null = null
  onClosed: (() => void) | null = null
  #handlers: ConnectionHandlers | null = null

  constructor(address: Address, direction: Direction) {
    this.address = address
    this.direction = direction
  }
  open(handlers: ConnectionHandlers): void {
    this.#handlers = handlers
  }
  write(): boolean {
    return true
  }
  pause(): void {}
  resume(): void {}
  close(text = ''): void {
    this.closeText ??= text
    if (!this.lingers) this.#end({ by: 'local', text })
  }
  destroy(text = ''): void {
    this.closeText ??= text
    this.#end({ by: 'local', text })
  }
  /** The other end closes. */
  hangUp(): void {
    this.#end({ by: 'remote', text: 'closed by the other end' })
  }
  get wasRead(): boolean {
    return this.#handlers !== null
  }
  #end(reason: CloseReason): void {
    if (this.isClosed) return
    this.isClosed = true
    this.onClosed?.()
    this.#handlers?.closed(reason)
  }
}

/** What becomes of a handshake. */
export interface Manners {
  /** Virtual milliseconds until it is ready; null never is. */
  readonly handshakeMs?: number | null
  readonly identity?: string
  readonly services?: bigint
  /** Ends the handshake instead of completing it. */
  readonly fails?: SessionEnd
}

export class FakeSession implements Session {
  readonly connection: FakeConnection
  readonly purpose: SessionPurpose
  readonly handlers: SessionHandlers
  asked = 0
  told = 0
  readonly #manners: Manners
  #state: SessionFacts['state'] = 'handshaking'
  minPingMs: number | null = null

  constructor(connection: FakeConnection, purpose: SessionPurpose, handlers: SessionHandlers, manners: Manners) {
    this.connection = connection
    this.purpose = purpose
    this.handlers = handlers
    this.#manners = manners
    connection.open({
      data: () => {},
      closed: reason =>
        this.#over({ code: reason.by === 'remote' ? 'remote' : 'requested', text: reason.text }, reason),
    })
  }
  become(): void {
    if (this.#state !== 'handshaking') return
    if (this.#manners.fails !== undefined) {
      const end = this.#manners.fails
      this.connection.bytesRead = end.code === 'handshake-timeout' ? 0 : 100
      this.close(end)
      return
    }
    this.connection.bytesRead = 100
    this.#state = 'ready'
    if (this.#manners.identity !== undefined) this.handlers.identified?.(this.#manners.identity)
    this.handlers.ready()
  }
  facts(): SessionFacts {
    return {
      state: this.#state,
      identity: this.#manners.identity ?? null,
      agent: null,
      version: null,
      services: this.#manners.services ?? 0n,
      capabilities: [],
      height: null,
      timeOffsetMs: null,
      pingMs: null,
      minPingMs: this.minPingMs,
      lastReceivedAt: 0,
      lastSentAt: 0,
      seenAs: null,
      relaysAddresses: true,
      details: {},
    }
  }
  askForAddresses(): void {
    this.asked += 1
  }
  tellAddresses(addresses: readonly unknown[]): number {
    this.told += addresses.length
    return addresses.length
  }
  close(end: SessionEnd): void {
    this.#over(end, null)
    this.connection.close(end.text)
  }
  #over(end: SessionEnd, closed: CloseReason | null): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    this.handlers.ended(end, closed)
  }
}

type Answer = 'ok' | 'fail' | 'hang' | DialError

/** An address book that gives what the test queued, in order. */
export class QueueBook implements Candidates {
  readonly queue: Candidate[] = []
  readonly tried: string[] = []
  readonly failed: string[] = []
  readonly goods: string[] = []
  /** Gives fresh addresses, each of a group of its own, for ever. */
  endless = false
  #next = 0
  add(...texts: string[]): void {
    for (const text of texts) this.queue.push({ address: at(text), lastTryAt: 0 })
  }
  select({ accepts }: CandidateQuery): Candidate | null {
    while (this.endless && this.queue.length < 200) {
      const n = this.#next++
      this.add(`${11 + (n % 80)}.${Math.floor(n / 80) % 250}.1.${1 + (Math.floor(n / 20_000) % 250)}`)
    }
    const found = this.queue.findIndex(one => accepts(one.address))
    return found < 0 ? null : (this.queue.splice(found, 1)[0] ?? null)
  }
  attempt(address: Address, countsAsFailure: boolean): void {
    if (countsAsFailure) this.failed.push(address.key)
    else this.tried.push(address.key)
  }
  good(address: Address): void {
    this.goods.push(address.key)
  }
}

export interface World {
  readonly clock: VirtualClock
  readonly manager: ConnectionManager
  readonly book: QueueBook
  /** Addresses dialed, in order. */
  readonly dials: string[]
  /** With the virtual time, ms since the start. */
  readonly dialTimes: { readonly address: string; readonly at: number }[]
  /** Dials that hang, and those whose socket was closed by an abort. */
  readonly hanging: Map<string, { succeed: () => FakeConnection; fail: () => void }>
  readonly aborted: string[]
  readonly sessions: FakeSession[]
  readonly connections: FakeConnection[]
  /** `+address`, `ready address`, `-address code`. */
  readonly events: string[]
  readonly banned: Set<string>
  answer: (address: Address) => Answer
  manners: (address: Address) => Manners
  isOnline: boolean
  inbound(text: string): FakeConnection
  sessionOf(text: string): FakeSession
  managed(text: string): ManagedSession
  /** Dials since the last call. */
  newDials(): string[]
}

export interface WorldOptions {
  readonly profile?: NetworkProfile
  readonly limits?: Partial<ManagerLimits>
  readonly withoutBook?: boolean
  readonly extra?: Partial<ManagerOptions>
  readonly handlers?: ManagerHandlers
  readonly isStarted?: boolean
}

/** Exact delays unless a test asks for jitter; every /16 is a group. */
export function createWorld(options: WorldOptions = {}): World {
  const clock = new VirtualClock()
  const book = new QueueBook()
  const manager = createConnectionManager({
    network: 'test/net',
    profile: options.profile ?? BITCOIN,
    limits: { retryJitter: 0, usesFeelers: false, ...options.limits },
    dialer: {
      decide: () => ({ kind: 'direct' }),
      dial: (address, { signal }) => {
        world.dials.push(address.key)
        world.dialTimes.push({ address: address.key, at: clock.monotonic() })
        return new Promise((resolve, reject) => {
          const succeed = (): FakeConnection => {
            const connection = new FakeConnection(address, 'outbound')
            world.hanging.delete(address.key)
            world.connections.push(connection)
            resolve(connection)
            return connection
          }
          const fail = (): void => {
            world.hanging.delete(address.key)
            reject(new DialError('refused', 'refused'))
          }
          signal?.addEventListener('abort', () => {
            if (!world.hanging.delete(address.key)) return
            world.aborted.push(address.key)
            reject(new DialError('cancelled', 'cancelled'))
          })
          const answer = world.answer(address)
          if (answer === 'ok') succeed()
          else if (answer === 'fail') fail()
          else if (answer === 'hang') world.hanging.set(address.key, { succeed, fail })
          else reject(answer)
        })
      },
    },
    openSession: (connection, purpose, handlers) => {
      const manners = world.manners(connection.address)
      const session = new FakeSession(connection as FakeConnection, purpose, handlers, manners)
      world.sessions.push(session)
      if (manners.handshakeMs !== null) clock.after(manners.handshakeMs ?? 0, () => session.become())
      return session
    },
    candidates: options.withoutBook === true ? null : book,
    bans: { isBanned: address => world.banned.has(address.host) },
    groupOf: address => address.host.split('.').slice(0, 2).join('.'),
    clock,
    random: seededRandom(7),
    log: silentLog,
    online: () => world.isOnline,
    ...options.extra,
  })
  let seen = 0
  const world: World = {
    clock,
    manager,
    book,
    dials: [],
    dialTimes: [],
    hanging: new Map(),
    aborted: [],
    sessions: [],
    connections: [],
    events: [],
    banned: new Set(),
    answer: () => 'ok',
    manners: () => ({}),
    isOnline: true,
    inbound: text => {
      const connection = new FakeConnection(at(text), 'inbound')
      manager.accept(connection)
      return connection
    },
    sessionOf: text => {
      const found = world.sessions.findLast(session => session.connection.address.key === at(text).key)
      if (found === undefined) throw new Error(`no session with ${text}`)
      return found
    },
    managed: text => {
      const found = manager.sessions().find(one => one.address.key === at(text).key)
      if (found === undefined) throw new Error(`no managed session with ${text}`)
      return found
    },
    newDials: () => {
      const fresh = world.dials.slice(seen)
      seen = world.dials.length
      return fresh
    },
  }
  manager.listen({
    sessionAdded: one => world.events.push(`+${one.address.key}`),
    sessionChanged: one => world.events.push(`${one.isReady ? 'ready' : 'changed'} ${one.address.key}`),
    sessionRemoved: (one, end) => world.events.push(`-${one.address.key} ${end.code}`),
  })
  if (options.handlers !== undefined) manager.listen(options.handlers)
  if (options.isStarted !== false) manager.start()
  return world
}

/** Lets promises run, and whatever they begin, without letting time pass. */
export async function settle(world: World): Promise<void> {
  for (let round = 0; round < 60; round++) await world.clock.run(0)
}

/** A world whose book never runs dry, with its target met. */
export async function fullWorld(options: WorldOptions = {}): Promise<World> {
  const world = createWorld({ ...options, limits: { targetOutbound: 3, ...options.limits }, isStarted: false })
  world.book.endless = true
  world.manager.start()
  await settle(world)
  if (world.manager.sessions().length !== world.manager.limits.targetOutbound) throw new Error('the target is not met')
  return world
}
