/** Inbound connections: admits them, makes room for them, or closes them before anything is read. */
import { createHmac } from 'node:crypto'
import type { Timer } from '../time/index.ts'
import type { Connection } from '../transport/index.ts'
import { isLan, isLoopback, prefixKey } from '../transport/index.ts'
import type { Admission } from './admission.ts'
import { admit } from './admission.ts'
import type { AttemptLog } from './attempts.ts'
import type { AdmissionRefusal } from './codes.ts'
import type { Entry } from './entry.ts'
import type { EvictionCandidate, EvictionPlan } from './eviction.ts'
import { decideEviction } from './eviction.ts'
import {
  EVICTION_INTERVAL_MS,
  FAREWELL_PATIENCE_MS,
  INBOUND_THROTTLE_MS,
  MAX_FAREWELLS,
  MAX_THROTTLED,
} from './limits.ts'
import { RecentKeys } from './recent.ts'
import type { Refusals } from './refusals.ts'
import type { SessionEnd } from './session.ts'
import type { SessionTable } from './sessions.ts'
import { prefixOf } from './sessions.ts'
import type { ManagerLimits, ManagerOptions } from './types.ts'

/** Refusals for lack of room: only those are worth telling of other peers. */
const LACKS_ROOM: ReadonlySet<AdmissionRefusal> = new Set(['too-many-inbound', 'too-many-peers', 'hard-cap'])

export interface InboundParts {
  readonly options: ManagerOptions
  readonly limits: () => ManagerLimits
  readonly attempts: AttemptLog
  readonly refusals: Refusals
  readonly sessions: SessionTable
}

export class Inbound {
  readonly #parts: InboundParts
  readonly #options: ManagerOptions
  readonly #sessions: SessionTable
  readonly #tried = new RecentKeys(MAX_THROTTLED)
  /** Refused connections that are being told of other peers. */
  readonly #farewells = new Map<Connection, Timer>()
  /** Secret of this run: nobody can foresee which groups eviction protects. */
  readonly #evictionKey: Uint8Array
  #evictedAt = -Infinity
  #nextId = 1
  #isClosed = false

  constructor(parts: InboundParts) {
    this.#parts = parts
    this.#options = parts.options
    this.#sessions = parts.sessions
    this.#evictionKey = parts.options.random.bytes(32)
  }

  accept(connection: Connection): void {
    const decision = this.#decide(connection)
    if (decision.kind === 'refuse') {
      this.#refuse(connection, decision.code, decision.text)
      return
    }
    if (decision.kind === 'evict' && !this.#makeRoom(decision.anyone)) {
      this.#refuse(connection, decision.code, decision.text)
      return
    }
    this.#sessions.open(connection, 'inbound', null)
  }

