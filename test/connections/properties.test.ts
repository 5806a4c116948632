/** Whatever happens in whatever order: slots never below zero nor above their limit, and nothing left after the end. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Deadlines } from '../../src-main/connections/deadlines.ts'
import { RecentKeys } from '../../src-main/connections/recent.ts'
import { Tally } from '../../src-main/connections/tally.ts'
import { VirtualClock } from '../../src-main/time/index.ts'
import { BITCOIN, ETHEREUM, at, createWorld, settle } from './support.ts'
import type { FakeConnection, World } from './support.ts'

type Step =
  | { readonly do: 'inbound'; readonly host: number }
  | { readonly do: 'connect'; readonly host: number; readonly mode: 'keep' | 'once' | 'ask' }
  | { readonly do: 'remove' | 'disconnect' | 'retry' | 'cancel' | 'hangUp' | 'linger' | 'pin'; readonly pick: number }
  | { readonly do: 'ban' | 'trust'; readonly host: number }
  | { readonly do: 'answer'; readonly answer: 'ok' | 'fail' | 'hang' }
  | { readonly do: 'limits'; readonly target: number; readonly inbound: number }
  | { readonly do: 'online'; readonly isOnline: boolean }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'sleep' }

const host = fc.nat(30)
const pick = fc.nat(50)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('inbound' as const), host }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('connect' as const), host, mode: fc.constantFrom('keep', 'once', 'ask') }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('remove', 'disconnect', 'retry', 'cancel', 'hangUp', 'linger', 'pin'),
      pick,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('ban', 'trust'), host }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('answer' as const), answer: fc.constantFrom('ok', 'fail', 'hang') }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('limits' as const), target: fc.nat(6), inbound: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('online' as const), isOnline: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 100, 5000, 40_000, 400_000) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sleep' as const) }) },
)

const hostName = (n: number): string => `5${n % 3}.${n}.0.1`

async function perform(world: World, inbound: FakeConnection[], action: Step): Promise<void> {
  const { manager } = world
  const one = <Item>(items: readonly Item[], index: number): Item | undefined =>
    items[index % Math.max(1, items.length)]
  switch (action.do) {
    case 'inbound':
      inbound.push(world.inbound(`${hostName(action.host)}:${inbound.length + 1}`))
      break
    case 'connect':
      manager.connect(at(hostName(action.host)), { mode: action.mode })
      break
    case 'remove':
      manager.remove(one(manager.requests(), action.pick)?.id ?? '')
      break
    case 'disconnect':
      manager.disconnect(one(manager.sessions(), action.pick)?.id ?? '')
      break
    case 'retry':
      manager.retryNow(one(manager.requests(), action.pick)?.id ?? '')
      break
    case 'cancel':
      manager.cancel(one(manager.attempts(), action.pick)?.id ?? '')
      break
    case 'hangUp':
      one([...inbound, ...world.connections], action.pick)?.hangUp()
      break
    case 'linger': {
      const connection = one([...inbound, ...world.connections], action.pick)
      if (connection !== undefined) connection.lingers = true
      break
    }
    case 'pin':
      manager.setPinned(one(manager.sessions(), action.pick)?.id ?? '', action.pick % 2 === 0)
      break
    case 'ban':
      world.banned.add(hostName(action.host))
      manager.enforceBans()
      break
    case 'trust':
      manager.setTrusted(hostName(action.host), action.host % 2 === 0)
      break
    case 'answer':
      world.answer = () => action.answer
      break
    case 'limits':
      manager.setLimits({ targetOutbound: action.target, maxInbound: action.inbound })
      break
    case 'online':
      world.isOnline = action.isOnline
      break
    case 'wait':
      await world.clock.run(action.ms)
      break
    case 'sleep':
      world.clock.jumpWallClock(3_600_000)
      break
    default:
      action satisfies never
  }
  await world.clock.run(0)
}

function checkInvariants(world: World, inbound: readonly FakeConnection[]): void {
  const { manager } = world
  const used = new Map(manager.slots().map(slot => [slot.kind, slot]))
  for (const [kind, slot] of used) expect(slot.used, kind).toBeGreaterThanOrEqual(0)
  const sessions = manager.sessions()
  const trusted = sessions.filter(one => one.isTrusted && one.direction === 'inbound').length
  const openInbound = inbound.filter(connection => !connection.isClosed).length
  expect(used.get('inbound')?.used).toBeGreaterThanOrEqual(openInbound)
  // A lowered limit is met as soon as connections are closed; trusted peers come on top.
  const alive = sessions.filter(one => one.direction === 'inbound' && !one.isTrusted).length
  if (trusted === 0) expect(alive).toBeLessThanOrEqual(manager.limits.maxInbound ?? Infinity)
  const automatic = sessions.filter(one => one.purpose === 'automatic' && one.isReady).length
  expect(automatic).toBeLessThanOrEqual(manager.limits.targetOutbound)
  expect(used.get('dialing')?.used).toBeLessThanOrEqual(manager.limits.maxDialing)
  for (const direction of ['inbound', 'outbound'] as const)
    expect(manager.count(direction)).toBe(sessions.filter(one => one.isReady && one.direction === direction).length)
  for (const one of sessions) expect(manager.sessionsAt(one.address)).toContain(one)
  for (const one of manager.requests())
    if (one.address !== null && one.identity === null) expect(manager.requestFor(one.address)?.id).toBe(one.id)
  const keys = manager.requests().map(one => one.address?.key)
  expect(new Set(keys).size).toBe(keys.length)
}

describe('under any sequence of events', () => {
  for (const [name, profile] of [
    ["btcd's rules", BITCOIN],
    ["go-ethereum's rules", ETHEREUM],
  ] as const) {
    it(`with ${name} slots stay within their limits, and closing leaves no timer, dial or connection`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80 }), async steps => {
          const world = createWorld({
            profile,
            limits: { targetOutbound: 3, maxInbound: 5, maxDialing: 4, usesFeelers: true, dropsAtRandom: true },
            isStarted: false,
          })
          world.book.endless = true
          const inbound: FakeConnection[] = []
          world.manager.start()
          for (const action of steps) {
            await perform(world, inbound, action)
            checkInvariants(world, inbound)
          }
          const events = world.events.length
          const closing = world.manager.close()
          await world.clock.run(20_000)
          await closing
          expect(world.events).toHaveLength(events)
          expect(world.clock.pendingTimers).toBe(0)
          expect(world.hanging.size).toBe(0)
          for (const connection of [...inbound, ...world.connections]) expect(connection.isClosed).toBe(true)
          expect(world.manager.slots().find(slot => slot.kind === 'inbound')?.used).toBe(0)
        }),
        { numRuns: 150 },
      )
    })
  }

  it('every session that was added is removed once, and changes only in between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async steps => {
        const alive = new Set<string>()
        const world = createWorld({
          limits: { targetOutbound: 3, maxInbound: 5, usesFeelers: true },
          isStarted: false,
          handlers: {
            sessionAdded: one => {
              expect(alive.has(one.id)).toBe(false)
              alive.add(one.id)
            },
            sessionChanged: one => expect(alive.has(one.id)).toBe(true),
            sessionRemoved: one => expect(alive.delete(one.id)).toBe(true),
          },
        })
        world.book.endless = true
        world.manager.start()
        const inbound: FakeConnection[] = []
        for (const action of steps) await perform(world, inbound, action)
        expect([...alive].sort()).toEqual(
          world.manager
            .sessions()
            .map(one => one.id)
            .sort(),
        )
        const closing = world.manager.close()
        await settle(world)
        await world.clock.run(20_000)
        await closing
      }),
      { numRuns: 100 },
    )
  })
})

describe('small parts', () => {
  it('a tally counts, and refuses to give back what was not taken', () => {
    const tally = new Tally()
    tally.add('a')
    tally.add('a')
    tally.remove('a')
    expect([tally.count('a'), tally.has('b'), tally.size]).toEqual([1, false, 1])
    tally.remove('a')
    expect([...tally.keys()]).toEqual([])
    expect(() => tally.remove('a')).toThrow(RangeError)
  })

  it('recent keys are forgotten after their time and when there are too many', () => {
    const recent = new RecentKeys(3)
    for (const [index, key] of ['a', 'b', 'c', 'd', 'b'].entries()) recent.see(key, index * 10)
    expect(recent.age('a', 1000, 40)).toBeNull()
    expect(recent.age('b', 1000, 45)).toBe(5)
    expect(recent.age('c', 20, 40)).toBeNull()
    recent.expire(20, 45)
    expect(recent.size).toBe(2)
  })

  it('deadlines of any lifetimes fire in time, with one timer armed', () => {
    const lifetimes = fc.array(
      fc.record({ lifetime: fc.constantFrom(10, 50, 200), after: fc.nat(30), keeps: fc.boolean() }),
    )
    fc.assert(
      fc.property(lifetimes, items => {
        const clock = new VirtualClock()
        const fired = new Map<number, number>()
        const deadlines = new Deadlines<number>(clock, item => fired.set(item, clock.monotonic()))
        const expected = new Map<number, number>()
        for (const [item, { lifetime, after, keeps }] of items.entries()) {
          clock.advance(after)
          deadlines.add(item, lifetime)
          if (keeps) expected.set(item, clock.monotonic() + lifetime)
          else deadlines.delete(item)
          expect(clock.pendingTimers).toBeLessThanOrEqual(1)
        }
        clock.advance(1000)
        expect(fired).toEqual(expected)
        expect(clock.pendingTimers).toBe(0)
      }),
    )
  })
})
