/** SipHash-2-4 against the vectors of its paper and reference code. */
import { expect, it } from 'vitest'
import { KeyedHash } from '../../src-main/addressbook/siphash.ts'

const key = Uint8Array.from({ length: 16 }, (_, at) => at)
const message = (length: number): string => String.fromCharCode(...Array.from({ length }, (_, at) => at))
const hex = (hash: KeyedHash): string =>
  (hash.high >>> 0).toString(16).padStart(8, '0') + (hash.low >>> 0).toString(16).padStart(8, '0')

it.each([
  [0, '726fdb47dd0e0e31'],
  [1, '74f839c593dc67fd'],
  [7, 'ab0200f58b01d137'],
  [8, '93f5f5799a932462'],
  [15, 'a129ca6149be45e5'],
  [63, '958a324ceb064572'],
])('gives the published value for the first %i bytes', (length, expected) => {
  const hash = new KeyedHash(key)
  hash.text(message(63))
  hash.text(message(length))
  expect(hex(hash)).toBe(expected)
})

it('hashes numbers as it hashes their 24 bytes', () => {
  const hash = new KeyedHash(key)
  const words = [7, 0, 0x01020304, 0xfffefdfc, 0x80000000, 5]
  const bytes = words.flatMap(word => [word & 255, (word >>> 8) & 255, (word >>> 16) & 255, word >>> 24])
  const mixed = hash.mix(7, 0x01020304, 0xfffefdfc, 0x80000000, 5)
  hash.text(String.fromCharCode(...bytes))
  expect(hash.low >>> 0).toBe(mixed)
})

it('refuses a key of another length', () => {
  expect(() => new KeyedHash(new Uint8Array(15))).toThrow(RangeError)
})
