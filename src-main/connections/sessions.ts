/**
 * The table of sessions: opens them, hears what becomes of them, counts them as they come and go, and sees to it that
 * what has ended is closed. A slot is held until the connection is closed, not merely until the session says goodbye.
 */
import type { PeerScore, Verdict } from '../reputation/index.ts'
import type { Address, CloseReason, Connection, Direction } from '../transport/index.ts'
import { isLoopback, prefixKey } from '../transport/index.ts'
import type { Timer } from '../time/index.ts'
import { Deadlines } from './deadlines.ts'
import { Entry } from './entry.ts'
import { CLOSE_PATIENCE_MS, HANDSHAKE_GRACE_MS } from './limits.ts'
import type { Listeners } from './listeners.ts'
import type { Request } from './requests.ts'
import type { SessionEnd, SessionHandlers, SessionPurpose } from './session.ts'
import { Tally } from './tally.ts'
import type { ManagerLimits, ManagerOptions } from './types.ts'

/** How often connections that should be closed are looked at, ms. */
const CLOSING_CHECK_MS = 250

/** What the owner of the table decides and does. */
export interface SessionHooks {
  /** The handshake told who it is, or is complete: why it may not stay, or null. */
  refuses(entry: Entry): SessionEnd | null
  ready(entry: Entry): void
  heard(entry: Entry, count: number, solicited: boolean): void
  /** Before anyone is told: bring the request up to date. */
  ended(entry: Entry, end: SessionEnd): void
  /** After everyone was told that it is ready or has ended: there may be something to dial. */
  settled(entry: Entry): void
}

/** Loopback hosts stand apart: proxies and onion services hand over from there, and a playground lives there. */
export const prefixOf = (address: Address): string => (isLoopback(address) ? address.host : prefixKey(address))

