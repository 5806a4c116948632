/**
 * A session of ours against bitcoin-net, a Bitcoin peer that we did not write, over TCP on loopback, each side dialing.
 * bitcoin-net wants full nodes only, which Warren is not: its check of that one bit is satisfied in `NetPeer`.
 */
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { Peer } from 'bitcoin-net'
import type { NetVersion } from 'bitcoin-net'
import { afterEach, describe, expect, it } from 'vitest'
import type {
  HeardAddress,
  Misbehaviour,
  Session,
  SessionEnd,
  SessionPurpose,
} from '../../src-main/connections/index.ts'
import { silentLog } from '../../src-main/log/index.ts'
import { createBitcoin } from '../../src-main/networks/bitcoin/index.ts'
import { systemClock, systemRandom } from '../../src-main/time/index.ts'
import { OPEN_POLICY, createTransport, parseAddress } from '../../src-main/transport/index.ts'
import type { Connection } from '../../src-main/transport/index.ts'
import { REGTEST, told } from '../networks/bitcoin/stand.ts'
import { until } from '../transport/dialer-compliance.ts'

/** bitcoin-protocol reads the magic little-endian. */
const NET_PARAMS = { magic: 0xdab5_bffa, defaultPort: 18_444 }

class NetPeer extends Peer {
  override _onVersion(message: NetVersion): void {
    message.services[0] = (message.services[0] ?? 0) | 1
    super._onVersion(message)
  }
}

interface Ours {
  readonly session: Session
  readonly breaches: Misbehaviour[]
  readonly heard: HeardAddress[]
  readonly ends: SessionEnd[]
  readonly counted: string[]
  isReady: boolean
}

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const network = createBitcoin(REGTEST, { clock: systemClock, random: systemRandom, log: silentLog })

function makeTransport(): ReturnType<typeof createTransport> {
  const transport = createTransport({
    clock: systemClock,
    log: silentLog,
    policy: OPEN_POLICY,
  })
  closers.push(() => transport.close())
  return transport
}

function open(connection: Connection, purpose: SessionPurpose): Ours {
  const breaches: Misbehaviour[] = []
  const heard: HeardAddress[] = []
  const ends: SessionEnd[] = []
  const counted: string[] = []
  const session = network.openSession(connection, purpose, {
    ready: () => {
      ours.isReady = true
    },
    ended: end => void ends.push(end),
    misbehaved: breach => void breaches.push(breach),
    heard: addresses => void heard.push(...addresses),
    addressesWanted: () => void session.tellAddresses(told(5)),
    message: (way, kind) => void counted.push(`${way} ${kind}`),
  })
  const ours: Ours = { session, breaches, heard, ends, counted, isReady: false }
  return ours
}

function keep(peer: Peer): Peer {
  peer.on('error', () => {})
  closers.push(() => peer.disconnect())
  return peer
}

