/** How many packets may cost us work: in all, and from one address prefix. Asked before any signature is looked at. */
import type { Clock } from '../../../time/index.ts'
import { isLan, prefixKey } from '../../../transport/index.ts'
import type { Address } from '../../../transport/index.ts'
import {
  MAX_RATED_PREFIXES,
  PACKETS_BURST,
  PACKETS_PER_SECOND,
  PREFIX_PACKETS_BURST,
  PREFIX_PACKETS_PER_SECOND,
} from './limits.ts'

interface Bucket {
  tokens: number
  /** Monotonic milliseconds. */
  at: number
}

function take(bucket: Bucket, now: number, perSecond: number, burst: number): boolean {
  bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) * perSecond) / 1000)
  bucket.at = now
  if (bucket.tokens < 1) return false
  bucket.tokens -= 1
  return true
}

export class PacketLimiter {
  readonly #clock: Clock
  readonly #all: Bucket
  readonly #prefixes = new Map<string, Bucket>()

  constructor(clock: Clock) {
    this.#clock = clock
    this.#all = { tokens: PACKETS_BURST, at: clock.monotonic() }
  }

  /** May a packet from there be worked on? Local networks are bounded only by the whole. */
  allows(from: Address): boolean {
    const now = this.#clock.monotonic()
    if (!isLan(from)) {
      const key = prefixKey(from)
      const bucket = this.#prefixes.get(key) ?? { tokens: PREFIX_PACKETS_BURST, at: now }
      this.#prefixes.delete(key)
      this.#prefixes.set(key, bucket)
      if (this.#prefixes.size > MAX_RATED_PREFIXES) {
        const oldest = this.#prefixes.keys().next()
        if (oldest.done !== true) this.#prefixes.delete(oldest.value)
      }
      if (!take(bucket, now, PREFIX_PACKETS_PER_SECOND, PREFIX_PACKETS_BURST)) return false
    }
    return take(this.#all, now, PACKETS_PER_SECOND, PACKETS_BURST)
  }
}
