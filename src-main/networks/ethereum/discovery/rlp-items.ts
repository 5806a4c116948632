/**
 * RLP as discovery's packets have it: trees of byte strings, read strictly (canonical lengths, bounded depth and
 * number of items) and by kind of field.
 */
import { DiscoveryError } from './error.ts'

export type Item = Uint8Array | readonly Item[]

/** Deepest list within lists that is read. Packets have 4: NODES of records with a list as value. */
const MAX_DEPTH = 6
/** Items of one packet: 1280 bytes cannot hold more than that many bytes. */
const MAX_ITEMS = 1280

const badForm = (what: string): DiscoveryError => new DiscoveryError('bad-form', `Malformed RLP: ${what}.`)

function lengthBytes(length: number): Uint8Array {
  if (length < 0x100) return Uint8Array.of(length)
  if (length < 0x1_0000) return Uint8Array.of(length >>> 8, length & 255)
  return Uint8Array.of(length >>> 16, (length >>> 8) & 255, length & 255)
}

function withHead(base: number, body: Uint8Array): Uint8Array {
  if (body.length < 56) {
    const short = new Uint8Array(1 + body.length)
    short[0] = base + body.length
    short.set(body, 1)
    return short
  }
  const length = lengthBytes(body.length)
  const long = new Uint8Array(1 + length.length + body.length)
  long[0] = base + 55 + length.length
  long.set(length, 1)
  long.set(body, 1 + length.length)
  return long
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export function encode(item: Item): Uint8Array {
  if (!(item instanceof Uint8Array)) return withHead(0xc0, concat(item.map(encode)))
  return item.length === 1 && (item[0] ?? 0) < 0x80 ? item : withHead(0x80, item)
}

/** A whole number of at least 0 as RLP has it: big-endian without leading zeros. */
export function uint(value: number | bigint): Uint8Array {
  let rest = BigInt(value)
  const bytes: number[] = []
  for (; rest > 0n; rest >>= 8n) bytes.unshift(Number(rest & 255n))
  return Uint8Array.from(bytes)
}

interface Reader {
  readonly bytes: Uint8Array
  at: number
  items: number
}

function readItem(reader: Reader, end: number, depth: number): Item {
  const { bytes } = reader
  if (++reader.items > MAX_ITEMS) throw badForm('too many items')
  const head = bytes[reader.at]
  if (head === undefined || reader.at >= end) throw badForm('it ends early')
  if (head < 0x80) return bytes.subarray(reader.at, ++reader.at)
  const isList = head >= 0xc0
  const short = head - (isList ? 0xc0 : 0x80)
  reader.at += 1
  let length = short
  if (short > 55) {
    const lengthSize = short - 55
    if (lengthSize > 3 || bytes[reader.at] === 0) throw badForm('a length that is too long')
    length = 0
    for (let index = 0; index < lengthSize; index++) length = length * 256 + (bytes[reader.at++] ?? 0)
    if (length < 56) throw badForm('a length that could be shorter')
  }
  const itemEnd = reader.at + length
  if (itemEnd > end) throw badForm('it ends early')
  if (!isList) {
    const value = bytes.subarray(reader.at, itemEnd)
    if (length === 1 && (value[0] ?? 0) < 0x80) throw badForm('a byte that could be shorter')
    reader.at = itemEnd
    return value
  }
  if (depth >= MAX_DEPTH) throw badForm('lists too deep')
  const items: Item[] = []
  while (reader.at < itemEnd) items.push(readItem(reader, itemEnd, depth + 1))
  return items
}

/** The first item of the bytes, which may go on behind it (EIP-8). @throws {DiscoveryError} `bad-form` */
export function decodeFirst(bytes: Uint8Array): { readonly item: Item; readonly length: number } {
  const reader: Reader = { bytes, at: 0, items: 0 }
  const item = readItem(reader, bytes.length, 0)
  return { item, length: reader.at }
}

/** The one item that the bytes are. @throws {DiscoveryError} `bad-form` */
export function decode(bytes: Uint8Array): Item {
  const { item, length } = decodeFirst(bytes)
  if (length !== bytes.length) throw badForm('something follows it')
  return item
}

/** A list of at least `min` items. @throws {DiscoveryError} `bad-form` */
export function listOf(item: Item | undefined, min: number, what: string): readonly Item[] {
  if (item === undefined || item instanceof Uint8Array) throw badForm(`${what} is no list`)
  if (item.length < min) throw badForm(`${what} has ${item.length} items, not ${min}`)
  return item
}

/** A byte string of `min` to `max` bytes. @throws {DiscoveryError} `bad-form` */
export function bytesOf(item: Item | undefined, min: number, max: number, what: string): Uint8Array {
  if (!(item instanceof Uint8Array)) throw badForm(`${what} is no byte string`)
  if (item.length < min || item.length > max) throw badForm(`${what} has ${item.length} bytes`)
  return item
}

/** A whole number of up to 8 bytes. @throws {DiscoveryError} `bad-form` */
export function bigOf(item: Item | undefined, what: string): bigint {
  const bytes = bytesOf(item, 0, 8, what)
  if (bytes[0] === 0) throw badForm(`${what} begins with a zero`)
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return value
}

/** A whole number up to `max`, below 2^53. @throws {DiscoveryError} `bad-form` */
export function numberOf(item: Item | undefined, max: number, what: string): number {
  const value = bigOf(item, what)
  if (value > BigInt(max)) throw badForm(`${what} is ${value}`)
  return Number(value)
}
