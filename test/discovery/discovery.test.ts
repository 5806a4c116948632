/** Discovery: when seeds are asked, what they give, and what happens when they do not. In virtual time, no look-ups. */
import { describe, expect, it } from 'vitest'
import type { ToldAddress } from '../../src-main/addressbook/index.ts'
import { createDiscovery } from '../../src-main/discovery/index.ts'
import type { Discovery, DiscoverySettings, SeededNetwork } from '../../src-main/discovery/index.ts'
import { silentLog } from '../../src-main/log/index.ts'
import { VirtualClock, seededRandom } from '../../src-main/time/index.ts'
import type { Address } from '../../src-main/transport/index.ts'
import { DialError, parseAddress } from '../../src-main/transport/index.ts'

const DAY = 86_400_000
const NETWORK: SeededNetwork = {
  id: 'bitcoin/mainnet',
  defaultPort: 8333,
  wantedServices: 9n,
  dnsSeeds: [
    { host: 'seed.one.example', filtersServices: true },
    { host: 'seed.two.example', filtersServices: false },
    { host: 'seed.three.example', filtersServices: true },
  ],
  fixedSeeds: [parseAddress('192.0.2.1:8333'), parseAddress('192.0.2.2:8333')],
}

interface Setting {
  readonly network?: Partial<SeededNetwork>
  readonly known?: number
  readonly settings?: Partial<DiscoverySettings>
  readonly outbound?: number
  readonly isProxied?: boolean
  /** Addresses per look-up, or why there are none. */
  readonly answer?: (name: string) => number | Error | 'never'
}

function setUp(setting: Setting = {}) {
  const clock = new VirtualClock()
  const lookups: { name: string; at: number }[] = []
  const told: (ToldAddress & { from: string })[] = []
  const asked: Address[] = []
  const events: string[] = []
  const answer = { of: setting.answer ?? (() => 40) }
  let nextHost = 0
  const discovery: Discovery = createDiscovery({
    network: { ...NETWORK, ...setting.network },
    transport: {
      decide: () => ({ kind: 'direct' }),
      lookup: async (name, { port, signal }) => {
        lookups.push({ name, at: clock.monotonic() })
        if (setting.isProxied === true) throw new DialError('blocked', 'Everything goes through the proxy.')
        const result = answer.of(name)
        if (result instanceof Error) throw result
        if (result === 'never') {
          return new Promise((_, reject) => {
            signal?.addEventListener('abort', () => reject(new DialError('cancelled', 'cancelled')))
          })
        }
        return Array.from({ length: result }, () => {
          nextHost += 1
          return parseAddress(`10.${nextHost >> 8}.${nextHost & 255}.1:${port}`)
        })
      },
    },
    book: {
      add: (addresses, source) => {
        for (const one of addresses) told.push({ ...one, from: source })
        return addresses.length
      },
      get size() {
        return told.length + (setting.known ?? 0)
      },
    },
    askPeer: address => void asked.push(address),
    outboundPeers: () => setting.outbound ?? 0,
    settings: { usesDnsSeeds: true, usesFixedSeeds: true, ...setting.settings },
    clock,
    random: seededRandom(5),
    log: silentLog,
    handlers: {
      seedFailed: seed => void events.push(`failed ${seed}`),
      fixedSeedsUsed: count => void events.push(`fixed ${count}`),
    },
  })
  return { clock, discovery, lookups, told, asked, events, answer }
}

async function settle(clock: VirtualClock): Promise<void> {
  for (let round = 0; round < 200; round++) await clock.run(0)
}

