import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { afterEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src-main/log/index.ts'
import { VirtualClock, seededRandom } from '../../src-main/time/index.ts'
import { OPEN_POLICY, createTransport, parseAddress } from '../../src-main/transport/index.ts'
import type { Address, RoutePolicy, Transport, UdpConsumer } from '../../src-main/transport/index.ts'
import { UDP_QUEUE_DATAGRAMS } from '../../src-main/transport/limits.ts'
import { MemoryUdp } from '../support/memory-udp.ts'
import { until } from './dialer-compliance.ts'

const OPEN: RoutePolicy = { ...OPEN_POLICY, hostNames: false }
const PROXIED: RoutePolicy = {
  ...OPEN,
  proxy: { name: 'Tor', host: '127.0.0.1', port: 9050, isTor: true },
}
const LOOPBACK = { host: '127.0.0.1', port: 0 }

const transports: Transport[] = []
const sockets: Socket[] = []

function make(policy = OPEN): Transport {
  const transport = createTransport({ clock: new VirtualClock(), log: silentLog, policy })
  transports.push(transport)
  return transport
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close()
  await Promise.all(transports.splice(0).map(transport => transport.close()))
})

/** A consumer of datagrams that begin with a byte. */
function taker(first: number | null): UdpConsumer & { got: string[]; froms: Address[]; ends: string[] } {
  const got: string[] = []
  const froms: Address[] = []
  const ends: string[] = []
  return {
    name: `byte ${first}`,
    got,
    froms,
    ends,
    accepts: datagram => first === null || datagram[0] === first,
    received: (datagram, from) => {
      got.push(Buffer.from(datagram).toString())
      froms.push(from)
    },
    closed: text => void ends.push(text),
  }
}

