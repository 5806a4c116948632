/** CompactSize: Bitcoin's variable-length whole number of 1, 3, 5 or 9 bytes, little-endian, in its shortest form only. */
import { WireError } from './wire-error.ts'

/** Bytes that `value` takes. */
export const compactSizeLength = (value: number | bigint): 1 | 3 | 5 | 9 => {
  if (value < 0xfd) return 1
  if (value <= 0xffff) return 3
  return value <= 0xffff_ffff ? 5 : 9
}

/** Writes `value` at `at`; returns the offset behind it. */
export function writeCompactSize(view: DataView, at: number, value: number | bigint): number {
  if (value < 0xfd) {
    view.setUint8(at, Number(value))
    return at + 1
  }
  if (value <= 0xffff) {
    view.setUint8(at, 0xfd)
    view.setUint16(at + 1, Number(value), true)
    return at + 3
  }
  if (value <= 0xffff_ffff) {
    view.setUint8(at, 0xfe)
    view.setUint32(at + 1, Number(value), true)
    return at + 5
  }
  view.setUint8(at, 0xff)
  view.setBigUint64(at + 1, BigInt(value), true)
  return at + 9
}

const notMinimal = (): WireError =>
  new WireError('non-minimal-compactsize', 'A number was written in more bytes than it needs.')

/** Reads little-endian fields one after another; every read is checked against the end of the payload. */
export class Reader {
  readonly bytes: Uint8Array
  readonly view: DataView
  at: number

  /** @param view of the same bytes, where there is one already @param at where to begin */
  constructor(bytes: Uint8Array, view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at = 0) {
    this.bytes = bytes
    this.view = view
    this.at = at
  }

  get left(): number {
    return this.bytes.length - this.at
  }

  /** Moves on by `count` bytes; returns where they begin. @throws {WireError} */
  skip(count: number): number {
    const from = this.at
    if (count > this.bytes.length - from) throw new WireError('malformed-message', 'The message ends too early.')
    this.at = from + count
    return from
  }

  u8(): number {
    return this.view.getUint8(this.skip(1))
  }

  u16be(): number {
    return this.view.getUint16(this.skip(2), false)
  }

  u32(): number {
    return this.view.getUint32(this.skip(4), true)
  }

  i32(): number {
    return this.view.getInt32(this.skip(4), true)
  }

  u64(): bigint {
    return this.view.getBigUint64(this.skip(8), true)
  }

  /** A view, not a copy. */
  take(count: number): Uint8Array {
    const from = this.skip(count)
    return this.bytes.subarray(from, from + count)
  }

  /** A CompactSize of any value. @throws {WireError} */
  compactSize64(): bigint {
    const first = this.u8()
    if (first < 0xff) {
      this.at -= 1
      return BigInt(this.compactSize())
    }
    const value = this.u64()
    if (value <= 0xffff_ffffn) throw notMinimal()
    return value
  }

  /** A CompactSize that counts something. Above 2^53 it is no longer exact, but no smaller than 2^53. @throws {WireError} */
  compactSize(): number {
    const first = this.u8()
    if (first < 0xfd) return first
    if (first === 0xfd) {
      const value = this.view.getUint16(this.skip(2), true)
      if (value < 0xfd) throw notMinimal()
      return value
    }
    if (first === 0xfe) {
      const value = this.u32()
      if (value <= 0xffff) throw notMinimal()
      return value
    }
    const from = this.skip(8)
    const high = this.view.getUint32(from + 4, true)
    if (high === 0) throw notMinimal()
    return high * 0x1_0000_0000 + this.view.getUint32(from, true)
  }

  /** @throws {WireError} when bytes are left over */
  end(): void {
    if (this.at !== this.bytes.length) {
      throw new WireError('malformed-message', `${this.left} bytes are left over behind the message.`)
    }
  }
}
