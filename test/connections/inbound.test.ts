/** Inbound peers: admission before anything is read, eviction when full, what becomes of misbehaviour. In virtual time. */
import { describe, expect, it } from 'vitest'
import type { Log, LogFields } from '../../src-main/log/index.ts'
import { silentLog } from '../../src-main/log/index.ts'
import type { Reputation } from '../../src-main/reputation/index.ts'
import { createReputation } from '../../src-main/reputation/index.ts'
import { VirtualClock, seededRandom } from '../../src-main/time/index.ts'
import type { Connection } from '../../src-main/transport/index.ts'
import { at, createWorld, settle } from './support.ts'
import type { World } from './support.ts'

const MINUTE = 60_000
const slot = (world: World, kind: string): number => world.manager.slots().find(one => one.kind === kind)?.used ?? -1

/** The real reputation, in memory. */
const judge = (): Reputation =>
  createReputation({
    clock: new VirtualClock(),
    random: seededRandom(1),
    log: silentLog,
    banStore: { all: () => [], upsert: () => {}, remove: () => {}, countRefusals: () => {} },
    ruleStore: { all: () => [], upsert: () => {}, clear: () => {} },
    settings: { isBanningOn: true, banAbove: 100, banMs: 86_400_000 },
  })

describe('inbound admission', () => {
  it('a banned address is refused before anything is read', () => {
    const world = createWorld()
    world.banned.add('203.0.113.1')
    const connection = world.inbound('203.0.113.1:1')
    expect(connection.isClosed).toBe(true)
    expect(connection.wasRead).toBe(false)
    expect(world.manager.attempts()[0]).toMatchObject({ direction: 'inbound', state: 'refused', code: 'banned' })
  })

  it('at most 8 handshakes of one /24 are under way, and 16 peers of it are here', async () => {
    const world = createWorld()
    world.manners = () => ({ handshakeMs: 1000 })
    const first = Array.from({ length: 10 }, (_, n) => world.inbound(`203.0.113.${n}:1`).isClosed)
    expect(first.filter(isClosed => isClosed)).toHaveLength(2)
    expect(world.inbound('203.0.114.1:1').isClosed).toBe(false)
    await world.clock.run(1000)
    const second = Array.from({ length: 10 }, (_, n) => world.inbound(`203.0.113.${100 + n}:1`).isClosed)
    expect(second.filter(isClosed => isClosed)).toHaveLength(2)
    await world.clock.run(1000)
    expect(world.inbound('203.0.113.200:1').isClosed).toBe(true)
    expect(world.manager.refusals()).toEqual({ 'half-open-prefix': 4, prefix: 1 })
  })

  it('one /64 counts as one subnet, and loopback hosts stand for many', async () => {
    const world = createWorld({ limits: { maxPerPrefix: 2 } })
    for (const text of ['[2001:db8::1]:1', '[2001:db8::2]:1']) expect(world.inbound(text).isClosed).toBe(false)
    expect(world.inbound('[2001:db8::3]:1').isClosed).toBe(true)
    expect(world.inbound('[2001:db8:0:1::3]:1').isClosed).toBe(false)
    for (let port = 1; port <= 6; port++) expect(world.inbound(`127.0.0.1:${port}`).isClosed).toBe(false)
    await settle(world)
  })

  it('a slot is held until the connection is closed, not only until the session ends', async () => {
    const world = createWorld({ limits: { maxInbound: 1 } })
    const first = world.inbound('203.0.113.1:1')
    await settle(world)
    first.lingers = true
    world.manager.disconnect(world.managed('203.0.113.1:1').id)
    expect(world.events.at(-1)).toBe('-203.0.113.1:1 requested')
    expect(slot(world, 'inbound')).toBe(1)
    expect(world.inbound('203.0.114.1:1').isClosed).toBe(true)
    // What does not close is destroyed.
    await world.clock.run(5250)
    expect(first.isClosed).toBe(true)
    expect(slot(world, 'inbound')).toBe(0)
    expect(world.clock.pendingTimers).toBeLessThanOrEqual(2)
  })

  it('a handshake that its network does not end is ended by the manager', async () => {
    const world = createWorld({ limits: { handshakeTimeoutMs: 60_000 } })
    world.manners = () => ({ handshakeMs: null })
    world.inbound('203.0.113.1:1')
    await world.clock.run(64_999)
    expect(slot(world, 'half-open')).toBe(1)
    await world.clock.run(1)
    expect(world.events.at(-1)).toBe('-203.0.113.1:1 handshake-timeout')
    expect(slot(world, 'half-open')).toBe(0)
    expect(world.manager.attempts()[0]).toMatchObject({ direction: 'inbound', state: 'failed' })
  })

  it('refusals are all counted, and logged at most once a minute', async () => {
    const lines: LogFields[] = []
    const log: Log = { ...silentLog, info: (_, fields) => void lines.push(fields ?? {}) }
    const world = createWorld({ limits: { maxInbound: 0 }, extra: { log } })
    for (let n = 0; n < 100; n++) world.inbound(`203.0.113.1:${n + 1}`)
    await world.clock.run(MINUTE)
    world.inbound('203.0.113.1:999')
    expect(world.manager.refusals()).toEqual({ 'inbound-off': 101 })
    expect(lines.map(line => line['inbound-off'])).toEqual([1, 100])
  })

  it('a peer for whom there is no room is told of others first, and closed at the latest after 10 s', async () => {
    const told: Connection[] = []
    let finish: () => void = () => {}
    const world = createWorld({
      limits: { maxInbound: 1 },
      extra: {
        farewell: connection => {
          told.push(connection)
          return told.length === 1 ? new Promise(resolve => (finish = resolve)) : new Promise(() => {})
        },
      },
    })
    world.inbound('203.0.113.1:1')
    const second = world.inbound('203.0.114.1:1')
    expect(told).toEqual([second])
    expect(second.isClosed).toBe(false)
    finish()
    await settle(world)
    expect(second.isClosed).toBe(true)
    const third = world.inbound('203.0.115.1:1')
    await world.clock.run(9999)
    expect(third.isClosed).toBe(false)
    await world.clock.run(1)
    expect(third.isClosed).toBe(true)
    // The banned get no such courtesy.
    world.banned.add('203.0.116.1')
    expect(world.inbound('203.0.116.1:1').isClosed).toBe(true)
    expect(told).toHaveLength(2)
  })

  it('at most 8 are told at once; the others are closed at once', () => {
    const world = createWorld({ limits: { maxInbound: 1 }, extra: { farewell: () => new Promise(() => {}) } })
    world.inbound('203.0.113.1:1')
    const refused = Array.from({ length: 10 }, (_, n) => world.inbound(`203.1.${n}.1:1`))
    expect(refused.filter(connection => connection.isClosed)).toHaveLength(2)
  })
})

