/**
 * addr and addrv2. Decoding walks the payload once and notes where the usable entries stand; an entry becomes an
 * `Address` only when somebody asks for it, so a flood of gossip costs a few microseconds.
 */
import type { HeardAddress } from '../../../connections/index.ts'
import { addressBytes, cjdnsAddress, i2pAddress, ipAddress, onionAddress } from '../../../transport/index.ts'
import type { Address } from '../../../transport/index.ts'
import { Reader, compactSizeLength, writeCompactSize } from '../compact-size.ts'
import { MAX_ADDRESSES_PER_MESSAGE, MAX_ADDRV2_BYTES } from '../limits.ts'
import { WireError } from '../wire-error.ts'

/** u32 time, u64 services, 16 bytes, u16 port. */
const ADDR_BYTES = 30

const IPV4 = 1
const IPV6 = 2
const TOR_V2 = 3
const TOR_V3 = 4
const I2P = 5
const CJDNS = 6
const YGGDRASIL = 7

/** Length of an address by BIP 155 network id; 0 for ids that it does not name. */
const LENGTHS = Uint8Array.of(0, 4, 16, 10, 32, 32, 16, 16)

/** The addresses of one message. Views of its payload: valid as long as that is. */
export interface AddressEntries {
  /** Entries in the message. */
  readonly count: number
  /** Of these, the ones that we can use: `at` takes 0 to usable - 1. */
  readonly usable: number
  at(index: number): HeardAddress
}

const tooMany = (count: number): WireError =>
  new WireError(
    'oversized-addr',
    `${count} addresses in one message; at most ${MAX_ADDRESSES_PER_MESSAGE} are allowed.`,
  )

/** Is it an IPv6 address that stands for an address of another network? Such are read as nothing. */
function isEmbedded(view: DataView, at: number): boolean {
  const first = view.getUint32(at, false)
  // ::ffff:0:0/96 carries IPv4 and must not come under IPv6's id (BIP 155)
  if (first === 0) {
    return (
      view.getUint32(at + 4, false) === 0 &&
      (view.getUint32(at + 8, false) === 0xffff ||
        (view.getUint32(at + 8, false) === 0 && view.getUint32(at + 12) === 0))
    )
  }
  return isOnionCat(view, at, first)
}

/** fd87:d87e:eb43::/48, Tor v2 in IPv6 (OnionCat). */
const isOnionCat = (view: DataView, at: number, first: number): boolean =>
  first === 0xfd87_d87e && view.getUint16(at + 4, false) === 0xeb43

/** @throws {WireError} */
export function decodeAddr(payload: Uint8Array): AddressEntries {
  const reader = new Reader(payload)
  const count = reader.compactSize()
  if (count > MAX_ADDRESSES_PER_MESSAGE) throw tooMany(count)
  const first = reader.skip(count * ADDR_BYTES)
  reader.end()
  const { view } = reader
  const offsets = new Uint32Array(count)
  let usable = 0
  for (let at = first; at < payload.length; at += ADDR_BYTES) {
    if (view.getUint16(at + 28, false) === 0 || isOnionCat(view, at + 12, view.getUint32(at + 12, false))) continue
    offsets[usable++] = at
  }
  return {
    count,
    usable,
    at: index => {
      const at = offsets[index] ?? 0
      return {
        address: ipAddress(payload.subarray(at + 12, at + 28), view.getUint16(at + 28, false)),
        services: view.getBigUint64(at + 4, true),
        seenAt: view.getUint32(at, true) * 1000,
      }
    },
  }
}

const endsEarly = (): WireError => new WireError('malformed-message', 'The message ends too early.')

/** Bytes that follow the first one of the CompactSize at `at`, which is 0xfd or more. @throws {WireError} */
function compactSizeTail(reader: Reader, at: number): number {
  // Services of today's full nodes take two more bytes.
  if (
    reader.view.getUint8(at) === 0xfd &&
    reader.bytes.length >= at + 3 &&
    reader.view.getUint16(at + 1, true) >= 0xfd
  ) {
    return 2
  }
  reader.at = at
  reader.compactSize()
  return reader.at - at - 1
}

/**
 * A hot path, since nodes send a thousand entries at once: offsets in local variables, one look at each field.
 * @throws {WireError}
 */
export function decodeAddrV2(payload: Uint8Array): AddressEntries {
  const reader = new Reader(payload)
  const count = reader.compactSize()
  if (count > MAX_ADDRESSES_PER_MESSAGE) throw tooMany(count)
  const { view } = reader
  const end = payload.length
  const offsets = new Uint32Array(count)
  let usable = 0
  let entry = reader.at
  for (let index = 0; index < count; index++) {
    // Time, then services of which only the length matters here; the network id and the length of the address follow.
    if (entry + 5 > end) throw endsEarly()
    const first = view.getUint8(entry + 4)
    const idAt = entry + 5 + (first < 0xfd ? 0 : compactSizeTail(reader, entry + 4))
    if (idAt + 2 > end) throw endsEarly()
    const id = view.getUint8(idAt)
    let length = view.getUint8(idAt + 1)
    let addressAt = idAt + 2
    if (length >= 0xfd) {
      reader.at = idAt + 1
      length = reader.compactSize()
      addressAt = reader.at
    }
    if (LENGTHS[id] !== length) checkLength(id, length)
    const portAt = addressAt + length
    if (portAt + 2 > end) throw endsEarly()
    if (isUsable(view, id, addressAt, view.getUint16(portAt, false))) offsets[usable++] = entry
    entry = portAt + 2
  }
  reader.at = entry
  reader.end()
  return { count, usable, at: index => entryAt(payload, offsets[index] ?? 0) }
}

