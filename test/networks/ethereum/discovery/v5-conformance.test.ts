/**
 * The cases of go-ethereum's conformance tool for discovery v5 (cmd/devp2p, v5test), by their names there: black box,
 * over real UDP on loopback.
 */
import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '../../../../src-main/log/index.ts'
import type { EthereumDiscovery } from '../../../../src-main/networks/ethereum/discovery/discovery.ts'
import { LocalNode } from '../../../../src-main/networks/ethereum/discovery/local-node.ts'
import { hex, logDistance, recordNode } from '../../../../src-main/networks/ethereum/discovery/node.ts'
import type { DiscoveredNode } from '../../../../src-main/networks/ethereum/discovery/node.ts'
import { recordOfItem } from '../../../../src-main/networks/ethereum/discovery/enr.ts'
import type { V5Incoming } from '../../../../src-main/networks/ethereum/discovery/v5/codec.ts'
import { V5Codec } from '../../../../src-main/networks/ethereum/discovery/v5/codec.ts'
import type { V5Message } from '../../../../src-main/networks/ethereum/discovery/v5/messages.ts'
import { recordItem } from '../../../../src-main/networks/ethereum/discovery/v5/messages.ts'
import { systemClock, systemRandom } from '../../../../src-main/time/index.ts'
import { OPEN_POLICY, addressBytes, createTransport, parseAddress } from '../../../../src-main/transport/index.ts'
import type { Address, Transport } from '../../../../src-main/transport/index.ts'
import { discoveryOn } from './stand.ts'

const WAIT_MS = 300

let transport: Transport
let remote: EthereumDiscovery
let dest: DiscoveredNode
const open: Connection[] = []

beforeAll(async () => {
  transport = createTransport({ clock: systemClock, log: silentLog, policy: OPEN_POLICY })
  const socket = await transport.openUdp({ host: '127.0.0.1', port: 0 })
  remote = discoveryOn(socket, systemClock, 2, { random: systemRandom, usesV4: false })
  dest = recordNode(remote.local.record)
  await remote.start()
})

afterEach(() => {
  for (const connection of open.splice(0)) connection.close()
})

afterAll(async () => {
  remote.close()
  await transport.close()
})

class Endpoint {
  readonly address: Address
  readonly #socket: Socket
  readonly #inbox: Uint8Array[] = []
  #wake: (() => void) | null = null

  constructor(socket: Socket, host: string) {
    this.#socket = socket
    this.address = parseAddress(`${host}:${socket.address().port}`)
    socket.on('message', datagram => {
      this.#inbox.push(new Uint8Array(datagram))
      this.#wake?.()
    })
  }

  send(bytes: Uint8Array): void {
    this.#socket.send(bytes, dest.udp.port, dest.udp.host)
  }

  async read(waitMs: number): Promise<Uint8Array | null> {
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

  close(): void {
    this.#socket.close()
  }
}

/** One identity with one codec, so one session, on one or two endpoints. */
class Connection {
  readonly local: LocalNode
  readonly codec: V5Codec
  readonly endpoints: readonly Endpoint[]

  private constructor(endpoints: readonly Endpoint[], bound: Address) {
    this.endpoints = endpoints
    this.local = new LocalNode({
      clock: systemClock,
      privateKey: systemRandom.bytes(32).with(0, 1),
      seq: null,
      seqChanged: () => {},
      bound,
      tcpPort: 0,
    })
    this.codec = new V5Codec({ clock: systemClock, random: systemRandom, local: this.local, mayWork: () => true })
  }

  static async listen(...hosts: readonly string[]): Promise<Connection> {
    const endpoints = await Promise.all(
      hosts.map(async host => {
        const socket = createSocket('udp4')
        await new Promise<void>(resolve => socket.bind(0, host, resolve))
        return new Endpoint(socket, host)
      }),
    )
    const [first] = endpoints
    if (first === undefined) throw new Error('no endpoint')
    const connection = new Connection(endpoints, first.address)
    open.push(connection)
    return connection
  }

