/**
 * Everything we dial: decides with `decideDials` whenever something changed or fell due, and begins the dials. What
 * becomes of them stands in `fates.ts`.
 */
import type { Timer } from '../time/index.ts'
import type { Address, Connection } from '../transport/index.ts'
import { DialError } from '../transport/index.ts'
import type { AttemptLog } from './attempts.ts'
import type { RefusalCode } from './codes.ts'
import { decideDials } from './dials.ts'
import type { WaitingRequest } from './dials.ts'
import { Fates } from './fates.ts'
import { DialKnowledge } from './knowledge.ts'
import { EMPTY_BOOK_DELAY_MS, FEELER_INTERVAL_MS } from './limits.ts'
import type { Listeners } from './listeners.ts'
import { Pacing } from './pacing.ts'
import { pickCandidate } from './picks.ts'
import type { Refusals } from './refusals.ts'
import type { Request } from './requests.ts'
import { RequestTable } from './requests.ts'
import { poisson } from './retry.ts'
import type { SessionTable } from './sessions.ts'
import type { Candidate, ManagerLimits, ManagerOptions } from './types.ts'
import type { RequestKind } from './session.ts'

export interface OutboundParts {
  readonly options: ManagerOptions
  readonly limits: () => ManagerLimits
  readonly attempts: AttemptLog
  readonly refusals: Refusals
  readonly tell: Listeners
  readonly sessions: SessionTable
}

/** Whom an automatic dial or a feeler reaches. */
interface Pick {
  readonly address: Address
  readonly identity: string | null
}

export class Outbound {
  readonly #parts: OutboundParts
  readonly #options: ManagerOptions
  readonly #sessions: SessionTable
  readonly #pacing: Pacing
  readonly requests = new RequestTable()
  readonly knowledge: DialKnowledge
  readonly fates: Fates
  #bookEmptyUntil = -Infinity
  #feelerAt = Infinity
  #anchors: Address[] = []
  #nextOrder = 1
  #timer: Timer | null = null
  #isRunning = false
  #isPumping = false
  #pumpAgain = false
  #dialsUnderWay = 0
  /** Called when the last dial has settled. */
  whenIdle: (() => void) | null = null

