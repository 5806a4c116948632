/** Automatic peers: groups, feelers, anchors, one-shots, the random drop, limits that change. In virtual time. */
import { describe, expect, it } from 'vitest'
import { createGossip } from '../../src-main/connections/index.ts'
import { BITCOIN, at, createWorld, fullWorld, settle } from './support.ts'
import type { World } from './support.ts'

const MINUTE = 60_000

describe('diversity', () => {
  it('automatic peers are of different groups; overlays, the LAN, and what was asked for are exempt', async () => {
    const world = createWorld({ limits: { targetOutbound: 8 }, isStarted: false })
    const onion = 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion:8333'
    const i2p = `${'a'.repeat(52)}.b32.i2p`
    world.book.add('51.1.0.1', '51.1.9.1', '51.2.0.1', onion, i2p, '127.0.0.2', '127.0.0.3')
    world.manager.connect(at('51.1.7.7'), { mode: 'once' })
    world.manager.start()
    await settle(world)
    expect(world.dials.map(dialed => dialed.replace(/:8333$/, ''))).toEqual([
      '51.1.7.7',
      '51.1.0.1',
      '51.2.0.1',
      onion.replace(':8333', ''),
      `${i2p}:0`,
      '127.0.0.2',
      '127.0.0.3',
    ])
    const check = world.manager.explainDial(at('51.2.5.5')).find(one => !one.passes)
    expect(check?.check).toBe('duplicate-group')
  })

  it('a group is free again when its peer has left', async () => {
    const world = createWorld({ limits: { targetOutbound: 1 }, isStarted: false })
    world.book.add('51.1.0.1', '51.1.9.1')
    world.manager.start()
    await settle(world)
    expect(world.dials).toEqual(['51.1.0.1:8333'])
    await world.clock.run(MINUTE)
    world.sessionOf('51.1.0.1').connection.hangUp()
    await settle(world)
    expect(world.dials).toEqual(['51.1.0.1:8333', '51.1.9.1:8333'])
  })

  it('an automatic peer without the wanted services is let go', async () => {
    const world = createWorld({
      profile: { ...BITCOIN, wantedServices: 9n },
      limits: { targetOutbound: 1 },
      isStarted: false,
    })
    world.manners = address => ({ services: address.host === '51.2.0.1' ? 9n : 1n })
    world.book.add('51.1.0.1', '51.2.0.1')
    world.manager.start()
    await world.clock.run(MINUTE)
    expect(world.events).toContain('-51.1.0.1:8333 incompatible')
    expect(world.managed('51.2.0.1').isReady).toBe(true)
    // A person may have whom they like.
    world.manager.connect(at('51.3.0.1'), { mode: 'once' })
    await settle(world)
    expect(world.managed('51.3.0.1').isReady).toBe(true)
  })
})

describe('feelers', () => {
  it('every two minutes one address of the new table is tested and left', async () => {
    const world = await fullWorld({ limits: { usesFeelers: true } })
    world.newDials()
    await world.clock.run(10 * MINUTE)
    expect(world.newDials()).toHaveLength(5)
    expect(world.sessions.filter(session => session.purpose === 'feeler')).toHaveLength(5)
    expect(world.manager.sessions().every(one => one.purpose === 'automatic')).toBe(true)
    expect(world.book.goods).toHaveLength(8)
  })

  it('the test of an address that another wants to replace comes first; one that is connected has passed it', async () => {
    const tests = ['51.99.0.1', '']
    let resolved = 0
    const world: World = await fullWorld({ limits: { usesFeelers: true } })
    tests[1] = world.manager.sessions()[0]?.address.key ?? ''
    Object.assign(world.book, {
      selectCollision: () => {
        const text = tests.shift()
        return text === undefined ? null : { address: at(text), lastTryAt: 0 }
      },
      resolveCollisions: () => void (resolved += 1),
    })
    world.newDials()
    await world.clock.run(2 * MINUTE)
    expect(world.newDials()).toEqual(['51.99.0.1:8333'])
    await world.clock.run(2 * MINUTE)
    expect(world.newDials()).toEqual([])
    expect(resolved).toBe(2)
    await world.clock.run(2 * MINUTE)
    expect(world.newDials()).toHaveLength(1)
  })

  it('switched off, none are dialed', async () => {
    const world = await fullWorld()
    world.newDials()
    await world.clock.run(60 * MINUTE)
    expect(world.newDials()).toEqual([])
  })
})

