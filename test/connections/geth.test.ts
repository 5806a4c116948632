/** go-ethereum's dial scheduler and server cases, with its rules as profile; the exact order of dials, in virtual time. */
import { describe, expect, it } from 'vitest'
import type { Address } from '../../src-main/transport/index.ts'
import { ETHEREUM, at, createWorld, settle } from './support.ts'
import type { World, WorldOptions } from './support.ts'

/** Node n: `10.0.n.1`, identity `n`. Addresses are told apart by their hosts; groups are not asked for. */
const host = (n: number): string => `51.${n}.0.1`
const node = (n: number): Address => at(`${host(n)}:30303`)
const key = (n: number): string => `${host(n)}:30303`

function world(target: number, maxDialing: number, options: WorldOptions = {}): World {
  const made = createWorld({
    profile: ETHEREUM,
    ...options,
    limits: { targetOutbound: target, maxDialing, maxInbound: null, ...options.limits },
  })
  made.answer = () => 'hang'
  return made
}

const add = (made: World, ...nodes: number[]): void => {
  for (const n of nodes) made.book.queue.push({ address: node(n), lastTryAt: 0 })
  made.manager.wake('book')
}
const keep = (made: World, ...nodes: number[]): string[] =>
  nodes.map(n => made.manager.connect(node(n), { mode: 'keep' }))
async function succeed(made: World, ...nodes: number[]): Promise<void> {
  for (const n of nodes) made.hanging.get(key(n))?.succeed()
  await settle(made)
}
async function fail(made: World, ...nodes: number[]): Promise<void> {
  for (const n of nodes) made.hanging.get(key(n))?.fail()
  await settle(made)
}
async function drop(made: World, ...nodes: number[]): Promise<void> {
  for (const n of nodes) made.sessionOf(`${host(n)}:30303`).connection.hangUp()
  await settle(made)
}
const newDials = (made: World): number[] => made.newDials().map(dialed => Number(dialed.split('.')[1]))

