/** Counts refusals by code, tells them, and logs them at most once a minute: a flood must not fill the log. */
import type { Log } from '../log/index.ts'
import type { Clock } from '../time/index.ts'
import type { Direction } from '../transport/index.ts'
import type { RefusalCode } from './codes.ts'
import { REFUSAL_LOG_MS } from './limits.ts'
import type { Listeners } from './listeners.ts'

export class Refusals {
  readonly #clock: Clock
  readonly #log: Log
  readonly #network: string
  readonly #tell: Listeners
  readonly #counts: Partial<Record<RefusalCode, number>> = {}
  #unlogged: Partial<Record<RefusalCode, number>> = {}
  #loggedAt = -Infinity

  constructor(clock: Clock, log: Log, network: string, tell: Listeners) {
    this.#clock = clock
    this.#log = log
    this.#network = network
    this.#tell = tell
  }

  /** Those of inbound connections go to the log, in sum. */
  count(code: RefusalCode, direction: Direction): void {
    this.#counts[code] = (this.#counts[code] ?? 0) + 1
    this.#tell.refused(code, direction)
    if (direction === 'outbound') return
    this.#unlogged[code] = (this.#unlogged[code] ?? 0) + 1
    const now = this.#clock.monotonic()
    if (now - this.#loggedAt < REFUSAL_LOG_MS) return
    this.#loggedAt = now
    this.#log.info('inbound connections refused', { network: this.#network, ...this.#unlogged })
    this.#unlogged = {}
  }

  /** Since start, by code. */
  get counts(): Readonly<Record<string, number>> {
    return { ...this.#counts }
  }
}
