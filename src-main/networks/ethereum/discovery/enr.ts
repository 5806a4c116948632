/** Node records (EIP-778): encode, sign, decode, verify by the "v4" scheme, and their text form. */
import { ipAddress } from '../../../transport/index.ts'
import type { Address } from '../../../transport/index.ts'
import { DiscoveryError } from './error.ts'
import { compressKey, decompressKey, keccak256, publicKeyOf, sign, verify } from '../keys.ts'
import { MAX_RECORD_BYTES, MAX_RECORD_PAIRS } from './limits.ts'
import type { Item } from './rlp-items.ts'
import { bigOf, bytesOf, decode, encode, listOf, uint } from './rlp-items.ts'

/** A record whose signature has been checked. */
export interface NodeRecord {
  /** Identity: keccak-256 of the public key. */
  readonly id: Uint8Array
  /** 64 bytes. */
  readonly publicKey: Uint8Array
  readonly seq: bigint
  /** All pairs in order, keys as latin-1 text; values as they are, unknown ones too. */
  readonly pairs: ReadonlyMap<string, Item>
  /** The whole record, at most 300 bytes. */
  readonly bytes: Uint8Array
}

const keyBytes = (key: string): Uint8Array => Uint8Array.from(key, letter => letter.charCodeAt(0) & 255)
const keyText = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

/**
 * Makes and signs a record. `pairs` go without `id` and `secp256k1`, which follow from the key.
 * @throws {DiscoveryError} `too-long`
 */
export function signRecord(privateKey: Uint8Array, seq: bigint, pairs: Readonly<Record<string, Item>>): NodeRecord {
  const publicKey = publicKeyOf(privateKey)
  const all = new Map<string, Item>(
    Object.entries({ ...pairs, id: keyBytes('v4'), secp256k1: compressKey(publicKey) }).toSorted(([a], [b]) =>
      a < b ? -1 : 1,
    ),
  )
  const content: Item[] = [uint(seq), ...[...all].flatMap(([key, value]): Item[] => [keyBytes(key), value])]
  const bytes = encode([sign(keccak256(encode(content)), privateKey), ...content])
  if (bytes.length > MAX_RECORD_BYTES) throw tooLong(bytes.length)
  return { id: keccak256(publicKey), publicKey, seq, pairs: all, bytes }
}

const tooLong = (length: number): DiscoveryError =>
  new DiscoveryError('too-long', `A node record has at most ${MAX_RECORD_BYTES} bytes, this one ${length}.`)

/** Reads a record and checks its signature. @throws {DiscoveryError} */
export function decodeRecord(bytes: Uint8Array): NodeRecord {
  if (bytes.length > MAX_RECORD_BYTES) throw tooLong(bytes.length)
  return recordOf(decode(bytes), bytes)
}

/** The same for a record that stands in a packet. @throws {DiscoveryError} */
export function recordOfItem(item: Item): NodeRecord {
  const bytes = encode(item)
  if (bytes.length > MAX_RECORD_BYTES) throw tooLong(bytes.length)
  // Read from these bytes: views of the packet would keep all of it.
  return recordOf(decode(bytes), bytes)
}

function recordOf(item: Item, bytes: Uint8Array): NodeRecord {
  const [signature, ...content] = listOf(item, 2, 'a node record')
  const seq = bigOf(content[0], 'the sequence number')
  if (content.length % 2 === 0) throw new DiscoveryError('incomplete', 'The last key of a node record has no value.')
  if (content.length > 2 * MAX_RECORD_PAIRS) throw new DiscoveryError('too-long', 'A node record with too many pairs.')
  const pairs = new Map<string, Item>()
  let last: string | null = null
  for (let at = 1; at < content.length; at += 2) {
    const key = keyText(bytesOf(content[at], 0, MAX_RECORD_BYTES, 'a key'))
    if (key === last) throw new DiscoveryError('duplicate-key', 'A node record has a key twice.')
    if (last !== null && key < last) throw new DiscoveryError('not-sorted', 'The keys of a node record are not sorted.')
    pairs.set(key, content[at + 1] ?? new Uint8Array(0))
    last = key
  }
  const scheme = pairs.get('id')
  if (!(scheme instanceof Uint8Array) || keyText(scheme) !== 'v4')
    throw new DiscoveryError('unknown-scheme', 'A node record of an identity scheme that is not known.')
  const publicKey = decompressKey(bytesOf(pairs.get('secp256k1'), 33, 33, 'the public key'))
  if (publicKey === null)
    throw new DiscoveryError('bad-key', 'The public key of a node record is no point of the curve.')
  if (!verify(keccak256(encode(content)), bytesOf(signature, 64, 64, 'the signature'), publicKey))
    throw new DiscoveryError('bad-signature', 'The signature of a node record does not fit it.')
  return { id: keccak256(publicKey), publicKey, seq, pairs, bytes }
}

const PREFIX = 'enr:'
/** 300 bytes as base64url. */
const MAX_TEXT = PREFIX.length + (MAX_RECORD_BYTES / 3) * 4

/** `enr:` and base64url without padding. */
export const recordText = (record: NodeRecord): string => PREFIX + Buffer.from(record.bytes).toString('base64url')

/** Reads the text form. @throws {DiscoveryError} */
export function parseRecord(text: string): NodeRecord {
  const body = text.slice(PREFIX.length)
  if (!text.startsWith(PREFIX) || !/^[\w-]+$/.test(body) || body.length % 4 === 1)
    throw new DiscoveryError('bad-link', 'A node record begins with "enr:" and goes on in base64url without padding.')
  if (text.length > MAX_TEXT) throw tooLong(Math.floor((body.length * 3) / 4))
  const bytes = new Uint8Array(Buffer.from(body, 'base64url'))
  if (Buffer.from(bytes).toString('base64url') !== body)
    throw new DiscoveryError('bad-link', 'The base64url of the node record has stray bits.')
  return decodeRecord(bytes)
}

/** A port of the record; 0 when it is absent or makes no sense. */
function portOf(record: NodeRecord, key: string): number {
  const value = record.pairs.get(key)
  if (!(value instanceof Uint8Array) || value.length > 2 || value[0] === 0) return 0
  return value.reduce((port, byte) => port * 256 + byte, 0)
}

/** Where the record says the node is reached by UDP, IPv4 first; null when it does not say. */
export function udpEndpoint(record: NodeRecord): Address | null {
  return endpoint(record, 'ip', portOf(record, 'udp')) ?? endpoint(record, 'ip6', v6Port(record, 'udp'))
}

/** The TCP port beside `udpEndpoint`; 0 for none. */
export function tcpPort(record: NodeRecord): number {
  return endpoint(record, 'ip', portOf(record, 'udp')) === null ? v6Port(record, 'tcp') : portOf(record, 'tcp')
}

const v6Port = (record: NodeRecord, key: 'udp' | 'tcp'): number => portOf(record, `${key}6`) || portOf(record, key)

function endpoint(record: NodeRecord, key: 'ip' | 'ip6', port: number): Address | null {
  const ip = record.pairs.get(key)
  if (!(ip instanceof Uint8Array) || port === 0 || ip.length !== (key === 'ip' ? 4 : 16)) return null
  return ipAddress(ip, port)
}