/** @throws {WireError} */
function checkLength(id: number, length: number): void {
  const known = LENGTHS[id] ?? 0
  if (known === length || (known === 0 && length <= MAX_ADDRV2_BYTES)) return
  const wanted = known === 0 ? `at most ${MAX_ADDRV2_BYTES} are allowed` : `it must have ${known}`
  throw new WireError('bad-address-length', `An address of network ${id} with ${length} bytes: ${wanted}.`)
}

/** Unknown networks, Tor v2, Yggdrasil, disguised addresses and those without a port are passed over in silence. */
function isUsable(view: DataView, id: number, at: number, port: number): boolean {
  switch (id) {
    case IPV4:
    case TOR_V3:
      return port !== 0
    case IPV6:
      return port !== 0 && !isEmbedded(view, at)
    case I2P:
      return true
    case CJDNS:
      return port !== 0 && view.getUint8(at) === 0xfc
    case TOR_V2:
    case YGGDRASIL:
    default:
      return false
  }
}

/** Reads one entry that has been checked. */
function entryAt(payload: Uint8Array, at: number): HeardAddress {
  const reader = new Reader(payload)
  reader.at = at
  const seenAt = reader.u32() * 1000
  const services = reader.compactSize64()
  const id = reader.u8()
  const bytes = reader.take(reader.compactSize())
  const port = reader.u16be()
  return { address: addressOf(id, bytes, port), services, seenAt }
}

function addressOf(id: number, bytes: Uint8Array, port: number): Address {
  if (id === TOR_V3) return onionAddress(bytes, port)
  if (id === I2P) return i2pAddress(bytes, port)
  return id === CJDNS ? cjdnsAddress(bytes, port) : ipAddress(bytes, port)
}

const NETWORK_IDS = { ipv4: IPV4, ipv6: IPV6, onion: TOR_V3, i2p: I2P, cjdns: CJDNS, host: 0 } as const

/** Largest u32: time stamps beyond it are written as it. */
const MAX_TIME_S = 0xffff_ffff

const seconds = (milliseconds: number): number => Math.min(MAX_TIME_S, Math.max(0, Math.floor(milliseconds / 1000)))

/** Can an addr message (or with `v2` an addrv2 message) carry this address? Host names never travel. */
export const isSendable = (address: Address, v2: boolean): boolean =>
  v2 ? address.kind !== 'host' : address.kind === 'ipv4' || address.kind === 'ipv6'

/** Only for entries that `isSendable(address, false)`. At most 1000. */
export function encodeAddr(entries: readonly HeardAddress[]): Uint8Array {
  const bytes = new Uint8Array(compactSizeLength(entries.length) + entries.length * ADDR_BYTES)
  const view = new DataView(bytes.buffer)
  let at = writeCompactSize(view, 0, entries.length)
  for (const { address, services, seenAt } of entries) {
    view.setUint32(at, seconds(seenAt), true)
    view.setBigUint64(at + 4, services, true)
    bytes.set(mappedBytes(address), at + 12)
    view.setUint16(at + 28, address.port, false)
    at += ADDR_BYTES
  }
  return bytes
}

/** The 16 bytes that stand for an IP address: IPv4 mapped into IPv6; all zero for any other kind. */
export function mappedBytes(address: Address): Uint8Array {
  const mapped = new Uint8Array(16)
  if (address.kind === 'ipv6' || address.kind === 'cjdns') return addressBytes(address)
  if (address.kind !== 'ipv4') return mapped
  mapped[10] = 0xff
  mapped[11] = 0xff
  mapped.set(addressBytes(address), 12)
  return mapped
}

/** Only for entries that `isSendable(address, true)`. At most 1000. */
export function encodeAddrV2(entries: readonly HeardAddress[]): Uint8Array {
  // Longest entry: time, 9 bytes of services, network id, length, 32 bytes, port.
  const bytes = new Uint8Array(compactSizeLength(entries.length) + entries.length * (4 + 9 + 1 + 1 + 32 + 2))
  const view = new DataView(bytes.buffer)
  let at = writeCompactSize(view, 0, entries.length)
  for (const { address, services, seenAt } of entries) {
    view.setUint32(at, seconds(seenAt), true)
    at = writeCompactSize(view, at + 4, services)
    const host = addressBytes(address)
    bytes[at] = NETWORK_IDS[address.kind]
    bytes[at + 1] = host.length
    bytes.set(host, at + 2)
    view.setUint16(at + 2 + host.length, address.port, false)
    at += host.length + 4
  }
  return bytes.subarray(0, at)
}
