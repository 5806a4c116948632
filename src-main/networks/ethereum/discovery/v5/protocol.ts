/**
 * Discovery v5.1 at work. Everything but the first packet and the challenge is sealed by a key that both ends proved
 * their identities and addresses for, so false source addresses get nothing but a challenge as small as their packet.
 */
import type { Log } from '../../../../log/index.ts'
import type { Clock, RandomSource } from '../../../../time/index.ts'
import { addressBytes, ipAddress } from '../../../../transport/index.ts'
import type { Address } from '../../../../transport/index.ts'
import type { Activity } from '../activity.ts'
import { DiscoveryError } from '../error.ts'
import {
  REFRESH_LOOKUPS,
  SEED_COUNT,
  SEED_MAX_AGE_MS,
  V5_MAX_NODES,
  V5_MAX_NODES_MESSAGES,
  V5_MAX_TALKS,
} from '../limits.ts'
import type { LocalNode } from '../local-node.ts'
import { RandomWalk, lookup, lookupAll } from '../lookup.ts'
import type { NodeDb } from '../node-db.ts'
import { Closest, hex, logDistance, mayRelay, recordNode } from '../node.ts'
import type { DiscoveredNode } from '../node.ts'
import { RecordCache } from '../record-cache.ts'
import type { Item } from '../rlp-items.ts'
import { NodeTable } from '../table.ts'
import type { Call } from './calls.ts'
import { Calls } from './calls.ts'
import type { V5Whoareyou } from './codec.ts'
import { V5Codec } from './codec.ts'
import type { V5Message } from './messages.ts'
import { lookupDistances, packRecords } from './nodes.ts'

/** Answers a TALKREQ; null answers with nothing, which is what unknown protocols get too. */
export type TalkHandler = (
  from: { readonly id: string; readonly address: Address },
  message: Uint8Array,
) => Promise<Uint8Array | null>

export interface V5Parts {
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
  readonly local: LocalNode
  readonly db: NodeDb
  readonly activity: Activity
  readonly bootNodes: readonly DiscoveredNode[]
  readonly send: (datagram: Uint8Array, to: Address) => boolean
  readonly mayWork: (from: Address) => boolean
  readonly changed: () => void
}

export class DiscoveryV5 {
  readonly table: NodeTable
  readonly codec: V5Codec
  readonly #parts: V5Parts
  readonly #calls: Calls
  readonly #records = new RecordCache()
  readonly #talkers = new Map<string, TalkHandler>()
  readonly #abort = new AbortController()
  /** The challenge that the call being sent answers. */
  #challenge: V5Whoareyou | null = null
  #talks = 0

