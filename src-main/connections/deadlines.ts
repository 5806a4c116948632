/** Many deadlines and one timer: what lets ten thousand peers have a handshake deadline each. */
import type { Clock, Timer } from '../time/index.ts'

/** Calls `expired` for each item whose time is over. One timer at most is armed; adding and deleting take constant time. */
export class Deadlines<Item> {
  readonly #clock: Clock
  readonly #expired: (item: Item) => void
  /** By lifetime, of which there are few; those of one lifetime fall due in the order of adding. */
  readonly #queues = new Map<number, Map<Item, number>>()
  #timer: Timer | null = null
  #timerAt = Infinity

  constructor(clock: Clock, expired: (item: Item) => void) {
    this.#clock = clock
    this.#expired = expired
  }

  /** Begins an item's time; one that is there already begins anew. */
  add(item: Item, lifetimeMs: number): void {
    this.#take(item)
    let queue = this.#queues.get(lifetimeMs)
    if (queue === undefined) this.#queues.set(lifetimeMs, (queue = new Map<Item, number>()))
    const at = this.#clock.monotonic() + lifetimeMs
    queue.set(item, at)
    if (at < this.#timerAt) this.#arm(at)
  }

  delete(item: Item): void {
    this.#take(item)
    if (this.#queues.size === 0) this.#arm(Infinity)
  }

  clear(): void {
    this.#queues.clear()
    this.#arm(Infinity)
  }

  #take(item: Item): void {
    for (const [lifetimeMs, queue] of this.#queues) {
      if (queue.delete(item) && queue.size === 0) this.#queues.delete(lifetimeMs)
    }
  }

  #arm(at: number): void {
    this.#timer?.cancel()
    this.#timerAt = at
    this.#timer = at === Infinity ? null : this.#clock.after(at - this.#clock.monotonic(), () => this.#fire())
  }

  #fire(): void {
    const now = this.#clock.monotonic()
    const over: Item[] = []
    let next = Infinity
    for (const queue of this.#queues.values()) {
      for (const [item, at] of queue) {
        if (at > now) {
          next = Math.min(next, at)
          break
        }
        over.push(item)
      }
    }
    for (const item of over) this.#take(item)
    this.#arm(next)
    for (const item of over) this.#expired(item)
  }
}