  at(index: number): Endpoint {
    const endpoint = this.endpoints[index]
    if (endpoint === undefined) throw new Error('no endpoint')
    return endpoint
  }

  close(): void {
    for (const endpoint of this.endpoints) endpoint.close()
  }

  write(endpoint: Endpoint, message: V5Message): void {
    endpoint.send(this.codec.encode(dest.idBytes, dest.udp, message).bytes)
  }

  async read(endpoint: Endpoint, waitMs = WAIT_MS): Promise<V5Incoming | null> {
    const bytes = await endpoint.read(waitMs)
    return bytes === null ? null : this.codec.decode(bytes, dest.udp)
  }

  finish(endpoint: Endpoint, message: V5Message, incoming: V5Incoming | null): void {
    if (incoming?.kind !== 'whoareyou') throw new Error(`expected a WHOAREYOU, not ${incoming?.kind}`)
    endpoint.send(this.codec.encodeHandshake(dest, dest.udp, message, incoming.packet).bytes)
  }

  /** Sends a request, through a handshake when there is no session, and reads the answer. */
  async ask(endpoint: Endpoint, message: V5Message): Promise<V5Message | null> {
    this.write(endpoint, message)
    let incoming = await this.read(endpoint)
    if (incoming?.kind === 'whoareyou') {
      this.finish(endpoint, message, incoming)
      incoming = await this.read(endpoint)
    }
    if (incoming === null) return null
    if (incoming.kind !== 'message') throw new Error(`expected a message, not ${incoming.kind}`)
    return incoming.message
  }

