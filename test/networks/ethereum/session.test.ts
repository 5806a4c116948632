/** Ethereum sessions: the compliance of every network, two of ours against each other, the base protocol's table, abuse. */
import { describe, expect, it } from 'vitest'
import type { Misbehaviour, SessionEnd, SessionHandlers } from '../../../src-main/connections/index.ts'
import { createEthereum } from '../../../src-main/networks/ethereum/ethereum.ts'
import { matchCapabilities } from '../../../src-main/networks/ethereum/p2p/capabilities.ts'
import { answerTo } from '../../../src-main/networks/ethereum/p2p/eth.ts'
import { decodeDisconnect, decodeHello, encodeHello } from '../../../src-main/networks/ethereum/p2p/messages.ts'
import { ETHEREUM_NETWORKS } from '../../../src-main/networks/ethereum/params.ts'
import { publicKeyOf, randomKey } from '../../../src-main/networks/ethereum/keys.ts'
import type { EthereumSession } from '../../../src-main/networks/ethereum/session.ts'
import type { Network } from '../../../src-main/networks/network.ts'
import { VirtualClock, seededRandom } from '../../../src-main/time/index.ts'
import { HandConnection, PEER } from '../bitcoin/stand.ts'
import { describeNetwork } from '../compliance.ts'

const random = seededRandom(11)
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const [params] = ETHEREUM_NETWORKS
if (params === undefined) throw new Error('no network')
const make = (): { network: Network; clock: VirtualClock; id: string } => {
  const clock = new VirtualClock()
  const key = randomKey(random)
  return { clock, network: createEthereum(params, { clock, random, key }), id: hex(publicKeyOf(key)) }
}

describeNetwork('Ethereum', make, hex(publicKeyOf(randomKey(random))))

interface End {
  readonly connection: HandConnection
  readonly session: EthereumSession
  readonly ends: SessionEnd[]
  readonly breaches: Misbehaviour[]
  readonly identities: string[]
  isReady: boolean
}

/** Two networks of ours, wired to each other; bytes go over when `pump` is called. */
function wire(expectedOf: (id: string) => string = id => id): {
  a: End
  b: End
  pump: () => void
  clocks: VirtualClock[]
  sent: Uint8Array[]
} {
  const sides = [make(), make()]
  const queues: Uint8Array[][] = [[], []]
  const sent: Uint8Array[] = []
  const ends = sides.map(({ network }, index): End => {
    const direction = index === 0 ? 'outbound' : 'inbound'
    const connection = new HandConnection(direction, PEER, bytes => {
      queues[index]?.push(Uint8Array.from(bytes))
      sent.push(Uint8Array.from(bytes))
    })
    const end = { connection, ends: [], breaches: [], identities: [], isReady: false } as unknown as End
    const handlers: SessionHandlers = {
      identified: id => void end.identities.push(id),
      ready: () => void (end.isReady = true),
      ended: why => void end.ends.push(why),
      misbehaved: breach => void end.breaches.push(breach),
      heard: () => {},
      addressesWanted: () => {},
    }
    const expected = index === 0 ? expectedOf(sides[1]?.id ?? '') : null
    const session = network.openSession(connection, index === 0 ? 'automatic' : 'inbound', handlers, expected)
    return Object.assign(end, { session })
  })
  const [a, b] = ends
  if (a === undefined || b === undefined) throw new Error('two ends')
  const pump = (): void => {
    for (let moved = true; moved;) {
      moved = false
      for (const [index, queue] of queues.entries()) {
        const chunk = queue.shift()
        if (chunk === undefined) continue
        moved = true
        ;(index === 0 ? b : a).connection.handlers?.data(chunk)
      }
    }
  }
  return { a, b, pump, clocks: sides.map(({ clock }) => clock), sent }
}

describe('two Ethereum sessions of ours', () => {
  it('shake hands, know each other, and ping', () => {
    const { a, b, pump, clocks } = wire()
    pump()
    expect([a.isReady, b.isReady]).toEqual([true, true])
    expect([a.identities.length, b.identities.length]).toEqual([1, 1])
    expect(a.session.facts()).toMatchObject({
      state: 'ready',
      agent: 'Warren/v0.1.0',
      version: 5,
      capabilities: ['eth/71', 'eth/72'],
    })
    expect(a.session.facts().details).toEqual({ 'eth/72': 16 })
    clocks[0]?.advance(15_000)
    pump()
    expect(a.session.facts().pingMs).not.toBeNull()
    expect([a.breaches, b.breaches, a.ends, b.ends]).toEqual([[], [], [], []])
  })

  it('tell why they leave', () => {
    const { a, b, pump } = wire()
    pump()
    a.session.close({ code: 'evicted', text: 'There is no room.' })
    pump()
    expect(b.ends).toEqual([{ code: 'remote', text: 'The peer left: too many peers.' }])
  })

  it('end in 5 s when nothing comes, and after 30 s of silence', () => {
    const silent = wire()
    silent.clocks[1]?.advance(6000)
    expect(silent.b.ends.map(({ code }) => code)).toEqual(['handshake-timeout'])
    const { a, pump, clocks } = wire()
    pump()
    clocks[0]?.advance(31_000)
    expect(a.ends.map(({ code }) => code)).toEqual(['timeout'])
  })

  it('find out that somebody else answers', () => {
    const other = hex(publicKeyOf(randomKey(random)))
    const { a, b, pump } = wire(() => other)
    pump()
    expect(a.isReady).toBe(false)
    expect(b.breaches.map(({ rule }) => rule)).toEqual(['rlpx-handshake'])
  })

  it('do not dial without knowing whom', () => {
    const { a } = wire(() => '')
    expect(a.ends[0]).toMatchObject({ code: 'handshake-failed', text: expect.stringContaining('enode') })
  })
})