/** Waits for an event of an emitter that we do not own, or fails after five seconds. */
const next = <T>(peer: Peer, event: string): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${event} came`)), 5000)
    peer.once(event, (value: T) => {
      clearTimeout(timer)
      resolve(value)
    })
  })

/** bitcoin-net dials us. */
async function dialed(): Promise<{ ours: Ours; peer: Peer }> {
  const opened: Ours[] = []
  const listener = await makeTransport().listen([parseAddress('127.0.0.1:0')], {
    onConnection: connection => void opened.push(open(connection, 'inbound')),
  })
  const socket = connect(listener.addresses[0]?.port ?? 0, '127.0.0.1')
  await new Promise(resolve => socket.once('connect', resolve))
  const peer = keep(new NetPeer(NET_PARAMS, { socket, userAgent: '/dialing/' }))
  await next(peer, 'ready')
  const [ours] = opened
  if (ours === undefined) throw new Error('nobody came')
  await until(() => ours.isReady)
  return { ours, peer }
}

/** We dial bitcoin-net. */
async function dialing(prepare: (peer: Peer) => void = () => {}): Promise<{ ours: Ours; peer: Peer }> {
  const sockets: Socket[] = []
  const server = createServer(socket => void sockets.push(socket)).listen(0, '127.0.0.1')
  closers.push(() => new Promise<void>(resolve => void server.close(() => resolve())))
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const connection = await makeTransport().dial(parseAddress(`127.0.0.1:${port}`))
  await until(() => sockets.length === 1)
  const [socket] = sockets
  const peer = keep(new NetPeer(NET_PARAMS, { userAgent: '/dialed/' }))
  prepare(peer)
  if (socket !== undefined) peer.connect(socket)
  const ours = open(connection, 'manual')
  await Promise.all([next(peer, 'ready'), until(() => ours.isReady)])
  return { ours, peer }
}

describe('beside bitcoin-net', () => {
  it('shakes hands when it dials us', async () => {
    const { ours, peer } = await dialed()
    expect(peer.version).toMatchObject({ version: 70_016, userAgent: '/Warren:0.1.0/', startHeight: 0, relay: false })
    expect(ours.session.facts()).toMatchObject({ agent: '/dialing/', version: 70_012, state: 'ready' })
    expect(ours.breaches).toEqual([])
  })

  it('shakes hands when we dial it', async () => {
    const { ours, peer } = await dialing()
    expect(peer.version?.userAgent).toBe('/Warren:0.1.0/')
    expect(ours.session.facts()).toMatchObject({ agent: '/dialed/', version: 70_012, state: 'ready' })
    expect(ours.session.facts().seenAs?.host).toBe('127.0.0.1')
    expect(ours.breaches).toEqual([])
  })

  it('plays ping-pong both ways', async () => {
    const { ours, peer } = await dialed()
    const elapsed = await new Promise<number>(resolve => peer.ping((_, elapsedMs) => resolve(elapsedMs)))
    expect(elapsed).toBeLessThan(5000)
    await until(() => ours.session.facts().pingMs !== null)
    expect(ours.breaches).toEqual([])
  })

  it('hears the addresses that it tells when asked', async () => {
    const { ours } = await dialing(peer => {
      peer.on('getaddr', () => {
        const address = { time: 1_767_000_000, services: Buffer.alloc(8, 1), port: 8333 }
        peer.send('addr', [
          { ...address, address: '9.8.7.6' },
          { ...address, address: '2001:db8::9' },
        ])
      })
    })
    await until(() => ours.heard.length === 2)
    expect(ours.heard.map(({ address }) => address.key).sort()).toEqual(['9.8.7.6:8333', '[2001:db8::9]:8333'])
    expect(ours.heard[0]).toMatchObject({ services: 0x0101_0101_0101_0101n, seenAt: 1_767_000_000_000 })
  })

  it('tells it addresses that it can read', async () => {
    const { peer } = await dialed()
    peer.send('getaddr', {})
    peer.send('ping', { nonce: Buffer.alloc(8) })
    const addresses = await next<{ address: string; port: number; time: number }[]>(peer, 'addr')
    expect(addresses.map(({ address, port }) => `${address}:${port}`)).toEqual(told(5).map(each => each.address.key))
    expect(addresses[0]?.time).toBe(1_767_000_000)
  })

  it('answers getheaders with none and getdata with notfound', async () => {
    const { ours, peer } = await dialed()
    const hash = Buffer.alloc(32, 7)
    peer.send('getheaders', { version: 70_012, locator: [hash], hashStop: Buffer.alloc(32) })
    peer.send('getdata', [{ type: 1, hash }])
    const headers = await next<unknown[]>(peer, 'headers')
    expect(headers).toEqual([])
    expect(ours.breaches).toEqual([])
  })

  it('says notfound to getdata, entry for entry', async () => {
    const { peer } = await dialed()
    const wanted = [1, 2].map(type => ({ type, hash: Buffer.alloc(32, type) }))
    peer.send('getdata', wanted)
    expect(await next(peer, 'notfound')).toEqual(wanted)
  })

  it('reads its announcements, filters and rejects, and scores what breaks a rule', async () => {
    const { ours, peer } = await dialed()
    peer.send('inv', [{ type: 2, hash: Buffer.alloc(32) }])
    peer.send('reject', { message: 'tx', ccode: 16, reason: 'no', data: Buffer.alloc(32) })
    peer.send('mempool', {})
    peer.send('filterload', { data: [1, 2, 3], nHashFuncs: 3, nTweak: 0, nFlags: 0 })
    await until(() => ours.ends.length > 0)
    expect(ours.breaches.map(({ rule }) => rule)).toEqual(['mempool-request', 'bloom-not-offered'])
    expect(ours.ends[0]?.code).toBe('misbehaviour')
  })

  it('notices that it leaves, and leaves itself', async () => {
    const left = await dialed()
    left.peer.disconnect()
    await until(() => left.ours.ends.length > 0)
    expect(left.ours.ends[0]?.code).toBe('remote')
    const leaving = await dialing()
    leaving.ours.session.close({ code: 'requested', text: 'Enough.' })
    await next(leaving.peer, 'disconnect')
  })
})