describe('one-shots', () => {
  it('are asked for addresses and left when they have given some', async () => {
    const heard: number[] = []
    const book = { add: (told: readonly unknown[]) => heard.push(told.length), answerFor: () => [] }
    const world = createWorld({ withoutBook: true, extra: { gossip: createGossip(book) } })
    world.manager.connect(at('seed.example'), { mode: 'ask' })
    await settle(world)
    const session = world.sessionOf('seed.example')
    expect(session.asked).toBe(1)
    const told = ['51.1.0.1', '51.2.0.1'].map(text => ({ address: at(text), services: 1n, seenAt: 0 }))
    // Its own address alone is not the answer.
    session.handlers.heard(told.slice(0, 1), true)
    expect(world.manager.sessions()).toHaveLength(1)
    session.handlers.heard(told, true)
    expect(heard).toEqual([1, 2])
    expect(world.manager.sessions()).toEqual([])
    expect(world.manager.requests()).toEqual([])
  })

  it('that give none are left after 5 minutes', async () => {
    const world = createWorld({ withoutBook: true })
    world.manager.connect(at('seed.example'), { mode: 'ask' })
    await world.clock.run(5 * MINUTE - 1)
    expect(world.manager.sessions()).toHaveLength(1)
    await world.clock.run(1)
    expect(world.manager.sessions()).toEqual([])
    expect(world.manager.requests()).toEqual([])
  })
})

describe('anchors', () => {
  it('the two oldest automatic peers are kept at the end and dialed first at the next start', async () => {
    const kept: string[] = []
    const first = await fullWorld({
      extra: { anchors: { take: () => [], keep: addresses => void kept.push(...addresses.map(one => one.key)) } },
    })
    const closing = first.manager.close()
    await settle(first)
    await closing
    expect(kept).toEqual(first.dials.slice(0, 2))
    const second = await fullWorld({
      extra: { anchors: { take: () => kept.map(text => at(text)), keep: () => {} } },
    })
    expect(second.dials.slice(0, 2)).toEqual(kept)
    expect(second.manager.sessions().every(one => one.purpose === 'automatic')).toBe(true)
  })

  it('one that may not be dialed is skipped', async () => {
    const world = createWorld({
      limits: { targetOutbound: 2 },
      isStarted: false,
      extra: { anchors: { take: () => [at('51.1.0.1'), at('51.2.0.1')], keep: () => {} } },
    })
    world.banned.add('51.1.0.1')
    world.book.endless = true
    world.manager.start()
    await settle(world)
    expect(world.dials[0]).toBe('51.2.0.1:8333')
    expect(world.dials).toHaveLength(2)
  })
})

describe('the random drop', () => {
  it('when full, one automatic or inbound peer over ten minutes old goes every 3 to 7 minutes', async () => {
    const world = await fullWorld({ limits: { dropsAtRandom: true } })
    world.manager.connect(at('192.0.2.1'), { mode: 'keep' })
    await world.clock.run(9 * MINUTE)
    const drops = (): string[] => world.events.filter(event => event.endsWith(' evicted'))
    expect(drops()).toEqual([])
    await world.clock.run(51 * MINUTE)
    expect(drops().length).toBeGreaterThanOrEqual(3)
    expect(drops().length).toBeLessThanOrEqual(17)
    expect(drops().some(event => event.includes('192.0.2.1'))).toBe(false)
    expect(world.manager.sessions()).toHaveLength(4)
  })

  it('off by default; switched on and off while running', async () => {
    const world = await fullWorld()
    await world.clock.run(60 * MINUTE)
    expect(world.events.some(event => event.endsWith(' evicted'))).toBe(false)
    world.manager.setLimits({ dropsAtRandom: true })
    await world.clock.run(20 * MINUTE)
    const count = world.events.filter(event => event.endsWith(' evicted')).length
    expect(count).toBeGreaterThan(0)
    world.manager.setLimits({ dropsAtRandom: false })
    await world.clock.run(60 * MINUTE)
    expect(world.events.filter(event => event.endsWith(' evicted'))).toHaveLength(count)
  })
})

describe('limits that change while running', () => {
  it('a higher target dials at once; a lower one lets the youngest go', async () => {
    const world = await fullWorld()
    const oldest = world.manager.sessions().map(one => one.address.key)
    world.manager.setLimits({ targetOutbound: 6 })
    await settle(world)
    expect(world.manager.sessions()).toHaveLength(6)
    world.manager.setLimits({ targetOutbound: 3 })
    await settle(world)
    expect(world.manager.sessions().map(one => one.address.key)).toEqual(oldest)
    await world.clock.run(10 * MINUTE)
    expect(world.manager.sessions()).toHaveLength(3)
  })

  it('a lower inbound limit lets the youngest go, but not the trusted', async () => {
    const world = createWorld({ limits: { targetOutbound: 0 } })
    world.manager.setTrusted('25.0.0.1', true)
    for (let n = 0; n < 6; n++) world.inbound(`${20 + n}.0.0.1:1`)
    await settle(world)
    world.manager.setLimits({ maxInbound: 2 })
    expect(world.manager.sessions().map(one => one.address.host)).toEqual(['20.0.0.1', '25.0.0.1'])
  })

  it('connect-only dials nothing from the book; switched off, it does', async () => {
    const world = createWorld({ limits: { isConnectOnly: true, targetOutbound: 2 }, isStarted: false })
    world.book.endless = true
    world.manager.connect(at('192.0.2.1'), { mode: 'keep' })
    world.manager.start()
    await world.clock.run(MINUTE)
    expect(world.dials).toEqual(['192.0.2.1:8333'])
    world.manager.setLimits({ isConnectOnly: false })
    await settle(world)
    expect(world.dials).toHaveLength(3)
  })
})
