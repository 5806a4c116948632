/** Discovery as people see it: the tables by distance, who lives, who answered, what we announce and what others see. */
import type { UdpCounts } from '../../../transport/index.ts'
import type { ActivityView } from './activity.ts'
import type { DnsListView } from './dns-list.ts'
import { recordText } from './enr.ts'
import { BUCKET_MIN_DISTANCE } from './limits.ts'
import type { LocalNode } from './local-node.ts'
import { enodeLink, seenNode } from './node.ts'
import type { NodeTable } from './table.ts'

export interface TableNodeView {
  readonly id: string
  readonly address: string
  /** 0: it takes no connections. */
  readonly tcpPort: number
  readonly isLive: boolean
  /** Pings answered lately. */
  readonly checks: number
  /** Milliseconds since the epoch. */
  readonly addedAt: number
  readonly hasRecord: boolean
}

export interface BucketView {
  /** Of the nodes from us; the first bucket holds all up to this one. */
  readonly distance: number
  readonly nodes: readonly TableNodeView[]
  /** Nodes that wait for a place. */
  readonly waiting: number
}

export interface TableView {
  readonly size: number
  readonly live: number
  readonly buckets: readonly BucketView[]
}

export interface DiscoveryView {
  /** What we announce. `link` is null while nobody knows our address. */
  readonly self: {
    readonly id: string
    readonly link: string | null
    readonly record: string
    readonly seq: bigint
    readonly endpoint: string | null
    /** Where others see us, most first. */
    readonly statements: readonly { readonly address: string; readonly count: number }[]
  }
  /** Null: switched off. */
  readonly v4: TableView | null
  readonly v5: (TableView & { readonly sessions: number }) | null
  readonly lists: readonly DnsListView[]
  readonly activity: ActivityView
  readonly knownNodes: number
  readonly socket: Readonly<UdpCounts>
}

export function tableView(table: NodeTable): TableView {
  const buckets = table.buckets.map(({ entries, waiting }, index) => ({
    distance: BUCKET_MIN_DISTANCE + index + (index === 0 ? 0 : 1),
    nodes: entries.map(({ node, isLive, checks, addedAt }) => ({
      id: node.id,
      address: node.udp.key,
      tcpPort: node.tcpPort,
      isLive,
      checks,
      addedAt,
      hasRecord: node.record !== null,
    })),
    waiting: waiting.length,
  }))
  const nodes = buckets.flatMap(bucket => bucket.nodes)
  return { size: nodes.length, live: nodes.filter(({ isLive }) => isLive).length, buckets }
}

export function selfView(local: LocalNode): DiscoveryView['self'] {
  const { endpoint, record } = local
  return {
    id: local.id,
    link: endpoint === null ? null : enodeLink(seenNode(local.publicKey, endpoint, local.tcpPort)),
    record: recordText(record),
    seq: record.seq,
    endpoint: endpoint?.key ?? null,
    statements: local.statements,
  }
}