describe("go-ethereum's dial scheduler", () => {
  it('DynDial: dials two for each free slot, up to the pending limit, and nobody who is connected', async () => {
    const made = world(4, 5)
    keep(made, 100)
    add(made, 1, 2)
    await succeed(made, 100, 1, 2)
    newDials(made)
    // Three of four slots are taken, so two dials may be under way.
    add(made, 100, 2, 3, 4, 5, 6, 7)
    await settle(made)
    expect(newDials(made)).toEqual([3, 4])
    // A dial fails: its place goes to the next one.
    await fail(made, 4)
    expect(newDials(made)).toEqual([5])
    // One succeeds: the last slot is filled, and the dial under way is left to end.
    await succeed(made, 3)
    expect(newDials(made)).toEqual([])
    await fail(made, 5)
    expect(newDials(made)).toEqual([])
    // Three leave: six dials would be due, five may be under way. The permanent one waits for its retry.
    await made.clock.run(15_000)
    await drop(made, 100, 1, 2)
    add(made, 8, 9, 10, 11)
    await settle(made)
    expect(newDials(made)).toEqual([6, 7, 8, 9, 10])
  })

  it('StaticDial: static nodes are dialed in the same slots, before dynamic ones', async () => {
    const made = world(4, 5)
    add(made, 1, 2)
    await settle(made)
    await succeed(made, 1, 2)
    newDials(made)
    keep(made, 1, 3, 4, 5, 6, 7, 8, 9)
    add(made, 10, 11, 12)
    await settle(made)
    // Two free slots: four dials. Node 1 was dynamic and is now kept; nobody dials it twice.
    expect(newDials(made)).toEqual([3, 4, 5, 6])
    expect(made.managed(`${host(1)}:30303`).isPinned).toBe(true)
    await succeed(made, 3)
    await fail(made, 4, 5)
    // One slot is left, so two may be under way: 6 and the next one.
    expect(newDials(made)).toEqual([7])
    await fail(made, 6)
    expect(newDials(made)).toEqual([8])
  })

  it('ManyStaticNodes: of many static nodes only as many are dialed as there are slots, and no dynamic one', async () => {
    const made = world(4, 5)
    keep(made, ...Array.from({ length: 30 }, (_, n) => n + 1))
    add(made, 50, 51)
    await settle(made)
    expect(newDials(made)).toEqual([1, 2, 3, 4, 5])
    await fail(made, 1, 2)
    expect(newDials(made)).toEqual([6, 7])
  })

  it('RemoveStatic: a static node that was removed before its dial is never dialed', async () => {
    const made = world(1, 1)
    const [, second, third] = keep(made, 1, 2, 3)
    await settle(made)
    expect(newDials(made)).toEqual([1])
    made.manager.remove(second ?? '')
    made.manager.remove(third ?? '')
    await fail(made, 1)
    expect(newDials(made)).toEqual([])
    await made.clock.run(34_000)
    expect(newDials(made)).toEqual([])
    await made.clock.run(1000)
    expect(newDials(made)).toEqual([1])
  })

  it('History: nobody is dialed again within 35 s, static nodes included', async () => {
    const made = world(3, 3)
    keep(made, 1, 2, 3)
    await settle(made)
    expect(newDials(made)).toEqual([1, 2, 3])
    await succeed(made, 1, 2)
    await fail(made, 3)
    // Nodes 1 and 2 stay; 3 waits for its history entry, whatever its own retry delay says.
    await made.clock.run(34_999)
    expect(newDials(made)).toEqual([])
    await made.clock.run(1)
    expect(newDials(made)).toEqual([3])
    await succeed(made, 3)
    await drop(made, 1)
    await made.clock.run(5000)
    expect(newDials(made)).toEqual([1])
  })

  it('History: a dynamic node comes back from the book only after 35 s', async () => {
    const made = world(1, 1)
    add(made, 1)
    await settle(made)
    await fail(made, 1)
    expect(newDials(made)).toEqual([1])
    add(made, 1)
    await made.clock.run(34_000)
    expect(newDials(made)).toEqual([])
    await made.clock.run(6000)
    expect(newDials(made)).toEqual([1])
  })

  it('NetRestrict: nobody outside the allowed networks is dialed', async () => {
    const made = world(10, 10, { extra: { isAllowed: address => Number(address.host.split('.')[1]) > 3 } })
    keep(made, 1)
    add(made, 2, 3, 4, 5)
    await settle(made)
    expect(newDials(made)).toEqual([4, 5])
    expect(made.manager.requests()[0]).toMatchObject({ state: 'failing' })
    expect(made.manager.refusals()).toEqual({ 'not-allowed': 1 })
  })

  it('Resolve: a static node without endpoint is resolved, dialed, and otherwise asked for after 60 s, doubling', async () => {
    const asked: number[] = []
    let answer: Address | null = null
    const made: World = world(4, 4, {
      extra: {
        resolve: () => {
          asked.push(made.clock.monotonic())
          return Promise.resolve(answer)
        },
      },
    })
    made.manager.connect(null, { mode: 'keep', identity: 'node-1' })
    await made.clock.run(400_000)
    expect(asked).toEqual([0, 60_000, 180_000])
    expect(made.manager.attempts()[0]).toMatchObject({ state: 'waiting', code: 'no-endpoint', address: 'node-1' })
    answer = node(1)
    await made.clock.run(20_000)
    expect(asked).toEqual([0, 60_000, 180_000, 420_000])
    expect(newDials(made)).toEqual([1])
  })

  it('Resolve: a dial of a resolved node that fails is retried as any other', async () => {
    const made = world(4, 4, { extra: { resolve: () => Promise.resolve(node(1)) } })
    made.manager.connect(null, { mode: 'keep', identity: 'node-1' })
    await settle(made)
    await fail(made, 1)
    await made.clock.run(35_000)
    expect(newDials(made)).toEqual([1, 1])
  })

  it('two dials for one slot: the one that comes second is let go without blame', async () => {
    const made = world(1, 5)
    add(made, 1, 2)
    await settle(made)
    expect(newDials(made)).toEqual([1, 2])
    await succeed(made, 1)
    await succeed(made, 2)
    expect(made.manager.sessions().map(one => one.address.host)).toEqual([host(1)])
    expect(made.manager.attempts()[0]).toMatchObject({ state: 'cancelled', address: key(2) })
    expect(made.book.failed).toEqual([])
  })
})

