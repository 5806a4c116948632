/** Whatever is done to a book: places and entries point at each other, counts are right, and it comes back from its rows. */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { AddressBook, AddressRow } from '../../src-main/addressbook/index.ts'
import { MINUTE, at, fixture, ipv4 } from './helpers.ts'

/** Few groups, few hosts: places and addresses meet often. */
const address = fc.integer({ min: 0, max: 600 }).map(n => (n < 500 ? ipv4(n, 250) : at(`[2001:db8::${n}]:8333`)))
const ms = fc.integer({ min: 0, max: 40 * 24 * 60 }).map(minutes => minutes * MINUTE)

const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('tell' as const), address, teller: address, ageMs: ms }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('good' as const), address }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('attempt' as const), address }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), address }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('resolve' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('answer' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('write' as const) }) },
)

function check(book: AddressBook): void {
  const stats = book.stats()
  const { total, entries } = book.search({ limit: 500 })
  expect(total).toBe(book.size)
  expect(stats.total).toBe(book.size)
  expect(stats.new + stats.tried).toBe(stats.total)
  expect(Object.values(stats.byKind).reduce((sum, count) => sum + count, 0)).toBe(stats.total)
  expect(book.search({ table: 'tried', limit: 0 }).total).toBe(stats.tried)
  const taken = new Set<string>()
  const groups = new Set<string>()
  for (const entry of entries) {
    groups.add(entry.group)
    const { buckets } = book.explain(entry.address)
    expect(buckets).toHaveLength(entry.table === 'tried' ? 1 : entry.references)
    expect(buckets.length).toBeGreaterThan(0)
    for (const { table, bucket, position } of buckets) {
      const place = `${table} ${bucket} ${position}`
      expect(taken.has(place)).toBe(false)
      taken.add(place)
    }
  }
  if (total <= 500) expect(stats.groups).toBe(groups.size)
}

it('keeps its invariants, and the rows written behind make the same book again', () => {
  fc.assert(
    fc.property(fc.array(action, { minLength: 1, maxLength: 1500 }), actions => {
      const { book, clock } = fixture()
      const rows = new Map<string, AddressRow>()
      const write = (): void => {
        for (let dirty = book.takeDirty(100); dirty !== null; dirty = book.takeDirty(100)) {
          if (dirty.reset) rows.clear()
          for (const row of dirty.upserts) rows.set(row.key, row)
          for (const key of dirty.removed) rows.delete(key)
        }
      }
      for (const one of actions) {
        switch (one.kind) {
          case 'tell':
            book.add([{ address: one.address, services: 1n, seenAt: clock.now() - one.ageMs }], one.teller, 0)
            break
          case 'good':
            book.good(one.address)
            break
          case 'attempt':
            book.attempt(one.address, true)
            break
          case 'forget':
            book.forget(one.address)
            break
          case 'resolve':
            book.resolveCollisions()
            break
          case 'answer':
            book.answerFor('ipv4')
            break
          case 'wait':
            clock.advance(one.ms)
            break
          case 'write':
            write()
            break
          default:
            one satisfies never
        }
      }
      check(book)
      write()
      expect(book.takeDirty()).toBeNull()
      expect(rows.size).toBe(book.size)

      const again = fixture({ clock }).book
      expect(again.load(rows.values(), true)).toEqual({ loaded: rows.size, skipped: 0 })
      expect(again.takeDirty()).toBeNull()
      check(again)
      for (const key of rows.keys()) {
        expect(again.get(at(key))).toEqual(book.get(at(key)))
        const places = (one: AddressBook) =>
          one
            .explain(at(key))
            .buckets.map(({ table, bucket, position }) => `${table} ${bucket} ${position}`)
            .sort()
        expect(places(again)).toEqual(places(book))
      }
    }),
    { numRuns: 60 },
  )
})

it('finds every bucket anew when groups are made another way, and writes all rows again', () => {
  const { book, tell, clock } = fixture()
  for (let n = 0; n < 2000; n++) tell(ipv4(n), { source: `9.${n % 200}.9.9` })
  for (let n = 0; n < 200; n++) book.good(ipv4(n))
  const rows = book.takeDirty()?.upserts ?? []
  const again = fixture({ clock, groupOf: address => `AS${address.host.length}` }).book
  const { loaded, skipped } = again.load(rows, false)
  expect(loaded + skipped).toBe(rows.length)
  expect(again.stats().groups).toBeLessThan(10)
  check(again)
  expect(again.takeDirty()).toMatchObject({ reset: true, removed: [] })
})

it('skips rows that make no sense and keeps the rest', () => {
  const row: AddressRow = {
    key: '1.2.3.4:8333',
    source: 'user',
    services: 0n,
    seenAt: 1,
    lastTryAt: 0,
    lastSuccessAt: 0,
    failures: 0,
    isTried: false,
    buckets: [7, 4096, -1, 0.5],
  }
  const { book } = fixture()
  const rows = [row, row, { ...row, key: 'nonsense:' }, { ...row, key: '1.2.3.5:8333', seenAt: NaN }]
  expect(book.load(rows, true)).toEqual({ loaded: 1, skipped: 3 })
  expect(book.explain(at('1.2.3.4')).buckets.map(place => place.bucket)).toEqual([7])
  expect(book.takeDirty()).toMatchObject({ reset: true, upserts: [{ key: '1.2.3.4:8333' }] })
})
