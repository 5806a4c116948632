import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ipAddress, onionAddress, parseAddress } from '../../src-main/transport/index.ts'
import {
  OPEN_POLICY,
  decideListen,
  decideLookup,
  decideRoute,
  decideSeeds,
  decideUdp,
  isSameRoute,
  policyTable,
} from '../../src-main/transport/policy.ts'
import type { RoutePolicy } from '../../src-main/transport/policy.ts'

const ONION = 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion:1'
const open = OPEN_POLICY
const proxy = { name: 'Tor', host: '127.0.0.1', port: 9050, isTor: true, user: 'u', password: 'p' }
const onionProxy = { name: 'onion Tor', host: '127.0.0.1', port: 9150, isTor: true }
const plain = { name: 'plain', host: '127.0.0.1', port: 1080, isTor: false }
const viaTor = { kind: 'tor', proxy: 'Tor', host: '127.0.0.1', port: 9050 }
const viaOnion = { kind: 'tor', proxy: 'onion Tor', host: '127.0.0.1', port: 9150 }
const viaPlain = { kind: 'socks5', proxy: 'plain', host: '127.0.0.1', port: 1080 }
const direct = { kind: 'direct' }

const ADDRESSES = {
  ipv4: '192.0.2.1:1',
  ipv6: '[2001:db8::1]:1',
  host: 'a.example:1',
  onion: ONION,
  i2p: 'ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p:0',
  cjdns: '[fc00::1]:1',
} as const

interface Row {
  readonly policy: RoutePolicy
  /** Per kind of address the route, or a part of the reason why there is none. */
  readonly ip: object | string
  readonly host: object | string
  readonly onion: object | string
  /** Who looks names up; who is asked for seeds. */
  readonly lookup: string
  readonly seeds: string
  readonly udp: boolean
}

/** The spec's table, row by row, under btcd's names; below it, rows of our own. */
const TABLE: Readonly<Record<string, Row>> = {
  none: {
    policy: open,
    ip: direct,
    host: direct,
    onion: 'no onion route',
    lookup: 'system',
    seeds: 'system',
    udp: true,
  },
  '--proxy': {
    policy: { ...open, proxy },
    ip: viaTor,
    host: viaTor,
    onion: viaTor,
    lookup: 'resolve Tor',
    seeds: 'resolve Tor',
    udp: false,
  },
  '--proxy --noonion': {
    policy: { ...open, proxy, onion: false },
    ip: viaTor,
    host: viaTor,
    onion: 'switched off',
    lookup: 'blocked',
    seeds: 'one-shot Tor',
    udp: false,
  },
  '--proxy --noonion, system DNS for seeds allowed': {
    policy: { ...open, proxy, onion: false, systemDnsForSeeds: true },
    ip: viaTor,
    host: viaTor,
    onion: 'switched off',
    lookup: 'blocked',
    seeds: 'system',
    udp: false,
  },
  '--onion': {
    policy: { ...open, onionProxy },
    ip: direct,
    host: direct,
    onion: viaOnion,
    lookup: 'system',
    seeds: 'system',
    udp: true,
  },
  '--proxy --onion': {
    policy: { ...open, proxy: plain, onionProxy },
    ip: viaPlain,
    host: viaPlain,
    onion: viaOnion,
    lookup: 'resolve onion Tor',
    seeds: 'resolve onion Tor',
    udp: false,
  },
  '--noonion': {
    policy: { ...open, onion: false },
    ip: direct,
    host: direct,
    onion: 'switched off',
    lookup: 'system',
    seeds: 'system',
    udp: true,
  },
  'a proxy that is not Tor': {
    policy: { ...open, proxy: plain },
    ip: viaPlain,
    host: viaPlain,
    onion: 'plain is not Tor',
    lookup: 'blocked',
    seeds: 'one-shot plain',
    udp: false,
  },
  'Tor that is not ready': {
    policy: { ...open, proxy: { ...proxy, port: 0 }, systemDnsForSeeds: true },
    ip: 'not ready',
    host: 'not ready',
    onion: 'not ready',
    lookup: 'blocked',
    seeds: 'blocked',
    udp: false,
  },
  'neither IPv4 nor IPv6, through Tor': {
    policy: { ...open, proxy, ipv4: false, ipv6: false, systemDnsForSeeds: true },
    ip: 'switched off',
    host: 'both are switched off',
    onion: viaTor,
    lookup: 'blocked',
    seeds: 'blocked',
    udp: false,
  },
  'a plain proxy, and a Tor that is not ready, system DNS for seeds allowed': {
    policy: { ...open, proxy: plain, onionProxy: { ...onionProxy, port: 0 }, systemDnsForSeeds: true },
    ip: viaPlain,
    host: viaPlain,
    onion: 'not ready',
    lookup: 'blocked',
    seeds: 'blocked',
    udp: false,
  },
  '--proxy --onion --noonion': {
    policy: { ...open, proxy: plain, onionProxy, onion: false },
    ip: viaPlain,
    host: viaPlain,
    onion: 'switched off',
    lookup: 'blocked',
    seeds: 'one-shot plain',
    udp: false,
  },
  'no host names of the system': {
    policy: { ...open, hostNames: false },
    ip: direct,
    host: 'host names is switched off',
    onion: 'no onion route',
    lookup: 'blocked',
    seeds: 'blocked',
    udp: true,
  },
}

