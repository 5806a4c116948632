/** Keys of onion services and of those who may visit them: read, made, and checked against the address. Pure. */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import type { RandomSource } from '../time/index.ts'
import { addressBytes, parseAddress, toBase32 } from '../transport/index.ts'
import { TorError } from './errors.ts'

const KEY_PREFIX = 'ED25519-V3:'
const KEY_BYTES = 64

/**
 * Checks a stored key of an onion service, in Tor's form `ED25519-V3:<base64 of 64 bytes>`, and that it is the key of
 * `host` where that is given. @throws {TorError} `bad-onion-key`
 */
export function checkOnionKey(key: string, host: string | null): void {
  const bytes = Buffer.from(key.slice(KEY_PREFIX.length), 'base64')
  if (!key.startsWith(KEY_PREFIX) || bytes.length !== KEY_BYTES || `${KEY_PREFIX}${bytes.toString('base64')}` !== key)
    throw new TorError('bad-onion-key', 'The stored key of the onion service is damaged.')
  if (host !== null && !isKeyOf(bytes, onionPublicKey(host)))
    throw new TorError('bad-onion-key', `The stored key is not that of ${host}.`)
}

/** The public key in an onion address (`<56>.onion`). @throws {TorError} `bad-onion-key` when it is no such address */
function onionPublicKey(host: string): Uint8Array {
  try {
    const address = parseAddress(host, { defaultPort: 1 })
    if (address.kind === 'onion') return addressBytes(address)
  } catch (error) {
    throw new TorError('bad-onion-key', `Tor named an onion address that is none: ${host.slice(0, 80)}`, error)
  }
  throw new TorError('bad-onion-key', `${host.slice(0, 80)} is not an onion address.`)
}

/** The host that Tor's service id stands for, once its checksum has been found right. @throws {TorError} `bad-onion-key` */
export function onionHost(serviceId: string): string {
  const host = `${serviceId}.onion`
  onionPublicKey(host)
  return host
}

/** 2^255 - 19. */
const P = (1n << 255n) - 19n

/**
 * Whether the expanded ed25519 secret (its scalar stands first) belongs to a public key. The scalar on Curve25519 gives
 * the u of the same point, and u = (1 + y) / (1 - y) (RFC 7748 §4.1); the sign of x stays open.
 */
function isKeyOf(secret: Uint8Array, publicKey: Uint8Array): boolean {
  const u = littleEndian(x25519Public(secret.subarray(0, 32)))
  const y = littleEndian(publicKey) & ((1n << 255n) - 1n)
  // Without the division: u (1 - y) = 1 + y.
  return (((u * (1n - y) - 1n - y) % P) + P) % P === 0n
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte)
  return value
}

/** What stands before the 32 bytes of an X25519 private key in PKCS #8 (RFC 8410 §7). */
const PKCS8_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex')

function x25519Public(secret: Uint8Array): Uint8Array {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_X25519, secret]), format: 'der', type: 'pkcs8' })
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)
}

/** A visitor's key pair (rend-spec-v3 §G.1.2). */
export interface OnionClientKey {
  /** For the visitor's Tor: 32 bytes in base64. A secret. */
  readonly privateKey: string
  /** For the service: 32 bytes in base32. */
  readonly publicKey: string
}

export function createOnionClientKey(random: RandomSource): OnionClientKey {
  const secret = random.bytes(32)
  return { privateKey: Buffer.from(secret).toString('base64'), publicKey: toBase32(x25519Public(secret)) }
}

/** A visitor's public key as Tor takes it. @throws {TorError} `bad-onion-client` */
export function checkOnionClient(text: string): string {
  const key = text.trim().toLowerCase()
  if (!/^[a-z2-7]{52}$/.test(key))
    throw new TorError('bad-onion-client', "A visitor's key has 52 characters from a to z and 2 to 7.")
  return key
}

/** A visitor's private key as Tor takes it. @throws {TorError} `bad-onion-client` */
export function checkOnionClientSecret(text: string): string {
  const bytes = Buffer.from(text.trim(), 'base64')
  if (bytes.length !== 32 || bytes.toString('base64') !== text.trim())
    throw new TorError('bad-onion-client', 'The private key of a visitor is 32 bytes in base64.')
  return bytes.toString('base64')
}
