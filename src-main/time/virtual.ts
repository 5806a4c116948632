/**
 * A clock that stands still until it is told to move: for tests and for simulations of thousands of peers.
 * Timers fire in order of their due time, and in order of arming when due together, as Node's own do.
 */
import type { Clock, Timer } from './clock.ts'

interface Armed {
  due: number
  readonly order: number
  readonly action: () => void
  /** Milliseconds between firings, or 0 for a timer that fires once. */
  readonly periodMs: number
}

const isBefore = (a: Armed, b: Armed): boolean => a.due < b.due || (a.due === b.due && a.order < b.order)

/** A virtual clock. `now` starts at `startMs` (milliseconds since the epoch); `monotonic` starts at 0. */
export class VirtualClock implements Clock {
  #elapsedMs = 0
  #wallMs: number
  #order = 0
  /** Binary heap, earliest first. Cancelled entries stay until they surface. */
  readonly #heap: Armed[] = []
  readonly #live = new Set<Armed>()

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#wallMs = startMs
  }

  now(): number {
    return this.#wallMs
  }

  monotonic(): number {
    return this.#elapsedMs
  }

  /** Timers armed and not yet fired or cancelled: 0 after everything under test has been closed. */
  get pendingTimers(): number {
    return this.#live.size
  }

  after(delayMs: number, action: () => void): Timer {
    return this.#arm(delayMs > 0 ? delayMs : 0, 0, action)
  }

  every(periodMs: number, action: () => void): Timer {
    const period = Math.max(1, periodMs)
    return this.#arm(period, period, action)
  }

  /** Moves the wall clock alone, as a user or NTP does. Timers and `monotonic` do not notice. */
  jumpWallClock(byMs: number): void {
    this.#wallMs += byMs
  }

  /** Moves time on by `ms`, firing what falls due on the way, synchronously. Promises settled on the way run later. */
  advance(ms: number): void {
    const end = this.#elapsedMs + ms
    for (let next = this.#peek(); next !== undefined && next.due <= end; next = this.#peek()) this.#fire(next)
    this.#moveTo(end)
  }

  /** As `advance`, but lets promise continuations run after each timer, so that async code under test keeps up. */
  async run(ms: number): Promise<void> {
    const end = this.#elapsedMs + ms
    await settle()
    for (let next = this.#peek(); next !== undefined && next.due <= end; next = this.#peek()) {
      this.#fire(next)
      await settle()
    }
    this.#moveTo(end)
    await settle()
  }

  #moveTo(elapsedMs: number): void {
    this.#wallMs += elapsedMs - this.#elapsedMs
    this.#elapsedMs = elapsedMs
  }

  #arm(delayMs: number, periodMs: number, action: () => void): Timer {
    const armed: Armed = { due: this.#elapsedMs + delayMs, order: this.#order++, action, periodMs }
    this.#live.add(armed)
    this.#push(armed)
    return { cancel: () => void this.#live.delete(armed) }
  }

  #fire(armed: Armed): void {
    this.#pop()
    this.#moveTo(armed.due)
    if (armed.periodMs > 0) {
      armed.due += armed.periodMs
      this.#push(armed)
    } else {
      this.#live.delete(armed)
    }
    armed.action()
  }

  /** The earliest timer that still counts. */
  #peek(): Armed | undefined {
    let top = this.#heap[0]
    while (top !== undefined && !this.#live.has(top)) {
      this.#pop()
      top = this.#heap[0]
    }
    return top
  }

  #push(armed: Armed): void {
    const heap = this.#heap
    let index = heap.length
    heap.push(armed)
    while (index > 0) {
      const parentIndex = (index - 1) >> 1
      const parent = heap[parentIndex]
      if (parent === undefined || !isBefore(armed, parent)) break
      heap[index] = parent
      index = parentIndex
    }
    heap[index] = armed
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let index = 0
    for (;;) {
      let childIndex = 2 * index + 1
      let child = heap[childIndex]
      if (child === undefined) break
      const right = heap[childIndex + 1]
      if (right !== undefined && isBefore(right, child)) {
        child = right
        childIndex += 1
      }
      if (!isBefore(child, last)) break
      heap[index] = child
      index = childIndex
    }
    heap[index] = last
  }
}

/** Lets queued microtasks (and what they queue, some levels deep) run without letting real time pass. */
async function settle(): Promise<void> {
  for (let round = 0; round < 8; round++) await Promise.resolve()
}
