/** Things with a time, soonest first: a binary heap whose outdated entries are dropped when they surface. */

interface Deadline {
  readonly at: number
  readonly id: string
}

export class Deadlines {
  #heap: Deadline[] = []
  /** The time that counts for an id now; undefined when none does. */
  readonly #current: (id: string) => number | undefined

  constructor(current: (id: string) => number | undefined) {
    this.#current = current
  }

  /** Notes the time of an id; an earlier note of it becomes outdated. */
  add(id: string, at: number): void {
    const heap = this.#heap
    let index = heap.length
    heap.push({ at, id })
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (this.#timeAt(parent) <= at) break
      this.#swap(index, parent)
      index = parent
    }
  }

  /** The soonest that still counts, or null. */
  first(): Deadline | null {
    for (;;) {
      const first = this.#heap[0]
      if (first === undefined) return null
      if (this.#current(first.id) === first.at) return first
      this.#dropFirst()
    }
  }

  /** Drops outdated notes when most are, so that extending one thing for ever costs no memory. */
  tidy(living: number): void {
    if (this.#heap.length <= 2 * living + 64) return
    const kept = new Map<string, number>()
    for (const { id, at } of this.#heap) if (this.#current(id) === at) kept.set(id, at)
    this.#heap = []
    for (const [id, at] of kept) this.add(id, at)
  }

  #timeAt(index: number): number {
    return this.#heap[index]?.at ?? Infinity
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap
    const first = heap[a]
    const second = heap[b]
    if (first === undefined || second === undefined) return
    heap[a] = second
    heap[b] = first
  }

  #dropFirst(): void {
    const heap = this.#heap
    this.#swap(0, heap.length - 1)
    heap.pop()
    for (let index = 0; ;) {
      let least = index
      if (this.#timeAt(2 * index + 1) < this.#timeAt(least)) least = 2 * index + 1
      if (this.#timeAt(2 * index + 2) < this.#timeAt(least)) least = 2 * index + 2
      if (least === index) return
      this.#swap(index, least)
      index = least
    }
  }
}
