/** What RLPx asks of the curve, with errors of its own: an invalid key is told apart from an invalid message. */
import { isKey, recoverKey, sharedPoint } from '../keys.ts'
import { RlpxError } from './errors.ts'

/** @throws {RlpxError} `invalid-public-key`: checked before any use of the key, or the use would tell of our own */
export function checkKey(publicKey: Uint8Array): void {
  if (!isKey(publicKey)) throw new RlpxError('invalid-public-key', 'This is no point of the curve secp256k1.')
}

/** The x coordinate that two keys share, 32 bytes. @throws {RlpxError} `invalid-public-key` */
export function sharedX(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const shared = sharedPoint(privateKey, publicKey)
  if (shared === null) throw new RlpxError('invalid-public-key', 'This is no point of the curve secp256k1.')
  return shared.subarray(1)
}

/** Whose signature it is. @throws {RlpxError} `invalid-message` when it is nobody's */
export function signer(hash: Uint8Array, signature: Uint8Array): Uint8Array {
  const key = recoverKey(hash, signature)
  if (key === null) throw new RlpxError('invalid-message', 'The signature is nobody’s.')
  return key
}
