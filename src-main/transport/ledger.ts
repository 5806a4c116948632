/** What the transport keeps account of: dials by route, look-ups, and the latest refusals with their reasons. */
import type { Clock } from '../time/index.ts'
import { DialError } from './dialer.ts'
import { MAX_LEDGER_REFUSALS } from './limits.ts'
import type { Route } from './route.ts'

interface AttemptCounts {
  /** Begun. Those neither done nor failed nor cancelled are under way. */
  readonly begun: number
  readonly done: number
  readonly failed: number
  readonly cancelled: number
}

/** Something that the policy did not allow. */
export interface Refusal {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly kind: 'dial' | 'lookup' | 'listen' | 'connection'
  /** Address or host name. */
  readonly target: string
  /** A sentence for people. */
  readonly reason: string
}

export interface LedgerSnapshot {
  /** By kind of route; kinds never used are absent. */
  readonly dials: Readonly<Partial<Record<Route['kind'], AttemptCounts>>>
  readonly lookups: AttemptCounts
  /** All refusals since the start. */
  readonly refused: number
  /** The last 200, oldest first. */
  readonly refusals: readonly Refusal[]
}

type Counts = { -readonly [Field in keyof AttemptCounts]: AttemptCounts[Field] }

const none = (): Counts => ({ begun: 0, done: 0, failed: 0, cancelled: 0 })

export class Ledger {
  readonly #clock: Clock
  readonly #dials: Partial<Record<Route['kind'], Counts>> = {}
  readonly #lookups = none()
  #refused = 0
  readonly #refusals: Refusal[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  dial<T>(kind: Route['kind'], attempt: Promise<T>): Promise<T> {
    return count((this.#dials[kind] ??= none()), attempt)
  }

  lookup<T>(attempt: Promise<T>): Promise<T> {
    return count(this.#lookups, attempt)
  }

  refuse(kind: Refusal['kind'], target: string, reason: string): void {
    this.#refused += 1
    this.#refusals.push({ at: this.#clock.now(), kind, target, reason })
    if (this.#refusals.length > MAX_LEDGER_REFUSALS) this.#refusals.shift()
  }

  snapshot(): LedgerSnapshot {
    return {
      dials: structuredClone(this.#dials),
      lookups: { ...this.#lookups },
      refused: this.#refused,
      refusals: [...this.#refusals],
    }
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