  /** All answers to one FINDNODE. */
  async findnode(endpoint: Endpoint, distances: readonly number[]): Promise<readonly DiscoveredNode[]> {
    const nodes: DiscoveredNode[] = []
    let answer = await this.ask(endpoint, { type: 'findnode', requestId: requestId(), distances })
    for (let left = Infinity; ;) {
      if (answer?.type === 'ping') {
        this.write(endpoint, pongTo(answer, this.local.seq))
        const incoming = await this.read(endpoint)
        answer = incoming?.kind === 'message' ? incoming.message : null
        continue
      }
      if (answer?.type !== 'nodes') throw new Error(`expected nodes, not ${answer?.type}`)
      left = Math.min(left, answer.total)
      nodes.push(...answer.records.map(item => recordNode(recordOfItem(item))))
      if (--left <= 0) return nodes
      const incoming = await this.read(endpoint)
      answer = incoming?.kind === 'message' ? incoming.message : null
    }
  }
}

let lastId = 0
const requestId = (): Uint8Array => Uint8Array.of(++lastId >>> 8, lastId & 255, 1, 2)

const ping = (): V5Message => ({ type: 'ping', requestId: requestId(), seq: 1n })

const pongTo = (message: V5Message, seq: bigint): V5Message => ({
  type: 'pong',
  requestId: message.requestId,
  seq,
  ip: addressBytes(dest.udp),
  port: dest.udp.port,
})

function checkPong(answer: V5Message | null, asked: V5Message, endpoint: Endpoint): void {
  if (answer?.type !== 'pong') throw new Error(`expected a pong, not ${answer?.type}`)
  expect(answer.requestId).toEqual(asked.requestId)
  expect(answer.ip).toEqual(addressBytes(endpoint.address))
  expect(answer.port).toBe(endpoint.address.port)
}

describe('discovery v5, the cases of devp2p discv5 test', () => {
  it('Ping', async () => {
    const connection = await Connection.listen('127.0.0.1')
    const asked = ping()
    checkPong(await connection.ask(connection.at(0), asked), asked, connection.at(0))
  })

  it('PingLargeRequestID', async () => {
    const connection = await Connection.listen('127.0.0.1')
    const asked: V5Message = { type: 'ping', requestId: new Uint8Array(9), seq: 1n }
    expect(await connection.ask(connection.at(0), asked)).toBeNull()
  })

  it('PingMultiIP', async () => {
    const connection = await Connection.listen('127.0.0.1', '127.0.0.2')
    const [l1, l2] = [connection.at(0), connection.at(1)]
    const first = ping()
    checkPong(await connection.ask(l1, first), first, l1)
    const second = ping()
    connection.write(l2, second)
    connection.finish(l2, second, await connection.read(l2))
    const answer = await connection.read(l2)
    checkPong(answer?.kind === 'message' ? answer.message : null, second, l2)
    connection.write(l1, ping())
    expect((await connection.read(l1))?.kind).toBe('whoareyou')
  })

  it('HandshakeResend', async () => {
    const connection = await Connection.listen('127.0.0.1')
    connection.write(connection.at(0), ping())
    const first = await connection.read(connection.at(0))
    if (first?.kind !== 'whoareyou') throw new Error('no WHOAREYOU')
    connection.write(connection.at(0), ping())
    const second = await connection.read(connection.at(0))
    if (second?.kind !== 'whoareyou') throw new Error('no WHOAREYOU')
    expect(second.packet.nonce).toEqual(first.packet.nonce)
    expect(second.packet.header).toEqual(first.packet.header)
  })

  it('TalkRequest', async () => {
    const connection = await Connection.listen('127.0.0.1')
    for (const id of [requestId(), new Uint8Array(0)]) {
      const answer = await connection.ask(connection.at(0), {
        type: 'talkRequest',
        requestId: id,
        protocol: new TextEncoder().encode('test-protocol'),
        message: new Uint8Array(0),
      })
      expect(answer).toEqual({ type: 'talkResponse', requestId: id, message: new Uint8Array(0) })
    }
  })

  it('FindnodeZeroDistance', async () => {
    const connection = await Connection.listen('127.0.0.1')
    const nodes = await connection.findnode(connection.at(0), [0])
    expect(nodes.map(({ id }) => id)).toEqual([dest.id])
  })

  it('FindnodeResults', async () => {
    const bystanders = await Promise.all(Array.from({ length: 5 }, () => Connection.listen('127.0.0.1')))
    const known = bystanders.map(({ local }) => local)
    const live = new Set<string>()
    const over = new AbortController()
    const serve = async (connection: Connection): Promise<void> => {
      const endpoint = connection.at(0)
      await connection.ask(endpoint, { type: 'ping', requestId: requestId(), seq: connection.local.seq })
      while (!over.signal.aborted) {
        const incoming = await connection.read(endpoint, 100)
        if (incoming?.kind === 'whoareyou') connection.finish(endpoint, ping(), incoming)
        if (incoming?.kind !== 'message') continue
        const { message } = incoming
        if (message.type === 'ping') {
          connection.write(endpoint, pongTo(message, connection.local.seq))
          live.add(connection.local.id)
        }
        if (message.type === 'findnode')
          connection.write(endpoint, {
            type: 'nodes',
            requestId: message.requestId,
            total: 1,
            records: known
              .filter(({ idBytes }) => message.distances.includes(logDistance(idBytes, connection.local.idBytes)))
              .map(({ record }) => recordItem(record.bytes)),
          })
      }
    }
    const serving = bystanders.map(serve)
    const until = performance.now() + 60_000
    while (live.size < bystanders.length && performance.now() < until)
      await new Promise(resolve => setTimeout(resolve, 50))
    expect(live.size).toBe(bystanders.length)
    // The last pong has to arrive.
    await new Promise(resolve => setTimeout(resolve, 100))
    const asker = await Connection.listen('127.0.0.1')
    const distances = [...new Set(known.map(({ idBytes }) => logDistance(idBytes, dest.idBytes)))]
    const found = await asker.findnode(asker.at(0), distances)
    over.abort()
    await Promise.all(serving)
    expect(found.map(({ idBytes }) => hex(idBytes))).toEqual(expect.arrayContaining(known.map(({ id }) => id)))
  }, 70_000)
})
