import { describe, expect, it } from 'vitest'
import { decodeRecord, signRecord, udpEndpoint } from '../../../../src-main/networks/ethereum/discovery/enr.ts'
import { keccak256, publicKeyOf } from '../../../../src-main/networks/ethereum/keys.ts'
import { LocalNode } from '../../../../src-main/networks/ethereum/discovery/local-node.ts'
import { logDistance, recordNode, seenNode } from '../../../../src-main/networks/ethereum/discovery/node.ts'
import type { Item } from '../../../../src-main/networks/ethereum/discovery/rlp-items.ts'
import { uint } from '../../../../src-main/networks/ethereum/discovery/rlp-items.ts'
import { recordItem } from '../../../../src-main/networks/ethereum/discovery/v5/messages.ts'
import { encodePacket, endpointOf } from '../../../../src-main/networks/ethereum/discovery/v4/packets.ts'
import { Sessions } from '../../../../src-main/networks/ethereum/discovery/v5/sessions.ts'
import { silentLog } from '../../../../src-main/log/index.ts'
import { VirtualClock, seededRandom } from '../../../../src-main/time/index.ts'
import { OPEN_POLICY, createTransport, parseAddress } from '../../../../src-main/transport/index.ts'
import { MemoryUdp } from '../../../support/memory-udp.ts'
import { discoveryOn, keyOf } from './stand.ts'

const HOUR = 3_600_000

function pair(more = {}) {
  const clock = new VirtualClock()
  const network = new MemoryUdp(clock, seededRandom(1))
  const a = discoveryOn(network.open(parseAddress('10.0.0.1:30303')), clock, 1, more)
  const b = discoveryOn(network.open(parseAddress('10.0.0.2:30303')), clock, 2, more)
  return { clock, network, a, b }
}

