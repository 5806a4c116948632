/** What an attacker gains by telling addresses of his own: Heilman et al. 2015, with the tables of today. */
import { expect, it } from 'vitest'
import { MINUTE, at, fixture, ipv4 } from './helpers.ts'

it('one source group reaches 64 of 1024 new buckets, whatever it tells', () => {
  const { book } = fixture()
  for (let n = 0; n < 20_000; n++) {
    const told = { address: ipv4(n), services: 1n, seenAt: Date.UTC(2026, 0, 1) }
    book.add([told], at(`66.66.${n % 250}.1`), 0)
  }
  const buckets = new Set<number>()
  for (let offset = 0; offset < book.size; offset += 500) {
    for (const entry of book.search({ offset, limit: 500 }).entries) {
      for (const place of book.explain(entry.address).buckets) buckets.add(place.bucket)
    }
  }
  expect(buckets.size).toBeLessThanOrEqual(64)
  expect(buckets.size).toBeGreaterThan(55)
  expect(book.size).toBeLessThanOrEqual(64 * 64)
})

it('one group reaches 8 of 256 tried buckets', () => {
  const { book, tell } = fixture()
  const buckets = new Set<number>()
  for (let n = 0; n < 1000; n++) {
    tell(ipv4(n, 65_536), { source: `${1 + (n % 200)}.200.9.9` })
    book.good(ipv4(n, 65_536))
  }
  for (const entry of book.search({ table: 'tried', limit: 500 }).entries)
    for (const place of book.explain(entry.address).buckets) buckets.add(place.bucket)
  expect(buckets.size).toBeLessThanOrEqual(8)
  expect(buckets.size).toBeGreaterThan(4)
})

it('a flood of addresses takes no place from those that work', () => {
  const { book, clock, tell } = fixture()
  for (let n = 0; n < 100; n++) {
    tell(ipv4(n))
    book.good(ipv4(n))
  }
  const tried = book.stats().tried
  clock.advance(MINUTE)
  for (let n = 0; n < 50_000; n++)
    book.add([{ address: ipv4(10_000 + n), services: 1n, seenAt: clock.now() }], ipv4(9000 + (n % 32)), 0)
  expect(book.stats().tried).toBe(tried)
  let honest = 0
  for (let n = 0; n < 2000; n++) if (book.select()?.table === 'tried') honest++
  expect(honest).toBeGreaterThan(850)
})

it('which buckets an address takes is not to be known without the secret', () => {
  const place = (seed: number) => {
    const { book, tell } = fixture({ seed })
    tell(ipv4(5))
    return JSON.stringify(book.explain(ipv4(5)).buckets)
  }
  expect(new Set([1, 2, 3, 4, 5].map(place)).size).toBeGreaterThan(3)
  expect(place(1)).toBe(place(1))
})

it('32 groups of 256 addresses that all get into the tried table fill a share of it near the one of the formula', () => {
  const { book, clock } = fixture()
  for (let n = 0; n < 32 * 256; n++) {
    clock.advance(1000)
    book.add([{ address: ipv4(n, 256), services: 1n, seenAt: clock.now() }], ipv4(20_000 + (n % 200)), 0)
    book.good(ipv4(n, 256))
  }
  // 256 (1 - (255/256)^(8 × 32)) buckets hit, 1024 × that many / 256 × (1 - e^-…) places; here only that it is bounded.
  const bucketsHit = 256 * (1 - (255 / 256) ** (8 * 32))
  expect(book.stats().tried).toBeLessThanOrEqual(Math.ceil(bucketsHit * 1.1) * 64)
  expect(book.stats().tried).toBeGreaterThan(3000)
})
