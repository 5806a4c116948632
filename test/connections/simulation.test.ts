/** The real address book, ban list and manager among ten thousand peers, an hour of virtual time in seconds of real time. */
import { describe, expect, it } from 'vitest'
import { createAddressBook, groupOf } from '../../src-main/addressbook/index.ts'
import { createConnectionManager, createGossip } from '../../src-main/connections/index.ts'
import type { ManagerOptions } from '../../src-main/connections/index.ts'
import { silentLog } from '../../src-main/log/index.ts'
import { createReputation } from '../../src-main/reputation/index.ts'
import { VirtualClock, seededRandom } from '../../src-main/time/index.ts'
import type { Transport } from '../../src-main/transport/index.ts'
import { DialError } from '../../src-main/transport/index.ts'
import { BITCOIN, FakeConnection, FakeSession, at } from './support.ts'

const MINUTE = 60_000
const noGroups = (address: Parameters<ManagerOptions['groupOf']>[0]): string => groupOf(address)

/** Everything real but the sockets and the protocol. Of the addresses in the book a share answers. */
function simulate(options: { readonly target: number; readonly maxInbound: number; readonly answering: number }) {
  const clock = new VirtualClock()
  const random = seededRandom(42)
  const reputation = createReputation({
    clock,
    random,
    log: silentLog,
    banStore: { all: () => [], upsert: () => {}, remove: () => {}, countRefusals: () => {} },
    ruleStore: { all: () => [], upsert: () => {}, clear: () => {} },
    settings: { isBanningOn: true, banAbove: 100, banMs: 86_400_000 },
  })
  const book = createAddressBook({
    network: 'test/net',
    key: new Uint8Array(16),
    clock,
    random,
    groupOf: noGroups,
    isBanned: address => reputation.bans.isBanned(address),
  })
  let dials = 0
  let groupsDoubled = 0
  // The room's narrow interfaces are met by what the neighbours made.
  const dialer: Pick<Transport, 'dial' | 'decide'> = {
    decide: () => ({ kind: 'direct' }),
    dial: (address, dialOptions) =>
      new Promise((resolve, reject) => {
        dials += 1
        const answers = (address.host.charCodeAt(3) + address.host.length) % 10 < options.answering
        const timer = clock.after(answers ? 80 : 5000, () => {
          if (answers) resolve(new FakeConnection(address, 'outbound'))
          else reject(new DialError('timeout', 'It did not answer.'))
        })
        dialOptions?.signal?.addEventListener('abort', () => {
          timer.cancel()
          reject(new DialError('cancelled', 'cancelled'))
        })
      }),
  }
  const sessions: FakeSession[] = []
  const manager = createConnectionManager({
    network: 'test/net',
    profile: BITCOIN,
    limits: {
      targetOutbound: options.target,
      maxInbound: options.maxInbound,
      hardCap: 20_000,
      maxPerPrefix: 16,
    },
    dialer,
    openSession: (connection, purpose, handlers) => {
      const session = new FakeSession(connection as FakeConnection, purpose, handlers, {})
      sessions.push(session)
      session.minPingMs = 10 + random.below(300)
      clock.after(50 + random.below(400), () => session.become())
      return session
    },
    candidates: book,
    bans: reputation.bans,
    reputation,
    gossip: createGossip(book, () => manager.wake('book')),
    groupOf: noGroups,
    clock,
    random,
    log: silentLog,
  })
  manager.listen({
    sessionChanged: () => {
      const groups = manager
        .sessions()
        .filter(one => one.purpose === 'automatic')
        .map(one => one.group)
      groupsDoubled += groups.length - new Set(groups).size
    },
  })
  const close = async (): Promise<void> => {
    const closing = manager.close()
    await clock.run(10_000)
    await closing
    reputation.close()
  }
  return {
    clock,
    random,
    manager,
    book,
    reputation,
    sessions,
    close,
    dialed: () => dials,
    doubled: () => groupsDoubled,
  }
}

const publicHost = (n: number): string => `${20 + (n % 150)}.${(n * 7) % 256}.${(n * 13) % 256}.${1 + (n % 250)}`

