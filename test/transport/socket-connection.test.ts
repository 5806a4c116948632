/** What only real sockets can show: resets, lingering, errors before there is an owner. */
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { VirtualClock } from '../../src-main/time/index.ts'
import { parseAddress } from '../../src-main/transport/index.ts'
import type { Connection } from '../../src-main/transport/index.ts'
import { SOCKET_OPTIONS, SocketConnection, guardSocket } from '../../src-main/transport/socket-connection.ts'
import type { ConnectionKeeper } from '../../src-main/transport/socket-connection.ts'
import { collect, until } from './dialer-compliance.ts'

let server: Server | null = null
const ends: { destroy(): void }[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) end.destroy()
  await new Promise(resolve => (server === null ? resolve(null) : server.close(resolve)))
  server = null
})

/** A connection and the raw socket at its other end. */
async function pair(): Promise<{ near: Connection; far: Socket; clock: VirtualClock; live: Set<Connection> }> {
  const clock = new VirtualClock()
  const live = new Set<Connection>()
  const keeper: ConnectionKeeper = {
    clock,
    totals: { bytesRead: 0, bytesWritten: 0 },
    opened: connection => live.add(connection),
    closed: connection => live.delete(connection),
  }
  const accepted = new Promise<Socket>(resolve => {
    server = createServer({ ...SOCKET_OPTIONS, pauseOnConnect: true }, resolve).listen(0, '127.0.0.1')
  })
  await new Promise(resolve => server?.once('listening', resolve))
  const bound = server?.address() as AddressInfo
  const far = connect({ port: bound.port, host: '127.0.0.1', allowHalfOpen: true })
  far.on('error', () => {})
  const socket = await accepted
  guardSocket(socket)
  const near = new SocketConnection(socket, keeper, parseAddress('192.0.2.1:1'), { kind: 'direct' }, 'inbound')
  ends.push(near, far)
  return { near, far, clock, live }
}

describe('connection over a socket', () => {
  it('says so when the other end resets it', async () => {
    const { near, far, live } = await pair()
    const heard = collect(near)
    far.resetAndDestroy()
    await until(() => heard.closed.length === 1)
    expect(heard.closed).toEqual([{ by: 'error', text: 'The other end reset the connection.' }])
    expect([near.isClosed, near.write(Buffer.from('x')), near.queuedBytes, live.size]).toEqual([true, true, 0, 0])
  })

  it('tells an owner who comes late how it ended', async () => {
    const { near, live } = await pair()
    near.destroy('no room')
    await until(() => live.size === 0)
    const heard = collect(near)
    await until(() => heard.closed.length === 1)
    expect(heard.closed).toEqual([{ by: 'local', text: 'no room' }])
  })

  it('sends what is queued before it closes', async () => {
    const { near, far } = await pair()
    const chunks: Buffer[] = []
    far.on('data', chunk => chunks.push(chunk))
    far.on('end', () => far.end())
    const heard = collect(near)
    near.write(Buffer.alloc(1_000_000, 7))
    near.close('done')
    await until(() => heard.closed.length === 1)
    expect(Buffer.concat(chunks)).toHaveLength(1_000_000)
    expect(heard.closed).toEqual([{ by: 'local', text: 'done' }])
    expect(near.bytesWritten).toBe(1_000_000)
  })

  it('waits 2 s for a peer that does not read or does not close, then ends, and drops what is queued', async () => {
    const { near, far, clock } = await pair()
    far.pause()
    const heard = collect(near)
    near.write(Buffer.alloc(20_000_000))
    near.close()
    await clock.run(1999)
    for (let turn = 0; turn < 10; turn++) await new Promise(resolve => setImmediate(resolve))
    expect(heard.closed).toEqual([])
    await clock.run(1)
    await until(() => heard.closed.length === 1)
    expect(near.bytesWritten).toBeLessThan(20_000_000)
    expect(clock.pendingTimers).toBe(0)
  })

  it('gives a peer 2 s to read what is queued after it has closed its side', async () => {
    const { near, far, clock } = await pair()
    far.pause()
    const heard = collect(near)
    near.write(Buffer.alloc(20_000_000))
    far.end()
    await until(() => near.isClosed)
    await clock.run(2000)
    await until(() => heard.closed.length === 1)
    expect(heard.closed[0]?.by).toBe('remote')
  })

  it('hears nothing more after it was closed', async () => {
    const { near, far, clock } = await pair()
    const heard = collect(near)
    near.close()
    far.write('too late')
    for (let turn = 0; turn < 10; turn++) await new Promise(resolve => setImmediate(resolve))
    expect([heard.bytes().length, near.bytesRead]).toEqual([0, 0])
    await clock.run(2000)
    await until(() => heard.closed.length === 1)
  })

  it('arms no timer while it is open', async () => {
    const { near, clock } = await pair()
    collect(near)
    near.write(Buffer.from('x'))
    expect(clock.pendingTimers).toBe(0)
  })
})
