/**
 * Sessions of ours against RLPx of @ethereumjs/devp2p, which we did not write, over TCP on loopback, each side dialing:
 * handshake, hello, a message of a subprotocol both ways, and a farewell.
 */
import { randomBytes } from 'node:crypto'
import type { Server } from 'node:net'
import { RLPx } from '@ethereumjs/devp2p'
import type { Peer } from '@ethereumjs/devp2p'
import { afterEach, describe, expect, it } from 'vitest'
import type { Misbehaviour, Session, SessionEnd } from '../../src-main/connections/index.ts'
import { silentLog } from '../../src-main/log/index.ts'
import { encode, uint } from '../../src-main/networks/ethereum/discovery/rlp-items.ts'
import { createEthereum } from '../../src-main/networks/ethereum/ethereum.ts'
import { ETHEREUM_NETWORKS } from '../../src-main/networks/ethereum/params.ts'
import { publicKeyOf } from '../../src-main/networks/ethereum/keys.ts'
import { systemClock, systemRandom } from '../../src-main/time/index.ts'
import { OPEN_POLICY, createTransport, parseAddress } from '../../src-main/transport/index.ts'
import type { Connection } from '../../src-main/transport/index.ts'
import { compress } from 'snappyjs'
import { until } from '../transport/dialer-compliance.ts'

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** A capability of theirs that keeps what it is sent. It compresses what it sends; what it hears comes plain. */
interface Theirs {
  readonly rlpx: RLPx
  readonly id: string
  readonly peers: Peer[]
  readonly removed: unknown[]
  readonly heard: { code: number; payload: Uint8Array }[]
  send(code: number, payload: Uint8Array): void
}

function theirs(): Theirs {
  const key = randomBytes(32)
  const heard: { code: number; payload: Uint8Array }[] = []
  let send: (code: number, payload: Uint8Array) => void = () => {}
  class Eth {
    constructor(_version: number, _peer: unknown, sender: (code: number, payload: Uint8Array) => void) {
      send = sender
    }
    _handleMessage(code: number, payload: Uint8Array): void {
      heard.push({ code, payload })
    }
  }
  const rlpx = new RLPx(key, {
    capabilities: [{ name: 'eth', version: 72, length: 22, constructor: Eth as never }],
    common: { customCrypto: {} } as never,
    maxPeers: 10,
    timeout: 5000,
  })
  const peers: Peer[] = []
  const removed: unknown[] = []
  rlpx.events.on('peer:added', peer => void peers.push(peer))
  rlpx.events.on('peer:removed', (_peer, reason) => void removed.push(reason))
  rlpx.events.on('error', () => {})
  rlpx.events.on('peer:error', () => {})
  closers.push(() => rlpx.destroy())
  return { rlpx, id: hex(rlpx.id), peers, removed, heard, send: (code, payload) => send(code, compress(payload)) }
}

interface Ours {
  session: Session | null
  readonly breaches: Misbehaviour[]
  readonly ends: SessionEnd[]
  readonly kinds: string[]
  isReady: boolean
}

const ownKey = randomBytes(32)
const [params] = ETHEREUM_NETWORKS
if (params === undefined) throw new Error('no network')
const network = createEthereum(params, { clock: systemClock, random: systemRandom, key: ownKey })
const transport = (): ReturnType<typeof createTransport> => {
  const made = createTransport({ clock: systemClock, log: silentLog, policy: OPEN_POLICY })
  closers.push(() => made.close())
  return made
}

function open(connection: Connection, expected: string | null): Ours {
  const ours: Ours = { session: null, breaches: [], ends: [], kinds: [], isReady: false }
  ours.session = network.openSession(
    connection,
    expected === null ? 'inbound' : 'manual',
    {
      ready: () => void (ours.isReady = true),
      ended: end => void ours.ends.push(end),
      misbehaved: breach => void ours.breaches.push(breach),
      heard: () => {},
      addressesWanted: () => {},
      message: (way, kind) => void ours.kinds.push(`${way} ${kind}`),
    },
    expected,
  )
  return ours
}

/** Status from them, which we say back; a request, which we answer empty; then the farewell. */
async function converse(ours: Ours, them: Theirs): Promise<void> {
  await until(() => ours.isReady && them.peers.length === 1)
  expect(ours.session?.facts()).toMatchObject({ state: 'ready', identity: them.id, version: 5 })
  expect(ours.session?.facts().agent).toContain('ethereumjs-devp2p')
  const status = encode([uint(72), uint(1), new Uint8Array(32).fill(7)])
  them.send(0, status)
  them.send(3, encode([uint(1234), []]))
  await until(() => them.heard.length === 2)
  expect(them.heard.map(({ code, payload }) => [code, hex(payload)])).toEqual([
    [0, hex(status)],
    [4, hex(encode([uint(1234), []]))],
  ])
  expect(ours.breaches).toEqual([])
  ours.session?.close({ code: 'evicted', text: 'There is no room.' })
  await until(() => them.removed.length === 1)
}

describe('RLPx with @ethereumjs/devp2p', () => {
  it('we dial', async () => {
    const them = theirs()
    them.rlpx.listen(0, '127.0.0.1')
    const server = (them.rlpx as unknown as { _server: Server })._server
    await until(() => server.address() !== null)
    const { port } = server.address() as { port: number }
    const connection = await transport().dial(parseAddress(`127.0.0.1:${port}`))
    await converse(open(connection, them.id), them)
  })

  it('they dial', async () => {
    const them = theirs()
    let ours: Ours | null = null
    const listener = await transport().listen([parseAddress('127.0.0.1:0')], {
      onConnection: connection => void (ours = open(connection, null)),
    })
    const [address] = listener.addresses
    void them.rlpx
      .connect({ id: publicKeyOf(ownKey), address: '127.0.0.1', tcpPort: address?.port ?? 0 })
      .catch(() => {})
    await until(() => ours !== null)
    if (ours !== null) await converse(ours, them)
  })

  it('hear why they leave, in their own form', async () => {
    const them = theirs()
    them.rlpx.listen(0, '127.0.0.1')
    const server = (them.rlpx as unknown as { _server: Server })._server
    await until(() => server.address() !== null)
    const { port } = server.address() as { port: number }
    const ours = open(await transport().dial(parseAddress(`127.0.0.1:${port}`)), them.id)
    await until(() => ours.isReady && them.peers.length === 1)
    them.peers[0]?.disconnect(4)
    await until(() => ours.ends.length === 1)
    expect(ours.ends[0]).toEqual({ code: 'remote', text: 'The peer left: too many peers.' })
  })
})
