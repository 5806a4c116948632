/** Stream isolation as a decision: whose dials are kept apart, what may share, and which connections are apart enough. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Log } from '../../src-main/log/index.ts'
import { silentLog } from '../../src-main/log/index.ts'
import { VirtualClock, seededRandom } from '../../src-main/time/index.ts'
import { OPEN_POLICY, createTransport, parseAddress } from '../../src-main/transport/index.ts'
import type { Isolation, Route, RoutePolicy, Transport } from '../../src-main/transport/index.ts'
import { createIsolator, isIsolatedEnough, isolateRoute, isolatedProxy } from '../../src-main/transport/isolation.ts'
import { startSocksServer } from '../support/socks-server.ts'
import { collect, until } from './dialer-compliance.ts'

const tor = { name: 'Tor', host: '127.0.0.1', port: 9050, isTor: true, user: 'own', password: 'secret' }
const onionTor = { ...tor, port: 9150 }
const plain = { name: 'plain', host: '127.0.0.1', port: 1080, isTor: false }
const route: Route = { kind: 'tor', proxy: 'Tor', host: '127.0.0.1', port: 9050 }
const dialed = { target: '192.0.2.1:1', network: 'bitcoin/mainnet' }

const closers: (() => Promise<void>)[] = []
afterEach(async () => void (await Promise.all(closers.splice(0).map(close => close()))))

describe('stream isolation', () => {
  it.each([
    ['switched off', { proxy: tor, isolation: 'off' }, null],
    ['the proxy, if it is Tor', { proxy: tor }, tor],
    ['no proxy that is not Tor', { proxy: plain }, null],
    ['the onion proxy alone', { onionProxy: onionTor }, onionTor],
    ['the onion proxy beside a proxy', { proxy: plain, onionProxy: onionTor }, onionTor],
    [
      'the proxy, when onion peers are off and the onion proxy idle',
      { proxy: tor, onionProxy: onionTor, onion: false },
      tor,
    ],
  ] as const)('keeps apart: %s', (_what, policy, expected) => {
    expect(isolatedProxy({ ...OPEN_POLICY, isolation: 'dial', ...policy })).toBe(expected)
  })

  it.each([
    ['dial', 'dial'],
    ['peer', 'peer 192.0.2.1:1'],
    ['network', 'network bitcoin/mainnet'],
    ['off', undefined],
  ] as const)('by %s: the route says what it may share with', (isolation, expected) => {
    const isolated = isolateRoute(route, { ...OPEN_POLICY, proxy: tor, isolation }, dialed)
    expect(isolated.kind === 'direct' ? null : isolated.isolation).toBe(expected)
  })

  it('tells two proxies of one name apart by where they listen', () => {
    const policy: RoutePolicy = { ...OPEN_POLICY, proxy: tor, onionProxy: onionTor, isolation: 'dial' }
    const isolator = createIsolator(seededRandom(1))
    expect(isolator.credentials(tor, policy, dialed)).toEqual({ user: 'own', password: 'secret' })
    expect(isolator.credentials(onionTor, policy, dialed)?.user).toMatch(/^[0-9a-f]{16}$/)
    expect(isolateRoute(route, policy, dialed)).toEqual(route)
  })

  it('gives the same peer other credentials in another run', () => {
    const policy: RoutePolicy = { ...OPEN_POLICY, proxy: tor, isolation: 'peer' }
    const [one, two] = [1, 2].map(seed => createIsolator(seededRandom(seed)).credentials(tor, policy, dialed))
    expect(one?.user).not.toBe(two?.user)
  })

  const kept = (isolation: string | undefined): Route => (isolation === undefined ? route : { ...route, isolation })
  it.each([
    [undefined, 'off', true],
    [undefined, 'network', false],
    [undefined, 'peer', false],
    [undefined, 'dial', false],
    ['network bitcoin/mainnet', 'off', true],
    ['network bitcoin/mainnet', 'network', true],
    ['network bitcoin/mainnet', 'peer', false],
    ['network bitcoin/mainnet', 'dial', false],
    ['peer 192.0.2.1:1', 'peer', true],
    ['peer 192.0.2.1:1', 'dial', false],
    ['dial', 'network', true],
    ['dial', 'peer', true],
    ['dial', 'dial', true],
  ] as const)('a connection kept apart by %s under the setting %s: fits is %s', (isolation, setting, fits) => {
    expect(isIsolatedEnough(kept(isolation), { ...OPEN_POLICY, proxy: tor, isolation: setting })).toBe(fits)
  })
})

describe('isolation and a transport', () => {
  const lines: string[] = []
  const log: Log = { ...silentLog, info: message => void lines.push(message) }

  async function setUp(): Promise<{ transport: Transport; policy: (isolation: Isolation) => RoutePolicy }> {
    lines.length = 0
    const proxy = await startSocksServer({ connectTo: () => ({ host: '127.0.0.1', port: proxy.port }) })
    const policy = (isolation: Isolation): RoutePolicy => ({
      ...OPEN_POLICY,
      proxy: { ...tor, port: proxy.port },
      isolation,
    })
    const transport = createTransport({
      clock: new VirtualClock(),
      log,
      policy: policy('off'),
      random: seededRandom(3),
    })
    closers.push(
      () => transport.close(),
      () => proxy.close(),
    )
    return { transport, policy }
  }

  it('ends connections that share more than a new setting allows, and no others', async () => {
    const { transport, policy } = await setUp()
    const shared = collect(await transport.dial(parseAddress('192.0.2.1:1')))
    expect(transport.setPolicy(policy('dial'))).toBe(1)
    await until(() => shared.closed.length === 1)
    const apart = await transport.dial(parseAddress('192.0.2.2:1'), { network: 'bitcoin/mainnet' })
    expect(apart.route).toMatchObject({ kind: 'tor', isolation: 'dial' })
    expect(transport.setPolicy(policy('network'))).toBe(0)
    expect(transport.ledger().entries[0]).toMatchObject({
      kind: 'dial',
      route: 'tor',
      network: 'bitcoin/mainnet',
      reason: expect.stringContaining('through Tor, apart by dial'),
    })
  })

  it('says once that the configured user name and password are not used, and not what they are', async () => {
    const { transport, policy } = await setUp()
    const said = (): string[] => lines.filter(line => line.includes('not used'))
    expect(said()).toHaveLength(0)
    for (const isolation of ['dial', 'peer', 'network'] as const) transport.setPolicy(policy(isolation))
    expect(said()).toHaveLength(1)
    expect(said()[0]).not.toContain('secret')
  })
})
