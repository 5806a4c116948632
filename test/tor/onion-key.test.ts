import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../src-main/time/index.ts'
import { checkOnionClient, checkOnionKey, createOnionClientKey, onionHost } from '../../src-main/tor/onion-key.ts'
import { madeOnion } from './onion-keys.ts'

describe('the key of an onion service', () => {
  it('belongs to one address, for every key tried', () => {
    for (let byte = 0; byte < 40; byte++) {
      const mine = madeOnion(byte)
      const other = madeOnion(byte + 1)
      checkOnionKey(mine.key, null)
      checkOnionKey(mine.key, onionHost(mine.serviceId))
      expect(() => checkOnionKey(mine.key, onionHost(other.serviceId))).toThrow(/is not that of/)
    }
  })

  it('is refused when damaged', () => {
    const { key } = madeOnion(1)
    const damaged = [
      '',
      'ED25519-V3:',
      key.slice(0, -4),
      key.replace('V3', 'V2'),
      `${key}AAAA`,
      `RSA1024:${'a'.repeat(88)}`,
      ` ${key}`,
      `${key}\r\nQUIT`,
    ]
    for (const text of damaged) expect(() => checkOnionKey(text, null)).toThrow(/damaged/)
  })

  it('comes with an address whose checksum is looked at', () => {
    const { serviceId } = madeOnion(1)
    expect(onionHost(serviceId)).toBe(`${serviceId}.onion`)
    const wrong = `${serviceId.startsWith('a') ? 'b' : 'a'}${serviceId.slice(1)}`
    for (const text of [wrong, 'a'.repeat(16), '', 'x.example']) expect(() => onionHost(text)).toThrow(/onion address/)
  })
})

describe("a visitor's key", () => {
  it('is a pair of x25519: what the private key agrees on, the public key does', () => {
    const { privateKey, publicKey } = createOnionClientKey(seededRandom(7))
    expect(checkOnionClient(` ${publicKey.toUpperCase()} `)).toBe(publicKey)
    expect(Buffer.from(privateKey, 'base64')).toHaveLength(32)
    const service = generateKeyPairSync('x25519')
    const bits = publicKey
      .split('')
      .map(letter => 'abcdefghijklmnopqrstuvwxyz234567'.indexOf(letter).toString(2).padStart(5, '0'))
    const bytes = Buffer.from(
      bits
        .join('')
        .slice(0, 256)
        .match(/.{8}/g)
        ?.map(octet => Number.parseInt(octet, 2)) ?? [],
    )
    const theirs = createPublicKey({
      key: { kty: 'OKP', crv: 'X25519', x: bytes.toString('base64url') },
      format: 'jwk',
    })
    const { x } = theirs.export({ format: 'jwk' })
    const d = Buffer.from(privateKey, 'base64').toString('base64url')
    const ours = createPrivateKey({ key: { kty: 'OKP', crv: 'X25519', x: x ?? '', d }, format: 'jwk' })
    expect(diffieHellman({ privateKey: ours, publicKey: service.publicKey })).toEqual(
      diffieHellman({ privateKey: service.privateKey, publicKey: theirs }),
    )
  })

  it('is refused when it is none', () => {
    for (const text of ['', 'a'.repeat(51), 'a'.repeat(53), '1'.repeat(52)])
      expect(() => checkOnionClient(text)).toThrow(/52 characters/)
  })
})
