/** Keys seen within a time, bounded in number: the dial history, and which inbound IPs tried a moment ago. */

/** Remembers when each key was last seen. Times are monotonic milliseconds; the oldest key goes when there are too many. */
export class RecentKeys {
  /** Oldest first. */
  readonly #seenAt = new Map<string, number>()
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  see(key: string, now: number): void {
    this.#seenAt.delete(key)
    this.#seenAt.set(key, now)
    if (this.#seenAt.size <= this.#max) return
    for (const oldest of this.#seenAt.keys()) {
      this.#seenAt.delete(oldest)
      break
    }
  }

  /** Milliseconds since it was seen, null when longer ago than `lifetimeMs` or never. */
  age(key: string, lifetimeMs: number, now: number): number | null {
    const seenAt = this.#seenAt.get(key)
    if (seenAt === undefined || now - seenAt >= lifetimeMs) return null
    return now - seenAt
  }

  /** Forgets what is older. */
  expire(lifetimeMs: number, now: number): void {
    for (const [key, seenAt] of this.#seenAt) {
      if (now - seenAt < lifetimeMs) break
      this.#seenAt.delete(key)
    }
  }

  delete(key: string): void {
    this.#seenAt.delete(key)
  }

  get size(): number {
    return this.#seenAt.size
  }
}