  constructor(parts: V5Parts) {
    this.#parts = parts
    const { clock, random, local, db, bootNodes, mayWork } = parts
    this.codec = new V5Codec({ clock, random, local, mayWork })
    this.#calls = new Calls(clock, call => this.#sendCall(call))
    this.table = new NodeTable({
      clock,
      random,
      network: {
        self: () => local.idBytes,
        ping: node => this.ping(node),
        requestRecord: node => this.requestRecord(node),
        refresh: () => this.#refresh(),
        seeds: () => [...db.seeds(SEED_COUNT, SEED_MAX_AGE_MS), ...bootNodes],
        findFailures: node => db.findFailures(node.id, node.udp, 5),
        setFindFailures: (node, failures) => db.setFindFailures(node.id, node.udp, 5, failures),
        store: node => {
          db.ponged(node.id, node.udp)
          db.store(node)
        },
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
    this.#calls.close()
  }

  /** An endless source of nodes from random lookups. */
  walk(): RandomWalk {
    const { clock, random } = this.#parts
    return new RandomWalk({
      clock,
      table: this.table,
      randomLookup: signal =>
        lookup(this.#lookupParts(random.bytes(32), () => signal.aborted || this.#abort.signal.aborted)),
    })
  }

  /** The 16 nodes closest to an identity of 32 bytes, which need not exist. */
  lookup(target: Uint8Array): Promise<readonly DiscoveredNode[]> {
    return lookupAll(this.#lookupParts(target, () => this.#abort.signal.aborted))
  }

  /** Answers TALKREQs of a protocol; null ends that. */
  onTalk(protocol: string, handler: TalkHandler | null): void {
    if (handler === null) this.#talkers.delete(protocol)
    else this.#talkers.set(protocol, handler)
  }

  #lookupParts(target: Uint8Array, isOver: () => boolean): Parameters<typeof lookup>[0] {
    this.#parts.activity.lookup(5)
    return {
      table: this.table,
      self: this.#parts.local.idBytes,
      target,
      query: async node => {
        const found = new Closest(target, V5_MAX_NODES)
        for (const each of await this.findnode(node, lookupDistances(target, node.idBytes)))
          if (each.id !== this.#parts.local.id) found.push(each)
        return found.nodes
      },
      isOver,
    }
  }

  async #refresh(): Promise<void> {
    const { local, random } = this.#parts
    await this.lookup(local.idBytes)
    for (let count = 0; count < REFRESH_LOOKUPS && !this.#abort.signal.aborted; count++)
      await this.lookup(random.bytes(32))
  }

  /** Asks whether the node is there. Its record's sequence number. Rejects with `timeout`. */
  async ping(node: DiscoveredNode): Promise<bigint> {
    let seq = 0n
    const message: V5Message = { type: 'ping', requestId: this.#requestId(), seq: this.#parts.local.seq }
    await this.#call(node, message, 'pong', answer => {
      if (answer.type === 'pong') {
        seq = answer.seq
        if (answer.port > 0) this.#parts.local.stated(node.udp, ipAddress(answer.ip, answer.port))
      }
      return true
    })
    return seq
  }

  /** Asks a node for the nodes it has at some distances from itself; 0 is itself. Rejects with `timeout`. */
  async findnode(node: DiscoveredNode, distances: readonly number[]): Promise<readonly DiscoveredNode[]> {
    const found = new Map<string, DiscoveredNode>()
    let received = 0
    let total = -1
    const message: V5Message = { type: 'findnode', requestId: this.#requestId(), distances }
    const answered = this.#call(node, message, 'nodes', answer => {
      if (answer.type !== 'nodes') return true
      if (total < 0) total = Math.min(answer.total, V5_MAX_NODES_MESSAGES)
      for (const item of answer.records) {
        if (found.size >= V5_MAX_NODES) break
        const each = this.#checkRecord(item, node, distances)
        if (each !== null && !found.has(each.id)) found.set(each.id, each)
      }
      return ++received >= total
    })
    // Part of an answer is an answer.
    await answered.catch((error: unknown) => {
      if (received === 0) throw error
    })
    return [...found.values()]
  }

  /** Asks a node for its record. Rejects with `timeout`. */
  async requestRecord(node: DiscoveredNode): Promise<DiscoveredNode> {
    const [record] = await this.findnode(node, [0])
    if (record === undefined || record.id !== node.id)
      throw new DiscoveryError('bad-form', 'The node did not give its record.')
    return record
  }

  /** Sends a TALKREQ; the answer may be empty. Rejects with `timeout`. */
  async talk(node: DiscoveredNode, protocol: string, request: Uint8Array): Promise<Uint8Array> {
    let response: Uint8Array = new Uint8Array(0)
    const message: V5Message = {
      type: 'talkRequest',
      requestId: this.#requestId(),
      protocol: new TextEncoder().encode(protocol),
      message: request,
    }
    await this.#call(node, message, 'talkResponse', answer => {
      if (answer.type === 'talkResponse') response = answer.message
      return true
    })
    return response
  }

  async #call(
    node: DiscoveredNode,
    message: V5Message,
    answerType: V5Message['type'],
    accept: (answer: V5Message) => boolean,
  ): Promise<void> {
    const { clock, activity } = this.#parts
    const startedAt = clock.monotonic()
    try {
      await this.#calls.call(node, message, answerType, accept)
    } catch (error) {
      activity.missed(5, message.type, node.id, node.udp)
      throw error
    }
    activity.answered(5, message.type, node.id, node.udp, clock.monotonic() - startedAt)
  }

