import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ipAddress, onionAddress, parseAddress } from '../../src-main/transport/index.ts'
import { decideListen, decideLookup, decideRoute, isSameRoute } from '../../src-main/transport/policy.ts'
import type { RoutePolicy } from '../../src-main/transport/policy.ts'

const ONION = 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion:1'
const proxy = { name: 'Tor', host: '127.0.0.1', port: 9050, user: 'u', password: 'p' }
const open: RoutePolicy = { proxy: null, ipv4: true, ipv6: true, hostNames: true }
const viaProxy = { kind: 'socks5', proxy: 'Tor', host: '127.0.0.1', port: 9050 }
const direct = { kind: 'direct' }

const ADDRESSES = {
  ipv4: '192.0.2.1:1',
  ipv6: '[2001:db8::1]:1',
  host: 'a.example:1',
  onion: ONION,
  i2p: 'ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p:0',
  cjdns: '[fc00::1]:1',
} as const

/** One row of the table: the switches, and per kind of address the route or a part of the reason. */
const TABLE: readonly (readonly [
  string,
  RoutePolicy,
  Readonly<Record<keyof typeof ADDRESSES, object | string>>,
  string,
])[] = [
  [
    'none',
    open,
    { ipv4: direct, ipv6: direct, host: direct, onion: 'no onion route', i2p: 'I2P', cjdns: 'CJDNS' },
    'system',
  ],
  [
    'proxy',
    { ...open, proxy },
    { ipv4: viaProxy, ipv6: viaProxy, host: viaProxy, onion: viaProxy, i2p: 'I2P', cjdns: 'CJDNS' },
    'Tor',
  ],
  [
    'no IPv4',
    { ...open, ipv4: false },
    { ipv4: 'IPv4 is switched off', ipv6: direct, host: direct, onion: 'no onion route', i2p: 'I2P', cjdns: 'CJDNS' },
    'system',
  ],
  [
    'no IPv6',
    { ...open, ipv6: false },
    { ipv4: direct, ipv6: 'IPv6 is switched off', host: direct, onion: 'no onion route', i2p: 'I2P', cjdns: 'CJDNS' },
    'system',
  ],
  [
    'no host names',
    { ...open, hostNames: false },
    {
      ipv4: direct,
      ipv6: direct,
      host: 'host names is switched off',
      onion: 'no onion route',
      i2p: 'I2P',
      cjdns: 'CJDNS',
    },
    'switched off',
  ],
  [
    'proxy, no IPv6, no host names of the system',
    { ...open, proxy, ipv6: false, hostNames: false },
    { ipv4: viaProxy, ipv6: 'IPv6 is switched off', host: viaProxy, onion: viaProxy, i2p: 'I2P', cjdns: 'CJDNS' },
    'Tor',
  ],
]

const CELLS = TABLE.flatMap(([row, policy, cells]) =>
  Object.entries(ADDRESSES).map(
    ([kind, text]) => [row, kind, text, policy, cells[kind as keyof typeof ADDRESSES]] as const,
  ),
)

describe('route policy', () => {
  it.each(CELLS)('%s: %s', (_row, _kind, text, policy, expected) => {
    const decision = decideRoute(parseAddress(text), policy)
    if (typeof expected === 'string') {
      expect(decision).toEqual({ kind: 'blocked', reason: expect.stringMatching(new RegExp(`${expected}.*\\.$`)) })
    } else {
      expect(decision).toEqual(expected)
    }
  })

  it.each(TABLE)('%s: look-ups', (_row, policy, _cells, expected) => {
    const decision = decideLookup(policy)
    if (expected === 'system') expect(decision).toEqual({ kind: 'system' })
    else expect(decision).toEqual({ kind: 'blocked', reason: expect.stringContaining(expected) })
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

  it('never dials directly and never asks the system for a name while a proxy is set', () => {
    const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
    const port = fc.integer({ min: 0, max: 65_535 })
    const address = fc.oneof(
      fc.tuple(bytes(4), port).map(([raw, port]) => ipAddress(raw, port)),
      fc.tuple(bytes(16), port).map(([raw, port]) => ipAddress(raw, port)),
      fc.tuple(bytes(32), port).map(([raw, port]) => onionAddress(raw, port)),
      fc.tuple(fc.domain(), port).map(([name, port]) => parseAddress(name, { defaultPort: port })),
    )
    fc.assert(
      fc.property(address, fc.boolean(), fc.boolean(), fc.boolean(), (address, ipv4, ipv6, hostNames) => {
        const policy = { proxy, ipv4, ipv6, hostNames }
        expect(decideRoute(address, policy).kind).not.toBe('direct')
        expect(decideLookup(policy).kind).toBe('blocked')
      }),
    )
  })

  it('shows no secret in a route or a reason', () => {
    const policy = { ...open, proxy: { ...proxy, user: 'hidden-user', password: 'hidden-password' } }
    const said = Object.values(ADDRESSES).map(text => decideRoute(parseAddress(text), policy))
    expect(JSON.stringify([said, decideLookup(policy)])).not.toContain('hidden')
  })

  it('tells routes apart by the proxy and where it listens', () => {
    const route = decideRoute(parseAddress('192.0.2.1:1'), { ...open, proxy })
    if (route.kind !== 'socks5') throw new Error('not a proxy route')
    expect(isSameRoute(route, { ...route })).toBe(true)
    expect(isSameRoute(route, { ...route, port: 9150 })).toBe(false)
    expect(isSameRoute(route, { kind: 'direct' })).toBe(false)
    expect(isSameRoute({ kind: 'direct' }, { kind: 'direct' })).toBe(true)
    expect(isSameRoute({ kind: 'direct' }, { kind: 'blocked', reason: '' })).toBe(false)
  })
})
