/**
 * The RLPx handshake, both ends, EIP-8 and the form before it: incremental, nothing is done with a key before its
 * packet is whole and within bounds. Source: devp2p rlpx.md, EIP-8, go-ethereum p2p/rlpx.
 */
import type { RandomSource } from '../../../time/index.ts'
import { bytesOf, decodeFirst, encode, listOf } from '../discovery/rlp-items.ts'
import { publicKeyOf, randomKey, signRecoverable } from '../keys.ts'
import { checkKey, sharedX, signer } from './curve.ts'
import { OVERHEAD_BYTES, decrypt, encrypt } from './ecies.ts'
import { RlpxError } from './errors.ts'
import { KeccakState, keccak256 } from '../keccak.ts'
import { MAX_HANDSHAKE_BYTES, MIN_PADDING_BYTES, PADDING_SPREAD_BYTES } from './limits.ts'

const VERSION = 4
const SIGNATURE_BYTES = 65
const PUBLIC_BYTES = 64
const NONCE_BYTES = 32
/** Whole packets of the form before EIP-8. */
const PLAIN_AUTH_BYTES = 307
const PLAIN_ACK_BYTES = 210

/** What both ends have after the handshake. */
export interface Secrets {
  readonly aes: Uint8Array
  readonly mac: Uint8Array
  readonly egress: KeccakState
  readonly ingress: KeccakState
}

export interface HandshakeDone {
  readonly secrets: Secrets
  /** The other end's node key, 64 bytes. */
  readonly remote: Uint8Array
  /** To be sent now; empty for the initiator. */
  readonly answer: Uint8Array
  /** Bytes behind the handshake. */
  readonly rest: Uint8Array
}

/** Takes bytes until the other end's packet is whole. */
export interface Handshake {
  /** What to send first: the initiator's auth; null for the recipient. */
  readonly opening: Uint8Array | null
  /** @throws {RlpxError}: the connection is to be closed without a word */
  take(chunk: Uint8Array): HandshakeDone | null
}

export interface HandshakeParts {
  readonly ownKey: Uint8Array
  readonly random: RandomSource
  /** For tests; drawn at random when absent. */
  readonly ephemeral?: Uint8Array
  readonly nonce?: Uint8Array
}

const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, index) => byte ^ (b[index] ?? 0))

/** A list encrypted with padding behind it and its size before it, which the tag covers (EIP-8). */
function seal(list: readonly Uint8Array[], to: Uint8Array, random: RandomSource): Uint8Array {
  const body = encode(list)
  const plain = new Uint8Array(body.length + MIN_PADDING_BYTES + random.below(PADDING_SPREAD_BYTES))
  plain.set(body)
  const size = plain.length + OVERHEAD_BYTES
  const prefix = Uint8Array.of(size >>> 8, size & 255)
  return Buffer.concat([prefix, encrypt(plain, to, prefix, random)])
}

interface Packet {
  readonly plain: Uint8Array
  readonly isEip8: boolean
  /** The packet as it came. */
  readonly bytes: Uint8Array
  readonly rest: Uint8Array
}

/** Gathers the other end's packet, and opens it in whichever form it has. */
class PacketReader {
  readonly #ownKey: Uint8Array
  readonly #plainBytes: number
  #held: Uint8Array = new Uint8Array(0)
  #isPlainTried = false

  constructor(ownKey: Uint8Array, plainBytes: number) {
    this.#ownKey = ownKey
    this.#plainBytes = plainBytes
  }

