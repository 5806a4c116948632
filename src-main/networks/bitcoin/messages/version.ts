/** The version message: what each side says of itself first. */
import { MAX_AGENT_BYTES } from '../limits.ts'
import { Reader, compactSizeLength, writeCompactSize } from '../compact-size.ts'
import { WireError } from '../wire-error.ts'

/** An address as it stands in a version message. */
export interface VersionAddress {
  readonly services: bigint
  /** 16 bytes; IPv4 is mapped (::ffff:0:0/96). */
  readonly ip: Uint8Array
  readonly port: number
}

export interface VersionMessage {
  readonly version: number
  readonly services: bigint
  /** Seconds since the epoch by the sender's clock. */
  readonly time: number
  /** The receiver as the sender sees it. */
  readonly receiver: VersionAddress
  /** Null in the shortest form (versions below 106). */
  readonly sender: VersionAddress | null
  readonly nonce: bigint
  /** At most 256 bytes of UTF-8; as it came. */
  readonly agent: string
  readonly height: number
  /** Does the sender want transactions announced? True when absent (BIP 37). */
  readonly relay: boolean
}

const utf8 = new TextDecoder()
const toUtf8 = new TextEncoder()

/** ASCII by far the most often: short strings are quicker made without the decoder. */
function text(bytes: Uint8Array, from: number, length: number): string {
  let out = ''
  for (let index = from; index < from + length; index++) {
    const char = bytes[index] ?? 0
    if (char > 0x7f) return utf8.decode(bytes.subarray(from, from + length))
    out += String.fromCharCode(char)
  }
  return out
}

const readAddress = (reader: Reader): VersionAddress => ({
  services: reader.u64(),
  ip: reader.take(16),
  port: reader.u16be(),
})

/**
 * Fields after the receiver may be missing, as in versions before 106; what later versions append is ignored.
 * Views into the payload: valid as long as it is.
 * @throws {WireError}
 */
export function decodeVersion(payload: Uint8Array): VersionMessage {
  const reader = new Reader(payload)
  const version = reader.i32()
  const services = reader.u64()
  const time = reader.i64AsNumber()
  const receiver = readAddress(reader)
  let sender: VersionAddress | null = null
  let nonce = 0n
  let agent = ''
  let height = 0
  let relay = true
  if (reader.left > 0) {
    sender = readAddress(reader)
    nonce = reader.u64()
  }
  if (reader.left > 0) {
    const length = reader.compactSize()
    if (length > MAX_AGENT_BYTES) {
      throw new WireError('oversized-agent', `A user agent of ${length} bytes; at most ${MAX_AGENT_BYTES} are allowed.`)
    }
    agent = text(payload, reader.skip(length), length)
  }
  if (reader.left > 0) height = reader.i32()
  if (reader.left > 0) relay = reader.u8() !== 0
  return { version, services, time, receiver, sender, nonce, agent, height, relay }
}

function writeAddress(view: DataView, bytes: Uint8Array, at: number, address: VersionAddress | null): number {
  if (address !== null) {
    view.setBigUint64(at, address.services, true)
    bytes.set(address.ip, at + 8)
    view.setUint16(at + 24, address.port, false)
  }
  return at + 26
}

/** The full form, whatever the version. @throws {RangeError} when the agent is too long */
export function encodeVersion(message: VersionMessage): Uint8Array {
  const agent = toUtf8.encode(message.agent)
  if (agent.length > MAX_AGENT_BYTES) throw new RangeError(`A user agent has at most ${MAX_AGENT_BYTES} bytes.`)
  const bytes = new Uint8Array(85 + compactSizeLength(agent.length) + agent.length)
  const view = new DataView(bytes.buffer)
  view.setInt32(0, message.version, true)
  view.setBigUint64(4, message.services, true)
  view.setBigInt64(12, BigInt(message.time), true)
  let at = writeAddress(view, bytes, 20, message.receiver)
  at = writeAddress(view, bytes, at, message.sender)
  view.setBigUint64(at, message.nonce, true)
  at = writeCompactSize(view, at + 8, agent.length)
  bytes.set(agent, at)
  at += agent.length
  view.setInt32(at, message.height, true)
  bytes[at + 4] = message.relay ? 1 : 0
  return bytes
}