describe('a UDP socket', () => {
  it('gives each datagram to the first consumer that knows it, and answers from the same port', async () => {
    const transport = make()
    const [ours, theirs] = await Promise.all([transport.openUdp(LOOPBACK), transport.openUdp(LOOPBACK)])
    const letters = taker(97)
    const rest = taker(null)
    const port = ours.attach(letters)
    ours.attach(rest)
    const echo = taker(null)
    const far = theirs.attach(echo)
    for (const text of ['abc', 'xyz', 'a']) expect(far.send(Buffer.from(text), ours.address)).toBe(true)
    await until(() => letters.got.length + rest.got.length === 3)
    expect(letters.got).toEqual(['abc', 'a'])
    expect(rest.got).toEqual(['xyz'])
    expect(letters.froms[0]).toEqual(theirs.address)
    port.send(Buffer.from('back'), theirs.address)
    await until(() => echo.got.length === 1)
    expect(echo.froms[0]).toEqual(ours.address)
    expect(ours.counts).toMatchObject({ datagramsIn: 3, bytesIn: 7, datagramsOut: 1, bytesOut: 4, unclaimed: 0 })
    expect(transport.totals()).toMatchObject({ bytesRead: 11, bytesWritten: 11 })
  })

  it('works over IPv6, and sends nothing to the other family', async () => {
    const transport = make()
    const [a, b] = await Promise.all([1, 2].map(() => transport.openUdp({ host: '::1', port: 0 })))
    if (a === undefined || b === undefined) throw new Error('no sockets')
    const got = taker(null)
    b.attach(got)
    const port = a.attach(taker(null))
    expect(port.send(Buffer.from('six'), b.address)).toBe(true)
    await until(() => got.got.length === 1)
    expect(port.send(Buffer.from('four'), parseAddress('127.0.0.1:9'))).toBe(false)
    expect(a.counts.unsent).toBe(1)
  })

  it('drops what a consumer has no room for, counts it, and lets the others live', async () => {
    const transport = make()
    const ours = await transport.openUdp(LOOPBACK)
    const flood = taker(102)
    const quiet = taker(113)
    ours.attach(flood)
    ours.attach(quiet)
    const raw = createSocket('udp4')
    sockets.push(raw)
    await new Promise<void>(resolve => raw.bind(0, '127.0.0.1', resolve))
    for (let index = 0; index < 3; index++) raw.send('f', ours.address.port, '127.0.0.1')
    raw.send('q', ours.address.port, '127.0.0.1')
    await until(() => flood.got.length === 3 && quiet.got.length === 1)
    await until(() => {
      for (let index = 0; index < 50; index++) raw.send('f', ours.address.port, '127.0.0.1')
      return ours.counts.dropped > 0
    })
    expect(ours.counts.dropped + flood.got.length).toBeGreaterThan(UDP_QUEUE_DATAGRAMS)
    const heard = quiet.got.length
    await until(() => {
      raw.send('q', ours.address.port, '127.0.0.1')
      return quiet.got.length > heard
    })
  })

  it('is refused with a reason behind a proxy, and noted', async () => {
    const transport = make(PROXIED)
    await expect(transport.openUdp(LOOPBACK)).rejects.toMatchObject({
      code: 'blocked',
      message: expect.stringContaining('UDP is off'),
    })
    expect(transport.ledger().entries).toMatchObject([{ kind: 'udp', target: '127.0.0.1:0', route: 'refused' }])
    await expect(make({ ...OPEN, ipv6: false }).openUdp({ host: '::1', port: 0 })).rejects.toThrow('IPv6')
    await expect(make().openUdp({ host: 'example.test', port: 0 })).rejects.toThrow('IP address of this machine')
  })

  it('is closed with that reason when the policy comes to forbid it, and its port is free again', async () => {
    const transport = make()
    const ours = await transport.openUdp(LOOPBACK)
    const consumer = taker(null)
    const port = ours.attach(consumer)
    transport.setPolicy({ ...OPEN, ipv6: false })
    expect(ours.isClosed).toBe(false)
    transport.setPolicy(PROXIED)
    await until(() => consumer.ends.length === 1)
    expect(consumer.ends[0]).toContain('UDP is off')
    expect(port.send(Buffer.from('x'), ours.address)).toBe(false)
    expect(() => ours.attach(consumer)).toThrow('closed')
    expect(transport.ledger().entries).toMatchObject([
      { kind: 'udp', route: 'refused' },
      { kind: 'udp', route: 'direct' },
    ])
    transport.setPolicy(OPEN)
    const again = await transport.openUdp({ host: '127.0.0.1', port: ours.address.port })
    await expect(transport.openUdp({ host: '127.0.0.1', port: again.address.port })).rejects.toMatchObject({
      code: 'in-use',
    })
  })

  it('ends with the transport', async () => {
    const transport = make()
    const ours = await transport.openUdp(LOOPBACK)
    const consumer = taker(null)
    ours.attach(consumer)
    await transport.close()
    expect(consumer.ends).toEqual(['Warren is closing.'])
    await expect(transport.openUdp(LOOPBACK)).rejects.toMatchObject({ code: 'blocked' })
  })
})

describe('the network in memory', () => {
  it('loses, doubles and reorders as it is told', async () => {
    const clock = new VirtualClock()
    const network = new MemoryUdp(clock, seededRandom(1), { jitterMs: 50, loss: 0.3, duplicates: 0.2 })
    const a = network.open(parseAddress('10.0.0.1:1'))
    const b = network.open(parseAddress('10.0.0.2:2'))
    const got = taker(null)
    b.attach(got)
    const port = a.attach(taker(null))
    for (let index = 0; index < 1000; index++) port.send(Buffer.from(`${index}`), b.address)
    await clock.run(100)
    const numbers = got.got.map(Number)
    expect(new Set(numbers).size).toBeGreaterThan(600)
    expect(new Set(numbers).size).toBeLessThan(800)
    expect(numbers.length - new Set(numbers).size).toBeGreaterThan(80)
    expect(numbers.some((value, index) => value < (numbers[index - 1] ?? 0))).toBe(true)
  })
})