describe('a simulation', () => {
  it('finds its peers in a book where most addresses are dead, of different groups, and keeps them while they come and go', async () => {
    const world = simulate({ target: 8, maxInbound: 0, answering: 3 })
    const told = Array.from({ length: 5000 }, (_, n) => ({
      address: at(publicHost(n)),
      services: 0n,
      seenAt: world.clock.now() - 3_600_000,
    }))
    world.book.add(told, 'seed', 0)
    world.manager.start()
    await world.clock.run(2 * MINUTE)
    const automatic = (): number => world.manager.sessions().filter(one => one.purpose === 'automatic').length
    expect(automatic()).toBe(8)
    let short = 0
    for (let minute = 0; minute < 60; minute++) {
      const leaving = world.manager.sessions().find(one => one.purpose === 'automatic' && one.isReady)
      ;(leaving?.connection as FakeConnection | undefined)?.hangUp()
      await world.clock.run(MINUTE)
      if (automatic() < 8) short += 1
    }
    expect(short).toBeLessThanOrEqual(6)
    expect(world.doubled()).toBe(0)
    expect(world.book.stats().tried).toBeGreaterThan(40)
    await world.close()
    expect(world.clock.pendingTimers).toBe(0)
  }, 30_000)

  it('holds 10 000 inbound peers, with few timers and little time for each event', async () => {
    const world = simulate({ target: 0, maxInbound: 10_000, answering: 0 })
    world.manager.start()
    // Time of the processor, not of the wall: others may be busy beside us.
    const start = process.cpuUsage()
    const connections: FakeConnection[] = []
    for (let n = 0; n < 12_000; n++) {
      const connection = new FakeConnection(at(`${publicHost(n)}:${1024 + n}`), 'inbound')
      connections.push(connection)
      world.manager.accept(connection)
      // A hundred a second, so that handshakes end and evictions may happen.
      if (n % 100 === 99) await world.clock.run(1000)
    }
    const inbound = world.manager.slots().find(slot => slot.kind === 'inbound')
    expect(inbound).toMatchObject({ used: 10_000, limit: 10_000 })
    // A newcomer a second gets in for one that has less merit.
    const evicted = connections.filter(connection => connection.isClosed).length
    expect(evicted).toBe(2000)
    expect(world.manager.refusals()['too-many-inbound']).toBeGreaterThan(1900)
    // Besides those of the test's own handshakes: sleep watch and handshake deadlines.
    expect(world.clock.pendingTimers).toBeLessThan(110)

    // An hour in which everyone says things and a tenth comes and goes.
    for (let minute = 0; minute < 60; minute++) {
      for (const one of world.manager.sessions().slice(0, 17)) (one.connection as FakeConnection).hangUp()
      for (let n = 0; n < 17; n++) {
        const address = at(`${publicHost(20_000 + 17 * minute + n)}:9999`)
        world.manager.accept(new FakeConnection(address, 'inbound'))
      }
      for (const session of world.sessions.slice(-500)) session.handlers.useful?.('transaction')
      await world.clock.run(MINUTE)
    }
    const closing = process.cpuUsage()
    await world.close()
    expect(world.clock.pendingTimers).toBe(0)
    expect(process.cpuUsage(closing).user / 1000).toBeLessThan(5000)
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(20_000)
  }, 120_000)

  it('a flood from one /16 fills neither the slots of a subnet nor the log nor the time', async () => {
    const world = simulate({ target: 0, maxInbound: 117, answering: 0 })
    world.manager.start()
    for (let n = 0; n < 60; n++) world.manager.accept(new FakeConnection(at(`${20 + n}.5.5.5:1`), 'inbound'))
    await world.clock.run(MINUTE)
    const honest = new Set(world.manager.sessions().map(one => one.id))
    for (let n = 0; n < 20_000; n++) {
      world.manager.accept(new FakeConnection(at(`203.0.${n % 256}.${1 + (n % 250)}:${1 + n}`), 'inbound'))
      if (n % 200 === 199) await world.clock.run(1000)
    }
    await world.clock.run(MINUTE)
    const left = world.manager.sessions().filter(one => honest.has(one.id)).length
    expect(world.manager.sessions().length).toBeLessThanOrEqual(117)
    // Eviction takes from the largest group, which is the attacker's.
    expect(left).toBe(60)
    await world.close()
  }, 30_000)
})
