/** Requests: what each stands for, and the table that finds them by id and by whom they reach. */
import type { Address } from '../transport/index.ts'
import type { Entry } from './entry.ts'
import type { RequestState, RequestView } from './types.ts'
import type { RequestKind } from './session.ts'

/** Where a request stands. Dialing and handshaking are in flight and count against the pending limit. */
export type RequestPhase = 'waiting' | 'dialing' | 'handshaking' | 'connected' | 'over'

/** One wish for a session. Owned by `Outbound`, which alone changes it. */
export interface Request {
  readonly id: string
  /** Order of asking. */
  readonly order: number
  kind: RequestKind
  /** Null: only the identity is known. */
  address: Address | null
  readonly identity: string | null
  isTrusted: boolean
  state: RequestState
  phase: RequestPhase
  /** Tries that failed since the last success. */
  failures: number
  /** Dials begun in all: numbers the records of ended tries. */
  dials: number
  /** Monotonic milliseconds; counts while waiting. */
  dueAt: number
  /** Milliseconds since the epoch, and monotonic: when the present try began. */
  startedAt: number
  startedMonotonic: number
  route: string | null
  lastCode: string | null
  lastFailure: string | null
  abort: AbortController | null
  entry: Entry | null
  /** The group that it takes among automatic peers; null when exempt or not automatic. */
  heldGroup: string | null
}

/** What two requests for the same peer share. */
export const targetKey = (address: Address | null, identity: string | null): string => identity ?? address?.key ?? ''

const isInFlight = (phase: RequestPhase): boolean => phase === 'dialing' || phase === 'handshaking'

/** All requests that are not over. Counts those in flight and connected by kind as phases change. */
export class RequestTable {
  readonly #byId = new Map<string, Request>()
  readonly #byTarget = new Map<string, Request>()
  /** Those that stand by themselves: all but automatic ones and feelers. */
  readonly #standing = new Set<Request>()
  readonly #inFlight = { automatic: 0, permanent: 0, manual: 0, 'one-shot': 0, feeler: 0 }

  add(request: Request): void {
    this.#byId.set(request.id, request)
    this.#byTarget.set(targetKey(request.address, request.identity), request)
    if (request.kind !== 'automatic' && request.kind !== 'feeler') this.#standing.add(request)
  }

  delete(request: Request): void {
    this.setPhase(request, 'over')
    this.#byId.delete(request.id)
    this.#standing.delete(request)
    const key = targetKey(request.address, request.identity)
    if (this.#byTarget.get(key) === request) this.#byTarget.delete(key)
  }

  setPhase(request: Request, phase: RequestPhase): void {
    if (isInFlight(request.phase)) this.#inFlight[request.kind] -= 1
    request.phase = phase
    if (isInFlight(phase)) this.#inFlight[request.kind] += 1
  }

  setKind(request: Request, kind: RequestKind): void {
    const { phase } = request
    this.setPhase(request, 'waiting')
    request.kind = kind
    this.setPhase(request, phase)
    if (kind === 'automatic' || kind === 'feeler') this.#standing.delete(request)
    else this.#standing.add(request)
  }

  get(id: string): Request | null {
    return this.#byId.get(id) ?? null
  }

  find(address: Address | null, identity: string | null): Request | null {
    return this.#byTarget.get(targetKey(address, identity)) ?? null
  }

  inFlight(kind?: RequestKind): number {
    if (kind !== undefined) return this.#inFlight[kind]
    const { automatic, permanent, manual, feeler } = this.#inFlight
    return automatic + permanent + manual + feeler + this.#inFlight['one-shot']
  }

  get standing(): ReadonlySet<Request> {
    return this.#standing
  }

  all(): Iterable<Request> {
    return this.#byId.values()
  }
}

/** As others see it. `now`s are of the same moment. */
export function viewRequest(request: Request, now: number, monotonic: number): RequestView {
  return {
    id: request.id,
    kind: request.kind,
    address: request.address,
    identity: request.identity,
    isTrusted: request.isTrusted,
    state: request.state,
    attempts: request.failures,
    nextTryAt: request.phase === 'waiting' ? now + Math.max(0, request.dueAt - monotonic) : null,
    lastFailure: request.lastFailure,
    sessionId: request.entry?.id ?? null,
  }
}
