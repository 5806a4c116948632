import { afterEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src-main/log/index.ts'
import { VirtualClock } from '../../src-main/time/index.ts'
import { OPEN_POLICY, createTransport, parseAddress } from '../../src-main/transport/index.ts'
import type { Address, Connection, RoutePolicy, Transport } from '../../src-main/transport/index.ts'
import { startSocksServer } from '../support/socks-server.ts'
import type { SocksServer } from '../support/socks-server.ts'
import { collect, until } from './dialer-compliance.ts'

const open = OPEN_POLICY
const ONION = parseAddress('pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion:8333')

let transports: Transport[] = []
let proxies: SocksServer[] = []
afterEach(async () => {
  await Promise.all(transports.map(transport => transport.close()))
  await Promise.all(proxies.map(proxy => proxy.close()))
  transports = []
  proxies = []
})

interface Setting {
  readonly transport: Transport
  readonly clock: VirtualClock
  /** Names that the system's resolver was asked for. */
  readonly asked: string[]
}

function setUp(
  policy: RoutePolicy = open,
  answer: (host: string) => Promise<readonly string[]> = () => new Promise(() => {}),
): Setting {
  const clock = new VirtualClock()
  const asked: string[] = []
  const transport = createTransport({
    clock,
    log: silentLog,
    policy,
    resolver: host => {
      asked.push(host)
      return answer(host)
    },
  })
  transports.push(transport)
  return { transport, clock, asked }
}

async function startProxy(connectTo?: Address): Promise<{ proxy: SocksServer; policy: RoutePolicy }> {
  const proxy = await startSocksServer({
    connectTo: () => (connectTo === undefined ? null : { host: connectTo.host, port: connectTo.port }),
  })
  proxies.push(proxy)
  return { proxy, policy: { ...open, proxy: { name: 'plain', host: '127.0.0.1', port: proxy.port, isTor: false } } }
}

/** A listener of the transport's own, and the connections that it got. */
async function listen(transport: Transport): Promise<{ address: Address; fars: Connection[] }> {
  const fars: Connection[] = []
  const listener = await transport.listen([parseAddress('127.0.0.1:0')], { onConnection: far => fars.push(far) })
  const [address] = listener.addresses
  if (address === undefined) throw new Error('no address')
  return { address, fars }
}

describe('transport', () => {
  it('dials as the policy says and keeps the books', async () => {
    const { transport, clock } = setUp()
    const { address, fars } = await listen(transport)
    const near = await transport.dial(address)
    await until(() => fars.length === 1)
    const heard = collect(near)
    const [far] = fars
    if (far === undefined) throw new Error('no far end')
    const heardFar = collect(far)
    near.write(Buffer.from('hello'))
    await until(() => heardFar.bytes().length === 5)
    expect(transport.totals()).toEqual({ bytesRead: 5, bytesWritten: 5, connections: 2 })
    near.close()
    await until(() => heard.closed.length + heardFar.closed.length === 2)
    await expect(transport.dial(ONION)).rejects.toMatchObject({ code: 'blocked' })
    expect(transport.totals().connections).toBe(0)
    expect(transport.ledger()).toEqual({
      dials: { direct: { begun: 1, done: 1, failed: 0, cancelled: 0 } },
      lookups: {
        system: { begun: 0, done: 0, failed: 0, cancelled: 0 },
        tor: { begun: 0, done: 0, failed: 0, cancelled: 0 },
      },
      refused: 1,
      refusals: [{ reason: expect.stringContaining('onion route'), count: 1 }],
      entries: [
        {
          id: 3,
          at: clock.now(),
          kind: 'dial',
          network: null,
          target: ONION.key,
          route: 'refused',
          reason: expect.any(String),
        },
        {
          id: 2,
          at: clock.now(),
          kind: 'dial',
          network: null,
          target: address.key,
          route: 'direct',
          reason: expect.any(String),
        },
        {
          id: 1,
          at: clock.now(),
          kind: 'listen',
          network: null,
          target: address.key,
          route: 'direct',
          reason: expect.any(String),
        },
      ],
      contradictions: [],
    })
    expect(clock.pendingTimers).toBe(0)
  })

  it('keeps the last 200 entries and counts all refusals by reason', async () => {
    const { transport } = setUp()
    for (let port = 1; port <= 250; port++) {
      await transport.dial(parseAddress(`[fc00::1]:${port}`)).catch(() => {})
    }
    const { refused, refusals, entries } = transport.ledger()
    expect([refused, entries.length, entries.at(-1)?.target]).toEqual([250, 200, '[fc00::1]:51'])
    expect(refusals).toEqual([{ reason: 'There is no route to CJDNS addresses.', count: 250 }])
  })

  it('dials a host name by its addresses, and keeps the name', async () => {
    const { transport, asked } = setUp(open, () => Promise.resolve(['::1', '127.0.0.1']))
    const { address, fars } = await listen(transport)
    const name = parseAddress(`peer.example:${address.port}`)
    const near = await transport.dial(name)
    await until(() => fars.length === 1)
    expect([near.address, near.localAddress?.host, asked]).toEqual([name, '127.0.0.1', ['peer.example']])
    expect(transport.ledger().lookups.system.done).toBe(1)
  })

  it('says of a host name whose addresses all fail how many there were', async () => {
    const { transport } = setUp(open, () => Promise.resolve(['::1', '127.0.0.1']))
    await expect(transport.dial(parseAddress('peer.example:1'))).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('None of the 2 addresses of peer.example'),
    })
  })

  it('sends names and IP addresses through the proxy and asks no name server', async () => {
    const far = setUp()
    const { address } = await listen(far.transport)
    const { proxy, policy } = await startProxy(address)
    const { transport, asked } = setUp(policy)
    for (const target of [parseAddress('peer.example:1'), parseAddress('192.0.2.1:2')]) {
      const near = await transport.dial(target)
      expect([near.address, near.route.kind, near.localAddress]).toEqual([target, 'socks5', null])
    }
    await expect(transport.lookup('seed.example', { port: 8333 })).rejects.toMatchObject({ code: 'blocked' })
    expect(asked).toEqual([])
    expect(proxy.requests.map(request => request.host)).toEqual(['peer.example', '192.0.2.1'])
    expect(transport.ledger().dials.socks5?.done).toBe(2)
    expect(transport.ledger().entries[0]).toMatchObject({ kind: 'lookup', target: 'seed.example', route: 'refused' })
    expect(transport.ledger().contradictions).toEqual([])
  })

  it('takes the credentials of the policy of the day', async () => {
    const { proxy, policy } = await startProxy()
    const { transport } = setUp({
      ...policy,
      proxy: { name: 'p', host: '127.0.0.1', port: proxy.port, isTor: false, user: 'u', password: 'w' },
    })
    const dial = transport.dial(parseAddress('peer.example:1'))
    dial.catch(() => {})
    await until(() => proxy.requests.length === 1)
    expect(proxy.requests[0]).toMatchObject({ user: 'u', password: 'w' })
  })

  it('listens only on loopback while a proxy is set', async () => {
    const { policy } = await startProxy()
    const { transport } = setUp(policy)
    const options = { onConnection: () => {} }
    await expect(transport.listen([parseAddress('0.0.0.0:0')], options)).rejects.toMatchObject({ code: 'blocked' })
    expect((await transport.listen([parseAddress('127.0.0.1:0')], options)).addresses).toHaveLength(1)
  })

  it('ends what does not fit a new policy: dials, connections, listeners; and keeps what does', async () => {
    const { transport } = setUp()
    const { address, fars } = await listen(transport)
    const near = await transport.dial(address)
    await until(() => fars.length === 1)
    const heard = collect(near)
    const everywhere = await transport.listen([parseAddress('0.0.0.0:0')], { onConnection: () => {} })
    const waiting = transport.dial(parseAddress('silent.example:1'))
    waiting.catch(() => {})
    const { policy } = await startProxy()

    expect(transport.setPolicy(policy)).toBe(1)
    await expect(waiting).rejects.toMatchObject({
      code: 'blocked',
      message: expect.stringContaining('settings changed'),
    })
    await until(() => heard.closed.length === 1)
    expect(heard.closed[0]?.text).toContain('settings changed')
    expect(
      transport
        .ledger()
        .entries.filter(entry => entry.route === 'refused')
        .map(entry => entry.kind)
        .sort(),
    ).toEqual(['connection', 'dial', 'listen'])
    // The loopback listener stands, the other is gone.
    const other = setUp()
    await other.transport.dial(address)
    await expect(
      other.transport.dial(parseAddress(`127.0.0.1:${everywhere.addresses[0]?.port}`)),
    ).rejects.toMatchObject({
      code: 'refused',
    })
  })

  it('ends connections of a family that is switched off, names included', async () => {
    const { transport } = setUp(open, () => Promise.resolve(['127.0.0.1']))
    const { address, fars } = await listen(transport)
    await transport.dial(address)
    await transport.dial(parseAddress(`peer.example:${address.port}`))
    await until(() => fars.length === 2)
    expect(transport.setPolicy({ ...open, ipv6: false })).toBe(0)
    expect(transport.setPolicy({ ...open, ipv4: false })).toBe(2)
  })

  it('lets later rooms bring dialers of their own', async () => {
    const { transport } = setUp()
    const routes: string[] = []
    transport.registerDialer('direct', {
      dial: (address, route) => {
        routes.push(`${route.kind} ${address.key}`)
        return Promise.reject(new Error('nothing there'))
      },
    })
    await expect(transport.dial(parseAddress('192.0.2.1:1'))).rejects.toThrow('nothing there')
    expect(routes).toEqual(['direct 192.0.2.1:1'])
  })

  it('closes everything: dials under way, listeners, connections; and refuses afterwards', async () => {
    const { transport, clock } = setUp()
    const { address, fars } = await listen(transport)
    const near = await transport.dial(address)
    await until(() => fars.length === 1)
    const heard = collect(near)
    const waiting = transport.dial(parseAddress('silent.example:1'))
    waiting.catch(() => {})
    await transport.close()
    expect(heard.closed).toHaveLength(1)
    expect(transport.totals().connections).toBe(0)
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
    await expect(transport.dial(address)).rejects.toMatchObject({ code: 'cancelled' })
    await expect(transport.listen([address], { onConnection: () => {} })).rejects.toMatchObject({ code: 'blocked' })
    await expect(transport.lookup('a.example', { port: 1 })).rejects.toMatchObject({ code: 'cancelled' })
    expect(clock.pendingTimers).toBe(0)
  })
})
