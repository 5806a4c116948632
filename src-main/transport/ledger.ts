/**
 * The privacy ledger: dials and look-ups by route, the latest of them with their reasons, what was refused to keep the
 * policy, and, told by whoever opens sockets, whatever contradicts it.
 */
import type { Clock } from '../time/index.ts'
import { DialError } from './dialer.ts'
import { MAX_CONTRADICTIONS, MAX_LEDGER_ENTRIES, MAX_REFUSAL_REASONS } from './limits.ts'
import type { Route } from './route.ts'

interface AttemptCounts {
  /** Begun. Those neither done nor failed nor cancelled are under way. */
  readonly begun: number
  readonly done: number
  readonly failed: number
  readonly cancelled: number
}

/** Something that left this machine, or was kept from it. */
export interface LedgerEntry {
  /** Grows with every entry. */
  readonly id: number
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly kind: 'dial' | 'lookup' | 'listen' | 'connection' | 'udp'
  /** `bitcoin/mainnet`: the network that asked; null when nobody is named. */
  readonly network: string | null
  /** Address or host name. */
  readonly target: string
  /** Kind of route, who looked a name up (`system`, `tor`), or `refused`. */
  readonly route: string
  /** A sentence for people. */
  readonly reason: string
}

export interface LedgerSnapshot {
  /** By kind of route; kinds never used are absent. */
  readonly dials: Readonly<Partial<Record<Route['kind'], AttemptCounts>>>
  /** By who was asked. */
  readonly lookups: Readonly<Record<'system' | 'tor', AttemptCounts>>
  /** All refusals since the start. */
  readonly refused: number
  /** By reason, the most frequent first; at most 32 reasons. */
  readonly refusals: readonly { readonly reason: string; readonly count: number }[]
  /** The last 200, newest first. */
  readonly entries: readonly LedgerEntry[]
  /** What happened against the policy, oldest first, at most 20: empty, or Warren has a fault. */
  readonly contradictions: readonly { readonly at: number; readonly text: string }[]
}

type Counts = { -readonly [Field in keyof AttemptCounts]: AttemptCounts[Field] }

const none = (): Counts => ({ begun: 0, done: 0, failed: 0, cancelled: 0 })

/** What an entry is about. */
export interface LedgerSubject {
  readonly target: string
  readonly network?: string | undefined
}

/** Reasons beyond the last that is kept. */
const OTHER_REASONS = 'Other reasons.'

export class Ledger {
  readonly #clock: Clock
  readonly #dials: Partial<Record<Route['kind'], Counts>> = {}
  readonly #lookups = { system: none(), tor: none() }
  #refused = 0
  /** Grows with every entry. */
  revision = 0
  readonly #reasons = new Map<string, number>()
  readonly #entries: LedgerEntry[] = []
  readonly #contradictions: { at: number; text: string }[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  dial<T>(kind: Route['kind'], subject: LedgerSubject, reason: string, attempt: Promise<T>): Promise<T> {
    this.#note('dial', subject, kind, reason)
    return count((this.#dials[kind] ??= none()), attempt)
  }

  lookup<T>(by: 'system' | 'tor', subject: LedgerSubject, reason: string, attempt: Promise<T>): Promise<T> {
    this.#note('lookup', subject, by, reason)
    return count(this.#lookups[by], attempt)
  }

  /** Something else that was allowed: a socket that listens, UDP. */
  allow(kind: LedgerEntry['kind'], target: string, reason: string): void {
    this.#note(kind, { target }, 'direct', reason)
  }

  refuse(kind: LedgerEntry['kind'], subject: LedgerSubject, reason: string): void {
    this.#refused += 1
    const key = this.#reasons.has(reason) || this.#reasons.size < MAX_REFUSAL_REASONS - 1 ? reason : OTHER_REASONS
    this.#reasons.set(key, (this.#reasons.get(key) ?? 0) + 1)
    this.#note(kind, subject, 'refused', reason)
  }

  /** Something was about to happen that the policy does not allow: a fault of ours, told once it is seen. */
  contradict(text: string): void {
    this.revision += 1
    if (this.#contradictions.length < MAX_CONTRADICTIONS) this.#contradictions.push({ at: this.#clock.now(), text })
  }

  snapshot(): LedgerSnapshot {
    return {
      dials: structuredClone(this.#dials),
      lookups: structuredClone(this.#lookups),
      refused: this.#refused,
      refusals: Array.from(this.#reasons, ([reason, refusals]) => ({ reason, count: refusals })).sort(
        (a, b) => b.count - a.count,
      ),
      entries: this.#entries.toReversed(),
      contradictions: [...this.#contradictions],
    }
  }

  #note(
    kind: LedgerEntry['kind'],
    { target, network = null }: { target: string; network?: string | null | undefined },
    route: string,
    reason: string,
  ): void {
    this.revision += 1
    this.#entries.push({ id: this.revision, at: this.#clock.now(), kind, network, target, route, reason })
    if (this.#entries.length > MAX_LEDGER_ENTRIES) this.#entries.shift()
  }
}

async function count<T>(counts: Counts, attempt: Promise<T>): Promise<T> {
  counts.begun += 1
  try {
    const result = await attempt
    counts.done += 1
    return result
  } catch (error) {
    if (error instanceof DialError && error.code === 'cancelled') counts.cancelled += 1
    else counts.failed += 1
    throw error
  }
}

/** Why a route was taken, for the ledger. */
export function reasonOf(route: Route): string {
  if (route.kind === 'direct') return 'The policy dials such addresses directly.'
  const isolation = route.isolation === undefined ? '' : `, apart by ${route.isolation}`
  return `The policy sends such addresses through ${route.proxy}${isolation}.`
}
