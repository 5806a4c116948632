/** What becomes of a request: success, failure and its next try, loss, cancellation. The one place that changes their state. */
import { DialError } from '../transport/index.ts'
import type { AttemptLog } from './attempts.ts'
import type { RefusalCode } from './codes.ts'
import type { Entry } from './entry.ts'
import type { DialKnowledge } from './knowledge.ts'
import { BRIEF_SESSION_MS } from './limits.ts'
import type { Pacing } from './pacing.ts'
import type { Refusals } from './refusals.ts'
import type { Request, RequestTable } from './requests.ts'
import { decideResolveDelay, decideRetry, jittered } from './retry.ts'
import type { SessionEnd } from './session.ts'
import type { SessionTable } from './sessions.ts'
import type { Attempt, ManagerLimits, ManagerOptions } from './types.ts'

/** Failures that say nothing about the address: our route, our proxy, our machine. */
const OWN_FAULTS: ReadonlySet<string> = new Set([
  'blocked',
  'local-limit',
  'proxy-unreachable',
  'proxy-auth',
  'proxy-protocol',
  'no-endpoint',
  'hard-cap',
])

/** Ends that we chose for reasons of our own: no failure of the peer or of the network. */
const OUR_CHOICE: ReadonlySet<SessionEnd['code']> = new Set(['requested', 'shutdown', 'evicted', 'duplicate'])

export interface FateParts {
  readonly options: ManagerOptions
  readonly limits: () => ManagerLimits
  readonly attempts: AttemptLog
  readonly refusals: Refusals
  readonly sessions: SessionTable
  readonly requests: RequestTable
  readonly knowledge: DialKnowledge
  readonly pacing: Pacing
}

export class Fates {
  readonly #parts: FateParts
  readonly #options: ManagerOptions

  constructor(parts: FateParts) {
    this.#parts = parts
    this.#options = parts.options
  }

  /** The handshake is complete. */
  succeeded(entry: Entry, request: Request): void {
    const { candidates } = this.#options
    request.entry = entry
    request.state = 'established'
    request.failures = 0
    request.lastCode = null
    request.lastFailure = null
    this.#parts.requests.setPhase(request, 'connected')
    this.#parts.pacing.succeeded()
    this.#parts.attempts.drop(request.id)
    candidates?.good(entry.address)
    candidates?.setServices?.(entry.address, entry.session.facts().services)
  }

  /** Its session is over, and nobody has been told yet. */
  lost(entry: Entry, request: Request, end: SessionEnd): void {
    const { candidates } = this.#options
    const wasReady = entry.readyAt !== null
    request.entry = null
    if (end.code === 'self') this.#parts.knowledge.isOurs(entry.address)
    if (wasReady) candidates?.connected?.(entry.address)
    if (request.phase === 'over') {
      // Taken back before: nothing follows.
      if (request.state === 'established') request.state = 'disconnected'
    } else if (!wasReady && !OUR_CHOICE.has(end.code)) {
      // Whoever answered at all shows that the network works.
      if (entry.connection.bytesRead > 0) this.#unfit(request, end)
      else this.failed(request, end.code, end.text)
    } else if (request.kind === 'permanent') {
      // btcd counts a loss as the first failure of a new series, so the first wait is one base delay.
      request.state = 'pending'
      request.failures = wasReady ? 0 : request.failures + 1
      this.#note(request, end.code, end.text)
      this.#waitForRetry(request, Math.max(1, request.failures))
    } else {
      request.state = wasReady ? 'disconnected' : 'canceled'
      if (!wasReady) this.#recordEnd(request, 'cancelled', end.code, end.text)
      else if (request.kind === 'automatic' && !OUR_CHOICE.has(end.code)) this.#restIfBrief(entry)
      this.#drop(request)
    }
    if (request.kind === 'feeler') candidates?.resolveCollisions?.()
  }

  /** A peer that answers and leaves gets no instant successor: a book full of such would be run through. */
  #restIfBrief(entry: Entry): void {
    if (this.#options.clock.now() - entry.connectedAt < BRIEF_SESSION_MS) this.#parts.pacing.rest()
  }