export class SessionTable {
  readonly #options: ManagerOptions
  readonly #limits: () => ManagerLimits
  readonly #tell: Listeners
  readonly #hooks: SessionHooks
  readonly #byId = new Map<string, Entry>()
  readonly #byHost = new Map<string, Set<Entry>>()
  readonly #byIdentity = new Map<string, Set<Entry>>()
  readonly #trusted = new Set<string>()
  readonly #handshakes: Deadlines<Entry>
  /** Ended or told to end, and not released yet, with the monotonic time at which patience is over. */
  readonly #closing = new Map<Entry, number>()
  #closingTimer: Timer | null = null
  #nextId = 1
  #open = 0
  readonly #ready: Record<SessionPurpose, number> = {
    automatic: 0,
    permanent: 0,
    manual: 0,
    'one-shot': 0,
    feeler: 0,
    inbound: 0,
  }
  /** Addresses (`host:port`) of all sessions that have not ended. */
  readonly keys = new Tally()
  readonly halfOpenByPrefix = new Tally()
  readonly inboundByPrefix = new Tally()
  /** Groups of ready outbound peers, feelers and one-shots left out. */
  readonly readyGroups = new Tally()
  inbound = 0
  halfOpen = 0
  /** Called when the last connection has been released. */
  whenEmpty: (() => void) | null = null

  constructor(options: ManagerOptions, limits: () => ManagerLimits, tell: Listeners, hooks: SessionHooks) {
    this.#options = options
    this.#limits = limits
    this.#tell = tell
    this.#hooks = hooks
    this.#handshakes = new Deadlines(options.clock, entry => {
      const text = 'The handshake took too long.'
      this.close(entry, { code: 'handshake-timeout', text })
    })
  }

  /** Connections that are not closed, both directions. */
  get connections(): number {
    return this.#open
  }

  ready(purpose: SessionPurpose): number {
    return this.#ready[purpose]
  }

  /** Ready peers of every purpose but the short-lived ones. */
  get peers(): number {
    return this.#ready.automatic + this.#ready.permanent + this.#ready.manual + this.#ready.inbound
  }

  /** Ready sessions of a direction, whatever they are for. */
  readyOf(direction: Direction): number {
    const { inbound, ...outbound } = this.#ready
    return direction === 'inbound' ? inbound : Object.values(outbound).reduce((sum, count) => sum + count, 0)
  }

  get(id: string): Entry | null {
    return this.#byId.get(id) ?? null
  }

  all(): IterableIterator<Entry> {
    return this.#byId.values()
  }

  get size(): number {
    return this.#byId.size
  }

  atHost(host: string): ReadonlySet<Entry> {
    return this.#byHost.get(host) ?? NOBODY
  }

  withIdentity(identity: string): ReadonlySet<Entry> {
    return this.#byIdentity.get(identity) ?? NOBODY
  }

  isTrusted(address: Address, identity: string | null): boolean {
    return this.#trusted.has(address.host) || (identity !== null && this.#trusted.has(identity))
  }

  setTrusted(hostOrIdentity: string, isTrusted: boolean): void {
    if (isTrusted) this.#trusted.add(hostOrIdentity)
    else this.#trusted.delete(hostOrIdentity)
    for (const entry of [...this.atHost(hostOrIdentity), ...this.withIdentity(hostOrIdentity)]) this.#judgeTrust(entry)
  }

  #judgeTrust(entry: Entry): void {
    const isTrusted = this.isTrusted(entry.address, entry.identity) || (entry.request?.isTrusted ?? false)
    if (entry.isTrusted === isTrusted) return
    entry.isTrusted = isTrusted
    this.#tell.sessionChanged(entry)
  }

  /** Starts the handshake on a connection. The session may end before this returns. */
  open(connection: Connection, purpose: SessionPurpose, request: Request | null): Entry {
    const { address } = connection
    const { network, clock, groupOf, isWhitelisted } = this.#options
    const entry = new Entry({
      id: `${network}:s${this.#nextId++}`,
      connection,
      purpose,
      request,
      group: groupOf(address),
      prefix: prefixOf(address),
      isTrusted: this.isTrusted(address, request?.identity ?? null) || (request?.isTrusted ?? false),
      isWhitelisted: isWhitelisted?.(address) ?? false,
      connectedAt: clock.now(),
    })
    this.#byId.set(entry.id, entry)
    addTo(this.#byHost, address.host, entry)
    this.keys.add(address.key)
    this.#open += 1
    if (purpose === 'inbound') {
      this.inbound += 1
      this.halfOpen += 1
      this.halfOpenByPrefix.add(entry.prefix)
      this.inboundByPrefix.add(entry.prefix)
    }
    this.#handshakes.add(entry, this.#limits().handshakeTimeoutMs + HANDSHAKE_GRACE_MS)
    // A network may speak before it has returned the session: what it says waits until there is one.
    let waiting: (() => void)[] | null = []
    const inOrder = (act: () => void): void => {
      if (waiting === null) act()
      else waiting.push(act)
    }
    entry.score = this.#scoreOf(entry)
    entry.attach(
      this.#options.openSession(connection, purpose, this.#handlersOf(entry, inOrder), request?.identity ?? null),
    )
    this.#tell.sessionAdded(entry)
    for (let act = waiting.shift(); act !== undefined; act = waiting.shift()) act()
    waiting = null
    return entry
  }

  #scoreOf(entry: Entry): PeerScore | null {
    const { reputation, network } = this.#options
    const { address, direction, isWhitelisted, connection } = entry
    const isProxied = direction === 'inbound' && connection.route.kind !== 'direct'
    const agent = (): string | null => entry.session.facts().agent
    return reputation?.open(entry.id, { address, direction, isProxied, isWhitelisted, network, agent }) ?? null
  }

  refreshWhitelist(): void {
    for (const entry of this.#byId.values()) {
      const isWhitelisted = this.#options.isWhitelisted?.(entry.address) ?? false
      if (isWhitelisted === entry.isWhitelisted) continue
      entry.isWhitelisted = isWhitelisted
      entry.score?.setWhitelisted(isWhitelisted)
      this.#tell.sessionChanged(entry)
    }
  }

  #handlersOf(entry: Entry, inOrder: (act: () => void) => void): SessionHandlers {
    const { clock, gossip } = this.#options
    const whileAlive = (act: () => void): void => inOrder(() => (entry.isEnded || entry.ending !== null ? null : act()))
    return {
      identified: identity => whileAlive(() => void this.#identify(entry, identity)),
      ready: () => whileAlive(() => this.#onReady(entry)),
      ended: (end, closed) => inOrder(() => this.#finish(entry, entry.ending ?? end, closed)),
      misbehaved: breach =>
        whileAlive(() => {
          const verdict = entry.score?.apply(breach) ?? KEEP
          this.#tell.misbehaved(entry, breach, verdict)
          this.#carryOut(entry, verdict)
        }),
      heard: (addresses, solicited) =>
        whileAlive(() => {
          gossip?.heard(entry, addresses, solicited)
          this.#hooks.heard(entry, addresses.length, solicited)
        }),
      addressesWanted: () =>
        whileAlive(() => {
          const answer = gossip?.answer(entry) ?? []
          if (answer.length > 0) entry.session.tellAddresses(answer)
        }),
      useful: kind =>
        whileAlive(() => {
          if (kind === 'block') entry.lastBlockAt = clock.now()
          else entry.lastTransactionAt = clock.now()
          this.#tell.useful(entry, kind)
        }),
      message: (direction, kind, bytes) =>
        inOrder(() => (entry.isEnded ? null : this.#tell.message(entry, direction, kind, bytes))),
    }
  }

  /** False when it may not stay. */
  #identify(entry: Entry, identity: string): boolean {
    if (entry.identity !== identity) {
      if (entry.identity !== null) removeFrom(this.#byIdentity, entry.identity, entry)
      entry.identity = identity
      addTo(this.#byIdentity, identity, entry)
      this.#judgeTrust(entry)
    }
    const refusal = this.#hooks.refuses(entry)
    if (refusal !== null) this.close(entry, refusal)
    return refusal === null
  }

  #onReady(entry: Entry): void {
    if (entry.readyAt !== null) return
    const { identity } = entry.session.facts()
    if (identity !== null && entry.identity !== identity) {
      if (!this.#identify(entry, identity)) return
    } else {
      const refusal = this.#hooks.refuses(entry)
      if (refusal !== null) {
        this.close(entry, refusal)
        return
      }
    }
    this.#handshakes.delete(entry)
    this.#leaveHalfOpen(entry)
    entry.readyAt = this.#options.clock.now()
    this.#countReady(entry, 1)
    this.#hooks.ready(entry)
    if (!entry.isEnded) this.#tell.sessionChanged(entry)
    this.#hooks.settled(entry)
  }

  #leaveHalfOpen(entry: Entry): void {
    if (entry.direction !== 'inbound' || entry.readyAt !== null) return
    this.halfOpen -= 1
    this.halfOpenByPrefix.remove(entry.prefix)
  }

  #countReady(entry: Entry, by: 1 | -1): void {
    this.#ready[entry.purpose] += by
    if (entry.purpose === 'inbound' || entry.purpose === 'feeler' || entry.purpose === 'one-shot') return
    if (by === 1) this.readyGroups.add(entry.group)
    else this.readyGroups.remove(entry.group)
  }

  /** Changes why we have it. */
  setPurpose(entry: Entry, purpose: SessionPurpose): void {
    if (entry.purpose === purpose) return
    if (entry.isReady) this.#countReady(entry, -1)
    entry.purpose = purpose
    if (entry.isReady) this.#countReady(entry, 1)
    this.#tell.sessionChanged(entry)
  }

  #carryOut(entry: Entry, verdict: Verdict): void {
    if (verdict.action === 'keep' || verdict.action === 'warn') return
    if (verdict.action === 'disconnect') {
      this.close(entry, { code: 'misbehaviour', text: verdict.text })
      return
    }
    this.close(entry, { code: 'banned', text: verdict.text })
    // The ban names the address: its other sessions go too.
    for (const other of this.atHost(entry.address.host))
      if (this.#options.bans.isBanned(other.address)) this.close(other, { code: 'banned', text: verdict.text })
  }

  /** Asks a session to end. The first reason stands. False when it is ending already. */
  close(entry: Entry, end: SessionEnd): boolean {
    if (entry.isEnded || entry.ending !== null) return false
    entry.ending = end
    this.#watchClosing(entry)
    entry.session.close(end)
    if (entry.isEnded) this.#releaseIfClosed(entry)
    return true
  }

  /** Ends a session at once, its slot free when this returns (as far as the transport lets go). */
  evict(entry: Entry, end: SessionEnd): void {
    this.close(entry, end)
    entry.connection.destroy(end.text)
    if (entry.connection.isClosed) this.#finish(entry, entry.ending ?? end, null)
  }

  #finish(entry: Entry, end: SessionEnd, closed: CloseReason | null): void {
    if (entry.isEnded) {
      this.#releaseIfClosed(entry)
      return
    }
    entry.isEnded = true
    this.#handshakes.delete(entry)
    if (entry.readyAt === null) this.#leaveHalfOpen(entry)
    else this.#countReady(entry, -1)
    this.#byId.delete(entry.id)
    removeFrom(this.#byHost, entry.address.host, entry)
    if (entry.identity !== null) removeFrom(this.#byIdentity, entry.identity, entry)
    this.keys.remove(entry.address.key)
    entry.score?.close()
    if (closed !== null || entry.connection.isClosed) this.#release(entry)
    else this.#watchClosing(entry)
    this.#hooks.ended(entry, end)
    this.#tell.sessionRemoved(entry, end, closed)
    this.#hooks.settled(entry)
  }

  #releaseIfClosed(entry: Entry): void {
    if (entry.connection.isClosed) this.#release(entry)
  }

  /** Gives the slot back, once however often it is asked. */
  #release(entry: Entry): void {
    if (entry.isReleased) return
    entry.isReleased = true
    this.#closing.delete(entry)
    if (this.#closing.size === 0) {
      this.#closingTimer?.cancel()
      this.#closingTimer = null
    }
    this.#open -= 1
    if (entry.direction === 'inbound') {
      this.inbound -= 1
      this.inboundByPrefix.remove(entry.prefix)
    }
    if (this.#open === 0) this.whenEmpty?.()
  }

  #watchClosing(entry: Entry): void {
    if (!this.#closing.has(entry)) this.#closing.set(entry, this.#options.clock.monotonic() + CLOSE_PATIENCE_MS)
    this.#closingTimer ??= this.#options.clock.every(CLOSING_CHECK_MS, () => this.#checkClosing())
  }

  #checkClosing(): void {
    const now = this.#options.clock.monotonic()
    for (const [entry, patienceAt] of this.#closing) {
      if (now >= patienceAt && !entry.connection.isClosed) entry.connection.destroy('It did not close in time.')
      if (!entry.connection.isClosed && now < patienceAt) continue
      const end = entry.ending ?? { code: 'connection', text: 'The connection is closed.' }
      if (!entry.isEnded) this.#finish(entry, end, null)
      this.#release(entry)
    }
  }
}

const NOBODY: ReadonlySet<Entry> = new Set()
const KEEP: Verdict = { action: 'keep', event: null, ban: null, text: '' }

function addTo(map: Map<string, Set<Entry>>, key: string, entry: Entry): void {
  const entries = map.get(key)
  if (entries === undefined) map.set(key, new Set([entry]))
  else entries.add(entry)
}

function removeFrom(map: Map<string, Set<Entry>>, key: string, entry: Entry): void {
  const entries = map.get(key)
  if (entries?.delete(entry) && entries.size === 0) map.delete(key)
}
