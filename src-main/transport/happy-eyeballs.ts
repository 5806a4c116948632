/** Happy eyeballs (RFC 8305): the addresses of one name raced with head starts, the first connection wins. */
import type { Clock, Timer } from '../time/index.ts'
import type { Address } from './address.ts'

/** IPv6 first, then in turns (RFC 8305 §4); within a family in the resolver's order. */
export function interleaveFamilies(addresses: readonly Address[]): readonly Address[] {
  const ipv6 = addresses.filter(address => address.kind === 'ipv6')
  const others = addresses.filter(address => address.kind !== 'ipv6')
  const turns: Address[] = []
  for (let at = 0; at < Math.max(ipv6.length, others.length); at++) {
    turns.push(...ipv6.slice(at, at + 1), ...others.slice(at, at + 1))
  }
  return turns
}

export interface RaceOptions<Winner> {
  readonly clock: Clock
  /** Head start of one attempt over the next, milliseconds. A failed attempt starts the next at once. */
  readonly staggerMs: number
  /** Ends all attempts; the race rejects with its reason. */
  readonly signal: AbortSignal
  /** Gets what an attempt still won after the race was over. */
  readonly discard: (late: Winner) => void
}

/**
 * Starts attempts one after the other and resolves with the first that succeeds; the others' signal is aborted then.
 * Rejects with the errors of all, in order of failing, when none succeeds.
 */
export function raceAttempts<Candidate, Winner>(
  candidates: readonly Candidate[],
  attempt: (candidate: Candidate, signal: AbortSignal) => Promise<Winner>,
  { clock, staggerMs, signal, discard }: RaceOptions<Winner>,
): Promise<Winner> {
  return new Promise((resolve, reject) => {
    const race = new AbortController()
    const errors: unknown[] = []
    let started = 0
    let isOver = false
    let headStart: Timer | null = null

    const finish = (): void => {
      isOver = true
      headStart?.cancel()
      signal.removeEventListener('abort', onAbort)
    }
    const onAbort = (): void => {
      finish()
      race.abort(signal.reason)
      reject(signal.reason as Error)
    }
    const won = (winner: Winner): void => {
      if (isOver) {
        discard(winner)
        return
      }
      finish()
      resolve(winner)
      race.abort()
    }
    const lost = (error: unknown): void => {
      if (isOver) return
      errors.push(error)
      if (errors.length === candidates.length) {
        finish()
        reject(new AggregateError(errors))
      } else if (started < candidates.length) {
        startNext()
      }
    }
    const startNext = (): void => {
      headStart?.cancel()
      const [candidate] = candidates.slice(started, started + 1)
      if (candidate === undefined) return
      started += 1
      if (started < candidates.length) headStart = clock.after(staggerMs, startNext)
      attempt(candidate, race.signal).then(won, lost)
    }

    if (signal.aborted) {
      onAbort()
    } else if (candidates.length === 0) {
      reject(new AggregateError([]))
    } else {
      signal.addEventListener('abort', onAbort, { once: true })
      startNext()
    }
  })
}