describe('eviction when full', () => {
  async function crowded(): Promise<World> {
    const world = createWorld({ limits: { maxInbound: 40 } })
    for (let n = 0; n < 40; n++) {
      world.inbound(`${20 + n}.0.0.1:1`)
      await world.clock.run(1000)
    }
    return world
  }

  it('the one who would go next is named, goes for a newcomer, and never more than the limit are here', async () => {
    const world = await crowded()
    const { victim } = world.manager.explainEviction()
    const address = world.manager.session(victim ?? '')?.address.key
    expect(world.inbound('203.0.113.1:1').isClosed).toBe(false)
    expect(world.events).toContain(`-${address} evicted`)
    expect(slot(world, 'inbound')).toBe(40)
    await settle(world)
  })

  it('at most one a second is evicted: a flood of newcomers is refused', async () => {
    const world = await crowded()
    const taken = Array.from({ length: 50 }, (_, n) => !world.inbound(`203.0.${n}.1:1`).isClosed)
    expect(taken.filter(isTaken => isTaken)).toHaveLength(1)
    expect(world.manager.refusals()).toEqual({ 'too-many-inbound': 49 })
    await settle(world)
  })

  it('trusted and whitelisted peers are never evicted', async () => {
    const world = createWorld({
      limits: { maxInbound: 30 },
      extra: { isWhitelisted: address => address.host.startsWith('3') },
    })
    for (let n = 0; n < 30; n++) {
      if (n >= 25) world.manager.setTrusted(`${50 + n}.0.0.1`, true)
      world.inbound(`${n < 25 ? 30 + (n % 10) : 50 + n}.0.0.1:${n + 1}`)
      await world.clock.run(1000)
    }
    expect(world.inbound('203.0.113.1:1').isClosed).toBe(true)
    expect(world.manager.explainEviction().victim).toBeNull()
  })

  it('a trusted peer at the hard cap takes the slot of the youngest normal one, protected or not', async () => {
    const world = createWorld({ limits: { hardCap: 5, maxInbound: null } })
    for (let n = 0; n < 5; n++) {
      world.inbound(`${20 + n}.0.0.1:1`)
      await world.clock.run(1000)
    }
    expect(world.inbound('203.0.113.1:1').isClosed).toBe(true)
    world.manager.setTrusted('203.0.113.2', true)
    expect(world.inbound('203.0.113.2:1').isClosed).toBe(false)
    await settle(world)
    expect(world.events).toContain('-24.0.0.1:1 evicted')
    expect(world.manager.sessions()).toHaveLength(5)
    expect(world.manager.refusals()).toEqual({ 'hard-cap': 1 })
  })

  it('a peer whose score has reached the warning goes first', async () => {
    const reputation = judge()
    const world = createWorld({ limits: { maxInbound: 60 }, extra: { reputation, bans: reputation.bans } })
    for (let n = 0; n < 60; n++) {
      world.inbound(`${20 + n}.0.0.1:1`)
      await world.clock.run(1000)
    }
    const culprit = world.manager.session(world.manager.explainEviction().victim ?? '')
    const other = world.manager.sessions().find(one => {
      const plan = world.manager.explainEviction()
      return one !== culprit && !plan.protectedBy.has(one.id)
    })
    for (let n = 0; n < 2; n++)
      world.sessionOf(other?.address.key ?? '').handlers.misbehaved({ rule: 'mempool-request', evidence: 'asked' })
    expect(other?.score?.score()).toBe(66)
    expect(world.manager.explainEviction().victim).toBe(other?.id)
  })
})

