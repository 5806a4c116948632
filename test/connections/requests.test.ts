/** What people ask for, the records of it, and the end of it all. In virtual time. */
import { describe, expect, it } from 'vitest'
import type { Attempt } from '../../src-main/connections/index.ts'
import { DialError } from '../../src-main/transport/index.ts'
import { FakeConnection, at, createWorld, fullWorld, settle } from './support.ts'

const MINUTE = 60_000

describe('pinning, trust and retries', () => {
  it('pinning a connected automatic peer frees its slot and keeps it for ever; unpinned it is let go when it leaves', async () => {
    const world = await fullWorld()
    const peer = world.manager.sessions()[0]
    const id = world.manager.setPinned(peer?.id ?? '', true)
    await settle(world)
    expect(peer?.isPinned).toBe(true)
    expect(world.manager.sessions()).toHaveLength(4)
    expect(world.manager.requests().map(one => one.id)).toEqual([id])
    await world.clock.run(MINUTE)
    world.sessionOf(peer?.address.key ?? '').connection.hangUp()
    await world.clock.run(5000)
    expect(world.managed(peer?.address.key ?? '').isPinned).toBe(true)
    world.manager.setPinned(world.managed(peer?.address.key ?? '').id, false)
    world.sessionOf(peer?.address.key ?? '').connection.hangUp()
    await world.clock.run(10 * MINUTE)
    expect(world.manager.requests()).toEqual([])
  })

  it('asking for a connected automatic peer adopts its session', async () => {
    const world = await fullWorld()
    const peer = world.manager.sessions()[0]
    const id = world.manager.connect(peer?.address ?? null, { mode: 'keep', isTrusted: true })
    expect(peer).toMatchObject({ requestId: id, isPinned: true, isTrusted: true, purpose: 'permanent' })
  })

  it('an inbound peer cannot be pinned: where it listens is not known', async () => {
    const world = createWorld()
    world.inbound('203.0.113.1:1')
    await settle(world)
    expect(world.manager.setPinned(world.managed('203.0.113.1:1').id, true)).toBeNull()
  })

  it('retrying now dials a waiting request at once, and nothing else', async () => {
    const world = createWorld({ withoutBook: true })
    world.answer = () => 'fail'
    const id = world.manager.connect(at('192.0.2.1'), { mode: 'keep' })
    await world.clock.run(30_000)
    world.newDials()
    world.answer = () => 'ok'
    expect(world.manager.retryNow(id)).toBe(true)
    await settle(world)
    expect(world.newDials()).toEqual(['192.0.2.1:8333'])
    expect(world.manager.retryNow(id)).toBe(false)
    expect(world.manager.retryNow('nothing')).toBe(false)
  })

  it('a success starts the delays anew', async () => {
    const world = createWorld({ withoutBook: true })
    let failures = 3
    world.answer = () => (failures-- > 0 ? 'fail' : 'ok')
    world.manager.connect(at('192.0.2.1'), { mode: 'keep' })
    await world.clock.run(30_000)
    world.sessionOf('192.0.2.1').connection.hangUp()
    await world.clock.run(5000)
    expect(world.dialTimes.map(dial => dial.at)).toEqual([0, 5000, 15_000, 30_000, 35_000])
  })

  it('a peer that turns out to be ourselves is not dialed again', async () => {
    const world = createWorld({ limits: { targetOutbound: 1 }, isStarted: false })
    world.manners = () => ({ fails: { code: 'self', text: 'our own nonce' } })
    world.book.add('51.1.0.1')
    world.manager.start()
    await settle(world)
    world.book.add('51.1.0.1')
    await world.clock.run(10 * MINUTE)
    expect(world.dials).toEqual(['51.1.0.1:8333'])
    expect(world.manager.explainDial(at('51.1.0.1'))[0]).toMatchObject({ check: 'self', passes: false })
  })

  it('a dial that comes in again at our own listener teaches us that address, though our end sees only a hang-up', async () => {
    const world = createWorld({ limits: { targetOutbound: 1 }, isStarted: false })
    world.book.add('51.1.0.1')
    world.manners = () => ({ handshakeMs: null })
    world.manager.start()
    await settle(world)
    const dialed = world.sessionOf('51.1.0.1').connection
    dialed.localAddress = at('192.168.1.2:50000')
    world.inbound('192.168.1.2:50000')
    world.sessionOf('192.168.1.2:50000').close({ code: 'self', text: 'our own nonce' })
    dialed.hangUp()
    expect(world.manager.explainDial(at('51.1.0.1'))[0]).toMatchObject({ check: 'self', passes: false })
  })
})

