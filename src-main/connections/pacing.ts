/** How fast we may dial: the brake after many failures, slots that rest, and failures that do not count. */
import { Brake, jittered } from './retry.ts'
import type { Listeners } from './listeners.ts'
import { SleepWatch } from './sleep.ts'
import type { ManagerLimits, ManagerOptions } from './types.ts'

export class Pacing {
  readonly #options: ManagerOptions
  readonly #limits: () => ManagerLimits
  readonly #tell: Listeners
  readonly #brake = new Brake()
  readonly #sleep: SleepWatch
  /** Until when each resting automatic slot rests, monotonic milliseconds. */
  #resting: number[] = []
  #isDown = false

  /** @param woke called after the machine slept */
  constructor(options: ManagerOptions, limits: () => ManagerLimits, tell: Listeners, woke: () => void) {
    this.#options = options
    this.#limits = limits
    this.#tell = tell
    this.#sleep = new SleepWatch(options.clock, woke)
  }

  start(): void {
    this.#sleep.start()
  }

  stop(): void {
    this.#sleep.stop()
  }

  /** Does a failure say anything? Not while the machine is offline, and not when it slept since the dial began. */
  isCredible(startedMonotonic: number): boolean {
    return (this.#options.online?.() ?? true) && !this.#sleep.sleptSince(startedMonotonic)
  }

  get isBraking(): boolean {
    return this.#brake.isOn(this.#limits().brakeAfterFailures)
  }

  failed(): void {
    this.#brake.failed()
    this.#tellDown()
  }

  succeeded(): void {
    this.#brake.reset()
    this.#tellDown()
  }

  /** One automatic slot stays empty for the brake's delay. */
  rest(): void {
    const { brakeDelayMs, retryJitter } = this.#limits()
    const delay = jittered(brakeDelayMs, retryJitter, this.#options.random)
    this.#resting.push(this.#options.clock.monotonic() + delay)
  }

  resting(now: number): readonly number[] {
    this.#resting = this.#resting.filter(until => until > now)
    return this.#resting
  }

  /** Forgets all failures. */
  forget(): void {
    this.#resting = []
    this.succeeded()
  }

  #tellDown(): void {
    const isDown = this.isBraking
    if (isDown === this.#isDown) return
    this.#isDown = isDown
    const { log, network } = this.#options
    if (isDown) log.warn('many dials failed in a row; dialing slowly', { network, failures: this.#brake.failures })
    this.#tell.networkDown(isDown)
  }
}
