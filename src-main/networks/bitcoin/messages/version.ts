/** The version message: what each side says of itself first. */
import { MAX_AGENT_BYTES } from '../limits.ts'
import { Reader, compactSizeLength, writeCompactSize } from '../compact-size.ts'
import { WireError } from '../wire-error.ts'

/** The receiver of a version message, as the sender sees it. The services that stand with it mean nothing. */
export interface VersionReceiver {
  /** 16 bytes; IPv4 is mapped (::ffff:0:0/96). A view of the payload when decoded. */
  readonly ip: Uint8Array
  readonly port: number
}

/** The address of the sender, which stands between receiver and nonce, is left out: nodes fill it with zeros today. */
export interface VersionMessage {
  readonly version: number
  readonly services: bigint
  /** Seconds since the epoch by the sender's clock. */
  readonly time: number
  readonly receiver: VersionReceiver
  /** 0n when the message has none (versions below 106). */
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

/** Length of the part that every version has, and where the parts behind it begin. */
const RECEIVER_END = 46
const NONCE_AT = RECEIVER_END + 26
const AGENT_AT = NONCE_AT + 8

const endsEarly = (): WireError => new WireError('malformed-message', 'The version message ends too early.')

/**
 * Fields behind the receiver may be missing, as in versions before 106; what later versions append is ignored.
 * @throws {WireError}
 */
export function decodeVersion(payload: Uint8Array): VersionMessage {
  const end = payload.length
  if (end < RECEIVER_END || (end > RECEIVER_END && end < AGENT_AT)) throw endsEarly()
  const view = new DataView(payload.buffer, payload.byteOffset, end)
  let agent = ''
  let height = 0
  let relay = true
  if (end > AGENT_AT) {
    const reader = new Reader(payload, view, AGENT_AT)
    const length = reader.compactSize()
    if (length > MAX_AGENT_BYTES) {
      throw new WireError('oversized-agent', `A user agent of ${length} bytes; at most ${MAX_AGENT_BYTES} are allowed.`)
    }
    agent = text(payload, reader.skip(length), length)
    if (reader.left > 0) height = reader.i32()
    if (reader.left > 0) relay = reader.u8() !== 0
  }
  return {
    version: view.getInt32(0, true),
    services: view.getBigUint64(4, true),
    time: view.getInt32(16, true) * 0x1_0000_0000 + view.getUint32(12, true),
    receiver: { ip: payload.subarray(28, 44), port: view.getUint16(44, false) },
    nonce: end === RECEIVER_END ? 0n : view.getBigUint64(NONCE_AT, true),
    agent,
    height,
    relay,
  }
}

/** The full form, whatever the version. @throws {RangeError} when the agent is too long */
export function encodeVersion(message: VersionMessage): Uint8Array {
  const agent = toUtf8.encode(message.agent)
  if (agent.length > MAX_AGENT_BYTES) throw new RangeError(`A user agent has at most ${MAX_AGENT_BYTES} bytes.`)
  const bytes = new Uint8Array(85 + compactSizeLength(agent.length) + agent.length)
  const view = new DataView(bytes.buffer)
  view.setInt32(0, message.version, true)
  view.setBigUint64(4, message.services, true)
  view.setUint32(12, message.time % 0x1_0000_0000, true)
  view.setInt32(16, Math.floor(message.time / 0x1_0000_0000), true)
  bytes.set(message.receiver.ip, 28)
  view.setUint16(44, message.receiver.port, false)
  view.setBigUint64(NONCE_AT, message.nonce, true)
  let at = writeCompactSize(view, AGENT_AT, agent.length)
  bytes.set(agent, at)
  at += agent.length
  view.setInt32(at, message.height, true)
  bytes[at + 4] = message.relay ? 1 : 0
  return bytes
}
