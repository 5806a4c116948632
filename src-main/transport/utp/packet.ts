/** uTP's packets (BEP 29): the header, the selective ack, and the arithmetic of numbers that wrap at 16 bits. */
import { MAX_SELECTIVE_ACK_BYTES, MAX_UTP_EXTENSIONS } from './limits.ts'

export const UTP_HEADER_BYTES = 20

export type UtpPacketType = 'data' | 'fin' | 'state' | 'reset' | 'syn'

/** In the order of their numbers on the wire. */
const TYPES: readonly UtpPacketType[] = ['data', 'fin', 'state', 'reset', 'syn']

const VERSION = 1
const SELECTIVE_ACK = 1

export interface UtpPacket {
  readonly type: UtpPacketType
  /** 16 bits. */
  readonly connectionId: number
  /** Microseconds of the sender's clock when it sent, 32 bits. */
  readonly timestampUs: number
  /** Its receiving time less the time stamp of the last packet it had from us, microseconds, 32 bits. */
  readonly timestampDifferenceUs: number
  /** Bytes the sender of this packet has room for, 32 bits. */
  readonly windowBytes: number
  /** 16 bits each. */
  readonly sequence: number
  readonly acknowledged: number
  /** Bit mask from `acknowledged` + 2 on, lowest bit of each byte first; null without the extension. */
  readonly selectiveAck: Uint8Array | null
  readonly payload: Uint8Array
}

/** Whether a datagram's first bytes may be uTP: for the demultiplexing of a shared socket. */
export function looksLikeUtp(datagram: Uint8Array): boolean {
  const first = datagram[0]
  return (
    datagram.length >= UTP_HEADER_BYTES && first !== undefined && (first & 15) === VERSION && first >> 4 < TYPES.length
  )
}

/** Takes a datagram apart, or gives null where it is no well-formed uTP. `payload` and the mask share its memory. */
export function decodeUtpPacket(datagram: Uint8Array): UtpPacket | null {
  if (!looksLikeUtp(datagram)) return null
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength)
  const type = TYPES[view.getUint8(0) >> 4]
  if (type === undefined) return null
  let at = UTP_HEADER_BYTES
  let extension = view.getUint8(1)
  let selectiveAck: Uint8Array | null = null
  for (let count = 0; extension !== 0; count++) {
    if (count === MAX_UTP_EXTENSIONS || at + 2 > datagram.length) return null
    const next = view.getUint8(at)
    const length = view.getUint8(at + 1)
    const body = datagram.subarray(at + 2, at + 2 + length)
    if (body.length < length) return null
    if (extension === SELECTIVE_ACK) {
      // Twice is a contradiction, and a mask that is no multiple of 32 bits is against BEP 29.
      if (selectiveAck !== null || length === 0 || length % 4 !== 0) return null
      // What lies beyond the bound is beyond what we have in flight between two acks: cut, not refused.
      selectiveAck = body.subarray(0, MAX_SELECTIVE_ACK_BYTES)
    }
    extension = next
    at += 2 + length
  }
  return {
    type,
    connectionId: view.getUint16(2),
    timestampUs: view.getUint32(4),
    timestampDifferenceUs: view.getUint32(8),
    windowBytes: view.getUint32(12),
    sequence: view.getUint16(16),
    acknowledged: view.getUint16(18),
    selectiveAck,
    payload: datagram.subarray(at),
  }
}

/** The datagram of a packet. Numbers are cut to the bits they have on the wire. Throws RangeError on a mask of a wrong length. */
export function encodeUtpPacket(packet: UtpPacket): Uint8Array {
  const mask = packet.selectiveAck
  if (mask !== null && (mask.length === 0 || mask.length % 4 !== 0 || mask.length > MAX_SELECTIVE_ACK_BYTES)) {
    throw new RangeError(`A selective ack of ${String(mask.length)} bytes cannot be sent`)
  }
  const headBytes = UTP_HEADER_BYTES + (mask === null ? 0 : 2 + mask.length)
  const datagram = new Uint8Array(headBytes + packet.payload.length)
  const view = new DataView(datagram.buffer)
  view.setUint8(0, (TYPES.indexOf(packet.type) << 4) | VERSION)
  view.setUint16(2, packet.connectionId)
  view.setUint32(4, packet.timestampUs)
  view.setUint32(8, packet.timestampDifferenceUs)
  view.setUint32(12, packet.windowBytes)
  view.setUint16(16, packet.sequence)
  view.setUint16(18, packet.acknowledged)
  if (mask !== null) {
    view.setUint8(1, SELECTIVE_ACK)
    view.setUint8(UTP_HEADER_BYTES + 1, mask.length)
    datagram.set(mask, UTP_HEADER_BYTES + 2)
  }
  datagram.set(packet.payload, headBytes)
  return datagram
}

/** How far `to` lies ahead of `from` on the circle of 16 bits: -32768 to 32767. */
export const sequenceDistance = (from: number, to: number): number => ((to - from) << 16) >> 16

/** Whether a selective ack says that `sequence` has arrived. Never of `acknowledged` + 1, which is the hole itself. */
export function isSelectivelyAcked(packet: UtpPacket, sequence: number): boolean {
  const bit = sequenceDistance(packet.acknowledged, sequence) - 2
  if (bit < 0) return false
  return (((packet.selectiveAck?.[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1
}
