/** The black-box cases of btcd's connection manager under their own names, and those that it fails. All in virtual time. */
import { describe, expect, it } from 'vitest'
import { ConnectionsError } from '../../src-main/connections/index.ts'
import { seededRandom } from '../../src-main/time/index.ts'
import { at, createWorld, settle } from './support.ts'
import type { World } from './support.ts'

const count = (world: World, start: string): number => world.events.filter(event => event.startsWith(start)).length
const isReady = (world: World, text: string): boolean =>
  world.manager.sessions().some(one => one.isReady && one.address.key === at(text).key)
const inboundOf = (world: World): number => world.manager.slots().find(slot => slot.kind === 'inbound')?.used ?? -1

describe("btcd's connection manager", () => {
  it('NewConfig: a manager without an address book is one in connect mode', async () => {
    const world = createWorld({ withoutBook: true })
    await world.clock.run(60_000)
    expect(world.dials).toEqual([])
  })

  it('InboundLimit: the third of three is refused; closing one twice frees one slot; a replacement is admitted', async () => {
    const world = createWorld({ limits: { maxInbound: 2 } })
    const first = world.inbound('203.0.113.1:1001')
    const second = world.inbound('203.0.113.1:1002')
    const third = world.inbound('203.0.113.1:1003')
    await settle(world)
    expect(third.isClosed).toBe(true)
    expect(third.wasRead).toBe(false)
    expect(inboundOf(world)).toBe(2)
    first.hangUp()
    first.destroy()
    await settle(world)
    expect(inboundOf(world)).toBe(1)
    const replacement = world.inbound('203.0.113.1:1004')
    expect(replacement.isClosed).toBe(false)
    second.hangUp()
    replacement.hangUp()
    await settle(world)
    expect(inboundOf(world)).toBe(0)
    expect(world.manager.refusals()).toEqual({ 'too-many-inbound': 1 })
  })

  it('InboundLimitDisabled: with a limit of 0 every newcomer is refused and counted', () => {
    const world = createWorld({ limits: { maxInbound: 0 } })
    expect(world.inbound('203.0.113.1:1001').isClosed).toBe(true)
    expect(world.manager.refusals()).toEqual({ 'inbound-off': 1 })
    expect(world.sessions).toHaveLength(0)
  })

  it('InboundLimitConcurrent: 100 newcomers at once never hold more than 8 slots', async () => {
    const world = createWorld({ limits: { maxInbound: 8 } })
    const all = []
    let most = 0
    for (let n = 0; n < 100; n++) {
      all.push(world.inbound(`203.0.${n}.1:1000`))
      most = Math.max(most, all.filter(one => !one.isClosed).length)
      await settle(world)
    }
    expect(most).toBe(8)
    for (const connection of all) connection.hangUp()
    await settle(world)
    expect(inboundOf(world)).toBe(0)
  })

  it('StartStop: stopping twice is harmless, a stopped manager connects nothing, and nobody is called afterwards', async () => {
    const world = createWorld({ limits: { targetOutbound: 1 }, isStarted: false })
    world.book.endless = true
    world.manager.start()
    world.manager.start()
    await settle(world)
    expect(count(world, 'ready')).toBe(1)
    const { id } = world.manager.sessions()[0] ?? { id: '' }
    const before = world.events.length
    const closing = world.manager.close()
    expect(world.manager.close()).toBe(closing)
    expect(() => world.manager.connect(at('192.0.2.9'), { mode: 'keep' })).toThrow(ConnectionsError)
    expect(() => world.manager.start()).toThrow(ConnectionsError)
    expect(world.manager.disconnect(id)).toBe(false)
    expect(world.manager.remove(id)).toBe(false)
    await world.clock.run(60_000)
    await closing
    expect(world.events).toHaveLength(before)
    expect(world.clock.pendingTimers).toBe(0)
  })

  it('ConnectMode: without an address book only the explicit request is dialed', async () => {
    const world = createWorld({ limits: { targetOutbound: 2 }, withoutBook: true })
    const id = world.manager.connect(at('192.0.2.1'), { mode: 'keep' })
    await world.clock.run(60_000)
    expect(world.dials).toEqual(['192.0.2.1:8333'])
    expect(world.managed('192.0.2.1')).toMatchObject({ requestId: id, requestState: 'established', isReady: true })
  })

  it('TargetOutbound: exactly 10 are connected, and no eleventh', async () => {
    const world = createWorld({ limits: { targetOutbound: 10 } })
    world.book.endless = true
    await world.clock.run(10 * 60_000)
    expect(world.dials).toHaveLength(10)
    expect(count(world, 'ready')).toBe(10)
  })

  for (const when of ['before', 'after'] as const) {
    it(`TargetOutboundComposition: 2 permanent requests made ${when} the start come on top of 3 automatic ones`, async () => {
      const world = createWorld({ limits: { targetOutbound: 3 }, isStarted: false })
      world.book.endless = true
      const ask = (): void => {
        for (const text of ['192.0.2.1', '198.51.100.1']) world.manager.connect(at(text), { mode: 'keep' })
      }
      if (when === 'before') ask()
      world.manager.start()
      if (when === 'after') ask()
      await world.clock.run(10 * 60_000)
      const purposes = world.manager.sessions().map(one => one.purpose)
      expect(purposes.filter(purpose => purpose === 'automatic')).toHaveLength(3)
      expect(purposes.filter(purpose => purpose === 'permanent')).toHaveLength(2)
      expect(world.dials).toHaveLength(5)
    })
  }

  it('RetryPermanent: established, lost, pending, established again under one id, then removed for good', async () => {
    const world = createWorld({ limits: { retryBaseMs: 1 }, withoutBook: true })
    const id = world.manager.connect(at('192.0.2.1'), { mode: 'keep' })
    const stateOf = (): string | undefined => world.manager.requests().find(one => one.id === id)?.state
    await settle(world)
    expect(stateOf()).toBe('established')
    world.manager.disconnect(id)
    expect(stateOf()).toBe('pending')
    expect(world.events.at(-1)).toBe('-192.0.2.1:8333 requested')
    await world.clock.run(1)
    expect(stateOf()).toBe('established')
    expect(world.managed('192.0.2.1').requestId).toBe(id)
    const session = world.managed('192.0.2.1')
    world.manager.remove(id)
    expect(session.requestState).toBe('disconnected')
    await world.clock.run(60_000)
    expect(world.manager.requests()).toEqual([])
    expect(world.dials).toHaveLength(2)
  })

  it('MaxRetryDuration: the delay stops growing at its cap', async () => {
    const world = createWorld({ limits: { retryBaseMs: 1, retryCapMs: 2 }, withoutBook: true })
    world.answer = () => (world.clock.monotonic() >= 5 ? 'ok' : 'fail')
    world.manager.connect(at('192.0.2.1'), { mode: 'keep' })
    await world.clock.run(100)
    expect(world.dialTimes.map(dial => dial.at)).toEqual([0, 1, 3, 5])
    expect(isReady(world, '192.0.2.1')).toBe(true)
  })

  it('NetworkFailure: when every dial fails, dials slow down', async () => {
    const world = createWorld({ limits: { targetOutbound: 5, brakeDelayMs: 5 } })
    world.book.endless = true
    world.answer = () => 'fail'
    world.manager.wake('book')
    await settle(world)
    await world.clock.run(10)
    const closing = world.manager.close()
    await settle(world)
    await closing
    expect(world.dials.length).toBeGreaterThanOrEqual(25)
    expect(world.dials.length).toBeLessThanOrEqual(75)
    expect(count(world, '+')).toBe(0)
  })

  it('StopFailed: a dial that fails while the manager stops is ignored, and the stop ends', async () => {
    const world = createWorld({ withoutBook: true })
    world.answer = () => 'hang'
    world.manager.connect(at('192.0.2.1'), { mode: 'keep' })
    await settle(world)
    const closing = world.manager.close()
    await settle(world)
    await closing
    expect(world.aborted).toEqual(['192.0.2.1:8333'])
    await world.clock.run(60_000)
    expect(world.dials).toHaveLength(1)
    expect(world.clock.pendingTimers).toBe(0)
  })

  it('RemovePendingConnection: a request removed while its dial hangs is canceled', async () => {
    const world = createWorld({ withoutBook: true })
    world.answer = () => 'hang'
    const id = world.manager.connect(at('192.0.2.1'), { mode: 'keep' })
    await settle(world)
    expect(world.manager.requests()[0]?.state).toBe('pending')
    expect(world.manager.remove(id)).toBe(true)
    expect(world.manager.requests()).toEqual([])
    expect(world.manager.attempts()[0]).toMatchObject({ state: 'cancelled', code: 'cancelled', requestId: id })
  })

  it('CancelIgnoreDelayedConnection: a failing request that is removed connects no more', async () => {
    const world = createWorld({ limits: { retryBaseMs: 10 }, withoutBook: true })
    world.answer = () => 'fail'
    const id = world.manager.connect(at('192.0.2.1'), { mode: 'keep' })
    await settle(world)
    expect(world.manager.requests()[0]?.state).toBe('failing')
    world.manager.remove(id)
    world.answer = () => 'ok'
    await world.clock.run(50)
    expect(world.dials).toHaveLength(1)
    expect(world.events).toEqual([])
  })

  it('Listeners: what two listeners accept is all taken', async () => {
    const world = createWorld()
    for (const text of ['203.0.113.1:1', '203.0.113.1:2', '198.51.100.1:1', '198.51.100.1:2']) world.inbound(text)
    await settle(world)
    expect(count(world, '+')).toBe(4)
    expect(count(world, 'ready')).toBe(4)
  })

  it('ListenerInboundLimit: the second never becomes a session; after the first has closed a third does', async () => {
    const world = createWorld({ limits: { maxInbound: 1 } })
    const first = world.inbound('203.0.113.1:1')
    world.inbound('198.51.100.1:1')
    expect(world.sessions).toHaveLength(1)
    expect(world.manager.refusals()).toEqual({ 'too-many-inbound': 1 })
    first.hangUp()
    expect(world.inbound('198.51.100.1:2').isClosed).toBe(false)
    expect(world.sessions).toHaveLength(2)
    await settle(world)
  })
})