describe('the base protocol', () => {
  const id = publicKeyOf(randomKey(random))

  it('reads the hello of EIP-8 with its further elements', () => {
    const bytes = Buffer.from(
      'f87137916b6e6574682f76302e39312f706c616e39cdc5836574683dc6846d6f726b1682270fb840fda1cff674c90c9a197539fe3dfb53086ace64f83ed7c6eabec741f7f381cc803e52ab2cd55d5569bce4347107a310dfd5f88a010cd2ffd1005ca406f1842877c883666f6f836261720304',
      'hex',
    )
    expect(decodeHello(bytes)).toMatchObject({
      version: 55,
      agent: 'kneth/v0.91/plan9',
      capabilities: [
        { name: 'eth', version: 61 },
        { name: 'mork', version: 22 },
      ],
      port: 9999,
    })
  })

  // go-ethereum cmd/devp2p TestMaliciousHandshake, and the matrix of p2p/transport_test.go.
  it.each([
    ['a capability with a name of 2 KiB', { name: 'x'.repeat(2000) }, 'message-too-big'],
    ['an identity of 65 bytes', { id: new Uint8Array(65).fill(1) }, 'invalid-identity'],
    ['an identity of 128 bytes', { id: new Uint8Array(128).fill(1) }, 'invalid-identity'],
    ['an identity of 2 KiB', { id: new Uint8Array(2100).fill(1) }, 'message-too-big'],
    ['no identity', { id: new Uint8Array(64) }, 'invalid-identity'],
  ])('refuses %s', (_name, change: { name?: string; id?: Uint8Array }, code) => {
    const hello = {
      version: 5,
      agent: 'x',
      capabilities: [{ name: change.name ?? 'eth', version: 71 }],
      port: 0,
      id: change.id ?? id,
    }
    expect(() => decodeHello(encodeHello(hello))).toThrow(expect.objectContaining({ code }))
  })

  it('cleans what a client calls itself', () => {
    const hello = { version: 5, agent: `a\u0007b${'c'.repeat(500)}`, capabilities: [], port: 0, id }
    expect(decodeHello(encodeHello(hello)).agent).toMatch(/^a\?bc{253}$/)
  })

  it.each([
    ['c104', 4],
    ['c180', 0],
    ['04', 4],
    ['80', 0],
    ['', 255],
    ['c0', 255],
    ['ffff', 255],
    [`b865${'00'.repeat(101)}`, 255],
  ])('reads disconnect %s as %i', (bytes, reason) => {
    expect(decodeDisconnect(Buffer.from(bytes, 'hex'))).toBe(reason)
  })

  // go-ethereum p2p/peer_test.go TestMatchProtocols.
  it.each([
    [[], [], []],
    [[['a', 1, 10]], [], []],
    [[], [['a', 1]], []],
    [[['a', 1, 10]], [['b', 1]], []],
    [[['a', 1, 10]], [['a', 1]], ['a/1@16']],
    [
      [
        ['b', 1, 10],
        ['a', 1, 4],
      ],
      [
        ['a', 1],
        ['b', 1],
      ],
      ['a/1@16', 'b/1@20'],
    ],
    [
      [
        ['a', 1, 10],
        ['a', 2, 12],
      ],
      [
        ['a', 1],
        ['a', 2],
      ],
      ['a/2@16'],
    ],
    [[['a', 2, 12]], [['a', 1]], []],
  ] as [[string, number, number][], [string, number][], string[]][])(
    'matches %j with %j',
    (local, remote, expected) => {
      const shared = matchCapabilities(
        local.map(([name, version, length]) => ({ name, version, length })),
        remote.map(([name, version]) => ({ name, version })),
      )
      expect(shared.map(({ name, version, offset }) => `${name}/${version}@${offset}`)).toEqual(expected)
    },
  )

  it('answers requests empty, by their number', () => {
    expect(answerTo(3, Buffer.from('c482046580', 'hex'))).toEqual({
      code: 4,
      payload: Uint8Array.from(Buffer.from('c4820465c0', 'hex')),
    })
    expect(answerTo(2, Buffer.from('c0', 'hex'))).toBeNull()
    expect(() => answerTo(3, Buffer.from('ff', 'hex'))).toThrow()
  })
})
