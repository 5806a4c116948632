/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012), the keyed hash behind every choice of bucket and place: who does not
 * know this install's secret cannot aim addresses at a bucket. Core uses double SHA-256 for the same; SipHash is a
 * pseudo-random function made for this and costs a tenth. Written on 32-bit halves, since BigInt would cost more
 * than the rest of the address book together.
 */

/** Longest text that is hashed, characters; the rest does not count. Source: ours, beyond any address or source name. */
const MAX_TEXT = 512

export class KeyedHash {
  readonly #k0l: number
  readonly #k0h: number
  readonly #k1l: number
  readonly #k1h: number
  /** Message as pairs of 32-bit words (low, high), then the length block. */
  readonly #message = new Uint32Array(MAX_TEXT / 4 + 2)
  /** Halves of the last hash made. */
  low = 0
  high = 0

  /** @param key 16 bytes. Throws a `RangeError` on another length. */
  constructor(key: Uint8Array) {
    if (key.length !== 16) throw new RangeError(`A SipHash key has 16 bytes, not ${key.length}`)
    const view = new DataView(key.buffer, key.byteOffset, 16)
    this.#k0l = view.getInt32(0, true)
    this.#k0h = view.getInt32(4, true)
    this.#k1l = view.getInt32(8, true)
    this.#k1h = view.getInt32(12, true)
  }

  /** Hashes text, one byte a character (its low 8 bits), into `low` and `high`. */
  text(text: string): void {
    const length = Math.min(text.length, MAX_TEXT)
    const message = this.#message
    const blocks = length >>> 3
    message.fill(0, 0, blocks * 2 + 2)
    for (let at = 0; at < length; at++) {
      const word = at >>> 2
      message[word] = (message[word] ?? 0) | ((text.charCodeAt(at) & 0xff) << ((at & 3) << 3))
    }
    message[blocks * 2 + 1] = (message[blocks * 2 + 1] ?? 0) | (length << 24)
    this.#run(blocks + 1)
  }

  /** The low 32 bits, unsigned, of the hash of a tag (32 bits) and two 64-bit values, 24 bytes in all. */
  mix(tag: number, aLow: number, aHigh: number, bLow: number, bHigh: number): number {
    const message = this.#message
    message[0] = tag
    message[1] = 0
    message[2] = aLow
    message[3] = aHigh
    message[4] = bLow
    message[5] = bHigh
    message[6] = 0
    message[7] = 24 << 24
    this.#run(4)
    return this.low >>> 0
  }

  #run(blocks: number): void {
    const message = this.#message
    let v0l = this.#k0l ^ 0x70736575
    let v0h = this.#k0h ^ 0x736f6d65
    let v1l = this.#k1l ^ 0x6e646f6d
    let v1h = this.#k1h ^ 0x646f7261
    let v2l = this.#k0l ^ 0x6e657261
    let v2h = this.#k0h ^ 0x6c796765
    let v3l = this.#k1l ^ 0x79746573
    let v3h = this.#k1h ^ 0x74656462
    let sum = 0
    let swap = 0
    for (let block = 0; block <= blocks; block++) {
      const isLast = block === blocks
      const ml = isLast ? 0 : (message[block * 2] ?? 0)
      const mh = isLast ? 0 : (message[block * 2 + 1] ?? 0)
      v3l ^= ml
      v3h ^= mh
      if (isLast) v2l ^= 0xff
      for (let round = isLast ? 4 : 2; round > 0; round--) {
        sum = (v0l >>> 0) + (v1l >>> 0)
        v0h = (v0h + v1h + (sum > 0xffffffff ? 1 : 0)) | 0
        v0l = sum | 0
        swap = (v1l << 13) | (v1h >>> 19)
        v1h = ((v1h << 13) | (v1l >>> 19)) ^ v0h
        v1l = swap ^ v0l
        swap = v0l
        v0l = v0h
        v0h = swap
        sum = (v2l >>> 0) + (v3l >>> 0)
        v2h = (v2h + v3h + (sum > 0xffffffff ? 1 : 0)) | 0
        v2l = sum | 0
        swap = (v3l << 16) | (v3h >>> 16)
        v3h = ((v3h << 16) | (v3l >>> 16)) ^ v2h
        v3l = swap ^ v2l
        sum = (v0l >>> 0) + (v3l >>> 0)
        v0h = (v0h + v3h + (sum > 0xffffffff ? 1 : 0)) | 0
        v0l = sum | 0
        swap = (v3l << 21) | (v3h >>> 11)
        v3h = ((v3h << 21) | (v3l >>> 11)) ^ v0h
        v3l = swap ^ v0l
        sum = (v2l >>> 0) + (v1l >>> 0)
        v2h = (v2h + v1h + (sum > 0xffffffff ? 1 : 0)) | 0
        v2l = sum | 0
        swap = (v1l << 17) | (v1h >>> 15)
        v1h = ((v1h << 17) | (v1l >>> 15)) ^ v2h
        v1l = swap ^ v2l
        swap = v2l
        v2l = v2h
        v2h = swap
      }
      v0l ^= ml
      v0h ^= mh
    }
    this.low = v0l ^ v1l ^ v2l ^ v3l
    this.high = v0h ^ v1h ^ v2h ^ v3h
  }
}
