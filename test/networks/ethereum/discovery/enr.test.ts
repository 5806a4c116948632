import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import {
  decodeRecord,
  parseRecord,
  recordText,
  signRecord,
  tcpPort,
  udpEndpoint,
} from '../../../../src-main/networks/ethereum/discovery/enr.ts'
import { keccak256, publicKeyOf, sign } from '../../../../src-main/networks/ethereum/keys.ts'
import { hex } from '../../../../src-main/networks/ethereum/discovery/node.ts'
import type { Item } from '../../../../src-main/networks/ethereum/discovery/rlp-items.ts'
import { decode, encode, uint } from '../../../../src-main/networks/ethereum/discovery/rlp-items.ts'
import { RECORD_TEXT, V4_KEY } from './vectors.ts'

const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)
const KEY = unhex(V4_KEY)

describe('node records (EIP-778)', () => {
  it('reads the published record', () => {
    const record = parseRecord(RECORD_TEXT)
    expect(hex(record.id)).toBe('a448f24c6d18e575453db13171562b71999873db5b286df957af199ec94617f7')
    expect(record.seq).toBe(1n)
    expect(udpEndpoint(record)?.key).toBe('127.0.0.1:30303')
    expect(tcpPort(record)).toBe(0)
    expect([...record.pairs.keys()]).toEqual(['id', 'ip', 'secp256k1', 'udp'])
    expect(recordText(record)).toBe(RECORD_TEXT)
  })

  it('makes the published record from its key', () => {
    const record = signRecord(KEY, 1n, { ip: Uint8Array.of(127, 0, 0, 1), udp: uint(30303) })
    expect(recordText(record)).toBe(RECORD_TEXT)
  })

  it('keeps whatever pairs there are, lists too', () => {
    const record = signRecord(KEY, 7n, { eth: [[unhex('01020304'), uint(0)]], z: ascii('last') })
    const again = decodeRecord(record.bytes)
    expect(again.pairs.get('eth')).toEqual([[unhex('01020304'), uint(0)]])
    expect(again.pairs.get('z')).toEqual(ascii('last'))
    expect(again.seq).toBe(7n)
  })

  it('takes IPv6 where there is no IPv4, with the common port where it has none of its own', () => {
    const ip6 = unhex('20010db8000000000000000000000001')
    const record = signRecord(KEY, 1n, { ip6, udp: uint(9000), tcp6: uint(9001) })
    expect(udpEndpoint(record)?.key).toBe('[2001:db8::1]:9000')
    expect(tcpPort(record)).toBe(9001)
  })

  const content = (...pairs: Item[]): Uint8Array => {
    const items: Item[] = [uint(1), ...pairs]
    return encode([sign(keccak256(encode(items)), KEY), ...items])
  }
  const compressed = decode(parseRecord(RECORD_TEXT).bytes) as readonly Uint8Array[]
  const key = compressed[7] ?? new Uint8Array(0)
  const id: Item[] = [ascii('id'), ascii('v4')]
  const secp: Item[] = [ascii('secp256k1'), key]

  it.each([
    ['incomplete', 'a key without a value', content(...id, ...secp, ascii('x'))],
    ['not-sorted', 'keys out of order', content(...secp, ...id)],
    ['duplicate-key', 'a key twice', content(...id, ...id, ...secp)],
    ['unknown-scheme', 'another scheme', content(ascii('id'), ascii('v5'), ...secp)],
    ['unknown-scheme', 'no scheme', content(...secp)],
    ['bad-form', 'no key', content(...id)],
    ['bad-key', 'a key that is no point', content(...id, ascii('secp256k1'), new Uint8Array(33).fill(5))],
    ['bad-signature', 'a signature of something else', content(...id, ...secp).with(5, 1)],
    ['too-long', 'more than 300 bytes', content(...id, ...secp, ascii('z'), new Uint8Array(200))],
    ['bad-form', 'something that is no list', uint(5)],
    ['bad-form', 'an empty list', encode([])],
    ['bad-form', 'nothing', new Uint8Array(0)],
  ])('refuses as %s: %s', (code, _what, bytes) => {
    expect(() => decodeRecord(bytes)).toThrow(expect.objectContaining({ code }))
  })

  it.each(['enr:', 'enr', '', 'enr:-IS4QHCYrYZbAKWCBRl=', 'enr:a', `enr:${'A'.repeat(500)}`, RECORD_TEXT.slice(4)])(
    'refuses the text %s',
    text => {
      expect(() => parseRecord(text)).toThrow(expect.objectContaining({ name: 'DiscoveryError' }))
    },
  )

  it('reads back every record it makes', () => {
    fc.assert(
      fc.property(
        fc
          .uint8Array({ minLength: 32, maxLength: 32 })
          .filter(bytes => (bytes[0] ?? 0) < 255 && bytes.some(b => b > 0)),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.dictionary(
          fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'i', 'p'), minLength: 1, maxLength: 4 }),
          fc.uint8Array({ maxLength: 16 }),
          { maxKeys: 4 },
        ),
        (privateKey, seq, pairs) => {
          const record = signRecord(privateKey, seq, pairs)
          const again = parseRecord(recordText(record))
          expect(again).toEqual(record)
          expect(again.publicKey).toEqual(publicKeyOf(privateKey))
        },
      ),
      { numRuns: 30 },
    )
  })
})
