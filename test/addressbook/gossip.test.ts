/** How many addresses a peer may tell: Core's token bucket. */
import { expect, it } from 'vitest'
import { AddrTokenBucket } from '../../src-main/addressbook/index.ts'

it('lets one in at first, then one every ten seconds', () => {
  const bucket = new AddrTokenBucket(0)
  expect(bucket.take(10, 0)).toBe(1)
  expect(bucket.take(10, 9999)).toBe(0)
  expect(bucket.take(10, 10_000)).toBe(1)
  expect(bucket.take(10, 60_000)).toBe(5)
})

it('saves up a thousand and no more', () => {
  const bucket = new AddrTokenBucket(0)
  expect(bucket.take(5000, 1e9)).toBe(1000)
  expect(bucket.take(5000, 1e9)).toBe(0)
})

it('lets the answer to our own request in on top, without refilling meanwhile', () => {
  const bucket = new AddrTokenBucket(0)
  bucket.requested()
  expect(bucket.take(500, 0)).toBe(500)
  expect(bucket.take(1000, 0)).toBe(501)
  const full = new AddrTokenBucket(0)
  full.take(0, 1e9)
  full.requested()
  expect(full.take(5000, 2e9)).toBe(2000)
})

it('is not moved by a clock that goes back', () => {
  const bucket = new AddrTokenBucket(1e6)
  expect(bucket.take(10, 0)).toBe(1)
  expect(bucket.take(10, 0)).toBe(0)
})