  #decide(connection: Connection): Admission {
    const { address } = connection
    const { profile, bans, clock, isAllowed } = this.#options
    const sessions = this.#sessions
    const prefix = prefixOf(address)
    const decision = admit(
      {
        isClosed: this.#isClosed,
        isBanned: bans.isBanned(address),
        isAllowed: isAllowed?.(address) ?? true,
        isTrusted: sessions.isTrusted(address, null),
        triedRecently: this.#triedRecently(connection),
        standsForMany: isLoopback(address),
        halfOpen: sessions.halfOpen,
        halfOpenOfPrefix: sessions.halfOpenByPrefix.count(prefix),
        inboundOfPrefix: sessions.inboundByPrefix.count(prefix),
        inbound: sessions.inbound,
        peers: sessions.peers + sessions.halfOpen,
        connections: sessions.connections,
        judgesRoomLater: profile.identifiesPeers,
      },
      this.#parts.limits(),
    )
    // As in go-ethereum, an attempt counts once the ban list and the throttle let it through.
    if (profile.throttlesInbound && !UNCOUNTED.has(decision.kind === 'admit' ? '' : decision.code))
      this.#tried.see(throttleKey(connection), clock.monotonic())
    return decision
  }

  #triedRecently(connection: Connection): boolean {
    const { profile, clock } = this.#options
    if (!profile.throttlesInbound || isLan(connection.address)) return false
    return this.#tried.age(throttleKey(connection), INBOUND_THROTTLE_MS, clock.monotonic()) !== null
  }

  #refuse(connection: Connection, code: AdmissionRefusal, text: string): void {
    const { clock, network } = this.#options
    const now = clock.now()
    if (!this.#isClosed) {
      if (code === 'banned') this.#countForBan(connection)
      this.#parts.refusals.count(code, 'inbound')
      this.#parts.attempts.end({
        id: `${network}:i${this.#nextId++}`,
        address: connection.address.key,
        direction: 'inbound',
        purpose: 'inbound',
        state: 'refused',
        startedAt: now,
        endedAt: now,
        attempt: 1,
        nextTryAt: null,
        code,
        reason: text,
        route: connection.route.kind,
        requestId: null,
      })
    }
    if (LACKS_ROOM.has(code) && this.#sayFarewell(connection)) return
    connection.destroy(text)
  }

  #countForBan(connection: Connection): void {
    const { bans } = this.#options
    const ban = bans.find?.(connection.address) ?? null
    if (ban !== null) bans.countRefusal?.(ban.id)
  }

  /** Keeps a failed handshake to be shown. */
  recordFailure(entry: Entry, end: SessionEnd): void {
    this.#parts.attempts.end({
      id: `${this.#options.network}:i${this.#nextId++}`,
      address: entry.address.key,
      direction: 'inbound',
      purpose: 'inbound',
      state: 'failed',
      startedAt: entry.connectedAt,
      endedAt: this.#options.clock.now(),
      attempt: 1,
      nextTryAt: null,
      code: end.code,
      reason: end.text,
      route: entry.connection.route.kind,
      requestId: null,
    })
  }

  /** Politeness for the refused: other addresses before the door closes. False when there is nobody to do it. */
  #sayFarewell(connection: Connection): boolean {
    const { farewell, clock } = this.#options
    if (farewell === undefined || this.#farewells.size >= MAX_FAREWELLS) return false
    const sendAway = (): void => {
      const timer = this.#farewells.get(connection)
      if (timer === undefined) return
      timer.cancel()
      this.#farewells.delete(connection)
      connection.close('There is no room.')
    }
    this.#farewells.set(connection, clock.after(FAREWELL_PATIENCE_MS, sendAway))
    void farewell(connection).then(sendAway, sendAway)
    return true
  }

  /** Evicts one inbound peer, at most once a second. `anyone`: for a trusted newcomer, whatever has least value. */
  #makeRoom(anyone: boolean): boolean {
    const now = this.#options.clock.monotonic()
    if (!anyone && now - this.#evictedAt < EVICTION_INTERVAL_MS) return false
    const plan = this.plan()
    const victim =
      (plan.victim === null ? null : this.#sessions.get(plan.victim)) ?? (anyone ? this.#leastValuable() : null)
    if (victim === null) {
      // Asking again at once would cost as much and give the same.
      this.#evictedAt = now
      return false
    }
    this.#evictedAt = now
    const text = plan.victim === victim.id ? plan.reason : 'A trusted peer needed its place.'
    this.#sessions.evict(victim, { code: 'evicted', text })
    return true
  }

  /** Where even protection does not help: the youngest normal inbound peer, else the youngest automatic one. */
  #leastValuable(): Entry | null {
    let best: Entry | null = null
    for (const entry of this.#sessions.all()) {
      if (entry.isTrusted || entry.isWhitelisted || entry.ending !== null) continue
      if (entry.purpose !== 'inbound' && entry.purpose !== 'automatic') continue
      const isBetter =
        best === null ||
        (best.purpose !== 'inbound' && entry.purpose === 'inbound') ||
        (best.purpose === entry.purpose && entry.connectedAt >= best.connectedAt)
      if (isBetter) best = entry
    }
    return best
  }

  /** Who would go next, and what protects the others. O(n log n). */
  plan(): EvictionPlan {
    const candidates: EvictionCandidate[] = []
    const keyed = new Map<string, number>()
    for (const entry of this.#sessions.all()) {
      if (entry.direction !== 'inbound' || entry.ending !== null) continue
      let keyedGroup = keyed.get(entry.group)
      if (keyedGroup === undefined) keyed.set(entry.group, (keyedGroup = this.#keyed(entry.group)))
      const { minPingMs, details } = entry.session.facts()
      candidates.push({
        id: entry.id,
        group: entry.group,
        keyedGroup,
        connectedAt: entry.connectedAt,
        minPingMs,
        lastBlockAt: entry.lastBlockAt,
        lastTransactionAt: entry.lastTransactionAt,
        relaysTransactions: details['relaysTransactions'] !== false,
        isExempt: entry.isTrusted || entry.isWhitelisted,
        isDiscouraged: isDiscouraged(entry),
        overlay: overlayOf(entry),
      })
    }
    return decideEviction(candidates)
  }

  /** 48 bits of a keyed hash. */
  #keyed(group: string): number {
    return createHmac('sha256', this.#evictionKey).update(group).digest().readUIntBE(0, 6)
  }

  /** No room any more for so many: the youngest go. */
  shrink(): void {
    const { maxInbound } = this.#parts.limits()
    if (maxInbound === null) return
    const alive = [...this.#sessions.all()].filter(entry => entry.direction === 'inbound' && entry.ending === null)
    const excess = alive.length - maxInbound
    if (excess <= 0) return
    const inbound = alive.filter(entry => !entry.isTrusted && !entry.isWhitelisted)
    const text = `Only ${maxInbound} inbound peers are wanted now.`
    for (const entry of inbound.slice(-excess)) this.#sessions.evict(entry, { code: 'evicted', text })
  }

  stop(): void {
    this.#isClosed = true
    for (const [connection, timer] of this.#farewells) {
      timer.cancel()
      connection.destroy('Warren is closing.')
    }
    this.#farewells.clear()
  }
}

/** Refusals that come before the throttle looks, or are its own. */
const UNCOUNTED: ReadonlySet<string> = new Set(['closed', 'banned', 'not-allowed', 'inbound-off', 'too-many-attempts'])

/** One IPv4 address, or one /64: whoever has an IPv6 address has a whole /64 of them. */
const throttleKey = (connection: Connection): string => prefixKey(connection.address, 32, 64)

/** Its score stands where people are warned. */
function isDiscouraged({ score }: Entry): boolean {
  return score !== null && score.score() > 0 && score.score() > score.curve().warnAt
}

function overlayOf(entry: Entry): EvictionCandidate['overlay'] {
  const { kind } = entry.address
  if (kind === 'cjdns' || kind === 'i2p' || kind === 'onion') return kind
  return isLoopback(entry.address) ? 'local' : null
}
