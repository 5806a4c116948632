/**
 * Makes `node:crypto` refuse what Electron's BoringSSL lacks, so that the bundles cannot come to need it unseen.
 * Source of the list: Electron's own patches and issues (24024, 27065, 32535); where it is not known, refused.
 */
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

const LACKING_CIPHERS = /chacha20|-ccm|-ocb|-wrap|camellia|aria|sm4|-xts|cfb1|cfb8|192-cfb/i
const LACKING_HASHES = /^(sha3|shake|blake2|keccak|sm3|rmd160)/i
const LACKING_CURVES = /secp256k1|brainpool|secp\d+k1|x448|ed448/i

function guard(
  name:
    | 'createCipheriv'
    | 'createDecipheriv'
    | 'createHash'
    | 'createHmac'
    | 'createECDH'
    | 'hash'
    | 'generateKeyPair'
    | 'generateKeyPairSync',
  lacking: RegExp,
): void {
  const original = crypto[name] as (...args: unknown[]) => unknown
  const guarded = (...args: unknown[]): unknown => {
    const curve = (args[1] as { namedCurve?: unknown } | undefined)?.namedCurve
    if (lacking.test(String(args[0])) || lacking.test(typeof curve === 'string' ? curve : ''))
      throw new Error(`${String(args[0])} is not in Electron's BoringSSL`)
    return original(...args)
  }
  Object.assign(crypto, { [name]: guarded })
}

guard('createCipheriv', LACKING_CIPHERS)
guard('createDecipheriv', LACKING_CIPHERS)
guard('createHash', LACKING_HASHES)
guard('createHmac', LACKING_HASHES)
guard('createECDH', LACKING_CURVES)
guard('hash', LACKING_HASHES)
guard('generateKeyPair', LACKING_CURVES)
guard('generateKeyPairSync', LACKING_CURVES)
syncBuiltinESMExports()
