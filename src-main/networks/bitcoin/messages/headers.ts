/** headers, and the locators of getheaders and getblocks. */
import { Reader, compactSizeLength, writeCompactSize } from '../compact-size.ts'
import { MAX_HEADERS, MAX_LOCATOR } from '../limits.ts'
import { WireError } from '../wire-error.ts'

/** A block header on the wire: version, previous hash, merkle root, time, bits, nonce. */
export const BLOCK_HEADER_BYTES = 80

/** Headers in their payload: valid as long as that is. */
export interface Headers {
  readonly count: number
  /** The 80 bytes of one header. */
  at(index: number): Uint8Array
}

/** Each header is followed by a transaction count, which is always 0. @throws {WireError} */
export function decodeHeaders(payload: Uint8Array): Headers {
  const reader = new Reader(payload)
  const count = reader.compactSize()
  if (count > MAX_HEADERS) {
    throw new WireError('oversized-headers', `${count} headers in one message; at most ${MAX_HEADERS} are allowed.`)
  }
  const stride = BLOCK_HEADER_BYTES + 1
  const first = reader.skip(count * stride)
  reader.end()
  for (let at = first + BLOCK_HEADER_BYTES; at < payload.length; at += stride) {
    if (payload[at] !== 0) throw new WireError('malformed-message', 'A header is followed by transactions.')
  }
  return {
    count,
    at: index => payload.subarray(first + index * stride, first + index * stride + BLOCK_HEADER_BYTES),
  }
}

/** @param headers 80 bytes each, at most 2000 */
export function encodeHeaders(headers: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(compactSizeLength(headers.length) + headers.length * (BLOCK_HEADER_BYTES + 1))
  let at = writeCompactSize(new DataView(bytes.buffer), 0, headers.length)
  for (const header of headers) {
    bytes.set(header, at)
    at += BLOCK_HEADER_BYTES + 1
  }
  return bytes
}

/** A request for what follows the first known hash. */
export interface LocatorMessage {
  readonly version: number
  /** 32 bytes each, newest first. */
  readonly hashes: readonly Uint8Array[]
  /** 32 bytes; all zero for as many as possible. */
  readonly stop: Uint8Array
}

/** @throws {WireError} */
export function decodeLocator(payload: Uint8Array): LocatorMessage {
  const reader = new Reader(payload)
  const version = reader.u32()
  const count = reader.compactSize()
  if (count > MAX_LOCATOR) {
    throw new WireError('oversized-locator', `${count} hashes in a locator; at most ${MAX_LOCATOR} are allowed.`)
  }
  const hashes: Uint8Array[] = []
  for (let index = 0; index < count; index++) hashes.push(reader.take(32))
  const stop = reader.take(32)
  reader.end()
  return { version, hashes, stop }
}

/** At most 101 hashes. */
export function encodeLocator(message: LocatorMessage): Uint8Array {
  const { hashes } = message
  const bytes = new Uint8Array(4 + compactSizeLength(hashes.length) + 32 * (hashes.length + 1))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, message.version, true)
  let at = writeCompactSize(view, 4, hashes.length)
  for (const hash of [...hashes, message.stop]) {
    bytes.set(hash, at)
    at += 32
  }
  return bytes
}
