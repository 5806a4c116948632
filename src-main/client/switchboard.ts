/** Which networks are on: made, ended and made anew, one change after another, so that none is made while it is being ended. */
import type { Changes } from './changes.ts'
import { NETWORKS } from './networks.ts'
import type { Pins } from './pins.ts'
import { NetworkRuntime } from './runtime.ts'
import type { Shared } from './shared.ts'

export interface SwitchboardParts {
  readonly shared: Shared
  readonly pins: Pins
  readonly changes: Changes
  /** Filled and emptied here, read everywhere. */
  readonly runtimes: Map<string, NetworkRuntime>
  /** Ids of the networks that should be on. */
  readonly wanted: () => readonly string[]
  /** Called when one came or is about to go. */
  readonly changed: () => void
}

export class Switchboard {
  readonly #parts: SwitchboardParts
  #turn: Promise<void> = Promise.resolve()

  constructor(parts: SwitchboardParts) {
    this.#parts = parts
  }

  /** Turns on what is wanted and off what is not, as it is when its turn comes. */
  follow(): Promise<void> {
    return this.#inTurn(async () => {
      const wanted = new Set(this.#parts.wanted())
      for (const id of this.#parts.runtimes.keys()) if (!wanted.has(id)) await this.#off(id)
      for (const id of wanted) await this.#on(id)
    })
  }

  /** Turns one on whether it is wanted or not: the playground's. */
  turnOn(id: string): Promise<void> {
    return this.#inTurn(() => this.#on(id))
  }

  /** Makes those anew that are on: something has changed that decides how a network is made. */
  restart(): Promise<void> {
    return this.#inTurn(async () => {
      for (const id of Array.from(this.#parts.runtimes.keys())) {
        await this.#off(id)
        await this.#on(id)
      }
    })
  }

  /** Turns all off. */
  close(): Promise<void> {
    return this.#inTurn(async () => {
      for (const id of Array.from(this.#parts.runtimes.keys())) await this.#off(id)
    })
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(act, act)
    return this.#turn
  }

  async #on(id: string): Promise<void> {
    const { shared, pins, changes, runtimes } = this.#parts
    const known = NETWORKS.get(id)
    if (known === undefined || runtimes.has(id)) return
    const runtime = new NetworkRuntime(known, shared)
    runtimes.set(id, runtime)
    await runtime.start(pins.of(id))
    this.#parts.changed()
    shared.log.info('network on', { network: id, known: runtime.book.size })
    changes.tell('networks')
  }

  async #off(id: string): Promise<void> {
    const { shared, changes, runtimes } = this.#parts
    const runtime = runtimes.get(id)
    if (runtime === undefined) return
    runtimes.delete(id)
    this.#parts.changed()
    const gone = Array.from(runtime.watches.keys())
    await runtime.close()
    if (gone.length > 0) changes.tell('peers', gone)
    shared.log.info('network off', { network: id })
    changes.tell('networks')
    changes.tell('slots')
  }
}
