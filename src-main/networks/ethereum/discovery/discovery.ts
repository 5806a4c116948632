/**
 * Ethereum's discovery as one service: v4 and v5 on one UDP socket, node lists in DNS, a memory of nodes; out of it
 * comes an endless, fairly mixed source of nodes to connect to, and a view.
 */
import { FairMix } from '../../../discovery/index.ts'
import type { Log } from '../../../log/index.ts'
import type { Clock, RandomSource } from '../../../time/index.ts'
import type { Address, UdpSocket } from '../../../transport/index.ts'
import { Activity } from './activity.ts'
import { CheckedSource } from './checked-source.ts'
import { DnsLists } from './dns-list.ts'
import type { ResolveTxt } from './dns-list.ts'
import type { NodeRecord } from './enr.ts'
import { PacketLimiter } from './limiter.ts'
import { CANDIDATE_WAIT_MS } from './limits.ts'
import { LocalNode } from './local-node.ts'
import { NodeDb } from './node-db.ts'
import type { NodeRepository } from './node-db.ts'
import { parseNode } from './node.ts'
import type { DiscoveredNode } from './node.ts'
import type { Item } from './rlp-items.ts'
import { isV4Packet } from './v4/packets.ts'
import { DiscoveryV4 } from './v4/protocol.ts'
import { DiscoveryV5 } from './v5/protocol.ts'
import { selfView, tableView } from './view.ts'
import type { DiscoveryView } from './view.ts'

export interface EthereumDiscoveryParts {
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
  /** May be shared with other protocols, which must be attached before: discovery takes whatever they leave. */
  readonly socket: UdpSocket
  /** secp256k1, 32 bytes. */
  readonly privateKey: Uint8Array
  /** Of our record when it was last used; null for never. */
  readonly seq: bigint | null
  readonly seqChanged: (seq: bigint) => void
  /** Where we take connections; 0 for nowhere. */
  readonly tcpPort: number
  /** More pairs of our record, such as `eth`. */
  readonly pairs?: Readonly<Record<string, Item>>
  readonly usesV4: boolean
  readonly usesV5: boolean
  /** `enode://` or `enr:` texts; what cannot be read is logged and left out. */
  readonly bootNodes: readonly string[]
  readonly bootNodesV5: readonly string[]
  /** `enrtree://` texts. */
  readonly lists: readonly string[]
  /** Null: names may not be looked up, so there are no lists. */
  readonly resolveTxt: ResolveTxt | null
  readonly repository: NodeRepository | null
  /**
   * Is a node one to connect to, by its record (its `eth` pair, say)? Nodes of v4 are asked for their records then, and
   * those that give none are left out. All that take connections are wanted when absent.
   */
  readonly wants?: (record: NodeRecord) => boolean
  readonly handlers?: {
    /** Something of the view has changed: many times a second at worst. */
    changed?(): void
    /** The socket was closed under us, by the route policy as a rule. `text` is a sentence for people. */
    ended?(text: string): void
  }
}

export interface EthereumDiscovery {
  /** Seeds the tables and looks around; resolves when that has been done once. */
  start(): Promise<void>
  /**
   * The next node to try, waited for as long as it takes; null once closed. The same node comes again and again: who
   * dials decides. One call at a time.
   */
  next(): Promise<DiscoveredNode | null>
  /** The newest endpoint of a node that is known by key: from the tables, the node itself, or a lookup. Null: not found. */
  resolve(node: DiscoveredNode): Promise<DiscoveredNode | null>
  readonly local: LocalNode
  readonly v4: DiscoveryV4 | null
  readonly v5: DiscoveryV5 | null
  /** Sets our address, by a port mapping or a person; null leaves it to what others see. */
  setEndpoint(endpoint: Address | null): void
  view(): DiscoveryView
  /** Leaves the socket to the others; what is known of nodes is written. */
  close(): void
}

