/** Test before evict: who stands in the tried table is tested before a newcomer takes its place. */
import { describe, expect, it } from 'vitest'
import { decideCollision } from '../../src-main/addressbook/collisions.ts'
import type { Address } from '../../src-main/transport/index.ts'
import type { Fixture } from './helpers.ts'
import { HOUR, MINUTE, SECOND, fixture, ipv4 } from './helpers.ts'

describe('the decision', () => {
  const now = Date.UTC(2026, 0, 1)
  const waiting = { isWaiting: true, waitingSuccessAt: now }
  const holder = (lastSuccessAgo: number, lastTryAgo: number) => ({
    lastSuccessAt: now - lastSuccessAgo,
    lastTryAt: now - lastTryAgo,
  })
  it.each([
    ['the newcomer is gone', { ...waiting, isWaiting: false, holder: holder(0, 0) }, 'keep'],
    ['the place has become free', { ...waiting, holder: null }, 'replace'],
    ['the holder worked within four hours', { ...waiting, holder: holder(4 * HOUR - 1, 5 * HOUR) }, 'keep'],
    ['the holder is being tested', { ...waiting, holder: holder(5 * HOUR, MINUTE) }, 'wait'],
    ['the test has failed for a minute', { ...waiting, holder: holder(5 * HOUR, MINUTE + 1) }, 'replace'],
    ['nobody has tested it yet', { ...waiting, holder: holder(5 * HOUR, 5 * HOUR) }, 'wait'],
    [
      'nobody has tested it for forty minutes',
      { isWaiting: true, waitingSuccessAt: now - 40 * MINUTE - 1, holder: holder(5 * HOUR, 5 * HOUR) },
      'replace',
    ],
  ])('when %s', (_name, collision, expected) => {
    expect(decideCollision(collision, now)).toBe(expected)
  })
})

/** A book whose tried table has a collision: the newcomer worked, and finds its place held. */
function colliding(): Fixture & { newcomers: Address[] } {
  const made = fixture()
  const newcomers: Address[] = []
  // One group reaches 8 buckets, 512 places: some of 300 addresses meet.
  for (let n = 0; n < 300; n++) {
    const address = ipv4(n, 300)
    made.tell(address, { source: `9.${n % 250}.9.9` })
    if (made.book.get(address) === null) continue
    if (!made.book.good(address)) newcomers.push(address)
  }
  return { ...made, newcomers }
}

describe('in the book', () => {
  it('at most ten newcomers wait, and stay in the new table meanwhile', () => {
    const { book, newcomers } = colliding()
    expect(newcomers.length).toBeGreaterThan(10)
    expect(book.stats().collisions).toBe(10)
    expect(newcomers.every(address => book.get(address)?.table === 'new')).toBe(true)
    expect(book.explain(newcomers[0] ?? ipv4(0)).checks.at(-1)).toMatchObject({ check: 'collision', passes: false })
  })

  it('the holder to test is one of the tried table', () => {
    const { book } = colliding()
    expect(book.selectCollision()?.table).toBe('tried')
  })

  it('a holder that works keeps its place', () => {
    const { book, clock } = colliding()
    const before = book.stats().tried
    clock.advance(5 * HOUR)
    const holders = new Set<string>()
    for (let n = 0; n < 200; n++) {
      const holder = book.selectCollision()
      if (holder === null) break
      holders.add(holder.address.key)
      book.good(holder.address)
    }
    book.resolveCollisions()
    expect(holders.size).toBeGreaterThan(0)
    expect(book.stats()).toMatchObject({ collisions: 0, tried: before })
    for (const key of holders) expect(book.search({ text: key, table: 'tried' }).total).toBe(1)
  })

  it('a holder that fails its test goes back to the new table, and the newcomer takes its place', () => {
    const { book, clock, newcomers } = colliding()
    const first = newcomers[0] ?? ipv4(0)
    const before = book.stats()
    clock.advance(5 * HOUR)
    for (let n = 0; n < 200; n++) {
      const holder = book.selectCollision()
      if (holder !== null) book.attempt(holder.address, true)
    }
    book.resolveCollisions()
    expect(book.stats().collisions).toBeGreaterThan(0)
    clock.advance(MINUTE + SECOND)
    book.resolveCollisions()
    expect(book.get(first)).toMatchObject({ table: 'tried', references: 0 })
    expect(book.stats()).toMatchObject({ tried: before.tried, collisions: 0 })
  })

  it('forgetting a newcomer ends its waiting', () => {
    const { book, newcomers } = colliding()
    for (const address of newcomers) book.forget(address)
    expect(book.stats().collisions).toBe(0)
    expect(book.selectCollision()).toBeNull()
  })
})
