/** Hosts of the overlay networks: onion v3 (Tor rend-spec-v3 §6) and I2P's `.b32.i2p`, between text and bytes. */
import { sha3_256 } from '@noble/hashes/sha3.js'
import { fromBase32, toBase32 } from './base32.ts'

const ONION_VERSION = 3
const ONION_CHARACTERS = 56
const ONION_V2_CHARACTERS = 16
const I2P_CHARACTERS = 52
const CHECKSUM_PREFIX = new TextEncoder().encode('.onion checksum')

/** First two bytes of SHA3-256(".onion checksum" ‖ key ‖ version). */
function onionChecksum(publicKey: Uint8Array): Uint8Array {
  const input = new Uint8Array(CHECKSUM_PREFIX.length + 33)
  input.set(CHECKSUM_PREFIX)
  input.set(publicKey, CHECKSUM_PREFIX.length)
  input[input.length - 1] = ONION_VERSION
  return sha3_256(input).subarray(0, 2)
}

/** `<56>.onion` for a 32-byte ed25519 public key. */
export function encodeOnion(publicKey: Uint8Array): string {
  const whole = new Uint8Array(35)
  whole.set(publicKey)
  whole.set(onionChecksum(publicKey), 32)
  whole[34] = ONION_VERSION
  return `${toBase32(whole)}.onion`
}

/** The public key of a lower-case `<56>.onion`, or why there is none. */
export function decodeOnion(
  host: string,
): { readonly bytes: Uint8Array } | { readonly reason: string; readonly isVersion2: boolean } {
  const name = host.slice(0, -'.onion'.length)
  const refused = (reason: string, isVersion2 = false): { reason: string; isVersion2: boolean } => ({
    reason,
    isVersion2,
  })
  if (name.includes('.'))
    return refused('it has a name in front of the address; give the part from the last 56 characters on')
  if (name.length === ONION_V2_CHARACTERS) return refused('version 2 onion addresses were retired in 2021', true)
  if (name.length !== ONION_CHARACTERS)
    return refused(`it has ${name.length} characters before ".onion", not ${ONION_CHARACTERS}`)
  const whole = fromBase32(name)
  if (whole === null) return refused('it has characters other than a to z and 2 to 7')
  if (whole[34] !== ONION_VERSION) return refused(`its version is ${whole[34]}, not ${ONION_VERSION}`)
  const bytes = whole.subarray(0, 32)
  const checksum = onionChecksum(bytes)
  if (whole[32] !== checksum[0] || whole[33] !== checksum[1])
    return refused('its checksum is wrong, so a character was mistyped')
  return { bytes }
}

/** `<52>.b32.i2p` for a 32-byte hash. */
export const encodeI2p = (hash: Uint8Array): string => `${toBase32(hash)}.b32.i2p`

/** The hash of a lower-case `<52>.b32.i2p`, or why there is none. */
export function decodeI2p(host: string): { readonly bytes: Uint8Array } | { readonly reason: string } {
  if (!host.endsWith('.b32.i2p'))
    return { reason: 'only an I2P router knows such names; give the form that ends in ".b32.i2p"' }
  const name = host.slice(0, -'.b32.i2p'.length)
  if (name.length !== I2P_CHARACTERS)
    return { reason: `it has ${name.length} characters before ".b32.i2p", not ${I2P_CHARACTERS}` }
  const bytes = fromBase32(name)
  return bytes === null ? { reason: 'it is not base32 of 32 bytes' } : { bytes }
}
