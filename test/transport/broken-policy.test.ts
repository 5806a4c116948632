/**
 * The route policy deliberately broken: every decision says "direct" although everything should go through Tor. Nothing
 * may leave, and the ledger has to say so.
 */
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { silentLog } from '../../src-main/log/index.ts'
import { VirtualClock, seededRandom } from '../../src-main/time/index.ts'
import { OPEN_POLICY, createTransport, parseAddress } from '../../src-main/transport/index.ts'
import type { RoutePolicy, Transport } from '../../src-main/transport/index.ts'
import { SocketConnection, guardSocket } from '../../src-main/transport/socket-connection.ts'
import { connectTcp } from '../../src-main/transport/tcp.ts'
import { collect, until } from './dialer-compliance.ts'

vi.mock(import('../../src-main/transport/policy.ts'), async importOriginal => ({
  ...(await importOriginal()),
  decideRoute: () => ({ kind: 'direct' }) as const,
  decideLookup: () => ({ kind: 'system' }) as const,
  decideSeeds: () => ({ kind: 'system' }) as const,
  decideListen: () => null,
  decideUdp: () => null,
}))

const THROUGH_TOR: RoutePolicy = {
  ...OPEN_POLICY,
  proxy: { name: 'Tor', host: '127.0.0.1', port: 9050, isTor: true },
}

let server: Server
let reached = 0
let transport: Transport
let asked: string[]
const lines: string[] = []

function start(policy: RoutePolicy): Transport {
  asked = []
  transport = createTransport({
    clock: new VirtualClock(),
    log: { ...silentLog, error: message => void lines.push(message) },
    policy,
    random: seededRandom(1),
    resolver: host => {
      asked.push(host)
      return Promise.resolve(['127.0.0.1'])
    },
    txtResolver: host => {
      asked.push(host)
      return Promise.resolve(['a list'])
    },
  })
  return transport
}

beforeEach(async () => {
  reached = 0
  lines.length = 0
  server = createServer(socket => {
    reached += 1
    socket.on('error', () => {})
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
})
afterEach(async () => {
  await transport.close()
  await new Promise(resolve => server.close(resolve))
})
const port = (): number => (server.address() as AddressInfo).port
const red = (): readonly string[] => transport.ledger().contradictions.map(({ text }) => text)

describe('with a policy that decides wrongly', () => {
  it.each([
    ['a dial', () => transport.dial(parseAddress(`127.0.0.1:${port()}`))],
    ['a dial by name', () => transport.dial(parseAddress(`peer.example:${port()}`))],
    ['a look-up', () => transport.lookup('seed.example', { port: 8333 })],
    ['a look-up of a seed', () => transport.lookup('seed.example', { port: 8333, purpose: 'seed' })],
    ['a look-up of TXT records', () => transport.lookupTxt('tree.example')],
    ['listening', () => transport.listen([parseAddress('0.0.0.0:0')], { onConnection: () => {} })],
    ['UDP', () => transport.openUdp({ host: '127.0.0.1', port: 0 })],
  ])('%s does not happen, and the ledger is red', async (_what, act) => {
    start(THROUGH_TOR)
    await expect(act()).rejects.toMatchObject({ code: 'blocked', message: expect.stringContaining('about to') })
    expect(red()).toHaveLength(1)
    expect(lines).toEqual(red())
    expect([asked, reached]).toEqual([[], 0])
  })

  it.each([
    ['IPv4', '127.0.0.1:1', { ipv4: false }],
    ['IPv6', '[::1]:1', { ipv6: false }],
  ] as const)('no socket is opened to %s while it is switched off', async (_what, target, policy) => {
    start({ ...OPEN_POLICY, ...policy })
    await expect(transport.dial(parseAddress(target))).rejects.toMatchObject({ code: 'blocked' })
    expect(red()).toHaveLength(1)
  })

  it('ends a connection that a dialer of another room made past the proxy, and the ledger is red', async () => {
    start(THROUGH_TOR)
    transport.registerDialer('direct', {
      dial: async (address, route) => {
        const socket = await connectTcp(address, new AbortController().signal, {
          clock: transport.keeper.clock,
          resolveHost: () => Promise.resolve([]),
          witness: () => {},
        })
        guardSocket(socket)
        return new SocketConnection(socket, transport.keeper, address, route, 'outbound')
      },
    })
    const connection = await transport.dial(parseAddress(`127.0.0.1:${port()}`))
    const heard = collect(connection)
    await until(() => heard.closed.length === 1)
    expect(heard.closed[0]?.text).toContain('although everything goes through Tor')
    expect(red()).toHaveLength(1)
  })

  it('stays silent about what the settings allow', async () => {
    start(OPEN_POLICY)
    const connection = await transport.dial(parseAddress(`127.0.0.1:${port()}`))
    await transport.lookup('seed.example', { port: 8333 })
    await transport.listen([parseAddress('127.0.0.1:0')], { onConnection: () => {} })
    await (await transport.openUdp({ host: '127.0.0.1', port: 0 })).close()
    expect(red()).toEqual([])
    connection.destroy()
  })
})