describe('DNS seeds', () => {
  it('are asked all at once, with the service filter where they know it, when nothing is known', async () => {
    const { clock, discovery, lookups } = setUp()
    discovery.start()
    await settle(clock)
    expect(lookups).toEqual([
      { name: 'x9.seed.one.example', at: 0 },
      { name: 'seed.two.example', at: 0 },
      { name: 'x9.seed.three.example', at: 0 },
    ])
    await discovery.close()
  })

  it('give at most 32 addresses each, aged 3 to 7 days, under the seed as source, taken in turn', async () => {
    const { clock, discovery, told } = setUp()
    discovery.start()
    await settle(clock)
    expect(told).toHaveLength(96)
    for (const one of told) {
      const age = clock.now() - one.seenAt
      expect(age).toBeGreaterThanOrEqual(3 * DAY)
      expect(age).toBeLessThanOrEqual(7 * DAY)
      expect(one.address.port).toBe(8333)
      expect(one.services).toBe(one.from === 'seed.two.example' ? 0n : 9n)
    }
    expect(new Set(told.map(one => one.seenAt)).size).toBeGreaterThan(90)
    const firstTurn = told.slice(0, 3).map(one => one.from)
    expect(firstTurn.sort()).toEqual(['seed.one.example', 'seed.three.example', 'seed.two.example'])
    await discovery.close()
  })

  for (const [known, outbound, expected] of [
    [0, 0, 0],
    [10, 0, 11_000],
    [5000, 0, 300_000],
    [10, 2, null],
    [5000, 2, null],
  ] as const) {
    const when = expected === null ? 'not at all' : `after ${expected / 1000} s`
    it(`with ${known} addresses and ${outbound} outbound peers they are asked ${when}`, async () => {
      const { clock, discovery, lookups } = setUp({ known, outbound })
      discovery.start()
      await clock.run(600_000)
      expect(lookups[0]?.at ?? null).toBe(expected)
      await discovery.close()
    })
  }

  it('a failing seed is reported and skipped', async () => {
    const { clock, discovery, told, events } = setUp({
      answer: name => (name === 'seed.two.example' ? new DialError('unknown-host', 'No such name.') : 5),
    })
    const report = discovery.seedNow()
    await settle(clock)
    expect(await report).toEqual({ found: 10, failed: ['seed.two.example'], dialed: [] })
    expect(told).toHaveLength(10)
    expect(events).toEqual(['failed seed.two.example'])
    expect(discovery.failedSeeds).toEqual(['seed.two.example'])
    await discovery.close()
  })

  it('a seed that never answers does not hold the others up', async () => {
    const { clock, discovery, told } = setUp({ answer: name => (name === 'seed.two.example' ? 'never' : 5) })
    discovery.start()
    for (let ms = 0; ms < 1000; ms++) await clock.run(1)
    expect(told).toHaveLength(10)
    const closing = discovery.close()
    await settle(clock)
    await closing
    expect(clock.pendingTimers).toBe(0)
  })

  it('behind a proxy no name is looked up: the seeds are dialed as peers', async () => {
    const { clock, discovery, asked, events } = setUp({ isProxied: true })
    const report = discovery.seedNow()
    await settle(clock)
    expect(await report).toEqual({
      found: 0,
      failed: [],
      dialed: ['seed.one.example', 'seed.two.example', 'seed.three.example'],
    })
    expect(asked.map(address => address.key)).toEqual([
      'seed.one.example:8333',
      'seed.two.example:8333',
      'seed.three.example:8333',
    ])
    expect(events).toEqual([])
    await discovery.close()
  })

  it('are dialed through the proxy when it was taken for Tor and does not look names up; other failures stay failures', async () => {
    const { clock, discovery, asked, events } = setUp({
      answer: name =>
        name === 'seed.two.example'
          ? new DialError('unknown-host', 'Tor found nothing about it.')
          : new DialError('proxy-refused', 'The proxy does not look names up.'),
    })
    const report = discovery.seedNow()
    await settle(clock)
    expect(await report).toEqual({
      found: 0,
      failed: ['seed.two.example'],
      dialed: ['seed.one.example', 'seed.three.example'],
    })
    expect(asked.map(address => address.key)).toEqual(['seed.one.example:8333', 'seed.three.example:8333'])
    expect(events).toEqual(['failed seed.two.example'])
    await discovery.close()
  })

  it('asking again while they are being asked gives the same report', async () => {
    const { clock, discovery, lookups } = setUp()
    const first = discovery.seedNow()
    expect(discovery.seedNow()).toBe(first)
    await settle(clock)
    await first
    expect(lookups).toHaveLength(3)
    await discovery.close()
  })

  it('when all fail and nothing is known, they are asked again after 1, 2, 4 minutes', async () => {
    const { clock, discovery, lookups } = setUp({
      settings: { usesFixedSeeds: false },
      answer: () => new DialError('unreachable', 'Offline.'),
    })
    discovery.start()
    for (let minute = 0; minute < 10; minute++) await clock.run(60_000)
    expect([...new Set(lookups.map(one => one.at))]).toEqual([0, 60_000, 180_000, 420_000])
    await discovery.close()
  })

  it('switched off, or a network without seeds, asks nobody', async () => {
    for (const setting of [{ settings: { usesDnsSeeds: false } }, { network: { dnsSeeds: [] } }]) {
      const { clock, discovery, lookups } = setUp(setting)
      discovery.start()
      await clock.run(600_000)
      expect(lookups).toEqual([])
      await discovery.close()
    }
  })
})

describe('fixed seeds', () => {
  it('are used after 60 s of nothing, and said to be', async () => {
    const { clock, discovery, told, events } = setUp({ answer: () => new DialError('unreachable', 'Offline.') })
    discovery.start()
    await clock.run(59_999)
    expect(told).toEqual([])
    await clock.run(1)
    expect(told.map(one => one.from)).toEqual(['fixed', 'fixed'])
    expect(events).toContain('fixed 2')
    expect(discovery.usedFixedSeeds).toBe(true)
    await discovery.close()
  })

  it('are not used when anything is known', async () => {
    const { clock, discovery, events } = setUp()
    discovery.start()
    await clock.run(600_000)
    expect(events).toEqual([])
    await discovery.close()
  })

  it('are used at once when DNS seeds are off', async () => {
    const { clock, discovery, events } = setUp({ settings: { usesDnsSeeds: false } })
    discovery.start()
    await settle(clock)
    expect(events).toEqual(['fixed 2'])
    await discovery.close()
  })
})

describe('discovery', () => {
  it('puts what a person gives under that source, seen now', async () => {
    const { clock, discovery, told } = setUp()
    expect(discovery.addByHand([parseAddress('198.51.100.7:8333')])).toBe(1)
    expect(told[0]).toMatchObject({ from: 'user', seenAt: clock.now() })
    await discovery.close()
  })

  it('leaves no timer and tells nothing after it has been closed', async () => {
    const { clock, discovery, events } = setUp({ answer: () => 'never' })
    discovery.start()
    await clock.run(100)
    const closing = discovery.close()
    await settle(clock)
    await closing
    await clock.run(600_000)
    expect(events).toEqual([])
    expect(clock.pendingTimers).toBe(0)
    expect(await discovery.seedNow()).toEqual({ found: 0, failed: [], dialed: [] })
  })
})