describe('discovery v4 between two nodes', () => {
  it('bonds first, then asks; the bond holds for 24 hours', async () => {
    const { clock, a, b } = pair({ usesV5: false })
    const asked = recordNode(b.local.record)
    const first = a.v4?.findnode(asked, publicKeyOf(keyOf(9)))
    await clock.run(3000)
    expect(await first).toEqual([])
    expect(b.view().activity.refused).toEqual({})
    clock.advance(25 * HOUR)
    const record = a.v4?.requestRecord(asked)
    await clock.run(3000)
    expect((await record)?.id).toBe(b.local.id)
    expect(b.view().activity.heard).toMatchObject({ 'v4 findnode': 1, 'v4 enrRequest': 1 })
    a.close()
    b.close()
    await clock.run(1000)
    expect(clock.pendingTimers).toBe(0)
  })

  it('gives sixteen neighbors in packets that fit', async () => {
    const { clock, a, b } = pair({ usesV5: false })
    void b.start()
    await clock.run(3000)
    for (let index = 0; index < 40; index++)
      b.v4?.table.addFound(seenNode(publicKeyOf(keyOf(100 + index)), parseAddress(`[fd00::${index + 1}]:30303`), 30303))
    const found = a.v4?.findnode(recordNode(b.local.record), publicKeyOf(keyOf(9)))
    await clock.run(3000)
    expect((await found)?.length).toBe(16)
    a.close()
    b.close()
  })

  it('says that nobody is there when nobody answers', async () => {
    const { clock, a } = pair()
    const nobody = seenNode(publicKeyOf(keyOf(50)), parseAddress('10.9.9.9:30303'), 0)
    const outcomes: unknown[] = []
    void a.v4?.ping(nobody).catch((error: unknown) => outcomes.push(error))
    void a.v5?.ping(nobody).catch((error: unknown) => outcomes.push(error))
    await clock.run(1000)
    expect(outcomes).toMatchObject([{ code: 'timeout' }, { code: 'timeout' }])
    expect(a.view().activity).toMatchObject({ asked: 2, answered: 0, answers: [{ ms: null }, { ms: null }] })
    a.close()
  })

  it('sends a victim of a false source address at most a pong and a ping for each ping, and little in all', async () => {
    const { clock, network, a } = pair({ usesV5: false })
    const victim = parseAddress('9.9.9.9:30303')
    const before = network.sent.bytes
    let spent = 0
    for (let index = 0; index < 300; index++) {
      const { bytes } = encodePacket(
        {
          type: index % 2 === 0 ? 'ping' : 'findnode',
          version: 4,
          from: endpointOf(victim, 0),
          to: endpointOf(a.local.bound, 0),
          target: new Uint8Array(64),
          expiration: BigInt(Math.floor(clock.now() / 1000) + 20),
          seq: null,
        },
        keyOf(3000),
      )
      spent += bytes.length
      network.inject(bytes, victim, a.local.bound)
      await clock.run(1)
    }
    await clock.run(2000)
    const amplified = network.sent.bytes - before - spent
    expect(amplified / spent).toBeLessThan(1)
    expect(a.view().activity.refused['v4 too-many']).toBeGreaterThan(200)
    a.close()
  })

  it('answers a flood of pings from strangers within its bounds (CVE-2023-40591)', async () => {
    const { clock, network, a } = pair({ usesV5: false })
    void a.start()
    await clock.run(100)
    for (let index = 0; index < 600; index++) {
      const from = parseAddress(`10.${1 + (index >> 8)}.${index & 255}.1:30303`)
      const { bytes } = encodePacket(
        {
          type: 'ping',
          version: 4,
          from: endpointOf(from, 0),
          to: endpointOf(a.local.bound, 0),
          expiration: BigInt(Math.floor(clock.now() / 1000) + 20),
          seq: null,
        },
        keyOf(5000 + index),
      )
      network.inject(bytes, from, a.local.bound)
    }
    clock.advance(30)
    expect(clock.pendingTimers).toBeLessThan(256 + 2 * 400 + 20)
    expect(a.view().activity.heard['v4 ping']).toBe(400)
    expect(a.view().activity.refused['v4 too-many']).toBe(200)
    await clock.run(2000)
    expect(a.view().v4?.size).toBe(0)
    a.close()
    await clock.run(1000)
    expect(clock.pendingTimers).toBe(0)
  })

  it('is told of nodes only by whom it asked, and learns where it is from ten who agree', () => {
    const clock = new VirtualClock()
    const seqs: bigint[] = []
    const local = new LocalNode({
      clock,
      privateKey: keyOf(1),
      seq: 5n,
      seqChanged: seq => void seqs.push(seq),
      bound: parseAddress('0.0.0.0:30303'),
      tcpPort: 30303,
    })
    expect(udpEndpoint(local.record)).toBeNull()
    const seen = parseAddress('8.8.4.4:4444')
    for (let index = 0; index < 50; index++) local.stated(parseAddress('1.1.1.1:30303'), seen)
    for (let index = 0; index < 8; index++) local.stated(parseAddress(`1.2.3.${index}:30303`), seen)
    for (let index = 0; index < 9; index++)
      local.stated(parseAddress(`1.2.4.${index}:30303`), parseAddress('127.0.0.1:30303'))
    expect(local.endpoint).toBeNull()
    local.stated(parseAddress('2.2.2.2:30303'), seen)
    expect(local.endpoint?.key).toBe('8.8.4.4:4444')
    expect(udpEndpoint(local.record)?.key).toBe('8.8.4.4:4444')
    local.setEndpoint(parseAddress('8.8.4.5:30303'))
    expect(udpEndpoint(local.record)?.key).toBe('8.8.4.5:30303')
    expect(local.statements[0]).toEqual({ address: '8.8.4.4:4444', count: 10 })
    expect(decodeRecord(local.record.bytes).seq).toBe(8n)
    expect(seqs).toEqual([6n, 7n, 8n])
    clock.advance(6 * 60_000)
    expect(local.statements).toEqual([])
  })
})