  constructor(parts: OutboundParts) {
    const { options, limits, tell, sessions } = parts
    this.#parts = parts
    this.#options = options
    this.#sessions = sessions
    this.#pacing = new Pacing(options, limits, tell, () => {
      options.log.info('the machine slept or its clock was set: dials start anew', { network: options.network })
      this.startAnew()
    })
    this.knowledge = new DialKnowledge(options, limits, sessions, this.requests)
    this.fates = new Fates({ ...parts, requests: this.requests, knowledge: this.knowledge, pacing: this.#pacing })
  }

  get #now(): number {
    return this.#options.clock.monotonic()
  }

  /** Dials that have not settled, cancelled ones too. */
  get dialsUnderWay(): number {
    return this.#dialsUnderWay
  }

  start(): void {
    this.#isRunning = true
    this.#pacing.start()
    if (this.#parts.limits().usesAnchors) this.#anchors = [...(this.#options.anchors?.take() ?? [])]
    this.#planFeeler()
    this.pump()
  }

  /** Ends every dial; sessions are left to their table. */
  stop(): void {
    this.#isRunning = false
    this.#pacing.stop()
    this.#timer?.cancel()
    this.#timer = null
    for (const request of this.requests.all()) {
      request.abort?.abort(new DialError('cancelled', 'Warren is closing.'))
      request.abort = null
    }
  }

  /** Forgets what failed: the network is back, or the machine woke up. */
  startAnew(): void {
    this.#pacing.forget()
    this.#bookEmptyUntil = -Infinity
    for (const request of this.requests.standing)
      if (request.phase === 'waiting' && request.dueAt > this.#now) this.fates.wait(request, this.#now)
    this.pump()
  }

  /** There may be something new in the book. */
  bookChanged(): void {
    if (this.#bookEmptyUntil <= this.#now) return
    this.#bookEmptyUntil = -Infinity
    this.pump()
  }

  add(kind: RequestKind, address: Address | null, identity: string | null, isTrusted: boolean): Request {
    const { network, clock } = this.#options
    const order = this.#nextOrder++
    const request: Request = {
      id: `${network}:r${order}`,
      order,
      kind,
      address,
      identity,
      isTrusted,
      state: 'pending',
      phase: 'waiting',
      failures: 0,
      dials: 0,
      dueAt: this.#now,
      startedAt: clock.now(),
      startedMonotonic: this.#now,
      route: null,
      lastCode: null,
      lastFailure: null,
      abort: null,
      entry: null,
      heldGroup: null,
    }
    this.requests.add(request)
    return request
  }

  /** An inbound connection turned out to be our own dial, seen from its other end: what we dialed is ours. */
  noteOwnDial(from: Address): void {
    for (const { entry } of this.requests.all())
      if (entry?.connection.localAddress?.key === from.key) this.knowledge.isOurs(entry.address)
  }

  retryNow(request: Request): void {
    this.knowledge.forgetDial(request)
    this.fates.wait(request, this.#now)
    this.pump()
  }

  /** A request gets another kind, and its session another purpose: pinned, or no longer. */
  setKind(request: Request, kind: RequestKind): void {
    if (request.kind === kind) return
    if (kind !== 'automatic') this.knowledge.releaseGroup(request)
    this.requests.setKind(request, kind)
    if (request.entry !== null) this.#sessions.setPurpose(request.entry, kind)
    if (request.phase !== 'connected') this.fates.recordLive(request)
    this.pump()
  }

  /** Looks at everything and begins what should begin. Safe to call at any time. */
  pump(): void {
    this.#pumpAgain = true
    if (this.#isPumping) return
    this.#isPumping = true
    while (this.#pumpAgain && this.#isRunning) {
      this.#pumpAgain = false
      this.#decideAndDial()
    }
    this.#isPumping = false
  }

  #decideAndDial(): void {
    const limits = this.#parts.limits()
    const { profile, candidates, clock } = this.#options
    const now = this.#now
    this.knowledge.expireHistory()
    const mayUseBook = candidates !== null && !limits.isConnectOnly
    const isEmpty = this.#bookEmptyUntil > now
    const decision = decideDials({
      now,
      waiting: this.#waiting(),
      dialing: this.requests.inFlight(),
      dialingAutomatic: this.requests.inFlight('automatic'),
      readyAutomatic: this.#sessions.ready('automatic'),
      readyAsked: this.#sessions.ready('permanent') + this.#sessions.ready('manual'),
      restingUntil: this.#pacing.resting(now),
      target: limits.targetOutbound,
      maxDialing: limits.maxDialing,
      dialsPerSlot: profile.dialsPerSlot,
      sharesTarget: profile.sharesTarget,
      mayPick: mayUseBook && !isEmpty && this.#hasRoom(limits),
      feelerAt: mayUseBook && limits.usesFeelers && !isEmpty ? this.#feelerAt : null,
      isFeelerOut: this.requests.inFlight('feeler') + this.#sessions.ready('feeler') > 0,
    })
    for (const id of decision.requests) this.#dialStanding(id)
    for (let count = 0; count < decision.automatic; count++) if (!this.#dialAutomatic()) break
    if (decision.feeler) {
      this.#dialFeeler()
      // The next one has its time now, also where this one dialed nobody.
      this.#pumpAgain = true
    }
    let wakeAt = decision.wakeAt ?? Infinity
    if (mayUseBook && this.#bookEmptyUntil > now) wakeAt = Math.min(wakeAt, this.#bookEmptyUntil)
    this.#timer?.cancel()
    this.#timer = wakeAt === Infinity ? null : clock.after(wakeAt - now, () => this.pump())
  }

  #waiting(): readonly WaitingRequest[] {
    const waiting: WaitingRequest[] = []
    for (const { id, kind, phase, dueAt, order } of this.requests.standing)
      if (phase === 'waiting' && kind !== 'automatic' && kind !== 'feeler') waiting.push({ id, kind, dueAt, order })
    return waiting
  }

  #hasRoom({ maxPeers, hardCap }: ManagerLimits): boolean {
    if (this.#sessions.connections + this.requests.inFlight() >= hardCap) return false
    return maxPeers === null || this.#sessions.peers < maxPeers
  }

  #dialStanding(id: string): void {
    const request = this.requests.get(id)
    if (request === null) return
    const { address, identity, kind } = request
    const refusal = address === null ? null : this.knowledge.check({ address, identity, kind }, request)
    if (refusal === null) {
      this.#dial(request)
      return
    }
    // Its place goes to the next one that waits.
    this.#pumpAgain = true
    // Dialed a moment ago: nothing is wrong, it is only too early.
    if (refusal.code === 'recently-dialed') this.fates.wait(request, this.#now + this.knowledge.historyWait(request))
    else this.fates.refused(request, refusal.code, refusal.text)
  }

  #dialAutomatic(): boolean {
    const pick = this.#nextAnchor() ?? this.#pick(false)
    if (pick === null) {
      this.#bookEmptyUntil = this.#now + EMPTY_BOOK_DELAY_MS
      return false
    }
    const request = this.add('automatic', pick.address, pick.identity, false)
    this.knowledge.holdGroup(request)
    this.#dial(request)
    return true
  }

  #nextAnchor(): Pick | null {
    for (let address = this.#anchors.shift(); address !== undefined; address = this.#anchors.shift()) {
      const refusal = this.knowledge.check({ address, identity: null, kind: 'automatic' }, null)
      if (refusal === null) return { address, identity: null }
      this.#parts.refusals.count(refusal.code, 'outbound')
    }
    return null
  }

  #pick(newOnly: boolean): Pick | null {
    const { candidates, profile, clock } = this.#options
    if (candidates === null) return null
    const kind = newOnly ? 'feeler' : 'automatic'
    const picked = pickCandidate(candidates, {
      wantedServices: profile.wantedServices,
      defaultPort: profile.defaultPort,
      excludeGroups: newOnly ? NO_GROUPS : this.knowledge.heldGroups(),
      newOnly,
      now: clock.now(),
      mayDial: (address, identity) => this.knowledge.check({ address, identity, kind }, null) === null,
    })
    return picked === null ? null : asPick(picked)
  }

  #dialFeeler(): void {
    this.#planFeeler()
    const { candidates } = this.#options
    const test = candidates?.selectCollision?.() ?? null
    if (test !== null && this.#sessions.keys.has(test.address.key)) {
      // It is connected: that is the test passed.
      candidates?.good(test.address)
      candidates?.resolveCollisions?.()
      return
    }
    const wanted = test === null ? null : asPick(test)
    const mayTest = wanted !== null && this.knowledge.check({ ...wanted, kind: 'feeler' }, null) === null
    const pick = mayTest ? wanted : this.#pick(true)
    if (pick !== null) this.#dial(this.add('feeler', pick.address, pick.identity, false))
  }

  #planFeeler(): void {
    const isExact = this.#parts.limits().retryJitter === 0
    this.#feelerAt = this.#now + poisson(FEELER_INTERVAL_MS, this.#options.random, isExact)
  }

  #dial(request: Request): void {
    const { clock, candidates } = this.#options
    const abort = new AbortController()
    request.abort = abort
    request.state = 'pending'
    request.startedAt = clock.now()
    request.startedMonotonic = this.#now
    request.dials += 1
    request.route = null
    this.requests.setPhase(request, 'dialing')
    this.knowledge.dialed(request)
    if (request.address !== null) candidates?.attempt(request.address, false)
    this.fates.recordLive(request)
    this.#dialsUnderWay += 1
    void this.#reach(request, abort.signal)
      .then(
        connection => {
          if (request.abort === abort) this.#connected(request, connection)
          else connection.destroy('The request was cancelled.')
        },
        (error: unknown) => {
          if (request.abort !== abort) return
          const { code, text } = inWords(error)
          this.fates.failed(request, code, text)
        },
      )
      .finally(() => {
        this.#dialsUnderWay -= 1
        if (this.#dialsUnderWay === 0) this.whenIdle?.()
        this.pump()
      })
  }

  async #reach(request: Request, signal: AbortSignal): Promise<Connection> {
    const { dialer, resolve } = this.#options
    let { address } = request
    if (address === null) {
      address = (await resolve?.(request.identity ?? '', signal)) ?? null
      if (address === null) throw new NoEndpoint()
      if (signal.aborted) throw new DialError('cancelled', 'The request was cancelled.')
      request.address = address
      this.fates.recordLive(request)
    }
    return dialer.dial(address, { signal, timeoutMs: this.#parts.limits().connectTimeoutMs })
  }

  /** The dial gave a connection: may it become a session? */
  #connected(request: Request, connection: Connection): void {
    const { targetOutbound, hardCap } = this.#parts.limits()
    request.abort = null
    request.route = connection.route.kind
    const isTrusted = request.isTrusted || this.#sessions.isTrusted(connection.address, request.identity)
    const reject = (code: RefusalCode, text: string): void => {
      connection.destroy(text)
      this.#parts.refusals.count(code, 'outbound')
      this.fates.failed(request, code, text)
    }
    if (this.#options.bans.isBanned(connection.address)) {
      reject('banned', 'It was banned while it was being dialed.')
    } else if (this.#sessions.connections >= hardCap && !isTrusted) {
      reject('hard-cap', `All ${hardCap} connections that this process may hold are taken.`)
    } else if (request.kind === 'automatic' && this.#sessions.ready('automatic') >= targetOutbound) {
      // Another dial was quicker (go-ethereum's two dials for a slot), or the target was lowered.
      connection.destroy('Enough peers are connected.')
      this.#parts.refusals.count('too-many-peers', 'outbound')
      this.fates.cancel(request, 'Enough peers were connected by then.')
    } else {
      this.requests.setPhase(request, 'handshaking')
      this.fates.recordLive(request)
      const entry = this.#sessions.open(connection, request.kind, request)
      if (!entry.isEnded) request.entry = entry
    }
  }
}

const NO_GROUPS: ReadonlySet<string> = new Set()

const asPick = ({ address, identity }: Candidate): Pick => ({ address, identity: identity ?? null })

/** The endpoint of an identity is not known. */
class NoEndpoint extends Error {}

function inWords(error: unknown): { readonly code: string; readonly text: string } {
  if (error instanceof DialError) return { code: error.code, text: error.message }
  if (error instanceof NoEndpoint) return { code: 'no-endpoint', text: 'Nobody knows at which address it is.' }
  return { code: 'failed', text: error instanceof Error ? error.message : 'The dial failed.' }
}
