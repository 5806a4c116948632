/** The cryptography of discovery v5.1: session keys, identity proofs, and sealed messages. Source: discv5-theory.md. */
import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto'
import { DiscoveryError } from '../error.ts'
import { compressKey, sharedPoint, sign, verify } from '../../keys.ts'
import { concat } from '../rlp-items.ts'

const KEY_AGREEMENT = new TextEncoder().encode('discovery v5 key agreement')
const IDENTITY_PROOF = new TextEncoder().encode('discovery v5 identity proof')
const TAG_BYTES = 16

export interface SessionKeys {
  /** 16 bytes each. */
  readonly initiator: Uint8Array
  readonly recipient: Uint8Array
}

const hmac = (key: Uint8Array, bytes: Uint8Array): Uint8Array => createHmac('sha256', key).update(bytes).digest()

/**
 * The keys of a session (HKDF with SHA-256). Both ends get the same, one with its ephemeral private key and the other's
 * static key, one the other way round; `initiatorId` is who sends the handshake. @throws {DiscoveryError} `bad-key`
 */
export function deriveKeys(
  privateKey: Uint8Array,
  publicKey: Uint8Array,
  initiatorId: Uint8Array,
  recipientId: Uint8Array,
  challenge: Uint8Array,
): SessionKeys {
  const secret = sharedPoint(privateKey, publicKey)
  if (secret === null) throw new DiscoveryError('bad-key', 'The key of a handshake is no point of the curve.')
  const seed = hmac(challenge, secret)
  // 32 bytes of output: one block of HKDF's expansion.
  const keys = hmac(seed, concat([KEY_AGREEMENT, initiatorId, recipientId, Uint8Array.of(1)]))
  return { initiator: keys.slice(0, 16), recipient: keys.slice(16, 32) }
}

const proofHash = (challenge: Uint8Array, ephemeral: Uint8Array, recipientId: Uint8Array): Uint8Array =>
  createHash('sha256')
    .update(concat([IDENTITY_PROOF, challenge, compressKey(ephemeral), recipientId]))
    .digest()

/** Proves who we are to `recipientId`, bound to its challenge and to our ephemeral public key (64 bytes). */
export const proveIdentity = (
  privateKey: Uint8Array,
  challenge: Uint8Array,
  ephemeral: Uint8Array,
  recipientId: Uint8Array,
): Uint8Array => sign(proofHash(challenge, ephemeral, recipientId), privateKey)

export const checkIdentity = (
  proof: Uint8Array,
  publicKey: Uint8Array,
  challenge: Uint8Array,
  ephemeral: Uint8Array,
  recipientId: Uint8Array,
): boolean => verify(proofHash(challenge, ephemeral, recipientId), proof, publicKey)

/** AES-128-GCM; the tag stands behind the ciphertext. */
export function seal(key: Uint8Array, nonce: Uint8Array, message: Uint8Array, header: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-128-gcm', key, nonce)
  cipher.setAAD(header)
  return concat([cipher.update(message), cipher.final(), cipher.getAuthTag()])
}

/** The message, or null when it was sealed with another key or has been changed. */
export function open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, header: Uint8Array): Uint8Array | null {
  if (sealed.length < TAG_BYTES) return null
  const decipher = createDecipheriv('aes-128-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(header)
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
  try {
    return concat([decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES)), decipher.final()])
  } catch {
    return null
  }
}

/** AES-128-CTR, both ways: hides the header from whoever does not know the recipient's identity. */
export function mask(recipientId: Uint8Array, iv: Uint8Array, header: Uint8Array): Uint8Array {
  const masked = createCipheriv('aes-128-ctr', recipientId.subarray(0, 16), iv).update(header)
  // A plain array: `slice` of a Buffer would not copy.
  return new Uint8Array(masked.buffer, masked.byteOffset, masked.length)
}
