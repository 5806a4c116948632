/**
 * Discovery v4 at work. Its packets can be sent with a false source address, and an answer with neighbors is many times
 * as large as its question: so only who has answered a ping from an IP gets more than a pong there (endpoint proof),
 * and only answers to our own questions are believed.
 */
import type { Log } from '../../../../log/index.ts'
import type { Clock, RandomSource } from '../../../../time/index.ts'
import type { Address } from '../../../../transport/index.ts'
import type { Activity } from '../activity.ts'
import { DiscoveryError } from '../error.ts'
import { isKey, keccak256 } from '../../keys.ts'
import {
  BOND_MS,
  BUCKET_SIZE,
  MAX_FIND_FAILURES,
  REFRESH_LOOKUPS,
  SEED_COUNT,
  SEED_MAX_AGE_MS,
  V4_EXPIRATION_MS,
  V4_MAX_NEIGHBORS,
  V4_MAX_PING_BACKS,
  V4_REPLY_MS,
} from '../limits.ts'
import type { LocalNode } from '../local-node.ts'
import { RandomWalk, lookup, lookupAll, pause } from '../lookup.ts'
import type { NodeDb } from '../node-db.ts'
import { hex, mayRelay, recordNode, seenNode } from '../node.ts'
import type { DiscoveredNode } from '../node.ts'
import { NodeTable } from '../table.ts'
import type { V4Packet, V4Received } from './packets.ts'
import { addressOf, decodePacket, encodePacket, endpointOf } from './packets.ts'
import { PendingReplies } from './pending.ts'

export interface V4Parts {
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
  readonly local: LocalNode
  readonly db: NodeDb
  readonly activity: Activity
  readonly bootNodes: readonly DiscoveredNode[]
  readonly send: (datagram: Uint8Array, to: Address) => boolean
  readonly changed: () => void
}

/** A node that is asked: what a request needs to know of it. */
type Asked = Pick<DiscoveredNode, 'id' | 'udp'>

export class DiscoveryV4 {
  readonly table: NodeTable
  readonly #parts: V4Parts
  readonly #pending: PendingReplies
  readonly #abort = new AbortController()
  #pingBacks = 0

