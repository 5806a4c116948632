/** One network of the client in virtual time: what it counts, how it paces what it tells, what it writes, what is left. */
import { afterEach, expect, test, vi } from 'vitest'
import { ROWS_A_WRITE, TICK_MS, TICK_PARTS, WRITE_BEHIND_MS } from '../../src-main/client/limits.ts'
import { ipAddress } from '../../src-main/transport/index.ts'
import { standRuntime, type RuntimeStand } from '../support/runtime-stand.ts'

const NETWORK = 'bitcoin/regtest'
const stands: RuntimeStand[] = []
afterEach(async () => {
  for (const stand of stands.splice(0)) await stand.close()
})
function stand(maxInbound = 5000, pins?: ReadonlySet<string>): RuntimeStand {
  const made = standRuntime(maxInbound, pins)
  stands.push(made)
  return made
}

test('counts peers as they become ready and go', () => {
  const { runtime, arrive } = stand()
  const connections = Array.from({ length: 30 }, (_, n) => arrive(n))
  expect([runtime.count('inbound'), runtime.count('outbound')]).toEqual([30, 0])
  for (const connection of connections.slice(0, 10)) connection.hangUp()
  expect(runtime.count('inbound')).toBe(20)
})

test('measures a tenth of the peers at a time, and all of them in a second', () => {
  const { runtime, arrive, clock, changes } = stand()
  const connections = Array.from({ length: 200 }, (_, n) => arrive(n))
  clock.advance(3000)
  const told: string[][] = []
  changes.onChange((event, ids) => {
    if (event === 'peers') told.push([...(ids ?? [])])
  })
  for (const connection of connections) connection.hear(1000)
  clock.advance(TICK_MS * TICK_PARTS)
  expect(told.map(ids => ids.length)).toEqual(Array.from({ length: TICK_PARTS }, () => 200 / TICK_PARTS))
  expect(new Set(told.flat())).toEqual(new Set(runtime.watches.keys()))
})

test('tells of pins only when a pinned or trusted peer comes or goes', () => {
  // The address of the peer with number 3.
  const pin = `${NETWORK} 20.0.3.7:8333`
  const { arrive, changes } = stand(5000, new Set([pin]))
  const told: unknown[] = []
  changes.onChange((event, ids) => {
    if (event === 'pins') told.push(ids)
  })
  const [, , , pinned] = Array.from({ length: 6 }, (_, n) => arrive(n))
  expect(told.length).toBeGreaterThan(0)
  pinned?.hangUp()
  expect(new Set(told.flat())).toEqual(new Set([pin]))
})

test('writes all gossip within a second of hearing it, a little at a time', () => {
  const { runtime, clock, store, random } = stand()
  const told = Array.from({ length: 7500 }, () => ({
    address: ipAddress(random.bytes(4), 8333),
    services: 1n,
    seenAt: clock.now(),
  }))
  for (let from = 0; from < told.length; from += 500)
    runtime.book.add(told.slice(from, from + 500), ipAddress(random.bytes(4), 8333), 0)
  const { size } = runtime.book
  expect(size).toBeGreaterThan(5000)
  const save = vi.spyOn(store.addresses, 'save')
  clock.advance(WRITE_BEHIND_MS)
  expect(store.addresses.load(NETWORK)).toHaveLength(size)
  const sizes = save.mock.calls.map(([, rows]) => rows.length)
  expect(sizes.length).toBeGreaterThan(5)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(ROWS_A_WRITE)
})

test('after ten thousand peers came and went nothing is left of them', () => {
  const { runtime, arrive, clock } = stand()
  const run = (from: number, count: number): void => {
    const connections = Array.from({ length: count }, (_, n) => arrive(from + n))
    clock.advance(2000)
    for (const connection of connections) connection.hangUp()
    clock.advance(20_000)
  }
  run(0, 100)
  const before = clock.pendingTimers
  for (let round = 1; round <= 5; round++) run(round * 2000, 2000)
  expect([runtime.watches.size, runtime.manager.sessions().length, runtime.count('inbound')]).toEqual([0, 0, 0])
  expect(clock.pendingTimers).toBeLessThanOrEqual(before)
})