describe("go-ethereum's server checks", () => {
  /** Ready inbound peer; `identity` as its handshake tells. */
  async function arrive(made: World, text: string, identity: string): Promise<void> {
    made.manners = () => ({ identity })
    made.inbound(text)
    await settle(made)
  }
  const ends = (made: World): string[] => made.events.filter(event => event.startsWith('-'))

  it('InboundThrottle: an address may try once in 30 s', async () => {
    const made = world(0, 5)
    expect(made.inbound('203.0.113.1:1').isClosed).toBe(false)
    const again = made.inbound('203.0.113.1:2')
    expect(again.isClosed).toBe(true)
    expect(again.wasRead).toBe(false)
    expect(made.inbound('203.0.113.2:1').isClosed).toBe(false)
    await made.clock.run(29_999)
    expect(made.inbound('203.0.113.1:3').isClosed).toBe(true)
    await made.clock.run(1)
    expect(made.inbound('203.0.113.1:4').isClosed).toBe(false)
    expect(made.manager.refusals()).toEqual({ 'too-many-attempts': 2 })
    await settle(made)
  })

  it('InboundThrottle: a local network is exempt, and one IPv6 /64 counts as one', async () => {
    const made = world(0, 5)
    for (const text of ['192.168.1.9:1', '192.168.1.9:2', '[::1]:1', '[::1]:2'])
      expect(made.inbound(text).isClosed).toBe(false)
    expect(made.inbound('[2001:db8::1]:1').isClosed).toBe(false)
    expect(made.inbound('[2001:db8::2]:1').isClosed).toBe(true)
    expect(made.inbound('[2001:db8:0:1::2]:1').isClosed).toBe(false)
    await settle(made)
  })

  it('too many inbound peers: the handshake is let through and then refused, unless trusted', async () => {
    const made = world(0, 5, { limits: { maxInbound: 1 } })
    await arrive(made, '203.0.113.1:1', 'a')
    await arrive(made, '203.0.113.2:1', 'b')
    expect(ends(made)).toEqual(['-203.0.113.2:1 evicted'])
    made.manager.setTrusted('c', true)
    await arrive(made, '203.0.113.3:1', 'c')
    expect(made.managed('203.0.113.3:1')).toMatchObject({ isTrusted: true, isReady: true })
    expect(made.manager.refusals()).toEqual({ 'too-many-inbound': 1 })
  })

  it('too many peers comes before too many inbound, and that before connected already', async () => {
    const made = world(0, 5, { limits: { maxInbound: 1, maxPeers: 1 } })
    await arrive(made, '203.0.113.1:1', 'a')
    await arrive(made, '203.0.113.2:1', 'a')
    expect(made.manager.refusals()).toEqual({ 'too-many-peers': 1 })
    made.manager.setLimits({ maxPeers: null })
    await arrive(made, '203.0.113.3:1', 'a')
    expect(made.manager.refusals()).toEqual({ 'too-many-peers': 1, 'too-many-inbound': 1 })
    made.manager.setLimits({ maxInbound: null })
    await arrive(made, '203.0.113.4:1', 'a')
    expect(made.manager.refusals()).toMatchObject({ 'already-connected': 1 })
  })

  it('connected already and self hold for trusted peers, too', async () => {
    const made = world(0, 5, { extra: { ownIdentity: 'me' } })
    for (const identity of ['a', 'me']) made.manager.setTrusted(identity, true)
    await arrive(made, '203.0.113.1:1', 'a')
    await arrive(made, '203.0.113.2:1', 'a')
    await arrive(made, '203.0.113.3:1', 'me')
    expect(ends(made)).toEqual(['-203.0.113.2:1 duplicate', '-203.0.113.3:1 self'])
  })

  it('trust that is given or taken while connected shows at once', async () => {
    const made = world(0, 5)
    await arrive(made, '203.0.113.1:1', 'a')
    const peer = made.managed('203.0.113.1:1')
    made.manager.setTrusted('a', true)
    expect(peer.isTrusted).toBe(true)
    made.manager.setTrusted('a', false)
    expect(peer.isTrusted).toBe(false)
    expect(made.events.slice(-2)).toEqual(['ready 203.0.113.1:1', 'ready 203.0.113.1:1'])
  })

  it('a peer that is calling us is not called', async () => {
    const made = world(4, 5)
    made.manners = () => ({ handshakeMs: null, identity: 'a' })
    made.inbound('203.0.113.1:1')
    made.sessionOf('203.0.113.1:1').handlers.identified?.('a')
    made.manager.connect(node(1), { mode: 'once', identity: 'a' })
    await settle(made)
    expect(newDials(made)).toEqual([])
    expect(made.manager.refusals()).toEqual({ 'pending-inbound': 1 })
    expect(made.manager.attempts()[0]).toMatchObject({ state: 'refused', code: 'pending-inbound' })
  })

  it('at most as many inbound handshakes as the pending limit are under way', () => {
    const made = world(0, 5, { limits: { maxHalfOpen: 3 } })
    made.manners = () => ({ handshakeMs: null })
    const taken = Array.from({ length: 5 }, (_, n) => made.inbound(`203.0.${n}.1:1`))
    expect(taken.map(connection => connection.isClosed)).toEqual([false, false, false, true, true])
    expect(made.manager.refusals()).toEqual({ 'half-open': 2 })
  })
})