const CELLS = Object.entries(TABLE).flatMap(([name, row]) =>
  Object.entries(ADDRESSES).map(([kind, text]) => {
    const { ip, host, onion } = row
    const expected = { ipv4: ip, ipv6: ip, host, onion, i2p: 'I2P', cjdns: 'CJDNS' }[kind] ?? ''
    return [name, kind, text, row.policy, expected] as const
  }),
)

const said = (decision: ReturnType<typeof decideSeeds>): string =>
  'proxy' in decision ? `${decision.kind} ${decision.proxy.name}` : decision.kind

describe('route policy', () => {
  it.each(CELLS)('%s: %s', (_row, _kind, text, policy, expected) => {
    const decision = decideRoute(parseAddress(text), policy)
    if (typeof expected === 'string') {
      expect(decision).toEqual({ kind: 'blocked', reason: expect.stringMatching(new RegExp(`${expected}.*\\.$`)) })
    } else {
      expect(decision).toEqual(expected)
    }
  })

  it.each(Object.entries(TABLE))('%s: look-ups, seeds, UDP', (_name, { policy, lookup, seeds, udp }) => {
    expect(said(decideLookup(policy))).toBe(lookup)
    expect(said(decideSeeds(policy))).toBe(seeds)
    expect(decideUdp(policy) === null).toBe(udp)
  })

  it.each(['127.0.0.1:1', '[::1]:1', '192.168.1.1:1', 'localhost:1', 'printer.local:1'])(
    'makes no exception for %s: through the proxy like the rest',
    text => {
      expect(decideRoute(parseAddress(text), { ...open, proxy })).toEqual(viaTor)
    },
  )

  it.each(['ipv4', 'ipv6'] as const)('refuses %s where it is switched off, proxy or not', kind => {
    for (const policy of [open, { ...open, proxy }]) {
      const decision = decideRoute(parseAddress(ADDRESSES[kind]), { ...policy, [kind]: false })
      expect(decision).toMatchObject({ kind: 'blocked', reason: expect.stringContaining('switched off') })
    }
  })

  it('shows the table as it is, cell by cell', () => {
    const samples = {
      ipv4: parseAddress(ADDRESSES.ipv4),
      ipv6: parseAddress(ADDRESSES.ipv6),
      host: parseAddress(ADDRESSES.host),
      onion: parseAddress(ADDRESSES.onion),
    }
    const shown = (policy: RoutePolicy): string[] =>
      policyTable(policy, samples).map(
        ({ row, does, through }) => `${row} ${does}${through === null ? '' : ` ${through}`}`,
      )
    expect(shown(open)).toEqual([
      'ipv4 direct',
      'ipv6 direct',
      'host direct',
      'onion off',
      'seeds system',
      'udp direct',
      'listen any',
    ])
    expect(shown({ ...open, proxy: plain, onionProxy })).toEqual([
      'ipv4 proxy plain',
      'ipv6 proxy plain',
      'host proxy plain',
      'onion tor onion Tor',
      'seeds resolve onion Tor',
      'udp off',
      'listen loopback',
    ])
  })

  it.each([
    ['127.0.0.1:1', null, true],
    ['0.0.0.0:1', null, true],
    ['127.0.0.1:1', proxy, true],
    ['[::1]:1', proxy, true],
    ['0.0.0.0:1', proxy, false],
    ['[::]:1', proxy, false],
    ['192.168.1.1:1', proxy, false],
  ])('listening on %s with proxy %j: %s', (text, proxy, isAllowed) => {
    expect(decideListen(parseAddress(text), { ...open, proxy }) === null).toBe(isAllowed)
  })

  it.each(['192.0.2.1:0', '0.0.0.0:1', '[::]:1'])('never dials %s', text => {
    expect(decideRoute(parseAddress(text), open).kind).toBe('blocked')
    expect(decideRoute(parseAddress(text), { ...open, proxy }).kind).toBe('blocked')
  })

  it('says in every combination of settings what the spec says, and nothing else', () => {
    const off = [true, false]
    const torNotReady = { ...proxy, port: 0 }
    const way = (chosen: RoutePolicy['proxy']): string => {
      if (chosen === null) return 'direct'
      return chosen.port === 0 ? 'blocked' : `${chosen.isTor ? 'tor' : 'socks5'} ${chosen.name}`
    }
    let combinations = 0
    for (const chosen of [null, plain, proxy, torNotReady])
      for (const chosenOnion of [null, onionProxy, { ...onionProxy, port: 0 }])
        for (const onion of off)
          for (const ipv4 of off)
            for (const ipv6 of off)
              for (const hostNames of off)
                for (const systemDnsForSeeds of off) {
                  combinations += 1
                  const policy: RoutePolicy = {
                    ...open,
                    proxy: chosen,
                    onionProxy: chosenOnion,
                    onion,
                    ipv4,
                    ipv6,
                    hostNames,
                    systemDnsForSeeds,
                  }
                  // The spec's table, column by column, written once more in another way.
                  const tor = onion ? (chosenOnion ?? (chosen?.isTor === true ? chosen : null)) : null
                  const isNameless = !ipv4 && !ipv6
                  const names = (): string => {
                    if (isNameless) return 'blocked'
                    if (chosen === null) return hostNames ? 'system' : 'blocked'
                    return tor === null || tor.port === 0 ? 'blocked' : `resolve ${tor.name}`
                  }
                  const seeds = (): string => {
                    if (isNameless || chosen === null || tor !== null) return names()
                    if (chosen.port === 0) return 'blocked'
                    return systemDnsForSeeds ? 'system' : `one-shot ${chosen.name}`
                  }
                  const hosts = chosen === null && !hostNames ? 'blocked' : way(chosen)
                  const expected = [
                    ipv4 ? way(chosen) : 'blocked',
                    ipv6 ? way(chosen) : 'blocked',
                    isNameless ? 'blocked' : hosts,
                    tor === null ? 'blocked' : way(tor),
                    names(),
                    seeds(),
                    chosen === null ? 'UDP' : 'no UDP',
                    chosen === null ? 'anywhere' : 'loopback',
                  ]
                  const route = (kind: keyof typeof ADDRESSES): string => {
                    const decision = decideRoute(parseAddress(ADDRESSES[kind]), policy)
                    return 'proxy' in decision ? `${decision.kind} ${decision.proxy}` : decision.kind
                  }
                  expect([
                    route('ipv4'),
                    route('ipv6'),
                    route('host'),
                    route('onion'),
                    said(decideLookup(policy)),
                    said(decideSeeds(policy)),
                    decideUdp(policy) === null ? 'UDP' : 'no UDP',
                    decideListen(parseAddress('0.0.0.0:1'), policy) === null ? 'anywhere' : 'loopback',
                  ]).toEqual(expected)
                }
    expect(combinations).toBe(384)
  })

  it('never lets a combination of settings go around a proxy', () => {
    const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
    const port = fc.integer({ min: 0, max: 65_535 })
    const address = fc.oneof(
      fc.tuple(bytes(4), port).map(([raw, port]) => ipAddress(raw, port)),
      fc.tuple(bytes(16), port).map(([raw, port]) => ipAddress(raw, port)),
      fc.tuple(bytes(32), port).map(([raw, port]) => onionAddress(raw, port)),
      fc.tuple(fc.domain(), port).map(([name, port]) => parseAddress(name, { defaultPort: port })),
    )
    const anyProxy = fc.option(
      fc.record({ name: fc.constantFrom('a', 'b'), host: fc.constant('127.0.0.1'), port, isTor: fc.boolean() }),
    )
    const anyPolicy: fc.Arbitrary<RoutePolicy> = fc.record({
      proxy: anyProxy,
      onionProxy: anyProxy,
      onion: fc.boolean(),
      isolation: fc.constantFrom('off', 'dial', 'peer', 'network'),
      systemDnsForSeeds: fc.boolean(),
      ipv4: fc.boolean(),
      ipv6: fc.boolean(),
      hostNames: fc.boolean(),
    })
    fc.assert(
      fc.property(address, anyPolicy, (address, policy) => {
        const route = decideRoute(address, policy)
        const lookup = decideLookup(policy)
        const seeds = decideSeeds(policy)
        if (address.kind === 'onion') {
          expect(['tor', 'socks5', 'blocked']).toContain(route.kind)
          if (!policy.onion) expect(route.kind).toBe('blocked')
        }
        if (policy.proxy !== null) {
          expect(route.kind).not.toBe('direct')
          expect(lookup.kind).not.toBe('system')
          if (!policy.systemDnsForSeeds || policy.proxy.port === 0) expect(seeds.kind).not.toBe('system')
          expect(decideUdp(policy)).not.toBeNull()
          expect(decideListen(parseAddress('0.0.0.0:1'), policy)).not.toBeNull()
          if (policy.proxy.port === 0 && address.kind !== 'onion') expect(route.kind).toBe('blocked')
          const resolvers = [policy.onionProxy, policy.proxy].filter(one => policy.onion && one?.isTor === true)
          expect(lookup.kind === 'resolve').toBe(lookup.kind !== 'blocked')
          if (resolvers.length > 0) expect(['resolve', 'blocked']).toContain(seeds.kind)
        }
        if (!policy.ipv4 && !policy.ipv6 && address.kind !== 'onion') expect(route.kind).toBe('blocked')
        if (!policy.ipv4 && !policy.ipv6) expect([lookup.kind, seeds.kind]).toEqual(['blocked', 'blocked'])
        if (!policy.hostNames && policy.proxy === null)
          expect([lookup.kind, seeds.kind]).toEqual(['blocked', 'blocked'])
      }),
      { numRuns: 2000 },
    )
  })

  it('shows no secret in a route or a reason', () => {
    const policy = { ...open, proxy: { ...proxy, user: 'hidden-user', password: 'hidden-password' } }
    const routes = Object.values(ADDRESSES).map(text => decideRoute(parseAddress(text), policy))
    expect(JSON.stringify(routes)).not.toContain('hidden')
  })

  it('tells routes apart by the proxy and where it listens', () => {
    const route = decideRoute(parseAddress('192.0.2.1:1'), { ...open, proxy })
    if (route.kind !== 'tor') throw new Error('not a proxy route')
    expect(isSameRoute(route, { ...route })).toBe(true)
    expect(isSameRoute(route, { ...route, port: 9150 })).toBe(false)
    expect(isSameRoute(route, { kind: 'direct' })).toBe(false)
    expect(isSameRoute({ kind: 'direct' }, { kind: 'direct' })).toBe(true)
    expect(isSameRoute({ kind: 'direct' }, { kind: 'blocked', reason: '' })).toBe(false)
  })
})
