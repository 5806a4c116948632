/** Packets of discovery v5.1: the masked header with what stands in it, and the sealed message behind it. Source: discv5-wire.md. */
import { DiscoveryError } from '../error.ts'
import { decompressKey } from '../../keys.ts'
import { MAX_PACKET_BYTES, MAX_RECORD_BYTES, V5_MIN_PACKET_BYTES } from '../limits.ts'
import { concat } from '../rlp-items.ts'
import { mask } from './crypto.ts'

const PROTOCOL = new TextEncoder().encode('discv5')
const VERSION = 1
const FLAGS = { message: 0, whoareyou: 1, handshake: 2 } as const
const IV_BYTES = 16
const STATIC_BYTES = 23
export const NONCE_BYTES = 12
const ID_BYTES = 32
export const ID_NONCE_BYTES = 16
const WHOAREYOU_BYTES = ID_NONCE_BYTES + 8
const HANDSHAKE_HEAD_BYTES = ID_BYTES + 2
const SIGNATURE_BYTES = 64
const KEY_BYTES = 33
/** Of a message or handshake behind the static header. Source: go-ethereum v5wire/encoding.go (minMessageSize). */
const MIN_MESSAGE_BYTES = 48

interface Sealed {
  /** Identity of the sender, not proven by this alone. */
  readonly sender: Uint8Array
  readonly sealed: Uint8Array
}

/** `header` is the unmasked one with the masking IV before it: what authenticates a message, or what a challenge is made of. */
export type V5Packet = { readonly nonce: Uint8Array; readonly header: Uint8Array } & (
  | ({ readonly flag: 'message' } & Sealed)
  | { readonly flag: 'whoareyou'; readonly idNonce: Uint8Array; readonly recordSeq: bigint }
  | ({
      readonly flag: 'handshake'
      readonly proof: Uint8Array
      /** 64 bytes. */
      readonly ephemeral: Uint8Array
      /** Null: the sender thinks that we have it. */
      readonly record: Uint8Array | null
    } & Sealed)
)

/** What goes into a header: `iv` 16 and `nonce` 12 bytes. */
export interface V5Head {
  readonly iv: Uint8Array
  readonly nonce: Uint8Array
  readonly flag: keyof typeof FLAGS
  readonly authdata: Uint8Array
}

/** The header with its IV, unmasked. */
export function encodeHeader({ iv, nonce, flag, authdata }: V5Head): Uint8Array {
  return concat([
    iv,
    PROTOCOL,
    Uint8Array.of(0, VERSION, FLAGS[flag]),
    nonce,
    Uint8Array.of(authdata.length >>> 8, authdata.length & 255),
    authdata,
  ])
}

/** Masks a header for its recipient and puts the message behind it. @throws {DiscoveryError} `too-long` */
export function finishPacket(recipientId: Uint8Array, header: Uint8Array, sealed: Uint8Array): Uint8Array {
  const iv = header.subarray(0, IV_BYTES)
  const bytes = concat([iv, mask(recipientId, iv, header.subarray(IV_BYTES)), sealed])
  if (bytes.length > MAX_PACKET_BYTES)
    throw new DiscoveryError('too-long', `A discovery packet of ${bytes.length} bytes.`)
  return bytes
}

export function whoareyouAuthdata(idNonce: Uint8Array, recordSeq: bigint): Uint8Array {
  const authdata = new Uint8Array(WHOAREYOU_BYTES)
  authdata.set(idNonce)
  new DataView(authdata.buffer).setBigUint64(ID_NONCE_BYTES, recordSeq)
  return authdata
}

export const handshakeAuthdata = (
  sender: Uint8Array,
  proof: Uint8Array,
  compressedEphemeral: Uint8Array,
  record: Uint8Array | null,
): Uint8Array =>
  concat([
    sender,
    Uint8Array.of(proof.length, compressedEphemeral.length),
    proof,
    compressedEphemeral,
    record ?? new Uint8Array(0),
  ])