  constructor(parts: V4Parts) {
    this.#parts = parts
    const { clock, random, log, local, db, bootNodes } = parts
    this.#pending = new PendingReplies(clock, () =>
      log.warn('Many nodes in a row do not answer: if the clock of this machine is wrong, they ignore what it sends'),
    )
    this.table = new NodeTable({
      clock,
      random,
      network: {
        self: () => local.idBytes,
        ping: node => this.ping(node),
        requestRecord: node => this.requestRecord(node),
        refresh: () => this.#refresh(),
        seeds: () => [...db.seeds(SEED_COUNT, SEED_MAX_AGE_MS), ...bootNodes],
        findFailures: node => db.findFailures(node.id, node.udp, 4),
        setFindFailures: (node, failures) => db.setFindFailures(node.id, node.udp, 4, failures),
        store: node => db.store(node),
        changed: parts.changed,
      },
    })
  }

  /** Seeds the table; resolves when the first look around is done. */
  start(): Promise<void> {
    return this.table.start()
  }

  close(): void {
    this.#abort.abort()
    this.table.close()
    this.#pending.close()
  }

  /** An endless source of nodes from random lookups. */
  walk(): RandomWalk {
    const { clock, random } = this.#parts
    return new RandomWalk({
      clock,
      table: this.table,
      randomLookup: signal =>
        lookup(this.#lookupParts(random.bytes(64), () => signal.aborted || this.#abort.signal.aborted)),
    })
  }

  /** The 16 nodes closest to a public key of 64 bytes, which need not exist. */
  lookup(target: Uint8Array): Promise<readonly DiscoveredNode[]> {
    return lookupAll(this.#lookupParts(target, () => this.#abort.signal.aborted))
  }

  #lookupParts(target: Uint8Array, isOver: () => boolean): Parameters<typeof lookup>[0] {
    this.#parts.activity.lookup(4)
    return {
      table: this.table,
      self: this.#parts.local.idBytes,
      target: keccak256(target),
      query: node => this.findnode(node, target),
      isOver,
    }
  }

  async #refresh(): Promise<void> {
    const { local, random } = this.#parts
    await this.lookup(local.publicKey)
    for (let count = 0; count < REFRESH_LOOKUPS && !this.#abort.signal.aborted; count++)
      await this.lookup(random.bytes(64))
  }

  /** Asks whether the node is there. Its record's sequence number; 0 when it does not say. Rejects with `timeout`. */
  async ping({ id, udp }: Asked): Promise<bigint> {
    const { clock, local, activity } = this.#parts
    const startedAt = clock.monotonic()
    const { endpoint } = local
    const { bytes, hash } = encodePacket(
      {
        type: 'ping',
        version: 4,
        from:
          endpoint === null
            ? { ip: new Uint8Array(4), udp: local.bound.port, tcp: local.tcpPort }
            : endpointOf(endpoint, local.tcpPort),
        to: endpointOf(udp, 0),
        expiration: this.#expiration(),
        seq: local.seq,
      },
      local.privateKey,
    )
    let seq = 0n
    const answer = this.#pending.wait(id, udp, 'pong', packet => {
      if (packet.type !== 'pong' || Buffer.compare(packet.pingHash, hash) !== 0) return 'none'
      seq = packet.seq ?? 0n
      return 'done'
    })
    this.#parts.send(bytes, udp)
    await answer.catch((error: unknown) => {
      activity.missed(4, 'ping', id, udp)
      throw error
    })
    activity.answered(4, 'ping', id, udp, clock.monotonic() - startedAt)
    return seq
  }

  /** Asks a node for nodes close to a public key of 64 bytes. Rejects with `timeout`. */
  async findnode({ id, udp }: Asked, target: Uint8Array): Promise<readonly DiscoveredNode[]> {
    await this.#ensureBond({ id, udp })
    const { clock, activity } = this.#parts
    const startedAt = clock.monotonic()
    const nodes: DiscoveredNode[] = []
    let received = 0
    const answer = this.#pending.wait(id, udp, 'neighbors', packet => {
      if (packet.type !== 'neighbors') return 'none'
      for (const neighbor of packet.nodes) {
        if (++received > BUCKET_SIZE) break
        const address = addressOf(neighbor)
        // Ports up to 1024 belong to services that must not be flooded through us.
        if (address === null || address.port <= 1024 || !mayRelay(udp, address) || !isKey(neighbor.publicKey)) continue
        nodes.push(seenNode(neighbor.publicKey, address, neighbor.tcp))
      }
      return received >= BUCKET_SIZE ? 'done' : 'more'
    })
    this.#send({ type: 'findnode', target, expiration: this.#expiration() }, udp)
    await answer.catch((error: unknown) => {
      activity.missed(4, 'findnode', id, udp)
      throw error
    })
    activity.answered(4, 'findnode', id, udp, clock.monotonic() - startedAt)
    return nodes
  }

  /** Asks a node for its record (EIP-868). Rejects with `timeout`, or when the record is another's or cannot be used. */
  async requestRecord(node: DiscoveredNode): Promise<DiscoveredNode> {
    await this.#ensureBond(node)
    const { local } = this.#parts
    const { bytes, hash } = encodePacket({ type: 'enrRequest', expiration: this.#expiration() }, local.privateKey)
    const got: { node: DiscoveredNode | null } = { node: null }
    const answer = this.#pending.wait(node.id, node.udp, 'enrResponse', packet => {
      if (packet.type !== 'enrResponse' || Buffer.compare(packet.requestHash, hash) !== 0) return 'none'
      if (hex(packet.record.id) === node.id) got.node = recordNode(packet.record)
      return 'done'
    })
    this.#parts.send(bytes, node.udp)
    await answer
    if (got.node === null) throw new DiscoveryError('bad-form', 'The node answered with the record of another.')
    if (got.node.seq < node.seq) return node
    if (!mayRelay(node.udp, got.node.udp))
      throw new DiscoveryError('bad-relay', 'The record names an address that cannot be meant for us.')
    return got.node
  }

  /** Makes sure that the node has a recent proof of our endpoint: it answers questions only then. */
  async #ensureBond(node: Asked): Promise<void> {
    const { clock, db } = this.#parts
    const isOld = clock.now() - db.lastPing(node.id, node.udp) > BOND_MS
    if (!isOld && db.findFailures(node.id, node.udp, 4) <= MAX_FIND_FAILURES) return
    await this.ping(node).catch(() => 0n)
    // Its own ping, and our pong, need their time.
    await pause(clock, V4_REPLY_MS, this.#abort.signal)
  }

  /** A datagram whose hash says that it is of discovery v4. What is wrong with it is noted, and nothing more done. */
  received(datagram: Uint8Array, from: Address): void {
    const { activity } = this.#parts
    if (this.#abort.signal.aborted) return
    try {
      const received = decodePacket(datagram)
      activity.heard(4, received.packet.type)
      this.#handle(received, from)
    } catch (error) {
      if (!(error instanceof DiscoveryError)) throw error
      activity.refused(4, error.code)
    }
  }

  #handle({ packet, publicKey, hash }: V4Received, from: Address): void {
    const { activity } = this.#parts
    const id = hex(keccak256(publicKey))
    if ('expiration' in packet && packet.expiration < BigInt(Math.floor(this.#parts.clock.now() / 1000))) {
      activity.refused(4, 'expired')
      return
    }
    switch (packet.type) {
      case 'ping':
        this.#pinged(packet, id, publicKey, hash, from)
        return
      case 'findnode':
        if (this.#isBonded(id, from)) this.#sendNeighbors(keccak256(packet.target), from)
        return
      case 'enrRequest':
        if (this.#isBonded(id, from))
          this.#send({ type: 'enrResponse', requestHash: hash, record: this.#parts.local.record }, from)
        return
      case 'pong':
      case 'neighbors':
      case 'enrResponse': {
        if (!this.#pending.answered(id, from, packet)) {
          activity.refused(4, 'unsolicited')
          return
        }
        if (packet.type !== 'pong') return
        // At once, not when the request's promise runs: a question may stand right behind the pong.
        this.#parts.db.ponged(id, from)
        const told = addressOf(packet.to)
        if (told !== null) this.#parts.local.stated(from, told)
        return
      }
      default:
        packet satisfies never
    }
  }

  #isBonded(id: string, from: Address): boolean {
    if (this.#parts.db.isBonded(id, from)) return true
    this.#parts.activity.refused(4, 'no-proof')
    return false
  }

  #pinged(
    ping: Extract<V4Packet, { type: 'ping' }>,
    id: string,
    publicKey: Uint8Array,
    hash: Uint8Array,
    from: Address,
  ): void {
    const { local, db } = this.#parts
    this.#send(
      {
        type: 'pong',
        to: endpointOf(from, ping.from.tcp),
        pingHash: hash,
        expiration: this.#expiration(),
        seq: local.seq,
      },
      from,
    )
    const node = seenNode(publicKey, from, ping.from.tcp)
    if (db.isBonded(id, from)) this.table.addInbound(node)
    else this.#pingBack(node)
    db.pinged(id, from)
    const told = addressOf(ping.to)
    if (told !== null && db.isBonded(id, from)) local.stated(from, told)
  }

  /** Asks a stranger to prove its endpoint; one question at a time each, and only so many in all. */
  #pingBack(node: DiscoveredNode): void {
    if (this.#pingBacks >= V4_MAX_PING_BACKS || this.#pending.isWaiting(node.id, node.udp, 'pong')) return
    this.#pingBacks += 1
    this.ping(node)
      .then(
        () => void this.table.addInbound(node),
        () => {},
      )
      .finally(() => (this.#pingBacks -= 1))
  }

  #sendNeighbors(target: Uint8Array, to: Address): void {
    const nodes = this.table
      .closest(target, BUCKET_SIZE, true)
      .filter(({ udp }) => mayRelay(to, udp))
      .map(({ publicKey, udp, tcpPort }) => ({ ...endpointOf(udp, tcpPort), publicKey }))
    // An empty answer is one too: the asker need not wait.
    for (let at = 0; at === 0 || at < nodes.length; at += V4_MAX_NEIGHBORS)
      this.#send(
        { type: 'neighbors', nodes: nodes.slice(at, at + V4_MAX_NEIGHBORS), expiration: this.#expiration() },
        to,
      )
  }

  #send(packet: V4Packet, to: Address): void {
    this.#parts.send(encodePacket(packet, this.#parts.local.privateKey).bytes, to)
  }

  /** Seconds since the epoch at which what we send now is no longer to be handled. */
  #expiration(): bigint {
    return BigInt(Math.floor((this.#parts.clock.now() + V4_EXPIRATION_MS) / 1000))
  }
}
