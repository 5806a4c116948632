/** Counts by key, kept as things come and go: what caps per prefix and group are decided by. */

/** How many of each; a key without any takes no room. */
export class Tally {
  readonly #counts = new Map<string, number>()

  count(key: string): number {
    return this.#counts.get(key) ?? 0
  }

  has(key: string): boolean {
    return this.#counts.has(key)
  }

  add(key: string): void {
    this.#counts.set(key, this.count(key) + 1)
  }

  /** @throws {RangeError} when there is none left to take: a slot was given back twice */
  remove(key: string): void {
    const count = this.count(key)
    if (count === 0) throw new RangeError(`nothing is counted under ${key}`)
    if (count === 1) this.#counts.delete(key)
    else this.#counts.set(key, count - 1)
  }

  keys(): ReadonlySet<string> {
    return new Set(this.#counts.keys())
  }

  get size(): number {
    return this.#counts.size
  }
}