describe('what btcd fails', () => {
  it('cancelling a request closes the socket of its dial', async () => {
    const world = createWorld({ withoutBook: true })
    world.answer = () => 'hang'
    const id = world.manager.connect(at('192.0.2.1'), { mode: 'once' })
    await settle(world)
    expect(world.manager.cancel(id)).toBe(true)
    expect(world.aborted).toEqual(['192.0.2.1:8333'])
  })

  it('a success that comes after the cancel is closed silently', async () => {
    const world = createWorld({ withoutBook: true })
    world.answer = () => 'hang'
    const id = world.manager.connect(at('192.0.2.1'), { mode: 'once' })
    await settle(world)
    // The dial succeeds in the same instant in which it is cancelled.
    const connection = world.hanging.get('192.0.2.1:8333')?.succeed()
    world.manager.cancel(id)
    await settle(world)
    expect(connection?.isClosed).toBe(true)
    expect(connection?.wasRead).toBe(false)
    expect(world.events).toEqual([])
  })

  it('disconnecting above the target reports the request as disconnected', async () => {
    const world = createWorld({ limits: { targetOutbound: 1 } })
    world.book.endless = true
    const id = world.manager.connect(at('192.0.2.1'), { mode: 'once' })
    await settle(world)
    const session = world.managed('192.0.2.1')
    world.manager.disconnect(session.id)
    expect(session.requestState).toBe('disconnected')
    expect(world.manager.requests().some(one => one.id === id)).toBe(false)
  })

  it('an address is not dialed twice: asking again gives the same request', async () => {
    const world = createWorld({ withoutBook: true })
    world.answer = () => 'hang'
    const first = world.manager.connect(at('192.0.2.1'), { mode: 'once' })
    const second = world.manager.connect(at('192.0.2.1:8333'), { mode: 'keep' })
    await settle(world)
    expect(second).toBe(first)
    expect(world.dials).toHaveLength(1)
    expect(world.manager.requests()[0]?.kind).toBe('permanent')
  })

  it('the book cannot make us dial what is being dialed, connected, or waits for its retry', async () => {
    const world = createWorld({ limits: { targetOutbound: 3 }, isStarted: false })
    world.answer = address => (address.host === '192.0.2.3' ? 'fail' : address.host === '192.0.2.2' ? 'hang' : 'ok')
    for (const text of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) world.manager.connect(at(text), { mode: 'keep' })
    world.manager.start()
    await settle(world)
    world.book.add('192.0.2.1', '192.0.2.2', '192.0.2.3')
    world.manager.wake('book')
    await settle(world)
    expect(world.dials).toEqual(['192.0.2.1:8333', '192.0.2.2:8333', '192.0.2.3:8333'])
  })

  it('a one-shot that fails leaves no entry', async () => {
    const world = createWorld({ withoutBook: true })
    world.answer = () => 'fail'
    world.manager.connect(at('192.0.2.1'), { mode: 'ask' })
    await world.clock.run(600_000)
    expect(world.manager.requests()).toEqual([])
    expect(world.dials).toHaveLength(1)
    expect(world.manager.attempts()).toHaveLength(1)
    expect(world.manager.attempts()[0]).toMatchObject({ state: 'failed', code: 'refused' })
  })

  it('delays have jitter: within a fifth, and not always the same', async () => {
    const world = createWorld({
      limits: { retryJitter: 0.2, retryCapMs: 5_000 },
      withoutBook: true,
      extra: { random: seededRandom(3) },
    })
    world.answer = () => 'fail'
    world.manager.connect(at('192.0.2.1'), { mode: 'keep' })
    await world.clock.run(200_000)
    const gaps = world.dialTimes.slice(1).map((dial, n) => dial.at - (world.dialTimes[n]?.at ?? 0))
    expect(gaps.length).toBeGreaterThan(20)
    for (const gap of gaps) expect(Math.abs(gap - 5_000)).toBeLessThanOrEqual(1_000)
    expect(new Set(gaps.map(gap => Math.round(gap))).size).toBeGreaterThan(10)
  })

  it('while the machine is offline failures are not counted: no growing delay, no blame', async () => {
    const downs: boolean[] = []
    const world = createWorld({
      limits: { targetOutbound: 2 },
      handlers: { networkDown: isDown => void downs.push(isDown) },
    })
    world.book.endless = true
    world.isOnline = false
    world.answer = () => 'fail'
    const id = world.manager.connect(at('192.0.2.1'), { mode: 'keep' })
    await world.clock.run(60_000)
    expect(world.manager.requests().find(one => one.id === id)?.attempts).toBe(0)
    expect(world.book.failed).toEqual([])
    // Two slots every 5 s, and the permanent one every 5 s.
    expect(world.dials.length).toBeGreaterThan(25)
    expect(world.dials.length).toBeLessThanOrEqual(3 * 13)
    expect(downs).toEqual([])
    world.isOnline = true
    world.answer = () => 'ok'
    world.manager.wake('online')
    await settle(world)
    expect(isReady(world, '192.0.2.1')).toBe(true)
    expect(world.manager.sessions()).toHaveLength(3)
  })

  it('a dial that was under way when the machine slept does not count as a failure, and waking up retries at once', async () => {
    const world = createWorld({ withoutBook: true })
    world.answer = address => (address.host === '192.0.2.1' ? 'hang' : 'fail')
    const slept = world.manager.connect(at('192.0.2.1'), { mode: 'keep' })
    world.manager.connect(at('192.0.2.2'), { mode: 'keep' })
    await world.clock.run(8_000)
    expect(world.newDials()).toEqual(['192.0.2.1:8333', '192.0.2.2:8333', '192.0.2.2:8333'])
    world.clock.jumpWallClock(8 * 3_600_000)
    world.hanging.get('192.0.2.1:8333')?.fail()
    await settle(world)
    expect(world.manager.requests().find(one => one.id === slept)?.attempts).toBe(0)
    expect(world.newDials()).toContain('192.0.2.2:8333')
  })
})

