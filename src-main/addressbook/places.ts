/** The places of one table, 64 a bucket, and which buckets hold anyone: choosing draws only from those. */
import { BUCKET_SIZE } from './limits.ts'

/** No entry in this place, no place for this entry. */
export const NONE = -1

export class PlaceTable {
  readonly #places: Int32Array
  /** Entries by bucket. */
  readonly #counts: Uint8Array
  /** Buckets that hold anyone, in no order, and where each stands in that list. */
  readonly #inUse: Int32Array
  readonly #inUseAt: Int32Array
  #bucketsInUse = 0

  constructor(buckets: number) {
    this.#places = new Int32Array(buckets * BUCKET_SIZE).fill(NONE)
    this.#counts = new Uint8Array(buckets)
    this.#inUse = new Int32Array(buckets)
    this.#inUseAt = new Int32Array(buckets)
  }

  /** The entry in a place, or `NONE`. */
  at(place: number): number {
    return this.#places[place] ?? NONE
  }

  /** Puts an entry into a free place, or `NONE` into a taken one. */
  set(place: number, entry: number): void {
    const bucket = Math.floor(place / BUCKET_SIZE)
    const change = (entry === NONE ? 0 : 1) - (this.at(place) === NONE ? 0 : 1)
    this.#places[place] = entry
    if (change === 0) return
    const count = (this.#counts[bucket] ?? 0) + change
    this.#counts[bucket] = count
    if (change > 0 && count === 1) {
      this.#inUseAt[bucket] = this.#bucketsInUse
      this.#inUse[this.#bucketsInUse++] = bucket
    } else if (count === 0) {
      const last = this.#inUse[--this.#bucketsInUse] ?? 0
      const at = this.#inUseAt[bucket] ?? 0
      this.#inUse[at] = last
      this.#inUseAt[last] = at
    }
  }

  /** Buckets that hold anyone. */
  get bucketsInUse(): number {
    return this.#bucketsInUse
  }

  /** The n-th of them, from 0; they have no order. */
  bucketInUse(n: number): number {
    return this.#inUse[n] ?? 0
  }
}