describe('records of attempts', () => {
  it('an attempt is told from its begin to its end, with times, number, route and reason', async () => {
    const told: [string, Attempt | null][] = []
    const world = createWorld({
      withoutBook: true,
      handlers: { attemptChanged: (id, attempt) => void told.push([id, attempt]) },
    })
    world.answer = () => new DialError('timeout', 'It did not answer within 30 s.')
    const id = world.manager.connect(at('192.0.2.1'), { mode: 'keep' })
    await settle(world)
    expect(told.map(([, attempt]) => attempt?.state)).toEqual(['waiting', 'dialing', 'failed', 'waiting'])
    expect(world.manager.attempts()).toMatchObject([
      { id, state: 'waiting', attempt: 2, code: 'timeout', nextTryAt: world.clock.now() + 5000, requestId: id },
      { state: 'failed', attempt: 1, reason: 'It did not answer within 30 s.', endedAt: world.clock.now() },
    ])
    world.answer = () => 'ok'
    world.manners = () => ({ handshakeMs: 100 })
    await world.clock.run(5050)
    expect(world.manager.attempt(id)).toMatchObject({ state: 'handshaking', route: 'direct' })
    await world.clock.run(100)
    expect(world.manager.attempt(id)).toBeNull()
    expect(told.at(-1)).toEqual([id, null])
  })

  it('only the last 500 ended ones are kept, and inbound refusals do not push them out', async () => {
    const world = createWorld({ withoutBook: true, limits: { maxInbound: 0 } })
    world.answer = () => 'fail'
    world.manager.connect(at('192.0.2.1'), { mode: 'once' })
    await settle(world)
    for (let n = 0; n < 1000; n++) world.inbound(`203.0.113.1:${n + 1}`)
    const attempts = world.manager.attempts()
    expect(attempts.filter(one => one.direction === 'inbound')).toHaveLength(200)
    expect(attempts.filter(one => one.direction === 'outbound')).toHaveLength(1)
  })

  it('failures are the address’s fault only while peers of different groups show that our network works', async () => {
    const world = createWorld({ limits: { targetOutbound: 8 }, isStarted: false })
    world.book.endless = true
    let dialed = 0
    world.answer = () => (++dialed <= 10 ? 'fail' : 'ok')
    world.manager.start()
    await settle(world)
    expect(world.book.failed).toEqual([])
    world.answer = () => 'fail'
    world.manager.setLimits({ targetOutbound: 9 })
    await settle(world)
    expect(world.book.failed.length).toBeGreaterThan(0)
  })

  it('a fault of our proxy or machine is never the address’s', async () => {
    const world = await fullWorld()
    world.answer = () => new DialError('proxy-unreachable', 'The proxy does not answer.')
    world.manager.setLimits({ targetOutbound: 5 })
    await settle(world)
    expect(world.book.failed).toEqual([])
  })
})

describe('closing', () => {
  it('aborts dials, ends sessions, waits for the last connection, and leaves no timer', async () => {
    const world = await fullWorld({ limits: { usesFeelers: true, dropsAtRandom: true } })
    world.answer = () => 'hang'
    world.manager.connect(at('192.0.2.1'), { mode: 'keep' })
    const inbound = world.inbound('203.0.113.1:1')
    await settle(world)
    inbound.lingers = true
    let isClosed = false
    void world.manager.close().then(() => (isClosed = true))
    await settle(world)
    expect(world.aborted).toEqual(['192.0.2.1:8333'])
    expect(isClosed).toBe(false)
    inbound.destroy()
    await world.clock.run(250)
    expect(isClosed).toBe(true)
    expect(world.clock.pendingTimers).toBe(0)
    expect(world.connections.every(connection => connection.isClosed)).toBe(true)
  })

  it('closes what arrives afterwards without a word', async () => {
    const world = createWorld()
    await world.manager.close()
    const late = new FakeConnection(at('203.0.113.1:1'), 'inbound')
    world.manager.accept(late)
    expect(late.isClosed).toBe(true)
    expect(world.events).toEqual([])
    expect(world.manager.attempts()).toEqual([])
  })
})
