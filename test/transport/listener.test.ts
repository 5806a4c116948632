import { connect, createServer, Server } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { silentLog } from '../../src-main/log/index.ts'
import { VirtualClock } from '../../src-main/time/index.ts'
import { parseAddress } from '../../src-main/transport/index.ts'
import type { Address, Connection } from '../../src-main/transport/index.ts'
import { listenOn } from '../../src-main/transport/listener.ts'
import type { ListenOptions, Listener } from '../../src-main/transport/listener.ts'
import { until } from './dialer-compliance.ts'

const listeners: Listener[] = []
const sockets: Socket[] = []

async function listen(
  texts: readonly string[],
  options: Partial<ListenOptions> = {},
  clock = new VirtualClock(),
): Promise<Listener> {
  const keeper = {
    clock,
    totals: { bytesRead: 0, bytesWritten: 0 },
    opened: () => {},
    closed: () => {},
  }
  const listener = await listenOn(
    texts.map(text => parseAddress(text)),
    { onConnection: connection => connection.destroy(), ...options },
    { keeper, log: silentLog, witness: () => {} },
  )
  listeners.push(listener)
  return listener
}

/** A socket that has connected, and whether it has been closed since. */
async function knock(address: Address | undefined): Promise<{ isClosed: () => boolean }> {
  if (address === undefined) throw new Error('no address')
  const socket = connect({ host: address.host, port: address.port })
  sockets.push(socket)
  let isClosed = false
  socket.on('error', () => {})
  socket.on('close', () => (isClosed = true))
  socket.resume()
  await new Promise(resolve => socket.once('connect', resolve))
  return { isClosed: () => isClosed }
}

function failToAccept(server: unknown): void {
  if (!(server instanceof Server)) throw new Error('no server')
  server.emit('error', Object.assign(new Error('accept'), { code: 'EMFILE' }))
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await Promise.all(listeners.splice(0).map(listener => listener.close()))
})