describe('discovery v5 between two nodes', () => {
  it('shakes hands, finds, talks, and shakes hands again when the other has lost the session', async () => {
    const { clock, a, b, network } = pair({ usesV4: false })
    const node = recordNode(b.local.record)
    b.v5?.onTalk('echo', (_, message) => Promise.resolve(message))
    const answers = Promise.all([
      a.v5?.ping(node),
      a.v5?.findnode(node, [0]),
      a.v5?.talk(node, 'echo', Uint8Array.of(1, 2)),
      a.v5?.talk(node, 'other', Uint8Array.of(1, 2)),
    ])
    await clock.run(2000)
    expect(await answers).toMatchObject([b.local.seq, [{ id: b.local.id }], Uint8Array.of(1, 2), new Uint8Array(0)])
    expect(b.view().activity.heard['v5 unknown']).toBe(1)
    b.v5?.codec.sessions.set(a.local.id, a.local.bound, {
      readKey: new Uint8Array(16),
      writeKey: new Uint8Array(16),
      counter: 0,
    })
    const again = a.v5?.ping(node)
    await clock.run(2000)
    expect(await again).toBe(b.local.seq)
    expect(network.sent.datagrams).toBeLessThan(24)
    a.close()
    b.close()
    await clock.run(1000)
    expect(clock.pendingTimers).toBe(0)
  })

  it('does not wait for an answer of no parts (go-ethereum #35043), and takes no more than five of a thousand', async () => {
    for (const total of [0, 1000]) {
      const { clock, a, b } = pair({ usesV4: false })
      const codec = b.v5?.codec
      if (codec === undefined) throw new Error('no discovery v5')
      const encode = codec.encode.bind(codec)
      codec.encode = (to, at, message) => encode(to, at, message.type === 'nodes' ? { ...message, total } : message)
      const asked = a.v5?.findnode(recordNode(b.local.record), [0])
      await clock.run(total === 0 ? 200 : 1000)
      expect((await asked)?.map(({ id }) => id)).toEqual([b.local.id])
      a.close()
      b.close()
    }
  })

  it('believes no record at a distance that was not asked for, nor one of a low port', async () => {
    const { clock, a, b } = pair({ usesV4: false })
    const codec = b.v5?.codec
    if (codec === undefined) throw new Error('no discovery v5')
    const at = (key: number, port: number): Item =>
      recordItem(signRecord(keyOf(key), 1n, { ip: Uint8Array.of(10, 0, 0, 9), udp: uint(port) }).bytes)
    const encode = codec.encode.bind(codec)
    codec.encode = (to, where, message) =>
      encode(to, where, message.type === 'nodes' ? { ...message, records: [at(71, 1024), at(72, 30303)] } : message)
    const distances = [71, 72].map(key => logDistance(b.local.idBytes, keccak256(publicKeyOf(keyOf(key)))))
    const all = a.v5?.findnode(recordNode(b.local.record), distances)
    const none = a.v5?.findnode(recordNode(b.local.record), [1])
    await clock.run(2000)
    expect((await all)?.map(({ udp }) => udp.port)).toEqual([30303])
    expect(await none).toEqual([])
    a.close()
    b.close()
  })

  it('bounds what strangers can make it keep', () => {
    const clock = new VirtualClock()
    const sessions = new Sessions(clock)
    const header = new Uint8Array(63)
    for (let index = 0; index < 100; index++)
      sessions.challenged(`${index}`, parseAddress(`5.5.5.${index}:1`), header, null)
    expect(sessions.challenges).toBe(32)
    for (let index = 0; index < 3000; index++)
      sessions.challenged(`${index}`, parseAddress(`6.${index >> 8}.${index & 255}.1:1`), header, null)
    expect(sessions.challenges).toBe(1024)
    clock.advance(1001)
    expect(sessions.challenge('x', parseAddress('7.7.7.7:1'))).toBeNull()
    expect(sessions.challenges).toBe(0)
    const keys = { readKey: header, writeKey: header }
    for (let index = 0; index < 1100; index++)
      sessions.set(`${index}`, parseAddress('7.7.7.7:1'), { ...keys, counter: 0 })
    expect(sessions.size).toBe(1024)
    expect(sessions.get('0', parseAddress('7.7.7.7:1'))).toBeNull()
    expect(sessions.get('1099', parseAddress('7.7.7.8:1'))).toBeNull()
  })
})

