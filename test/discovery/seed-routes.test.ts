/** DNS seeds row by row of the route policy, over a real transport and a SOCKS server: who is asked, and who is not. */
import { afterEach, describe, expect, it } from 'vitest'
import { createDiscovery } from '../../src-main/discovery/index.ts'
import { silentLog } from '../../src-main/log/index.ts'
import { VirtualClock, seededRandom } from '../../src-main/time/index.ts'
import { OPEN_POLICY, createTransport } from '../../src-main/transport/index.ts'
import type { Address, RoutePolicy } from '../../src-main/transport/index.ts'
import { startSocksServer } from '../support/socks-server.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

/** Asks one seed under a policy; the proxies all listen at the same port. */
async function ask(policyAt: (port: number) => RoutePolicy): Promise<Record<string, readonly string[]>> {
  const proxy = await startSocksServer({ resolve: () => Uint8Array.of(5, 0, 0, 1, 192, 0, 2, 7, 0, 0) })
  closers.push(() => proxy.close())
  const system: string[] = []
  const known: string[] = []
  const dialed: Address[] = []
  const clock = new VirtualClock()
  const random = seededRandom(1)
  const transport = createTransport({
    clock,
    log: silentLog,
    policy: policyAt(proxy.port),
    random,
    resolver: host => {
      system.push(host)
      return Promise.resolve(['192.0.2.9'])
    },
  })
  closers.push(() => transport.close())
  const discovery = createDiscovery({
    network: {
      id: 'bitcoin/mainnet',
      defaultPort: 8333,
      wantedServices: 9n,
      dnsSeeds: [{ host: 'seed.example', filtersServices: true }],
      fixedSeeds: [],
    },
    transport,
    book: {
      add: addresses => {
        known.push(...addresses.map(({ address }) => address.key))
        return addresses.length
      },
      get size() {
        return known.length
      },
    },
    askPeer: address => void dialed.push(address),
    outboundPeers: () => 0,
    settings: { usesDnsSeeds: true, usesFixedSeeds: false },
    clock,
    random,
    log: silentLog,
  })
  closers.push(() => discovery.close())
  const { failed } = await discovery.seedNow()
  expect(transport.ledger().contradictions).toEqual([])
  return {
    system,
    tor: proxy.requests.map(({ command, host }) => `${command} ${host}`),
    dialed: dialed.map(({ key }) => key),
    known,
    failed,
  }
}

const nobody = { system: [], tor: [], dialed: [], known: [], failed: [] }
const bySystem = { ...nobody, system: ['x9.seed.example'], known: ['192.0.2.9:8333'] }
const byTor = { ...nobody, tor: ['240 x9.seed.example'], known: ['192.0.2.7:8333'] }
const asPeer = { ...nobody, dialed: ['seed.example:8333'] }
const inVain = { ...nobody, failed: ['seed.example'] }
const at = (port: number, isTor = true): NonNullable<RoutePolicy['proxy']> => ({
  name: isTor ? 'Tor' : 'plain',
  host: '127.0.0.1',
  port,
  isTor,
})

describe('a DNS seed', () => {
  it.each([
    ['none', () => ({}), bySystem],
    ['--onion', (port: number) => ({ onionProxy: at(port) }), bySystem],
    ['--noonion', () => ({ onion: false }), bySystem],
    ['--proxy', (port: number) => ({ proxy: at(port) }), byTor],
    ['--proxy --onion', (port: number) => ({ proxy: at(1, false), onionProxy: at(port) }), byTor],
    ['--proxy --noonion', (port: number) => ({ proxy: at(port), onion: false }), asPeer],
    ['a plain proxy', (port: number) => ({ proxy: at(port, false) }), asPeer],
    [
      '--proxy --noonion, system DNS allowed',
      (port: number) => ({ proxy: at(port), onion: false, systemDnsForSeeds: true }),
      bySystem,
    ],
    ['Tor that is not ready', () => ({ proxy: at(0), systemDnsForSeeds: true }), inVain],
    ['no host names', () => ({ hostNames: false }), inVain],
  ] as const)('under "%s" is asked as the policy says, and nobody else is', async (_row, policy, expected) => {
    expect(await ask(port => ({ ...OPEN_POLICY, ...policy(port) }))).toEqual(expected)
  })
})
