/**
 * The cases of go-ethereum's conformance tool for discovery v4 (cmd/devp2p, v4test), by their names there: black box,
 * over real UDP on loopback.
 */
import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '../../../../src-main/log/index.ts'
import type { EthereumDiscovery } from '../../../../src-main/networks/ethereum/discovery/discovery.ts'
import { keccak256, publicKeyOf } from '../../../../src-main/networks/ethereum/keys.ts'
import { hex } from '../../../../src-main/networks/ethereum/discovery/node.ts'
import type { Item } from '../../../../src-main/networks/ethereum/discovery/rlp-items.ts'
import { uint } from '../../../../src-main/networks/ethereum/discovery/rlp-items.ts'
import type { V4Endpoint, V4Packet } from '../../../../src-main/networks/ethereum/discovery/v4/packets.ts'
import {
  decodePacket,
  encodePacket,
  encodeTyped,
  endpointOf,
} from '../../../../src-main/networks/ethereum/discovery/v4/packets.ts'
import { systemClock, systemRandom } from '../../../../src-main/time/index.ts'
import { OPEN_POLICY, createTransport, parseAddress } from '../../../../src-main/transport/index.ts'
import type { Address, Transport } from '../../../../src-main/transport/index.ts'
import { discoveryOn } from './stand.ts'

/** How long silence is waited for, as in the tool. */
const WAIT_MS = 300
const WRONG: V4Endpoint = { ip: Uint8Array.of(192, 0, 2, 0), udp: 0, tcp: 0 }
const JUNK: readonly Item[] = [uint(42), Uint8Array.of(9, 8, 7, 6, 5, 4, 3, 2, 1)]

let transport: Transport
let remote: EthereumDiscovery
let remoteAt: Address
const open: Tester[] = []

beforeAll(async () => {
  transport = createTransport({ clock: systemClock, log: silentLog, policy: OPEN_POLICY })
  const socket = await transport.openUdp({ host: '127.0.0.1', port: 0 })
  remoteAt = socket.address
  remote = discoveryOn(socket, systemClock, 1, { random: systemRandom })
  await remote.start()
})

afterEach(() => {
  for (const tester of open.splice(0)) tester.close()
})

afterAll(async () => {
  remote.close()
  await transport.close()
})

interface Read {
  readonly packet: V4Packet
  readonly hash: Uint8Array
}

class Tester {
  readonly address: Address
  readonly key: Uint8Array
  readonly #socket: Socket
  readonly #inbox: Read[] = []
  #wake: (() => void) | null = null

  private constructor(socket: Socket, host: string, key: Uint8Array) {
    this.#socket = socket
    this.key = key
    this.address = parseAddress(`${host}:${socket.address().port}`)
    socket.on('message', datagram => {
      const { packet, hash, publicKey } = decodePacket(new Uint8Array(datagram))
      expect(publicKey).toEqual(remote.local.publicKey)
      this.#inbox.push({ packet, hash })
      this.#wake?.()
    })
  }

  static async listen(host = '127.0.0.1', key: Uint8Array = systemRandom.bytes(32).with(0, 1)): Promise<Tester> {
    const socket = createSocket('udp4')
    await new Promise<void>(resolve => socket.bind(0, host, resolve))
    const tester = new Tester(socket, host, key)
    open.push(tester)
    return tester
  }

  close(): void {
    this.#socket.close()
  }

  send(packet: V4Packet, extra: readonly Item[] = []): Uint8Array {
    return this.sendRaw(encodePacket(packet, this.key, extra))
  }

  sendRaw({ bytes, hash }: { bytes: Uint8Array; hash: Uint8Array }): Uint8Array {
    this.#socket.send(bytes, remoteAt.port, remoteAt.host)
    return hash
  }

  /** The next packet, or null after a silence. */
  async read(waitMs = WAIT_MS): Promise<Read | null> {
    if (this.#inbox.length === 0) {
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, waitMs)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      this.#wake = null
    }
    return this.#inbox.shift() ?? null
  }

  async expectSilence(): Promise<void> {
    expect(await this.read()).toBeNull()
  }

  ping(more: Partial<Extract<V4Packet, { type: 'ping' }>> = {}): Extract<V4Packet, { type: 'ping' }> {
    return {
      type: 'ping',
      version: 4,
      from: endpointOf(this.address, 0),
      to: endpointOf(remoteAt, 0),
      expiration: future(),
      seq: null,
      ...more,
    }
  }

  checkPong(packet: V4Packet, pingHash: Uint8Array): void {
    if (packet.type !== 'pong') throw new Error(`expected a pong, not ${packet.type}`)
    expect(packet.pingHash).toEqual(pingHash)
    expect(packet.to.ip).toEqual(endpointOf(this.address, 0).ip)
    expect(packet.to.udp).toBe(this.address.port)
    expect(packet.expiration).toBeGreaterThanOrEqual(BigInt(Math.floor(Date.now() / 1000)))
  }

  /** Both a pong and a ping come, in either order. */
  async expectPingPong(pingHash: Uint8Array): Promise<void> {
    const types: string[] = []
    for (let count = 0; count < 2; count++) {
      const read = await this.read(2000)
      types.push(read?.packet.type ?? 'silence')
      if (read?.packet.type === 'pong') this.checkPong(read.packet, pingHash)
    }
    expect(types.toSorted()).toEqual(['ping', 'pong'])
  }

  pong(pingHash: Uint8Array): void {
    this.send({ type: 'pong', to: endpointOf(remoteAt, 0), pingHash, expiration: future(), seq: null })
  }

  /** Proves our endpoint. */
  async bond(answer: (hash: Uint8Array) => Uint8Array = hash => hash): Promise<void> {
    const pingHash = this.send(this.ping())
    const seen = new Set<string>()
    while (!seen.has('ping') || !seen.has('pong')) {
      const read = await this.read(2000)
      if (read === null) throw new Error('no answer')
      seen.add(read.packet.type)
      if (read.packet.type === 'ping') this.pong(answer(read.hash))
      else this.checkPong(read.packet, pingHash)
    }
  }

  findnode(more: Partial<Extract<V4Packet, { type: 'findnode' }>> = {}): void {
    this.send({ type: 'findnode', target: systemRandom.bytes(64), expiration: future(), ...more })
  }

  /** The next packet that is no ping or findnode of the node's own. */
  async readAnswer(): Promise<Read | null> {
    for (;;) {
      const read = await this.read()
      if (read === null || (read.packet.type !== 'ping' && read.packet.type !== 'findnode')) return read
      if (read.packet.type === 'ping') this.pong(read.hash)
    }
  }
}

