/**
 * RLPx frames: AES-256-CTR and a keccak MAC in each direction. Reading is incremental: the header's MAC is checked
 * before its size is believed, the frame's MAC before anything of it is used, and what is too long to be kept is
 * checked and counted but never held. Source: devp2p rlpx.md, go-ethereum p2p/rlpx.
 */
import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto'
import type { Cipheriv as Cipher, Decipheriv as Decipher } from 'node:crypto'
import type { Secrets } from './handshake.ts'
import { RlpxError } from './errors.ts'
import type { KeccakState } from '../keccak.ts'
import { MAX_FRAME_BYTES, MAX_KEPT_FRAME_BYTES, MAX_PIECES } from './limits.ts'

const BLOCK = 16
const HEADER_BYTES = 32
/** The list that every header carries: capability and context, both 0. */
const HEADER_LIST = Uint8Array.of(0xc2, 0x80, 0x80)
const ZERO_IV = new Uint8Array(BLOCK)
const NOTHING = new Uint8Array(0)

/** One whole, authentic frame. */
export interface Frame {
  /** Code and payload as they were sent; null when it was too long to be kept. */
  readonly data: Uint8Array | null
  /** Bytes of code and payload. */
  readonly length: number
}

const padded = (length: number): number => Math.ceil(length / BLOCK) * BLOCK

/** The running MAC of one direction, whiskered by an AES of its own digest. */
class FrameMac {
  readonly #state: KeccakState
  readonly #aes: Cipher

  constructor(state: KeccakState, secret: Uint8Array) {
    this.#state = state
    this.#aes = createCipheriv('aes-256-ecb', secret, null).setAutoPadding(false)
  }

  #mix(digest: Uint8Array, seed: Uint8Array): Uint8Array {
    const mixed = this.#aes.update(digest.subarray(0, BLOCK))
    for (let index = 0; index < BLOCK; index++) mixed[index] = (mixed[index] ?? 0) ^ (seed[index] ?? 0)
    return this.#state.updated(mixed).subarray(0, BLOCK)
  }

  header(sealed: Uint8Array): Uint8Array {
    return this.#mix(this.#state.digest(), sealed)
  }

  update(sealed: Uint8Array): void {
    this.#state.update(sealed)
  }

  /** Of all that was put in since the header, and of the last part, which is put in now. */
  frame(last: Uint8Array): Uint8Array {
    const digest = this.#state.updated(last)
    return this.#mix(digest, digest)
  }
}

export class FrameWriter {
  readonly #cipher: Cipher
  readonly #mac: FrameMac

  constructor({ aes, mac, egress }: Pick<Secrets, 'aes' | 'mac' | 'egress'>) {
    this.#cipher = createCipheriv('aes-256-ctr', aes, ZERO_IV)
    this.#mac = new FrameMac(egress, mac)
  }

  /** @param data code and payload. @throws {RlpxError} `message-too-big` */
  write(data: Uint8Array): Uint8Array {
    if (data.length > MAX_FRAME_BYTES) throw new RlpxError('message-too-big', 'A frame holds at most 16 MiB.')
    const body = padded(data.length)
    const out = Buffer.alloc(HEADER_BYTES + body + BLOCK)
    out.writeUIntBE(data.length, 0, 3)
    out.set(HEADER_LIST, 3)
    out.set(data, HEADER_BYTES)
    out.set(this.#cipher.update(out.subarray(0, BLOCK)), 0)
    out.set(this.#mac.header(out.subarray(0, BLOCK)), BLOCK)
    const sealed = this.#cipher.update(out.subarray(HEADER_BYTES, HEADER_BYTES + body))
    out.set(sealed, HEADER_BYTES)
    out.set(this.#mac.frame(sealed), HEADER_BYTES + body)
    return out
  }
}

export class FrameReader {
  readonly #decipher: Decipher
  readonly #mac: FrameMac
  /** Pieces that do not make a step yet; joined once when they do, however small they come. */
  #pieces: Uint8Array[] = []
  #held = 0
  /** Of the frame under way; null before its header. */
  #length: number | null = null
  /** Bytes of a frame that is not kept, still to come. */
  #skipping = 0

  constructor({ aes, mac, ingress }: Pick<Secrets, 'aes' | 'mac' | 'ingress'>) {
    this.#decipher = createDecipheriv('aes-256-ctr', aes, ZERO_IV)
    this.#mac = new FrameMac(ingress, mac)
  }

  /**
   * Calls `frame` for each that is whole; it returns false when the rest is not wanted any more.
   * @throws {RlpxError} `bad-header-mac`, `bad-frame-mac`, `bad-form`
   */
  take(chunk: Uint8Array, frame: (one: Frame) => boolean): void {
    this.#pieces.push(chunk)
    this.#held += chunk.length
    if (this.#held < this.#needed()) {
      // Pieces cost memory of their own.
      if (this.#pieces.length >= MAX_PIECES) this.#pieces = [Buffer.concat(this.#pieces)]
      return
    }
    let at = 0
    const held = Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#held = 0
    for (;;) {
      if (this.#length === null) {
        if (held.length - at < HEADER_BYTES) break
        this.#length = this.#header(held.subarray(at, at + HEADER_BYTES))
        at += HEADER_BYTES
        if (this.#length > MAX_KEPT_FRAME_BYTES) this.#skipping = padded(this.#length)
      }
      const body = padded(this.#length)
      if (this.#length > MAX_KEPT_FRAME_BYTES) {
        const part = held.subarray(at, at + Math.min(this.#skipping, held.length - at))
        this.#mac.update(part)
        this.#decipher.update(part)
        this.#skipping -= part.length
        at += part.length
        if (this.#skipping > 0 || held.length - at < BLOCK) break
        this.#check(held.subarray(at, at + BLOCK), NOTHING)
        at += BLOCK
        const length = this.#length
        this.#length = null
        if (!frame({ data: null, length })) return
        continue
      }
      if (held.length - at < body + BLOCK) break
      const sealed = held.subarray(at, at + body)
      this.#check(held.subarray(at + body, at + body + BLOCK), sealed)
      const length = this.#length
      const data = this.#decipher.update(sealed).subarray(0, length)
      at += body + BLOCK
      this.#length = null
      if (!frame({ data, length })) return
    }
    if (at === held.length) return
    this.#pieces = [Buffer.from(held.subarray(at))]
    this.#held = held.length - at
  }

  /** Bytes that the next step takes. */
  #needed(): number {
    if (this.#length === null) return HEADER_BYTES
    if (this.#length > MAX_KEPT_FRAME_BYTES) return this.#skipping > 0 ? 1 : BLOCK
    return padded(this.#length) + BLOCK
  }

  #header(bytes: Buffer): number {
    const sealed = bytes.subarray(0, BLOCK)
    if (!timingSafeEqual(this.#mac.header(sealed), bytes.subarray(BLOCK)))
      throw new RlpxError('bad-header-mac', 'The header of a frame is not authentic.')
    const length = this.#decipher.update(sealed).readUIntBE(0, 3)
    if (length === 0) throw new RlpxError('bad-form', 'A frame carries nothing.')
    return length
  }

  #check(mac: Uint8Array, last: Uint8Array): void {
    if (!timingSafeEqual(this.#mac.frame(last), mac)) throw new RlpxError('bad-frame-mac', 'A frame is not authentic.')
  }
}
