/**
 * Notices that the machine slept: then the wall clock has run on without the monotonic one, or a timer came far too
 * late. Dials that were under way failed for no fault of theirs.
 */
import type { Clock, Timer } from '../time/index.ts'
import { SLEEP_CHECK_MS, SLEEP_GAP_MS } from './limits.ts'

export class SleepWatch {
  readonly #clock: Clock
  readonly #woke: () => void
  #wall: number
  #monotonic: number
  #lastGapAt = -Infinity
  #timer: Timer | null = null

  /** @param woke called once after each sleep */
  constructor(clock: Clock, woke: () => void) {
    this.#clock = clock
    this.#woke = woke
    this.#wall = clock.now()
    this.#monotonic = clock.monotonic()
  }

  start(): void {
    this.#wall = this.#clock.now()
    this.#monotonic = this.#clock.monotonic()
    this.#timer = this.#clock.every(SLEEP_CHECK_MS, () => this.check())
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = null
  }

  /** Looks at both clocks now. A clock set by hand looks like a sleep too, which does no harm. */
  check(): void {
    const wall = this.#clock.now()
    const monotonic = this.#clock.monotonic()
    const passed = monotonic - this.#monotonic
    const jumped = Math.abs(wall - this.#wall - passed) > SLEEP_GAP_MS
    const late = this.#timer !== null && passed > SLEEP_CHECK_MS + SLEEP_GAP_MS
    this.#wall = wall
    this.#monotonic = monotonic
    if (!jumped && !late) return
    this.#lastGapAt = monotonic
    this.#woke()
  }

  /** Has there been a sleep since this monotonic time? */
  sleptSince(monotonicMs: number): boolean {
    this.check()
    return this.#lastGapAt >= monotonicMs
  }
}