const future = (): bigint => BigInt(Math.floor(Date.now() / 1000) + 20)
/** Some minutes ago. The tool's own is so far in the future that it wraps around, or reads as such. */
const past = (): bigint => BigInt(Math.floor(Date.now() / 1000) - 300)

describe('discovery v4, the cases of devp2p discv4 test', () => {
  it('Ping/Basic', async () => {
    const tester = await Tester.listen()
    await tester.expectPingPong(tester.send(tester.ping()))
  })

  it('Ping/WrongTo', async () => {
    const tester = await Tester.listen()
    await tester.expectPingPong(tester.send(tester.ping({ to: WRONG })))
  })

  it('Ping/WrongFrom', async () => {
    const tester = await Tester.listen()
    await tester.expectPingPong(tester.send(tester.ping({ from: WRONG })))
  })

  it('Ping/ExtraData', async () => {
    const tester = await Tester.listen()
    await tester.expectPingPong(tester.send(tester.ping(), JUNK))
  })

  it('Ping/ExtraDataWrongFrom', async () => {
    const tester = await Tester.listen()
    await tester.expectPingPong(tester.send(tester.ping({ from: WRONG }), JUNK))
  })

  it('Ping/PastExpiration', async () => {
    const tester = await Tester.listen()
    tester.send(tester.ping({ expiration: past() }))
    await tester.expectSilence()
  })

  it('Ping/WrongPacketType', async () => {
    const tester = await Tester.listen()
    const endpoint: Item = [Uint8Array.of(127, 0, 0, 1), uint(tester.address.port), uint(0)]
    tester.sendRaw(encodeTyped(66, [uint(4), endpoint, endpoint, uint(future())], tester.key))
    await tester.expectSilence()
  })

  it('Ping/BondThenPingWithWrongFrom', async () => {
    const tester = await Tester.listen()
    await tester.bond()
    const pingHash = tester.send(tester.ping({ from: WRONG }))
    const read = await tester.readAnswer()
    if (read === null) throw new Error('no pong')
    tester.checkPong(read.packet, pingHash)
  })

  it('ENRRequest', async () => {
    const tester = await Tester.listen()
    tester.send({ type: 'enrRequest', expiration: future() })
    await tester.expectSilence()
    await tester.bond()
    const hash = tester.send({ type: 'enrRequest', expiration: future() })
    const read = await tester.readAnswer()
    if (read?.packet.type !== 'enrResponse') throw new Error(`expected a record, not ${read?.packet.type}`)
    expect(read.packet.requestHash).toEqual(hash)
    expect(hex(read.packet.record.id)).toBe(remote.local.id)
  })

  it('Findnode/WithoutEndpointProof', async () => {
    const tester = await Tester.listen()
    tester.findnode()
    expect(await tester.readAnswer()).toBeNull()
  })

  it('Findnode/BasicFindnode', async () => {
    const tester = await Tester.listen()
    await tester.bond()
    tester.findnode()
    expect((await tester.readAnswer())?.packet.type).toBe('neighbors')
  })

  it('Findnode/UnsolicitedNeighbors', async () => {
    const tester = await Tester.listen()
    await tester.bond()
    const fake = publicKeyOf(systemRandom.bytes(32).with(0, 1))
    tester.send({
      type: 'neighbors',
      nodes: [{ ip: Uint8Array.of(1, 2, 3, 4), udp: 30303, tcp: 30303, publicKey: fake }],
      expiration: future(),
    })
    tester.findnode({ target: fake })
    const read = await tester.readAnswer()
    if (read?.packet.type !== 'neighbors') throw new Error('no neighbors')
    expect(read.packet.nodes.map(node => hex(node.publicKey))).not.toContain(hex(fake))
    expect(remote.v4?.table.get(hex(keccak256(fake)))).toBeNull()
  })

  it('Findnode/PastExpiration', async () => {
    const tester = await Tester.listen()
    await tester.bond()
    tester.findnode({ expiration: past() })
    expect(await tester.readAnswer()).toBeNull()
  })

  it('Amplification/InvalidPongHash', async () => {
    const tester = await Tester.listen()
    await tester.bond(() => new Uint8Array(32))
    tester.findnode()
    const read = await tester.read()
    expect(read?.packet.type).not.toBe('neighbors')
  })

  it('Amplification/WrongIP', async () => {
    const tester = await Tester.listen()
    await tester.bond()
    const elsewhere = await Tester.listen('127.0.0.2', tester.key)
    elsewhere.findnode()
    await elsewhere.expectSilence()
  })
})
