/** How long to wait before the next try: btcd's linear schedule, go-ethereum's doubling one, jitter, and the brake. */
import type { RandomSource } from '../time/index.ts'
import { RESOLVE_CAP_MS, RESOLVE_DELAY_MS } from './limits.ts'

/** A delay changed at random by up to `share` of itself, up or down. A share of 0 changes nothing. */
export function jittered(delayMs: number, share: number, random: RandomSource): number {
  return share === 0 ? delayMs : delayMs * (1 + share * (2 * random.float() - 1))
}

/** Wait after failed try number `attempt` (from 1): n × base, at most the cap. Source: btcd connmgr (handleFailedConn). */
export function decideRetry(attempt: number, baseMs: number, capMs: number): number {
  return Math.min(Math.max(1, attempt) * baseMs, capMs)
}

/** Wait after the endpoint could not be resolved for the n-th time in a row: 60 s, doubling to 1 h. Source: go-ethereum p2p/dial.go. */
export function decideResolveDelay(failures: number): number {
  return Math.min(RESOLVE_DELAY_MS * 2 ** Math.max(0, failures - 1), RESOLVE_CAP_MS)
}

/** A time drawn from the exponential distribution, so that nobody can foresee the next. `exact`: the mean itself. */
export function poisson(meanMs: number, random: RandomSource, exact: boolean): number {
  return exact ? meanMs : -Math.log(1 - random.float()) * meanMs
}

/**
 * Counts failures in a row over all requests. When there are many, our own network is taken to be down and new requests
 * wait, so that a cut cable does not run through the whole address book. Source: btcd connmgr (failedAttempts).
 */
export class Brake {
  #failures = 0

  get failures(): number {
    return this.#failures
  }

  failed(): void {
    this.#failures += 1
  }

  /** Any success shows that the network works. */
  reset(): void {
    this.#failures = 0
  }

  isOn(afterFailures: number): boolean {
    return this.#failures >= afterFailures
  }
}
