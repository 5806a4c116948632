/** The six messages of discovery v5.1. Topics are not spoken; unknown messages are left unanswered. Source: discv5-wire.md. */
import { DiscoveryError } from '../error.ts'
import { MAX_PACKET_BYTES, V5_MAX_DISTANCES, V5_MAX_NODES, V5_MAX_REQUEST_ID_BYTES } from '../limits.ts'
import type { Item } from '../rlp-items.ts'
import { bigOf, bytesOf, concat, decode, encode, listOf, numberOf, uint } from '../rlp-items.ts'

const TYPES = { ping: 1, pong: 2, findnode: 3, nodes: 4, talkRequest: 5, talkResponse: 6 } as const

export type V5Message = { readonly requestId: Uint8Array } & (
  | { readonly type: 'ping'; readonly seq: bigint }
  | {
      readonly type: 'pong'
      readonly seq: bigint
      /** 4 or 16 bytes: where the ping came from. */
      readonly ip: Uint8Array
      readonly port: number
    }
  | { readonly type: 'findnode'; readonly distances: readonly number[] }
  /** Records as they came, unchecked: at most 16. */
  | { readonly type: 'nodes'; readonly total: number; readonly records: readonly Item[] }
  | { readonly type: 'talkRequest'; readonly protocol: Uint8Array; readonly message: Uint8Array }
  | { readonly type: 'talkResponse'; readonly message: Uint8Array }
)

/** A record's bytes as they stand in NODES. */
export const recordItem = (record: Uint8Array): Item => decode(record)

function fieldsOf(message: V5Message): Item[] {
  switch (message.type) {
    case 'ping':
      return [uint(message.seq)]
    case 'pong':
      return [uint(message.seq), message.ip, uint(message.port)]
    case 'findnode':
      return [message.distances.map(uint)]
    case 'nodes':
      return [uint(message.total), message.records]
    case 'talkRequest':
      return [message.protocol, message.message]
    case 'talkResponse':
      return [message.message]
    default:
      return message satisfies never
  }
}

export const encodeMessage = (message: V5Message): Uint8Array =>
  concat([Uint8Array.of(TYPES[message.type]), encode([message.requestId, ...fieldsOf(message)])])

/** @throws {DiscoveryError} `bad-form`, `unknown-type` */
export function decodeMessage(bytes: Uint8Array): V5Message {
  const type = bytes[0]
  if (type === undefined) throw new DiscoveryError('bad-form', 'A message without content.')
  if (type < TYPES.ping || type > TYPES.talkResponse)
    throw new DiscoveryError('unknown-type', `A message of type ${type}.`)
  const [id, ...fields] = listOf(decode(bytes.subarray(1)), 2, 'a message')
  const requestId = bytesOf(id, 0, V5_MAX_REQUEST_ID_BYTES, 'the request id').slice()
  switch (type) {
    case TYPES.ping:
      return { type: 'ping', requestId, seq: bigOf(fields[0], 'the sequence number') }
    case TYPES.pong: {
      const ip = bytesOf(fields[1], 4, 16, 'the IP').slice()
      if (ip.length !== 4 && ip.length !== 16) throw new DiscoveryError('bad-form', 'An IP of a wrong length.')
      return {
        type: 'pong',
        requestId,
        seq: bigOf(fields[0], 'the sequence number'),
        ip,
        port: numberOf(fields[2], 65_535, 'the port'),
      }
    }
    case TYPES.findnode:
      return {
        type: 'findnode',
        requestId,
        distances: listOf(fields[0], 0, 'the distances')
          .slice(0, V5_MAX_DISTANCES)
          .map(item => numberOf(item, Number.MAX_SAFE_INTEGER, 'a distance')),
      }
    case TYPES.nodes:
      return {
        type: 'nodes',
        requestId,
        total: numberOf(fields[0], Number.MAX_SAFE_INTEGER, 'the number of answers'),
        records: listOf(fields[1], 0, 'the records').slice(0, V5_MAX_NODES),
      }
    case TYPES.talkRequest:
      return {
        type: 'talkRequest',
        requestId,
        protocol: bytesOf(fields[0], 0, MAX_PACKET_BYTES, 'the protocol').slice(),
        message: bytesOf(fields[1], 0, MAX_PACKET_BYTES, 'the request').slice(),
      }
    default:
      return {
        type: 'talkResponse',
        requestId,
        message: bytesOf(fields[0], 0, MAX_PACKET_BYTES, 'the response').slice(),
      }
  }
}
