/**
 * What discovery asks of secp256k1 and keccak, in one place. Public keys are 64 bytes (x, y) as node identities have
 * them; signatures are r, s of 64 bytes, or with the recovery bit as a 65th.
 */
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'

const RAW = { prehash: false } as const

export const keccak256 = (bytes: Uint8Array): Uint8Array => keccak_256(bytes)

/** The public key of a private key of 32 bytes. Throws when that is 0 or not below the curve's order. */
export const publicKeyOf = (privateKey: Uint8Array): Uint8Array => secp256k1.getPublicKey(privateKey, false).subarray(1)

/** The 33 byte form. */
export function compressKey(publicKey: Uint8Array): Uint8Array {
  const compressed = new Uint8Array(33)
  compressed[0] = ((publicKey[63] ?? 0) & 1) === 1 ? 3 : 2
  compressed.set(publicKey.subarray(0, 32), 1)
  return compressed
}

/** The key of a 33 byte form; null when that is no point of the curve. */
export function decompressKey(compressed: Uint8Array): Uint8Array | null {
  if (compressed.length !== 33) return null
  try {
    return secp256k1.Point.fromBytes(compressed).toBytes(false).subarray(1)
  } catch {
    return null
  }
}

const uncompressed = (publicKey: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(65)
  bytes[0] = 4
  bytes.set(publicKey, 1)
  return bytes
}

/** Is it a point of the curve? Costs a hundredth of a verification. */
export function isKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 64) return false
  try {
    secp256k1.Point.fromBytes(uncompressed(publicKey)).assertValidity()
    return true
  } catch {
    return false
  }
}

/** Signs a hash of 32 bytes: r, s and the recovery bit. */
export function signRecoverable(hash: Uint8Array, privateKey: Uint8Array): Uint8Array {
  const recovered = secp256k1.sign(hash, privateKey, { ...RAW, format: 'recovered' })
  const signature = new Uint8Array(65)
  signature.set(recovered.subarray(1))
  signature[64] = recovered[0] ?? 0
  return signature
}

/** Whose signature it is; null when it is nobody's. */
export function recoverKey(hash: Uint8Array, signature: Uint8Array): Uint8Array | null {
  const bit = signature[64] ?? 4
  if (signature.length !== 65 || bit > 3) return null
  const recovered = new Uint8Array(65)
  recovered[0] = bit
  recovered.set(signature.subarray(0, 64), 1)
  try {
    // The point itself: its 33 byte form would cost a square root to undo.
    return secp256k1.Signature.fromBytes(recovered, 'recovered').recoverPublicKey(hash).toBytes(false).subarray(1)
  } catch {
    return null
  }
}

/** Signs a hash of 32 bytes: r and s. */
export const sign = (hash: Uint8Array, privateKey: Uint8Array): Uint8Array => secp256k1.sign(hash, privateKey, RAW)

/** Is r, s the key's signature of the hash? High values of s are refused, as everybody does. */
export function verify(hash: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== 64 || publicKey.length !== 64) return false
  try {
    return secp256k1.verify(signature, hash, uncompressed(publicKey), RAW)
  } catch {
    return false
  }
}

/** The shared point of a private and another's public key, in its 33 byte form; null when the latter is no key. */
export function sharedPoint(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array | null {
  try {
    return secp256k1.getSharedSecret(privateKey, uncompressed(publicKey), true)
  } catch {
    return null
  }
}
