/**
 * secp256k1 for Ethereum, in one place: libsecp256k1 in WebAssembly. Electron's BoringSSL lacks the curve, and pure
 * JavaScript takes ten times as long. Public keys are 64 bytes (x, y) as node identities have them; signatures are r, s
 * of 64 bytes, or with the recovery bit as a 65th.
 */
import * as curve from 'tiny-secp256k1'
import type { RandomSource } from '../../time/index.ts'

export { keccak256 } from './keccak.ts'

function uncompressed(publicKey: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(65)
  bytes[0] = 4
  bytes.set(publicKey, 1)
  return bytes
}

/** The public key of a private key of 32 bytes. @throws {RangeError} when that is 0 or not below the curve's order */
export function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  const made = curve.isPrivate(privateKey) ? curve.pointFromScalar(privateKey, false) : null
  if (made === null) throw new RangeError('This is no private key of the curve secp256k1.')
  return made.slice(1)
}

/** A private key drawn at random. */
export function randomKey(random: RandomSource): Uint8Array {
  for (;;) {
    const key = random.bytes(32)
    if (curve.isPrivate(key)) return key
  }
}

/** The 33 byte form. */
export function compressKey(publicKey: Uint8Array): Uint8Array {
  const compressed = new Uint8Array(33)
  compressed[0] = ((publicKey[63] ?? 0) & 1) === 1 ? 3 : 2
  compressed.set(publicKey.subarray(0, 32), 1)
  return compressed
}

/** The key of a 33 byte form; null when that is no point of the curve. */
export function decompressKey(compressed: Uint8Array): Uint8Array | null {
  if (compressed.length !== 33 || !curve.isPoint(compressed)) return null
  return curve.pointCompress(compressed, false).slice(1)
}

/** Is it a point of the curve? */
export const isKey = (publicKey: Uint8Array): boolean =>
  publicKey.length === 64 && curve.isPoint(uncompressed(publicKey))

/** Signs a hash of 32 bytes: r, s and the recovery bit. */
export function signRecoverable(hash: Uint8Array, privateKey: Uint8Array): Uint8Array {
  const { signature, recoveryId } = curve.signRecoverable(hash, privateKey)
  const whole = new Uint8Array(65)
  whole.set(signature)
  whole[64] = recoveryId
  return whole
}

/** Whose signature it is; null when it is nobody's. */
export function recoverKey(hash: Uint8Array, signature: Uint8Array): Uint8Array | null {
  const bit = signature[64]
  if (signature.length !== 65 || (bit !== 0 && bit !== 1 && bit !== 2 && bit !== 3)) return null
  try {
    return curve.recover(hash, signature.subarray(0, 64), bit, false)?.slice(1) ?? null
  } catch {
    // r or s out of range.
    return null
  }
}

/** Signs a hash of 32 bytes: r and s. */
export const sign = (hash: Uint8Array, privateKey: Uint8Array): Uint8Array => curve.sign(hash, privateKey)

/** Is r, s the key's signature of the hash? High values of s are refused, as everybody does. */
export function verify(hash: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== 64 || publicKey.length !== 64) return false
  try {
    return curve.verify(hash, uncompressed(publicKey), signature, true)
  } catch {
    return false
  }
}

/** The shared point of a private and another's public key, in its 33 byte form; null when the latter is no key. */
export function sharedPoint(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array | null {
  if (publicKey.length !== 64) return null
  try {
    return curve.pointMultiply(uncompressed(publicKey), privateKey, true)
  } catch {
    return null
  }
}