const badHeader = (): DiscoveryError => new DiscoveryError('bad-header', 'A packet of no discovery protocol.')

/** Unmasks and reads a packet that is for us. @throws {DiscoveryError} */
export function decodeV5Packet(bytes: Uint8Array, ourId: Uint8Array): V5Packet {
  if (bytes.length < V5_MIN_PACKET_BYTES) throw new DiscoveryError('too-short', 'A discovery packet that is too short.')
  if (bytes.length > MAX_PACKET_BYTES) throw new DiscoveryError('too-long', 'A discovery packet that is too long.')
  const iv = bytes.subarray(0, IV_BYTES)
  // All of it is unmasked at once: the message behind the header is not read from here.
  const plain = mask(ourId, iv, bytes.subarray(IV_BYTES))
  for (let index = 0; index < PROTOCOL.length; index++) if (plain[index] !== PROTOCOL[index]) throw badHeader()
  const [, , , , , , versionHigh = 0, versionLow = 0, flag = -1] = plain
  if (versionHigh * 256 + versionLow < VERSION) throw badHeader()
  const nonce = plain.slice(9, 9 + NONCE_BYTES)
  const authSize = (plain[21] ?? 0) * 256 + (plain[22] ?? 0)
  if (STATIC_BYTES + authSize > plain.length) throw new DiscoveryError('bad-form', 'A header longer than its packet.')
  const authdata = plain.slice(STATIC_BYTES, STATIC_BYTES + authSize)
  const header = concat([iv, plain.subarray(0, STATIC_BYTES + authSize)])
  const sealed = bytes.slice(header.length)
  if (flag !== FLAGS.whoareyou && authSize + sealed.length < MIN_MESSAGE_BYTES)
    throw new DiscoveryError('too-short', 'A discovery message that is too short.')
  switch (flag) {
    case FLAGS.message:
      if (authSize !== ID_BYTES) throw new DiscoveryError('bad-form', 'A message header of a wrong length.')
      return { flag: 'message', nonce, header, sender: authdata, sealed }
    case FLAGS.whoareyou:
      if (authSize !== WHOAREYOU_BYTES || sealed.length > 0)
        throw new DiscoveryError('bad-form', 'A WHOAREYOU of a wrong length.')
      return {
        flag: 'whoareyou',
        nonce,
        header,
        idNonce: authdata.slice(0, ID_NONCE_BYTES),
        recordSeq: new DataView(authdata.buffer).getBigUint64(ID_NONCE_BYTES),
      }
    case FLAGS.handshake:
      return { flag: 'handshake', nonce, header, sealed, ...readHandshake(authdata) }
    default:
      throw new DiscoveryError('unknown-type', `A discovery packet with the flag ${flag}.`)
  }
}

function readHandshake(authdata: Uint8Array): {
  sender: Uint8Array
  proof: Uint8Array
  ephemeral: Uint8Array
  record: Uint8Array | null
} {
  const keyAt = HANDSHAKE_HEAD_BYTES + SIGNATURE_BYTES
  const recordAt = keyAt + KEY_BYTES
  const isV4 = authdata[ID_BYTES] === SIGNATURE_BYTES && authdata[ID_BYTES + 1] === KEY_BYTES
  if (!isV4 || authdata.length < recordAt || authdata.length > recordAt + MAX_RECORD_BYTES)
    throw new DiscoveryError('bad-form', 'A handshake of a wrong length or of another identity scheme.')
  const ephemeral = decompressKey(authdata.subarray(keyAt, recordAt))
  if (ephemeral === null) throw new DiscoveryError('bad-key', 'The key of a handshake is no point of the curve.')
  return {
    sender: authdata.slice(0, ID_BYTES),
    proof: authdata.slice(HANDSHAKE_HEAD_BYTES, keyAt),
    ephemeral,
    record: authdata.length > recordAt ? authdata.slice(recordAt) : null,
  }
}