describe('listener', () => {
  it('listens on IPv4 and IPv6 at the same port, and names both', async () => {
    const first = await listen(['0.0.0.0:0'])
    const port = first.addresses[0]?.port ?? 0
    const second = await listen([`[::]:${port}`])
    expect([first, second].map(listener => listener.addresses.map(address => address.key))).toEqual([
      [`0.0.0.0:${port}`],
      [`[::]:${port}`],
    ])
  })

  it('hands over connections with the address of the other end', async () => {
    const connections: Connection[] = []
    const listener = await listen(['127.0.0.1:0', '[::1]:0'], {
      onConnection: connection => connections.push(connection),
    })
    for (const address of listener.addresses) await knock(address)
    await until(() => connections.length === 2)
    expect(
      connections.map(({ address, localAddress, direction, route }) => [address.host, localAddress, direction, route]),
    ).toEqual([
      ['127.0.0.1', listener.addresses[0], 'inbound', { kind: 'direct' }],
      ['::1', listener.addresses[1], 'inbound', { kind: 'direct' }],
    ])
    expect(listener.counts).toEqual({ accepted: 2, turnedAway: 0 })
    for (const connection of connections) connection.destroy()
  })

  it('closes at once what is not admitted, without making a connection of it', async () => {
    const asked: string[] = []
    let connections = 0
    const listener = await listen(['127.0.0.1:0'], {
      admit: address => {
        asked.push(address.host)
        return asked.length > 1
      },
      onConnection: connection => {
        connections += 1
        connection.destroy()
      },
    })
    const refused = await knock(listener.addresses[0])
    await until(() => refused.isClosed())
    expect([asked, connections]).toEqual([['127.0.0.1'], 0])
    const admitted = await knock(listener.addresses[0])
    await until(() => admitted.isClosed())
    expect([asked.length, connections]).toEqual([2, 1])
    expect(listener.counts).toEqual({ accepted: 1, turnedAway: 1 })
  })

  it('closes whatever arrives while paused', async () => {
    const connections: Connection[] = []
    const listener = await listen(['127.0.0.1:0'], { onConnection: connection => connections.push(connection) })
    listener.pause()
    const early = await knock(listener.addresses[0])
    await until(() => early.isClosed())
    expect(connections).toEqual([])
    listener.resume()
    await knock(listener.addresses[0])
    await until(() => connections.length === 1)
    connections[0]?.destroy()
  })

  it('frees its port when closed, and leaves its connections alone', async () => {
    const connections: Connection[] = []
    const listener = await listen(['127.0.0.1:0'], { onConnection: connection => connections.push(connection) })
    const [address] = listener.addresses
    await knock(address)
    await until(() => connections.length === 1)
    await listener.close()
    const again = await listen([address?.key ?? ''])
    expect(again.addresses).toEqual([address])
    expect(connections[0]?.isClosed).toBe(false)
    connections[0]?.destroy()
  })

  it.each([
    ['192.0.2.1:0', 'no-such-address', /192\.0\.2\.1:0.*no such address/],
    ['a.example:1', 'no-such-address', /give an IP address/],
  ])('says why it cannot listen on %s', async (text, code, message) => {
    await expect(listen([text])).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })

  it('says which port is in use, and then listens on none of its addresses', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    const taken = (server.address() as AddressInfo).port
    const free = await listen(['127.0.0.2:0'])
    const freeKey = free.addresses[0]?.key ?? ''
    await free.close()
    await expect(listen([freeKey, `127.0.0.1:${taken}`])).rejects.toMatchObject({
      code: 'in-use',
      message: expect.stringContaining(`127.0.0.1:${taken}`),
    })
    expect((await listen([freeKey])).addresses).toHaveLength(1)
    await new Promise(resolve => server.close(resolve))
  })

  it('takes 1 to 32 addresses', async () => {
    await expect(listen([])).rejects.toMatchObject({ code: 'failed' })
    await expect(listen(Array.from({ length: 33 }, () => '127.0.0.1:0'))).rejects.toMatchObject({ code: 'failed' })
  })

  it('stops accepting when file descriptors run out, without spinning, and tries again every second', async () => {
    const serverListen = vi.spyOn(Server.prototype, 'listen')
    const events: (string | null)[] = []
    const clock = new VirtualClock()
    const listener = await listen(
      ['127.0.0.1:0'],
      { onTrouble: (_address, error) => events.push(error?.code ?? null) },
      clock,
    )
    const [address] = listener.addresses
    // Linux seldom lets it come to this: libuv keeps a spare descriptor and closes who arrives.
    failToAccept(serverListen.mock.contexts[0])
    expect([events, clock.pendingTimers]).toEqual([['local-limit'], 1])
    // Somebody else takes the port, so the first try fails too.
    const server = createServer().listen(address?.port, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    clock.advance(1000)
    await until(() => clock.pendingTimers === 1)
    await new Promise(resolve => server.close(resolve))
    clock.advance(1000)
    await until(() => events.length === 2)
    expect(events).toEqual(['local-limit', null])
    const visitor = await knock(address)
    await until(() => visitor.isClosed())
    expect([listener.counts.accepted, clock.pendingTimers]).toEqual([1, 0])
    serverListen.mockRestore()
  })

  it('does not try again once it is closed', async () => {
    const serverListen = vi.spyOn(Server.prototype, 'listen')
    const clock = new VirtualClock()
    const listener = await listen(['127.0.0.1:0'], {}, clock)
    failToAccept(serverListen.mock.contexts[0])
    // Closed while the try is under way: nothing may listen afterwards.
    clock.advance(1000)
    await listener.close()
    for (let turn = 0; turn < 10; turn++) await new Promise(resolve => setImmediate(resolve))
    expect(clock.pendingTimers).toBe(0)
    expect((await listen([listener.addresses[0]?.key ?? ''])).addresses).toEqual(listener.addresses)
    serverListen.mockRestore()
  })
})
