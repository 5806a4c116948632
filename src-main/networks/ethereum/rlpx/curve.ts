/**
 * secp256k1 for RLPx, by libsecp256k1 in WebAssembly: Electron's BoringSSL lacks the curve, and pure JavaScript takes
 * ten times as long. Public keys are 64 bytes (x, y); signatures are r, s and the recovery bit.
 */
import { isPoint, isPrivate, pointFromScalar, pointMultiply, recover, signRecoverable } from 'tiny-secp256k1'
import type { RandomSource } from '../../../time/index.ts'
import { RlpxError } from './errors.ts'

const UNCOMPRESSED = 4

function point(publicKey: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(65)
  bytes[0] = UNCOMPRESSED
  bytes.set(publicKey, 1)
  return bytes
}

/** @throws {RlpxError} `invalid-public-key`: checked before any use of the key, or the use would tell of our own */
export function checkKey(publicKey: Uint8Array): void {
  if (publicKey.length !== 64 || !isPoint(point(publicKey)))
    throw new RlpxError('invalid-public-key', 'This is no point of the curve secp256k1.')
}

/** The public key of a private key of 32 bytes. @throws {RlpxError} */
export function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  const made = isPrivate(privateKey) ? pointFromScalar(privateKey, false) : null
  if (made === null) throw new RlpxError('invalid-public-key', 'This is no private key of the curve secp256k1.')
  return made.slice(1)
}

/** A private key drawn at random. */
export function randomKey(random: RandomSource): Uint8Array {
  for (;;) {
    const key = random.bytes(32)
    if (isPrivate(key)) return key
  }
}

/** The x coordinate that two keys share, 32 bytes. @throws {RlpxError} `invalid-public-key` */
export function sharedX(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  checkKey(publicKey)
  const shared = pointMultiply(point(publicKey), privateKey, true)
  if (shared === null) throw new RlpxError('invalid-public-key', 'The keys share no point.')
  return shared.slice(1)
}

/** Signs 32 bytes: r, s and the recovery bit, 65 bytes. */
export function sign(hash: Uint8Array, privateKey: Uint8Array): Uint8Array {
  const { signature, recoveryId } = signRecoverable(hash, privateKey)
  const whole = new Uint8Array(65)
  whole.set(signature)
  whole[64] = recoveryId
  return whole
}

/** Whose signature it is. @throws {RlpxError} `invalid-message` when it is nobody's */
export function signer(hash: Uint8Array, signature: Uint8Array): Uint8Array {
  const id = signature[64]
  try {
    const key =
      id === 0 || id === 1 || id === 2 || id === 3 ? recover(hash, signature.subarray(0, 64), id, false) : null
    if (key !== null) return key.slice(1)
  } catch (error) {
    throw new RlpxError('invalid-message', 'The signature is nobody’s.', error)
  }
  throw new RlpxError('invalid-message', 'The signature is nobody’s.')
}