  #requestId(): Uint8Array {
    return this.#parts.random.bytes(8)
  }

  #checkRecord(item: Item, from: DiscoveredNode, distances: readonly number[]): DiscoveredNode | null {
    try {
      const node = recordNode(this.#records.read(item))
      const isWanted = distances.includes(logDistance(from.idBytes, node.idBytes))
      return isWanted && node.udp.port > 1024 && mayRelay(from.udp, node.udp) ? node : null
    } catch (error) {
      this.#parts.activity.refused(5, error instanceof DiscoveryError ? `record ${error.code}` : 'record')
      return null
    }
  }

  #sendCall(call: Call): string {
    const { node, message } = call
    const challenge = this.#challenge
    const { bytes, nonce } =
      challenge === null
        ? this.codec.encode(node.idBytes, node.udp, message)
        : this.codec.encodeHandshake(node, node.udp, message, challenge)
    this.#parts.send(bytes, node.udp)
    return hex(nonce)
  }

  /** A datagram that is not of discovery v4. What is wrong with it is noted, and nothing more done. */
  received(datagram: Uint8Array, from: Address): void {
    const { activity } = this.#parts
    if (this.#abort.signal.aborted) return
    try {
      this.#handle(datagram, from)
    } catch (error) {
      if (!(error instanceof DiscoveryError)) throw error
      activity.refused(5, error.code)
    }
  }

  #handle(datagram: Uint8Array, from: Address): void {
    const incoming = this.codec.decode(datagram, from)
    switch (incoming.kind) {
      case 'unknown':
        this.#ask(incoming.id, incoming.idBytes, incoming.nonce, from)
        return
      case 'whoareyou':
        this.#challenged(incoming.packet, from)
        return
      case 'message':
        if (incoming.node !== null) this.table.addInbound(incoming.node)
        this.#parts.activity.heard(5, incoming.message.type)
        this.#answer(incoming.id, incoming.message, from)
        return
      default:
        incoming satisfies never
    }
  }

  #ask(id: string, idBytes: Uint8Array, nonce: Uint8Array, from: Address): void {
    this.#parts.activity.heard(5, 'unknown')
    const known = this.table.get(id)
    const bytes = this.codec.encodeWhoareyou(idBytes, from, nonce, known?.record === null ? null : known)
    if (bytes === null) this.#parts.activity.refused(5, 'busy')
    else this.#parts.send(bytes, from)
  }

  /** We are asked who we are: the call that was meant goes out again, in a handshake. */
  #challenged(packet: V5Whoareyou, from: Address): void {
    const call = this.#calls.byNonce(packet.nonce)
    if (call === null || call.node.udp.key !== from.key) {
      this.#parts.activity.refused(5, 'unsolicited')
      return
    }
    this.#parts.activity.heard(5, 'whoareyou')
    if (call.isChallenged) {
      this.#calls.fail(call, new DiscoveryError('challenged-twice', 'The node does not take our handshake.'))
      return
    }
    call.isChallenged = true
    this.#challenge = packet
    try {
      this.#calls.sendNow(call)
    } finally {
      this.#challenge = null
    }
  }

  #answer(id: string, message: V5Message, from: Address): void {
    switch (message.type) {
      case 'ping':
        this.#reply(id, from, {
          type: 'pong',
          requestId: message.requestId,
          seq: this.#parts.local.seq,
          ip: addressBytes(from),
          port: from.port,
        })
        return
      case 'findnode':
        this.#sendNodes(id, message.requestId, message.distances, from)
        return
      case 'talkRequest':
        void this.#answerTalk(id, message, from)
        return
      case 'pong':
      case 'nodes':
      case 'talkResponse':
        if (!this.#calls.answered(id, from, message)) this.#parts.activity.refused(5, 'unsolicited')
        return
      default:
        message satisfies never
    }
  }

  #reply(id: string, to: Address, message: V5Message): void {
    // Without a session it would be noise: the node has gone in the meantime.
    if (this.codec.sessions.get(id, to) === null) return
    this.#parts.send(this.codec.encode(new Uint8Array(Buffer.from(id, 'hex')), to, message).bytes, to)
  }

  #sendNodes(id: string, requestId: Uint8Array, distances: readonly number[], to: Address): void {
    const records: Uint8Array[] = []
    for (const distance of new Set(distances)) {
      if (distance > 256 || records.length >= V5_MAX_NODES) continue
      if (distance === 0) {
        records.push(this.#parts.local.record.bytes)
        continue
      }
      for (const { record, udp } of this.table.atDistance(distance))
        if (record !== null && mayRelay(to, udp) && records.length < V5_MAX_NODES) records.push(record.bytes)
    }
    const messages = packRecords(records)
    for (const batch of messages)
      this.#reply(id, to, { type: 'nodes', requestId, total: messages.length, records: batch })
  }

  async #answerTalk(id: string, request: Extract<V5Message, { type: 'talkRequest' }>, from: Address): Promise<void> {
    if (this.#talks >= V5_MAX_TALKS) return
    this.#talks += 1
    const handler = this.#talkers.get(new TextDecoder().decode(request.protocol))
    const response = await (handler?.({ id, address: from }, request.message) ?? Promise.resolve(null)).catch(
      () => null,
    )
    this.#talks -= 1
    if (this.#abort.signal.aborted) return
    try {
      this.#reply(id, from, {
        type: 'talkResponse',
        requestId: request.requestId,
        message: response ?? new Uint8Array(0),
      })
    } catch {
      this.#parts.log.warn('An answer to TALKREQ is too long to be sent', { bytes: response?.length ?? 0 })
    }
  }
}