describe('the brake', () => {
  it('after 25 failures in a row each slot waits 5 s, and one success ends that', async () => {
    const downs: boolean[] = []
    const world = createWorld({
      limits: { targetOutbound: 5 },
      handlers: { networkDown: isDown => void downs.push(isDown) },
    })
    world.book.endless = true
    world.answer = () => 'fail'
    world.manager.wake('book')
    await settle(world)
    // 20 rounds of one are followed at once; the 25th failure and those in flight with it rest.
    expect(world.newDials()).toHaveLength(29)
    await world.clock.run(4_999)
    expect(world.newDials()).toHaveLength(0)
    await world.clock.run(1)
    expect(world.newDials()).toHaveLength(5)
    expect(downs).toEqual([true])
    world.answer = () => 'ok'
    await world.clock.run(5_000)
    expect(downs).toEqual([true, false])
    expect(world.manager.sessions()).toHaveLength(5)
  })

  it('an automatic request that fails is replaced by another address at once', async () => {
    const world = createWorld({ limits: { targetOutbound: 1 } })
    world.book.add('192.0.2.1', '198.51.100.1', '203.0.113.1')
    world.answer = address => (address.host === '203.0.113.1' ? 'ok' : 'fail')
    world.manager.wake('book')
    await settle(world)
    expect(world.dials).toEqual(['192.0.2.1:8333', '198.51.100.1:8333', '203.0.113.1:8333'])
  })

  it('a book full of peers that answer and leave is not run through', async () => {
    const world = createWorld({ limits: { targetOutbound: 2 } })
    world.book.endless = true
    world.manners = () => ({ fails: { code: 'incompatible', text: 'another network' } })
    await world.clock.run(60_000)
    expect(world.dials.length).toBeLessThanOrEqual(2 * 13)
  })
})
