/** ECIES as RLPx has it: secp256k1, concat-KDF over SHA-256, AES-128-CTR, HMAC-SHA-256. Source: devp2p rlpx.md. */
import { createCipheriv, createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { RandomSource } from '../../../time/index.ts'
import { publicKeyOf, randomKey } from '../keys.ts'
import { checkKey, sharedX } from './curve.ts'
import { RlpxError } from './errors.ts'

const KEY_BYTES = 65
const IV_BYTES = 16
const TAG_BYTES = 32
/** What encryption adds. */
export const OVERHEAD_BYTES = KEY_BYTES + IV_BYTES + TAG_BYTES

function derive(shared: Uint8Array): { readonly cipherKey: Buffer; readonly macKey: Buffer } {
  const derived = createHash('sha256')
    .update(Uint8Array.of(0, 0, 0, 1))
    .update(shared)
    .digest()
  return { cipherKey: derived.subarray(0, 16), macKey: createHash('sha256').update(derived.subarray(16)).digest() }
}

const tagOf = (macKey: Uint8Array, sealed: Uint8Array, authenticated: Uint8Array): Buffer =>
  createHmac('sha256', macKey).update(sealed).update(authenticated).digest()

/** @param authenticated bytes that the tag covers beside the message */
export function encrypt(
  plain: Uint8Array,
  to: Uint8Array,
  authenticated: Uint8Array,
  random: RandomSource,
): Uint8Array {
  const ephemeral = randomKey(random)
  const { cipherKey, macKey } = derive(sharedX(ephemeral, to))
  const iv = random.bytes(IV_BYTES)
  const cipher = createCipheriv('aes-128-ctr', cipherKey, iv)
  const sealed = Buffer.concat([iv, cipher.update(plain), cipher.final()])
  return Buffer.concat([Uint8Array.of(4), publicKeyOf(ephemeral), sealed, tagOf(macKey, sealed, authenticated)])
}

/** @throws {RlpxError} `invalid-message` when too short or not for us, `invalid-public-key` */
export function decrypt(message: Uint8Array, ownKey: Uint8Array, authenticated: Uint8Array): Uint8Array {
  if (message.length <= OVERHEAD_BYTES || message[0] !== 4)
    throw new RlpxError('invalid-message', 'The encrypted message is cut short.')
  const key = message.subarray(1, KEY_BYTES)
  checkKey(key)
  const sealed = message.subarray(KEY_BYTES, message.length - TAG_BYTES)
  const { cipherKey, macKey } = derive(sharedX(ownKey, key))
  if (!timingSafeEqual(tagOf(macKey, sealed, authenticated), message.subarray(message.length - TAG_BYTES)))
    throw new RlpxError('invalid-message', 'The encrypted message is not for this key, or was changed.')
  const decipher = createDecipheriv('aes-128-ctr', cipherKey, sealed.subarray(0, IV_BYTES))
  return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES)), decipher.final()])
}