  /** Someone answered, but not as a peer that we want. */
  #unfit(request: Request, end: SessionEnd): void {
    this.#fail(request, end.code, end.text, true)
    if (request.kind === 'automatic') this.#parts.pacing.rest()
  }

  /** A dial or a silent handshake failed. */
  failed(request: Request, code: string, text: string): void {
    const { pacing } = this.#parts
    const isCredible = pacing.isCredible(request.startedMonotonic)
    if (isCredible) pacing.failed()
    if (request.kind === 'automatic' && (!isCredible || pacing.isBraking)) pacing.rest()
    this.#fail(request, code, text, isCredible)
  }

  #fail(request: Request, code: string, text: string, counts: boolean): void {
    const { candidates } = this.#options
    request.abort = null
    request.entry = null
    request.state = 'failing'
    this.#note(request, code, text)
    if (counts && request.address !== null && !OWN_FAULTS.has(code))
      candidates?.attempt(request.address, this.#blamesAddress())
    this.#recordEnd(request, 'failed', code, text)
    if (request.kind !== 'permanent') {
      this.#drop(request)
      return
    }
    if (counts) request.failures += 1
    this.#waitForRetry(request, request.failures)
  }

  /**
   * Is a failure the address's fault? Only while peers of different groups show that our own network works.
   * Source: Bitcoin Core net (count_failures).
   */
  #blamesAddress(): boolean {
    return this.#parts.sessions.readyGroups.size >= Math.min(this.#parts.limits().targetOutbound - 1, 2)
  }

  /** It was not dialed at all, for a reason that has a name. */
  refused(request: Request, code: RefusalCode, text: string): void {
    this.#parts.refusals.count(code, 'outbound')
    request.state = 'failing'
    this.#note(request, code, text)
    if (request.kind === 'permanent') {
      request.failures += 1
      this.#waitForRetry(request, request.failures)
      return
    }
    this.#recordEnd(request, 'refused', code, text)
    this.#drop(request)
  }

  /** Taken back: its dial is aborted, its next try forgotten. Its session, if any, is the caller's to end. */
  cancel(request: Request, text: string): void {
    if (request.phase !== 'connected') {
      request.state = 'canceled'
      this.#recordEnd(request, 'cancelled', 'cancelled', text)
    }
    this.#drop(request)
  }

  /** Waits for its (next) dial. Monotonic milliseconds. */
  wait(request: Request, dueAt: number): void {
    this.#parts.requests.setPhase(request, 'waiting')
    request.dueAt = dueAt
    this.recordLive(request)
  }

  #waitForRetry(request: Request, attempt: number): void {
    const { retryBaseMs, retryCapMs, retryJitter } = this.#parts.limits()
    const delay =
      request.lastCode === 'no-endpoint' ? decideResolveDelay(attempt) : decideRetry(attempt, retryBaseMs, retryCapMs)
    this.wait(request, this.#options.clock.monotonic() + jittered(delay, retryJitter, this.#options.random))
  }

  #note(request: Request, code: string, text: string): void {
    request.lastCode = code
    request.lastFailure = text
  }

  #drop(request: Request): void {
    const { abort } = request
    request.abort = null
    this.#parts.requests.delete(request)
    this.#parts.knowledge.releaseGroup(request)
    this.#parts.attempts.drop(request.id)
    abort?.abort(new DialError('cancelled', 'The request was cancelled.'))
  }

  /** Shows where the request stands now. */
  recordLive(request: Request): void {
    const { clock } = this.#options
    const isWaiting = request.phase === 'waiting'
    this.#parts.attempts.put({
      ...asAttempt(request),
      id: request.id,
      state: isWaiting ? 'waiting' : request.phase === 'handshaking' ? 'handshaking' : 'dialing',
      endedAt: null,
      nextTryAt: isWaiting ? clock.now() + Math.max(0, request.dueAt - clock.monotonic()) : null,
      code: isWaiting ? request.lastCode : null,
      reason: isWaiting ? request.lastFailure : null,
    })
  }

  #recordEnd(request: Request, state: 'failed' | 'refused' | 'cancelled', code: string, reason: string): void {
    const id = `${request.id}.${request.dials}`
    const endedAt = this.#options.clock.now()
    this.#parts.attempts.end({ ...asAttempt(request), id, state, endedAt, nextTryAt: null, code, reason })
  }
}

type AttemptBasis = Omit<Attempt, 'id' | 'state' | 'endedAt' | 'nextTryAt' | 'code' | 'reason'>

const asAttempt = (request: Request): AttemptBasis => ({
  address: request.address?.key ?? request.identity ?? '',
  direction: 'outbound',
  purpose: request.kind,
  startedAt: request.startedAt,
  attempt: request.failures + 1,
  route: request.route,
  requestId: request.id,
})
