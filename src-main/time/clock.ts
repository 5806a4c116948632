/**
 * The clock that everything in Warren asks. Nothing above this room reads `Date.now` or arms a timer of its own,
 * so a test of a five-minute backoff takes microseconds of virtual time.
 */

/** A timer that has been armed. Cancelling one that has fired, or cancelling twice, does nothing. */
export interface Timer {
  cancel(): void
}

export interface Clock {
  /** Wall-clock time in milliseconds since the Unix epoch. May jump when the user or NTP sets the clock. */
  now(): number
  /** Milliseconds since an arbitrary start; never goes back. Use it for durations and rates. */
  monotonic(): number
  /** Calls `action` once, `delayMs` from now (negative and NaN count as 0, longer than 2^31-1 ms is cut to that). */
  after(delayMs: number, action: () => void): Timer
  /** Calls `action` every `periodMs` (at least 1) until cancelled. */
  every(periodMs: number, action: () => void): Timer
}

/** Longest delay that Node's timers keep; a longer one would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1

const boundedDelay = (delayMs: number): number => (delayMs > 0 ? Math.min(delayMs, MAX_DELAY_MS) : 0)

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delayMs, action) => {
    const handle = setTimeout(action, boundedDelay(delayMs))
    return { cancel: () => clearTimeout(handle) }
  },
  every: (periodMs, action) => {
    const handle = setInterval(action, Math.max(1, boundedDelay(periodMs)))
    return { cancel: () => clearInterval(handle) }
  },
}

/**
 * Resolves after `delayMs`, or rejects with the signal's reason when it is aborted first. Leaves no timer behind
 * either way.
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error)
      return
    }
    const onAbort = (): void => {
      timer.cancel()
      reject(signal?.reason as Error)
    }
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