export function createEthereumDiscovery(parts: EthereumDiscoveryParts): EthereumDiscovery {
  const { clock, random, log, socket, handlers, resolveTxt } = parts
  const local = new LocalNode({ ...parts, bound: socket.address })
  const db = new NodeDb({ clock, random, log, repository: parts.repository })
  const activity = new Activity(clock)
  const limiter = new PacketLimiter(clock)
  let isClosed = false

  const readNodes = (texts: readonly string[]): DiscoveredNode[] =>
    texts.flatMap(text => {
      try {
        const node = parseNode(text)
        return node.udp.kind === socket.address.kind ? [node] : []
      } catch (error) {
        log.warn('A bootstrap node cannot be used', { node: text, why: String(error) })
        return []
      }
    })

  const received = (datagram: Uint8Array, from: Address): void => {
    if (v4 !== null && isV4Packet(datagram)) {
      if (limiter.allows(from)) v4.received(datagram, from)
      else activity.refused(4, 'too-many')
    } else v5?.received(datagram, from)
  }
  const port = socket.attach({
    name: 'Ethereum discovery',
    accepts: () => true,
    received,
    closed: text => {
      if (isClosed) return
      close()
      handlers?.ended?.(text)
    },
  })
  const shared = {
    clock,
    random,
    log,
    local,
    db,
    activity,
    send: (datagram: Uint8Array, to: Address): boolean => port.send(datagram, to),
    changed: () => handlers?.changed?.(),
  }
  const nodes = readNodes(parts.bootNodes)
  const v4 = parts.usesV4 ? new DiscoveryV4({ ...shared, bootNodes: nodes }) : null
  const v5 = parts.usesV5
    ? new DiscoveryV5({
        ...shared,
        bootNodes: [...readNodes(parts.bootNodesV5), ...nodes],
        mayWork: from => limiter.allows(from),
      })
    : null
  const lists = resolveTxt === null ? null : new DnsLists(parts.lists, { clock, random, resolveTxt })

  const mix = new FairMix<DiscoveredNode>(clock, CANDIDATE_WAIT_MS)

  const check = async (node: DiscoveredNode): Promise<DiscoveredNode | null> => {
    if (parts.wants === undefined) return node.tcpPort > 0 ? node : null
    const known = node.record === null ? (v4?.table.get(node.id) ?? node) : node
    const full = known.record === null ? await v4?.requestRecord(known) : known
    return full?.record !== null && full !== undefined && full.tcpPort > 0 && parts.wants(full.record) ? full : null
  }

  const close = (): void => {
    isClosed = true
    mix.close()
    v4?.close()
    v5?.close()
    port.detach()
    db.close()
  }

  const resolve = async (node: DiscoveredNode): Promise<DiscoveredNode | null> => {
    const known = [v4?.table.get(node.id), v5?.table.get(node.id), node].filter(each => each !== null)
    const newest = known.reduce<DiscoveredNode>(
      (best, each) => (each !== undefined && each.seq > best.seq ? each : best),
      node,
    )
    for (const ask of [v4, v5]) {
      const answer = await ask?.requestRecord(newest).catch(() => null)
      if (answer !== null && answer !== undefined) return answer
    }
    const found = [...((await v4?.lookup(node.publicKey)) ?? []), ...((await v5?.lookup(node.idBytes)) ?? [])]
    return found.filter(({ id }) => id === node.id).toSorted((a, b) => Number(b.seq - a.seq))[0] ?? null
  }

  return {
    async start() {
      const started = Promise.all([v4?.start(), v5?.start()])
      if (mix.sources === 0) {
        const sources = [v4?.walk(), v5?.walk(), parts.lists.length > 0 ? lists : null]
        for (const source of sources)
          if (source !== null && source !== undefined) mix.add(new CheckedSource(source, check))
      }
      await started
    },
    next: () => mix.next(),
    resolve,
    local,
    v4,
    v5,
    setEndpoint: endpoint => {
      local.setEndpoint(endpoint)
      handlers?.changed?.()
    },
    view: () => ({
      self: selfView(local),
      v4: v4 === null ? null : tableView(v4.table),
      v5: v5 === null ? null : { ...tableView(v5.table), sessions: v5.codec.sessions.size },
      lists: lists?.view() ?? [],
      activity: activity.view(),
      knownNodes: db.size,
      socket: { ...socket.counts },
    }),
    close,
  }
}