  take(chunk: Uint8Array): Packet | null {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    const held = this.#held
    const [high, low] = held
    if (high === undefined || low === undefined) return null
    // 4 begins the key of the old form; as a size it would mean 1024 bytes and more, which nobody pads to, but may.
    const mayBePlain = high === 4 && !this.#isPlainTried
    if (mayBePlain) {
      if (held.length < this.#plainBytes) return null
      this.#isPlainTried = true
      const plain = this.#open(held.subarray(0, this.#plainBytes), new Uint8Array(0))
      if (plain !== null) return this.#packet(plain, false, this.#plainBytes)
    }
    const size = high * 256 + low
    if (size > MAX_HANDSHAKE_BYTES)
      throw new RlpxError(
        'message-too-big',
        `A handshake of ${size} bytes was announced; ${MAX_HANDSHAKE_BYTES} are allowed.`,
      )
    if (size <= OVERHEAD_BYTES) throw new RlpxError('invalid-message', 'The handshake is too short to be one.')
    if (held.length < 2 + size) return null
    const plain = decrypt(held.subarray(2, 2 + size), this.#ownKey, held.subarray(0, 2))
    return this.#packet(plain, true, 2 + size)
  }

  /** Null when it is not in the old form after all. */
  #open(bytes: Uint8Array, authenticated: Uint8Array): Uint8Array | null {
    try {
      return decrypt(bytes, this.#ownKey, authenticated)
    } catch (error) {
      if (error instanceof RlpxError) return null
      throw error
    }
  }

  #packet(plain: Uint8Array, isEip8: boolean, length: number): Packet {
    return { plain, isEip8, bytes: this.#held.slice(0, length), rest: this.#held.slice(length) }
  }
}

/** The fixed fields of a list that may go on (EIP-8). @throws {RlpxError} `bad-form` */
function fieldsOf(plain: Uint8Array, lengths: readonly number[], what: string): Uint8Array[] {
  try {
    const items = listOf(decodeFirst(plain).item, lengths.length, what)
    return lengths.map((length, index) => Uint8Array.from(bytesOf(items[index], length, length, what)))
  } catch (error) {
    throw new RlpxError('bad-form', `The ${what} of the handshake is malformed.`, error)
  }
}

interface Agreed {
  readonly ephemeralX: Uint8Array
  readonly ownNonce: Uint8Array
  readonly remoteNonce: Uint8Array
  readonly auth: Uint8Array
  readonly ack: Uint8Array
  readonly isInitiator: boolean
}

function secretsOf({ ephemeralX, ownNonce, remoteNonce, auth, ack, isInitiator }: Agreed): Secrets {
  const [initiatorNonce, recipientNonce] = isInitiator ? [ownNonce, remoteNonce] : [remoteNonce, ownNonce]
  const shared = keccak256(ephemeralX, keccak256(recipientNonce, initiatorNonce))
  const aes = keccak256(ephemeralX, shared)
  const mac = keccak256(ephemeralX, aes)
  const [sent, received] = isInitiator ? [auth, ack] : [ack, auth]
  return {
    aes,
    mac,
    egress: new KeccakState(xor(mac, remoteNonce), sent),
    ingress: new KeccakState(xor(mac, ownNonce), received),
  }
}

/** @param remote node key of the one dialed, 64 bytes. @throws {RlpxError} `invalid-public-key` */
export function initiate(remote: Uint8Array, parts: HandshakeParts): Handshake {
  const { ownKey, random, ephemeral = randomKey(random), nonce = random.bytes(NONCE_BYTES) } = parts
  const token = sharedX(ownKey, remote)
  const signature = signRecoverable(xor(token, nonce), ephemeral)
  const opening = seal([signature, publicKeyOf(ownKey), nonce, Uint8Array.of(VERSION)], remote, random)
  const reader = new PacketReader(ownKey, PLAIN_ACK_BYTES)
  return {
    opening,
    take: chunk => {
      const packet = reader.take(chunk)
      if (packet === null) return null
      const [key = new Uint8Array(0), remoteNonce = new Uint8Array(0)] = packet.isEip8
        ? fieldsOf(packet.plain, [PUBLIC_BYTES, NONCE_BYTES], 'ack')
        : [packet.plain.slice(0, PUBLIC_BYTES), packet.plain.slice(PUBLIC_BYTES, PUBLIC_BYTES + NONCE_BYTES)]
      const ephemeralX = sharedX(ephemeral, key)
      return {
        secrets: secretsOf({
          ephemeralX,
          ownNonce: nonce,
          remoteNonce,
          auth: opening,
          ack: packet.bytes,
          isInitiator: true,
        }),
        remote,
        answer: new Uint8Array(0),
        rest: packet.rest,
      }
    },
  }
}

/** Signature, node key and nonce of an auth. */
function readAuth({ plain, isEip8 }: Packet): readonly [Uint8Array, Uint8Array, Uint8Array] {
  if (isEip8) {
    const [signature, key, nonce] = fieldsOf(plain, [SIGNATURE_BYTES, PUBLIC_BYTES, NONCE_BYTES], 'auth')
    return [signature ?? plain, key ?? plain, nonce ?? plain]
  }
  // The old form: signature, hash of the ephemeral key, node key, nonce, a byte.
  const at = SIGNATURE_BYTES + 32
  return [
    plain.slice(0, SIGNATURE_BYTES),
    plain.slice(at, at + PUBLIC_BYTES),
    plain.slice(at + PUBLIC_BYTES, at + PUBLIC_BYTES + NONCE_BYTES),
  ]
}

export function receive(parts: HandshakeParts): Handshake {
  const { ownKey, random, ephemeral = randomKey(random), nonce = random.bytes(NONCE_BYTES) } = parts
  const reader = new PacketReader(ownKey, PLAIN_AUTH_BYTES)
  return {
    opening: null,
    take: chunk => {
      const packet = reader.take(chunk)
      if (packet === null) return null
      const [signature, remote, remoteNonce] = readAuth(packet)
      checkKey(remote)
      const remoteEphemeral = signer(xor(sharedX(ownKey, remote), remoteNonce), signature)
      const own = publicKeyOf(ephemeral)
      const answer = packet.isEip8
        ? seal([own, nonce, Uint8Array.of(VERSION)], remote, random)
        : encrypt(Buffer.concat([own, nonce, Uint8Array.of(0)]), remote, new Uint8Array(0), random)
      const ephemeralX = sharedX(ephemeral, remoteEphemeral)
      return {
        secrets: secretsOf({
          ephemeralX,
          ownNonce: nonce,
          remoteNonce,
          auth: packet.bytes,
          ack: answer,
          isInitiator: false,
        }),
        remote,
        answer,
        rest: packet.rest,
      }
    },
  }
}
