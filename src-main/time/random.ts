/** The source of randomness that everything asks: the system's, or a seeded one that repeats itself in tests. */
import { getRandomValues } from 'node:crypto'

export interface RandomSource {
  /** `count` fresh random bytes. */
  bytes(count: number): Uint8Array
  /** A number in [0, 1) with 32 bits of randomness or more. */
  float(): number
  /** A whole number in [0, limit), each equally likely; `limit` from 1 to 2^32. */
  below(limit: number): number
}

const POOL_WORDS = 1024

/** Cryptographically secure; draws from the system in blocks, so a single number costs nanoseconds. */
export const systemRandom: RandomSource = (() => {
  const pool = new Uint32Array(POOL_WORDS)
  let used = POOL_WORDS
  const word = (): number => {
    if (used === POOL_WORDS) {
      getRandomValues(pool)
      used = 0
    }
    const value = pool[used] ?? 0
    pool[used++] = 0
    return value
  }
  return {
    bytes: count => {
      const out = new Uint8Array(count)
      for (let at = 0; at < count; at += 65_536) getRandomValues(out.subarray(at, Math.min(count, at + 65_536)))
      return out
    },
    float: () => word() / 2 ** 32,
    below: limit => unbiased(word, limit),
  }
})()

/** Deterministic (xoshiro128**, seeded by splitmix32): for tests and simulations only, never for secrets. */
export function seededRandom(seed: number): RandomSource {
  let mix = seed >>> 0
  const next = (): number => {
    mix = (mix + 0x9e3779b9) >>> 0
    let z = mix
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return (z ^ (z >>> 15)) >>> 0
  }
  let a = next()
  let b = next()
  let c = next()
  let d = next()
  const word = (): number => {
    const product = Math.imul(b, 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = (d << 11) | (d >>> 21)
    return result
  }
  return {
    bytes: count => Uint8Array.from({ length: count }, () => word() & 0xff),
    float: () => word() / 2 ** 32,
    below: limit => unbiased(word, limit),
  }
}

/** Rejection sampling: words in the last, incomplete stretch of multiples of `limit` are drawn again. */
function unbiased(word: () => number, limit: number): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > 2 ** 32) throw new RangeError(`below(${limit}): 1 to 2^32`)
  const fair = 2 ** 32 - (2 ** 32 % limit)
  let value = word()
  while (value >= fair) value = word()
  return value % limit
}