describe('misbehaviour', () => {
  function judged(): { world: World; verdicts: string[] } {
    const verdicts: string[] = []
    const reputation = judge()
    const world = createWorld({
      limits: { targetOutbound: 0 },
      extra: { reputation, bans: reputation.bans },
      handlers: { misbehaved: (_, breach, verdict) => void verdicts.push(`${breach.rule} ${verdict.action}`) },
    })
    return { world, verdicts }
  }

  it('a peer whose score passes the line is banned and disconnected with all from its host; others stay', async () => {
    const { world, verdicts } = judged()
    for (const text of ['203.0.113.1:1', '203.0.113.1:2', '203.0.113.2:1']) world.inbound(text)
    await settle(world)
    const { handlers } = world.sessionOf('203.0.113.1:1')
    for (let n = 0; n < 4; n++) handlers.misbehaved({ rule: 'mempool-request', evidence: 'asked for the mempool' })
    expect(verdicts.at(-1)).toBe('mempool-request ban')
    expect(world.manager.sessions().map(one => one.address.key)).toEqual(['203.0.113.2:1'])
    expect(world.events).toContain('-203.0.113.1:1 banned')
    expect(world.events).toContain('-203.0.113.1:2 banned')
    expect(world.inbound('203.0.113.1:3').isClosed).toBe(true)
    // Nothing that it says afterwards counts.
    const before = verdicts.length
    handlers.misbehaved({ rule: 'mempool-request', evidence: 'late' })
    expect(verdicts).toHaveLength(before)
  })

  it('bans that a person makes are enforced on those who are here', async () => {
    const world = createWorld({ limits: { targetOutbound: 0 } })
    for (const text of ['203.0.113.1:1', '203.0.113.2:1']) world.inbound(text)
    await settle(world)
    world.banned.add('203.0.113.1')
    expect(world.manager.enforceBans()).toBe(1)
    expect(world.events.at(-1)).toBe('-203.0.113.1:1 banned')
  })

  it('a permanent peer that is banned waits with that reason, and connects when the ban is lifted', async () => {
    const world = createWorld({ withoutBook: true })
    world.banned.add('192.0.2.1')
    world.manager.connect(at('192.0.2.1'), { mode: 'keep' })
    await settle(world)
    expect(world.dials).toEqual([])
    expect(world.manager.attempts()[0]).toMatchObject({ state: 'waiting', code: 'banned', reason: 'It is banned.' })
    world.banned.clear()
    await world.clock.run(5000)
    expect(world.managed('192.0.2.1').isReady).toBe(true)
  })
})
