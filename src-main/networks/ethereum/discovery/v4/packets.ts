/**
 * Packets of discovery v4: hash, signature, type, RLP; with EIP-868 (sequence numbers, ENRREQUEST) and EIP-8 (more
 * fields than we know, and bytes behind them, are ignored).
 */
import { addressBytes, ipAddress } from '../../../../transport/index.ts'
import type { Address } from '../../../../transport/index.ts'
import type { NodeRecord } from '../enr.ts'
import { recordOfItem } from '../enr.ts'
import { DiscoveryError } from '../error.ts'
import { keccak256, recoverKey, signRecoverable } from '../../keys.ts'
import { BUCKET_SIZE, MAX_PACKET_BYTES, MAX_RECORD_BYTES, V4_MIN_PACKET_BYTES } from '../limits.ts'
import type { Item } from '../rlp-items.ts'
import { bigOf, bytesOf, concat, decode, decodeFirst, encode, listOf, numberOf, uint } from '../rlp-items.ts'

const TYPES = { ping: 1, pong: 2, findnode: 3, neighbors: 4, enrRequest: 5, enrResponse: 6 } as const

/** What a node says of an endpoint: any of it may be nonsense, so it stays as it came. */
export interface V4Endpoint {
  /** 4 or 16 bytes; none where the sender names no IP. */
  readonly ip: Uint8Array
  readonly udp: number
  readonly tcp: number
}

export interface V4Neighbor extends V4Endpoint {
  /** 64 bytes, not checked to be a point of the curve. */
  readonly publicKey: Uint8Array
}

/** `expiration` in seconds since the epoch. `seq`, of the sender's record: null when it does not say. */
export type V4Packet =
  | {
      readonly type: 'ping'
      readonly version: number
      readonly from: V4Endpoint
      readonly to: V4Endpoint
      readonly expiration: bigint
      readonly seq: bigint | null
    }
  | {
      readonly type: 'pong'
      readonly to: V4Endpoint
      readonly pingHash: Uint8Array
      readonly expiration: bigint
      readonly seq: bigint | null
    }
  | { readonly type: 'findnode'; readonly target: Uint8Array; readonly expiration: bigint }
  | { readonly type: 'neighbors'; readonly nodes: readonly V4Neighbor[]; readonly expiration: bigint }
  | { readonly type: 'enrRequest'; readonly expiration: bigint }
  | { readonly type: 'enrResponse'; readonly requestHash: Uint8Array; readonly record: NodeRecord }

export interface V4Received {
  readonly packet: V4Packet
  /** Of the sender, 64 bytes. */
  readonly publicKey: Uint8Array
  /** Names the packet in its answer. */
  readonly hash: Uint8Array
}

const HASH_BYTES = 32
const SIGNED_AT = HASH_BYTES + 65
const MAX_PORT = 65_535

export const endpointOf = (address: Address, tcp: number): V4Endpoint => ({
  ip: addressBytes(address),
  udp: address.port,
  tcp,
})

/** The UDP address of an endpoint; null when it is none. */
export function addressOf({ ip, udp }: V4Endpoint): Address | null {
  return udp === 0 || (ip.length !== 4 && ip.length !== 16) ? null : ipAddress(ip, udp)
}

const endpointItem = ({ ip, udp, tcp }: V4Endpoint): Item => [ip, uint(udp), uint(tcp)]

function fieldsOf(packet: V4Packet): Item[] {
  switch (packet.type) {
    case 'ping':
      return [
        uint(packet.version),
        endpointItem(packet.from),
        endpointItem(packet.to),
        uint(packet.expiration),
        ...(packet.seq === null ? [] : [uint(packet.seq)]),
      ]
    case 'pong':
      return [
        endpointItem(packet.to),
        packet.pingHash,
        uint(packet.expiration),
        ...(packet.seq === null ? [] : [uint(packet.seq)]),
      ]
    case 'findnode':
      return [packet.target, uint(packet.expiration)]
    case 'neighbors':
      return [
        packet.nodes.map(({ ip, udp, tcp, publicKey }): Item => [ip, uint(udp), uint(tcp), publicKey]),
        uint(packet.expiration),
      ]
    case 'enrRequest':
      return [uint(packet.expiration)]
    case 'enrResponse':
      return [packet.requestHash, decode(packet.record.bytes)]
    default:
      return packet satisfies never
  }
}

export interface V4Encoded {
  readonly bytes: Uint8Array
  /** Names the packet in its answer. */
  readonly hash: Uint8Array
}

/** Signs a packet. `extra` are fields behind those we know, as newer versions may send. @throws {DiscoveryError} `too-long` */
export function encodePacket(packet: V4Packet, privateKey: Uint8Array, extra: readonly Item[] = []): V4Encoded {
  return encodeTyped(TYPES[packet.type], [...fieldsOf(packet), ...extra], privateKey)
}

