/**
 * Takes items from several sources in turn, so that a quick or hostile source cannot drown the others, while a slow one
 * cannot hold them up: each is waited for up to a time of its own, which is halved when it lets us wait in vain.
 * Source: go-ethereum p2p/enode/iter.go (FairMix), by behaviour.
 */
import type { Clock } from '../time/index.ts'

export interface MixSource<Item> {
  /** The next item, or null: there will be no more. A rejection ends the source as well. */
  next(signal: AbortSignal): Promise<Item | null>
}

interface Lane<Item> {
  readonly source: MixSource<Item>
  /** Fetched and not taken yet. */
  ready: { readonly item: Item } | null
  timeoutMs: number
  isOver: boolean
}

/** One consumer. Each source has at most one item fetched ahead. */
export class FairMix<Item> {
  readonly #clock: Clock
  readonly #timeoutMs: number
  readonly #lanes: Lane<Item>[] = []
  /** Lanes with an item, in the order in which it came. */
  readonly #ready: Lane<Item>[] = []
  readonly #abort = new AbortController()
  #turn = 0
  #wake: (() => void) | null = null

  /** @param timeoutMs 0: no fairness, whoever is ready; below 0: strictly in turn, however long it takes */
  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock
    this.#timeoutMs = timeoutMs
  }

  get sources(): number {
    return this.#lanes.length
  }

  /** A closed mix takes no more sources. */
  add(source: MixSource<Item>): void {
    if (this.#abort.signal.aborted) return
    const lane: Lane<Item> = { source, ready: null, timeoutMs: this.#timeoutMs, isOver: false }
    this.#lanes.push(lane)
    this.#fetch(lane)
    this.#wake?.()
  }

  /** The next item, waited for as long as it takes, also while there is no source; null once the mix is closed. */
  async next(): Promise<Item | null> {
    while (!this.#abort.signal.aborted) {
      const lane = this.#nextInTurn()
      if (lane === null) {
        await this.#until(() => this.#lanes.length > 0, -1)
        continue
      }
      const came = await this.#until(() => lane.ready !== null || lane.isOver, lane.timeoutMs)
      if (this.#abort.signal.aborted) break
      if (lane.ready !== null) {
        lane.timeoutMs = this.#timeoutMs
        return this.#take(lane)
      }
      if (came) continue
      lane.timeoutMs /= 2
      await this.#until(() => this.#ready.length > 0 || this.#lanes.length === 0, -1)
      const quickest = this.#ready[0]
      if (quickest !== undefined) return this.#take(quickest)
    }
    return null
  }

  /** Ends all sources. */
  close(): void {
    this.#abort.abort()
    this.#lanes.length = 0
    this.#ready.length = 0
    this.#wake?.()
  }

  #nextInTurn(): Lane<Item> | null {
    if (this.#lanes.length === 0) return null
    this.#turn = (this.#turn + 1) % this.#lanes.length
    return this.#lanes[this.#turn] ?? null
  }

  #take(lane: Lane<Item>): Item | null {
    const item = lane.ready?.item ?? null
    lane.ready = null
    this.#ready.splice(this.#ready.indexOf(lane), 1)
    this.#fetch(lane)
    return item
  }

  #fetch(lane: Lane<Item>): void {
    lane.source.next(this.#abort.signal).then(
      item => {
        if (this.#abort.signal.aborted) return
        if (item === null) this.#end(lane)
        else {
          lane.ready = { item }
          this.#ready.push(lane)
        }
        this.#wake?.()
      },
      () => {
        this.#end(lane)
        this.#wake?.()
      },
    )
  }

  #end(lane: Lane<Item>): void {
    lane.isOver = true
    const index = this.#lanes.indexOf(lane)
    if (index < 0) return
    this.#lanes.splice(index, 1)
    // Whoever moved up keeps its turn.
    if (index <= this.#turn) this.#turn -= 1
  }

  /** Waits for a condition; false when the time was over first. A time below 0 has no end. */
  async #until(holds: () => boolean, timeoutMs: number): Promise<boolean> {
    const wait = { isLate: false }
    const timer =
      timeoutMs < 0
        ? null
        : this.#clock.after(timeoutMs, () => {
            wait.isLate = true
            this.#wake?.()
          })
    while (!holds() && !wait.isLate && !this.#abort.signal.aborted)
      await new Promise<void>(resolve => (this.#wake = resolve))
    timer?.cancel()
    this.#wake = null
    return holds()
  }
}
