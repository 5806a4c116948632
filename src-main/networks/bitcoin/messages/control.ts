/** The small messages: keep-alive, preferences, refusals, features, bloom filters. */
import { Reader, compactSizeLength, writeCompactSize } from '../compact-size.ts'
import {
  MAX_FEATURE_DATA_BYTES,
  MAX_FEATURE_ID,
  MAX_FILTER_BYTES,
  MAX_FILTER_ELEMENT_BYTES,
  MAX_FILTER_FUNCTIONS,
  MAX_REJECT_TEXT_BYTES,
} from '../limits.ts'
import { WireError } from '../wire-error.ts'

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes)
const fromLatin1 = (text: string): Uint8Array => Uint8Array.from(text, char => char.charCodeAt(0) & 0xff)

/** ping and pong, and feefilter (satoshis per kvB): one u64. @throws {WireError} */
export function decodeU64(payload: Uint8Array): bigint {
  const reader = new Reader(payload)
  const value = reader.u64()
  reader.end()
  return value
}

export function encodeU64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, value, true)
  return bytes
}

/** BIP 152: may blocks be sent unasked in compact form (`isHighBandwidth`), and in which version. */
export interface SendCompact {
  readonly isHighBandwidth: boolean
  readonly version: bigint
}

/** @throws {WireError} */
export function decodeSendCompact(payload: Uint8Array): SendCompact {
  const reader = new Reader(payload)
  const flag = reader.u8()
  if (flag > 1) throw new WireError('malformed-message', `A sendcmpct message with ${flag} where 0 or 1 belongs.`)
  const version = reader.u64()
  reader.end()
  return { isHighBandwidth: flag === 1, version }
}

export function encodeSendCompact(message: SendCompact): Uint8Array {
  const bytes = new Uint8Array(9)
  bytes[0] = message.isHighBandwidth ? 1 : 0
  new DataView(bytes.buffer).setBigUint64(1, message.version, true)
  return bytes
}

/** BIP 434: a feature that the sender understands. */
export interface Feature {
  /** 4 to 80 characters, one byte each. */
  readonly id: string
  /** At most 512 bytes. */
  readonly data: Uint8Array
}

/** @throws {WireError} */
export function decodeFeature(payload: Uint8Array): Feature {
  const reader = new Reader(payload)
  const idBytes = reader.compactSize()
  if (idBytes < 4 || idBytes > MAX_FEATURE_ID) {
    throw new WireError('malformed-message', `A feature with a name of ${idBytes} characters; 4 to 80 are allowed.`)
  }
  const id = latin1(reader.take(idBytes))
  const dataBytes = reader.compactSize()
  if (dataBytes > MAX_FEATURE_DATA_BYTES) {
    throw new WireError('malformed-message', `A feature with ${dataBytes} bytes of data; at most 512 are allowed.`)
  }
  const data = reader.take(dataBytes)
  reader.end()
  return { id, data }
}

export function encodeFeature(feature: Feature): Uint8Array {
  const bytes = new Uint8Array(1 + feature.id.length + compactSizeLength(feature.data.length) + feature.data.length)
  const view = new DataView(bytes.buffer)
  let at = writeCompactSize(view, 0, feature.id.length)
  bytes.set(fromLatin1(feature.id), at)
  at = writeCompactSize(view, at + feature.id.length, feature.data.length)
  bytes.set(feature.data, at)
  return bytes
}

/** BIP 61: why a message was refused. No longer sent by current nodes. */
export interface Reject {
  /** The message that is refused. */
  readonly message: string
  readonly code: number
  readonly reason: string
  /** The hash of what is refused, or nothing. */
  readonly hash: Uint8Array
}

/** `code` of a reject: the version is too old. Source: BIP 61. */
export const REJECT_OBSOLETE = 0x11

function rejectText(reader: Reader): string {
  const length = reader.compactSize()
  if (length > MAX_REJECT_TEXT_BYTES) {
    throw new WireError(
      'malformed-message',
      `A reject message with a text of ${length} bytes; at most 111 are allowed.`,
    )
  }
  return latin1(reader.take(length))
}

/** @throws {WireError} */
export function decodeReject(payload: Uint8Array): Reject {
  const reader = new Reader(payload)
  const message = rejectText(reader)
  const code = reader.u8()
  const reason = rejectText(reader)
  const hash = reader.take(Math.min(32, reader.left))
  reader.end()
  return { message, code, reason, hash }
}

/** Texts are cut at 111 characters. */
export function encodeReject(reject: Reject): Uint8Array {
  const message = fromLatin1(reject.message.slice(0, MAX_REJECT_TEXT_BYTES))
  const reason = fromLatin1(reject.reason.slice(0, MAX_REJECT_TEXT_BYTES))
  return Uint8Array.of(message.length, ...message, reject.code, reason.length, ...reason, ...reject.hash)
}

/** BIP 37. */
export interface FilterLoad {
  readonly filter: Uint8Array
  readonly functions: number
  readonly tweak: number
  readonly flags: number
}

/** @throws {WireError} */
export function decodeFilterLoad(payload: Uint8Array): FilterLoad {
  const reader = new Reader(payload)
  const length = reader.compactSize()
  if (length > MAX_FILTER_BYTES) throw new WireError('filter-too-big', `A bloom filter of ${length} bytes.`)
  const filter = reader.take(length)
  const functions = reader.u32()
  if (functions > MAX_FILTER_FUNCTIONS) {
    throw new WireError('filter-too-big', `A bloom filter with ${functions} hash functions.`)
  }
  const tweak = reader.u32()
  const flags = reader.u8()
  reader.end()
  return { filter, functions, tweak, flags }
}

export function encodeFilterLoad(message: FilterLoad): Uint8Array {
  const head = compactSizeLength(message.filter.length)
  const bytes = new Uint8Array(head + message.filter.length + 9)
  const view = new DataView(bytes.buffer)
  writeCompactSize(view, 0, message.filter.length)
  bytes.set(message.filter, head)
  const at = head + message.filter.length
  view.setUint32(at, message.functions, true)
  view.setUint32(at + 4, message.tweak, true)
  bytes[at + 8] = message.flags
  return bytes
}

/** BIP 37: the element to be added. @throws {WireError} */
export function decodeFilterAdd(payload: Uint8Array): Uint8Array {
  const reader = new Reader(payload)
  const length = reader.compactSize()
  if (length > MAX_FILTER_ELEMENT_BYTES) throw new WireError('filter-too-big', `An element of ${length} bytes.`)
  const element = reader.take(length)
  reader.end()
  return element
}

export function encodeFilterAdd(element: Uint8Array): Uint8Array {
  const head = compactSizeLength(element.length)
  const bytes = new Uint8Array(head + element.length)
  writeCompactSize(new DataView(bytes.buffer), 0, element.length)
  bytes.set(element, head)
  return bytes
}