describe('the service', () => {
  it('ends with a reason when the route policy comes to forbid UDP, and leaves nothing behind', async () => {
    const clock = new VirtualClock()
    const transport = createTransport({ clock, log: silentLog, policy: OPEN_POLICY })
    const ends: string[] = []
    const socket = await transport.openUdp({ host: '127.0.0.1', port: 0 })
    const node = discoveryOn(socket, clock, 4, { handlers: { ended: text => void ends.push(text) } })
    await node.start()
    const next = node.next()
    transport.setPolicy({ ...OPEN_POLICY, proxy: { name: 'Tor', host: '127.0.0.1', port: 9050, isTor: true } })
    expect(await next).toBeNull()
    await transport.close()
    expect(ends.length).toBe(1)
    expect(ends[0]).toContain('UDP is off')
    await clock.run(2000)
    expect(clock.pendingTimers).toBe(0)
  })

  it('mixes nodes of lists with those it finds, and finds a node whose endpoint has changed', async () => {
    const { clock, network, a, b } = pair()
    const c = discoveryOn(network.open(parseAddress('10.0.0.3:30303')), clock, 3, {
      bootNodes: [b.view().self.link ?? '', 'enode://nonsense'],
    })
    void b.start()
    await clock.run(2000)
    void c.start()
    await clock.run(4000)
    const ids = new Set<string>()
    for (let count = 0; count < 4; count++) {
      const next = c.next()
      await clock.run(3000)
      const node = await next
      if (node !== null) ids.add(node.id)
    }
    expect(ids).toContain(b.local.id)
    const old = seenNode(b.local.publicKey, parseAddress('10.0.0.77:30303'), 0)
    const resolved = c.resolve(old)
    await clock.run(20_000)
    expect((await resolved)?.udp.key).toBe('10.0.0.2:30303')
    for (const node of [a, b, c]) node.close()
    await clock.run(2000)
    expect(clock.pendingTimers).toBe(0)
  })

  it('gives only nodes whose records are wanted, asking those of v4 for theirs', async () => {
    const clock = new VirtualClock()
    const network = new MemoryUdp(clock, seededRandom(1))
    const boot = discoveryOn(network.open(parseAddress('10.0.0.1:30303')), clock, 1, { usesV5: false })
    void boot.start()
    const others = [2, 3, 4, 5].map(index =>
      discoveryOn(network.open(parseAddress(`10.0.0.${index}:30303`)), clock, index, {
        usesV5: false,
        bootNodes: [boot.view().self.link ?? ''],
        pairs: index % 2 === 0 ? { eth: [[Uint8Array.of(1, 2, 3, 4), uint(0)]] } : {},
      }),
    )
    for (const other of others) {
      void other.start()
      await clock.run(3000)
    }
    const seeker = discoveryOn(network.open(parseAddress('10.0.0.9:30303')), clock, 9, {
      usesV5: false,
      bootNodes: [boot.view().self.link ?? ''],
      wants: record => record.pairs.has('eth'),
    })
    void seeker.start()
    const found = new Set<string>()
    for (let count = 0; count < 4; count++) {
      const next = seeker.next()
      await clock.run(10_000)
      const node = await next
      expect(node?.record).not.toBeNull()
      found.add(node?.id ?? 'none')
    }
    const wanted = others.filter((_, index) => index % 2 === 0).map(({ local }) => local.id)
    expect([...found].toSorted()).toEqual(wanted.toSorted())
    for (const node of [boot, seeker, ...others]) node.close()
    await clock.run(3000)
    expect(clock.pendingTimers).toBe(0)
  })
})