/** Signs a packet of any type. @throws {DiscoveryError} `too-long` */
export function encodeTyped(type: number, fields: readonly Item[], privateKey: Uint8Array): V4Encoded {
  const body = concat([Uint8Array.of(type), encode(fields)])
  const signed = concat([signRecoverable(keccak256(body), privateKey), body])
  const hash = keccak256(signed)
  const bytes = concat([hash, signed])
  if (bytes.length > MAX_PACKET_BYTES)
    throw new DiscoveryError('too-long', `A discovery packet of ${bytes.length} bytes.`)
  return { bytes, hash }
}

/** Is it a packet of discovery v4, by its hash? Costs no curve operation. */
export function isV4Packet(bytes: Uint8Array): boolean {
  if (bytes.length < V4_MIN_PACKET_BYTES || bytes.length > MAX_PACKET_BYTES) return false
  return Buffer.compare(keccak256(bytes.subarray(HASH_BYTES)), bytes.subarray(0, HASH_BYTES)) === 0
}

/**
 * Reads a packet and recovers who signed it: the hash is checked first, then the fields, the signature last.
 * @throws {DiscoveryError}
 */
export function decodePacket(bytes: Uint8Array): V4Received {
  if (bytes.length < V4_MIN_PACKET_BYTES) throw new DiscoveryError('too-short', 'A discovery packet that is too short.')
  if (bytes.length > MAX_PACKET_BYTES) throw new DiscoveryError('too-long', 'A discovery packet that is too long.')
  if (!isV4Packet(bytes)) throw new DiscoveryError('bad-hash', 'The hash of a discovery packet does not fit it.')
  const body = bytes.subarray(SIGNED_AT)
  const fields = listOf(decodeFirst(body.subarray(1)).item, 1, 'a discovery packet')
  const packet = readPacket(body[0] ?? 0, fields)
  const publicKey = recoverKey(keccak256(body), bytes.subarray(HASH_BYTES, SIGNED_AT))
  if (publicKey === null) throw new DiscoveryError('bad-signature', 'The signature of a discovery packet is nobody’s.')
  return { packet, publicKey, hash: bytes.slice(0, HASH_BYTES) }
}

const readEndpoint = (item: Item | undefined, what: string): V4Endpoint => endpointFrom(listOf(item, 3, what), what)

function endpointFrom(fields: readonly Item[], what: string): V4Endpoint {
  const ip = bytesOf(fields[0], 0, 16, `the IP of ${what}`)
  if (ip.length !== 0 && ip.length !== 4 && ip.length !== 16)
    throw new DiscoveryError('bad-form', `The IP of ${what} has ${ip.length} bytes.`)
  return {
    ip: ip.slice(),
    udp: numberOf(fields[1], MAX_PORT, `the UDP port of ${what}`),
    tcp: numberOf(fields[2], MAX_PORT, `the TCP port of ${what}`),
  }
}

function readPacket(type: number, fields: readonly Item[]): V4Packet {
  switch (type) {
    case TYPES.ping:
      return {
        type: 'ping',
        // The version is ignored (EIP-8); one beyond a number's range is as good as any.
        version: Number(bigOf(fields[0], 'the version')),
        from: readEndpoint(fields[1], 'the sender'),
        to: readEndpoint(fields[2], 'the recipient'),
        expiration: bigOf(fields[3], 'the expiration'),
        seq: optionalSeq(fields[4]),
      }
    case TYPES.pong:
      return {
        type: 'pong',
        to: readEndpoint(fields[0], 'the recipient'),
        pingHash: bytesOf(fields[1], 0, MAX_RECORD_BYTES, 'the hash of the ping').slice(),
        expiration: bigOf(fields[2], 'the expiration'),
        seq: optionalSeq(fields[3]),
      }
    case TYPES.findnode:
      return {
        type: 'findnode',
        target: bytesOf(fields[0], 64, 64, 'the target').slice(),
        expiration: bigOf(fields[1], 'the expiration'),
      }
    case TYPES.neighbors:
      return {
        type: 'neighbors',
        nodes: listOf(fields[0], 0, 'the nodes').slice(0, BUCKET_SIZE).map(readNeighbor),
        expiration: bigOf(fields[1], 'the expiration'),
      }
    case TYPES.enrRequest:
      return { type: 'enrRequest', expiration: bigOf(fields[0], 'the expiration') }
    case TYPES.enrResponse:
      return {
        type: 'enrResponse',
        requestHash: bytesOf(fields[0], 0, MAX_RECORD_BYTES, 'the hash of the request').slice(),
        record: recordOfItem(listOf(fields[1], 2, 'the node record')),
      }
    default:
      throw new DiscoveryError('unknown-type', `A discovery packet of type ${type}.`)
  }
}

function readNeighbor(item: Item): V4Neighbor {
  const fields = listOf(item, 4, 'a neighbor')
  return {
    ...endpointFrom(fields, 'a neighbor'),
    publicKey: bytesOf(fields[3], 64, 64, 'the key of a neighbor').slice(),
  }
}

/** EIP-868: whoever does not know it sends nothing there, or something of his own (EIP-8). */
function optionalSeq(item: Item | undefined): bigint | null {
  if (!(item instanceof Uint8Array) || item.length > 8 || item[0] === 0) return null
  return bigOf(item, 'the sequence number')
}
