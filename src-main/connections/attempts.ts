/** The record of attempts: those under way or waiting by request, and a bounded number of those that are over. */
import type { Direction } from '../transport/index.ts'
import { MAX_ENDED_ATTEMPTS, MAX_ENDED_INBOUND } from './limits.ts'
import type { Attempt } from './types.ts'

type Tell = (id: string, attempt: Attempt | null) => void

/** Tells every change. Outbound and inbound ended ones are bounded apart: a flood of newcomers must not push out why our own dials failed. */
export class AttemptLog {
  readonly #tell: Tell
  readonly #live = new Map<string, Attempt>()
  /** Oldest first. */
  readonly #ended: Readonly<Record<Direction, Map<string, Attempt>>> = { outbound: new Map(), inbound: new Map() }

  constructor(tell: Tell) {
    this.#tell = tell
  }

  /** Under way or waiting: adds it, or changes it. */
  put(attempt: Attempt): void {
    this.#live.set(attempt.id, attempt)
    this.#tell(attempt.id, attempt)
  }

  /** It became a session, or the request is gone without a word. */
  drop(id: string): void {
    if (this.#live.delete(id)) this.#tell(id, null)
  }

  /** It is over, and is kept to be shown. Takes the place of a live one of the same id. */
  end(attempt: Attempt): void {
    this.#live.delete(attempt.id)
    const ended = this.#ended[attempt.direction]
    ended.delete(attempt.id)
    ended.set(attempt.id, attempt)
    this.#tell(attempt.id, attempt)
    if (ended.size <= (attempt.direction === 'outbound' ? MAX_ENDED_ATTEMPTS : MAX_ENDED_INBOUND)) return
    for (const oldest of ended.keys()) {
      ended.delete(oldest)
      this.#tell(oldest, null)
      break
    }
  }

  get(id: string): Attempt | null {
    return this.#live.get(id) ?? this.#ended.outbound.get(id) ?? this.#ended.inbound.get(id) ?? null
  }

  /** Under way first, then waiting by next try, then ended, newest first. */
  all(): readonly Attempt[] {
    const live = [...this.#live.values()].sort((a, b) => (a.nextTryAt ?? 0) - (b.nextTryAt ?? 0))
    const ended = [...this.#ended.outbound.values(), ...this.#ended.inbound.values()]
    return [...live, ...ended.sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0))]
  }
}
