/**
 * The node table: 17 buckets by distance, each with 16 nodes and 10 that wait for a place. An attacker can make
 * identities for any bucket cheaply, so places are limited by address prefix, nodes are given to others only after they
 * answered, and a node that answers is never pushed out by a new one.
 * Source: go-ethereum p2p/discover (table.go, table_reval.go), by behaviour.
 */
import type { Clock, RandomSource } from '../../../time/index.ts'
import {
  BUCKETS,
  BUCKET_IP_LIMIT,
  BUCKET_MIN_DISTANCE,
  BUCKET_SIZE,
  FEW_IN_BUCKET,
  MAX_FIND_FAILURES,
  MAX_REPLACEMENTS,
  REFRESH_INTERVAL_MS,
  TABLE_IP_LIMIT,
} from './limits.ts'
import { Closest, logDistance } from './node.ts'
import type { DiscoveredNode } from './node.ts'
import { PrefixCounts } from './prefix-counts.ts'
import { Revalidation } from './revalidation.ts'

/** A place of the table. */
export interface TableEntry {
  node: DiscoveredNode
  /** Pings answered, divided by three at each that was not. */
  checks: number
  /** It has answered at the endpoint that it has now. */
  isLive: boolean
  /** Milliseconds since the epoch. */
  readonly addedAt: number
  list: 'fast' | 'slow' | null
}

/** What the table asks of the protocol it belongs to. */
export interface TableNetwork {
  /** Our own identity. */
  self(): Uint8Array
  /** The sequence number of the node's record; rejects when it does not answer. */
  ping(node: DiscoveredNode): Promise<bigint>
  requestRecord(node: DiscoveredNode): Promise<DiscoveredNode>
  /** Fills the table: a look around ourselves and some random lookups. */
  refresh(): Promise<void>
  /** Stored and built-in nodes to begin with. */
  seeds(): readonly DiscoveredNode[]
  findFailures(node: DiscoveredNode): number
  setFindFailures(node: DiscoveredNode, failures: number): void
  /** A node has proven itself: worth keeping for the next start. */
  store(node: DiscoveredNode): void
  /** Entries have come, gone or changed. */
  changed(): void
}

interface Bucket {
  readonly entries: TableEntry[]
  readonly waiting: DiscoveredNode[]
  readonly prefixes: PrefixCounts
}

export interface TableParts {
  readonly clock: Clock
  readonly random: RandomSource
  readonly network: TableNetwork
}

export class NodeTable {
  readonly #clock: Clock
  readonly #random: RandomSource
  readonly #network: TableNetwork
  readonly #buckets: readonly Bucket[]
  readonly #prefixes = new PrefixCounts(TABLE_IP_LIMIT)
  readonly #revalidation: Revalidation
  readonly #waiters = new Set<() => void>()
  #refreshing: Promise<void> | null = null
  #refreshTimer: { cancel(): void } | null = null
  #isReady = false
  #isClosed = false

  constructor({ clock, random, network }: TableParts) {
    this.#clock = clock
    this.#random = random
    this.#network = network
    this.#buckets = Array.from({ length: BUCKETS }, () => ({
      entries: [],
      waiting: [],
      prefixes: new PrefixCounts(BUCKET_IP_LIMIT),
    }))
    this.#revalidation = new Revalidation({
      clock,
      random,
      network,
      failed: entry => this.#remove(entry),
      renewed: (entry, record) => this.#update(entry, record, false),
      changed: () => network.changed(),
    })
  }

  /** Seeds the table and looks around; resolves when that has been done once. */
  start(): Promise<void> {
    return this.refresh()
  }

  close(): void {
    this.#isClosed = true
    this.#refreshTimer?.cancel()
    this.#revalidation.close()
    for (const wake of this.#waiters) wake()
  }

  get size(): number {
    return this.#buckets.reduce((size, bucket) => size + bucket.entries.length, 0)
  }

  /** Every entry, by bucket: the first holds all distances up to 239, each further one a distance. */
  get buckets(): readonly { readonly entries: readonly TableEntry[]; readonly waiting: readonly DiscoveredNode[] }[] {
    return this.#buckets
  }

  get(id: string): DiscoveredNode | null {
    for (const { entries } of this.#buckets) for (const { node } of entries) if (node.id === id) return node
    return null
  }

  /** Refreshes now, or joins the refresh under way. */
  refresh(): Promise<void> {
    if (this.#isClosed) return Promise.resolve()
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null
      this.#isReady = true
      if (this.#isClosed) return
      const half = REFRESH_INTERVAL_MS / 2
      this.#refreshTimer?.cancel()
      this.#refreshTimer = this.#clock.after(half + half * this.#random.float(), () => void this.refresh())
    })
    return this.#refreshing
  }

  async #refresh(): Promise<void> {
    for (const seed of this.#network.seeds()) this.addFound(seed)
    await this.#network.refresh()
  }

  /** Resolves when the table has a node, at the latest after `timeoutMs`, or when it closes. */
  async whenFilled(timeoutMs: number): Promise<void> {
    if (this.size > 0 || this.#isClosed) return
    await new Promise<void>(resolve => {
      const wake = (): void => {
        this.#waiters.delete(wake)
        timer.cancel()
        resolve()
      }
      const timer = this.#clock.after(timeoutMs, wake)
      this.#waiters.add(wake)
    })
  }

  /** A node that we were told of. It is given to nobody before it has answered. */
  addFound(node: DiscoveredNode): boolean {
    return this.#add(node, false)
  }

  /**
   * A node that came to us. Refused until the first refresh is done, or strangers could fill the table of a node that
   * has just started (Marcus, Heilman, Goldberg 2018).
   */
  addInbound(node: DiscoveredNode): boolean {
    return this.#isReady && this.#add(node, true)
  }

  /** A query of a node ended: with nothing too often, and it goes, unless few are left beside it. */
  queried(node: DiscoveredNode, found: readonly DiscoveredNode[]): void {
    if (this.#isClosed) return
    const failures = found.length > 0 ? 0 : this.#network.findFailures(node) + 1
    this.#network.setFindFailures(node, failures)
    if (failures >= MAX_FIND_FAILURES) {
      const bucket = this.#bucketOf(node)
      const entry = bucket.entries.find(each => each.node.id === node.id)
      if (entry !== undefined && bucket.entries.length >= FEW_IN_BUCKET) this.#remove(entry)
    }
    for (const each of found) this.addFound(each)
  }

  /** The nodes closest to a target. `preferLive`: only nodes that have answered, if there are any. */
  closest(target: Uint8Array, count: number, preferLive: boolean): readonly DiscoveredNode[] {
    const live = new Closest(target, count)
    const all = new Closest(target, count)
    for (const { entries } of this.#buckets) {
      for (const { node, isLive } of entries) {
        if (isLive && preferLive) live.push(node)
        all.push(node)
      }
    }
    return live.nodes.length > 0 ? live.nodes : all.nodes
  }

  /** Live nodes at exactly a distance from us, in random order. */
  atDistance(distance: number): DiscoveredNode[] {
    const nodes = (this.#buckets[bucketIndex(distance)]?.entries ?? [])
      .filter(({ node, isLive }) => isLive && logDistance(this.#network.self(), node.idBytes) === distance)
      .map(({ node }) => node)
    for (let index = nodes.length - 1; index > 0; index--) {
      const other = this.#random.below(index + 1)
      const [a, b] = [nodes[index], nodes[other]]
      if (a === undefined || b === undefined) continue
      nodes[index] = b
      nodes[other] = a
    }
    return nodes
  }

  #bucketOf(node: DiscoveredNode): Bucket {
    const bucket = this.#buckets[bucketIndex(logDistance(this.#network.self(), node.idBytes))]
    if (bucket === undefined) throw new RangeError('A distance beyond 256.')
    return bucket
  }

  #add(node: DiscoveredNode, isInbound: boolean): boolean {
    if (this.#isClosed || logDistance(this.#network.self(), node.idBytes) === 0) return false
    const bucket = this.#bucketOf(node)
    const known = bucket.entries.find(entry => entry.node.id === node.id)
    if (known !== undefined) {
      this.#update(known, node, isInbound)
      return false
    }
    const waitingAt = bucket.waiting.findIndex(({ id }) => id === node.id)
    if (bucket.entries.length >= BUCKET_SIZE) {
      if (waitingAt < 0) this.#wait(bucket, node)
      return false
    }
    if (waitingAt >= 0) this.#release(bucket, bucket.waiting.splice(waitingAt, 1)[0])
    if (!this.#take(bucket, node)) return false
    this.#enter(bucket, node)
    return true
  }

  #enter(bucket: Bucket, node: DiscoveredNode): void {
    const entry: TableEntry = { node, checks: 0, isLive: false, addedAt: this.#clock.now(), list: null }
    bucket.entries.push(entry)
    this.#revalidation.added(entry)
    for (const wake of this.#waiters) wake()
    this.#network.changed()
  }

  #wait(bucket: Bucket, node: DiscoveredNode): void {
    if (!this.#take(bucket, node)) return
    bucket.waiting.unshift(node)
    if (bucket.waiting.length > MAX_REPLACEMENTS) this.#release(bucket, bucket.waiting.pop())
  }

  /** Takes a dead or useless entry out; one that waits takes its place. */
  #remove(entry: TableEntry): void {
    const bucket = this.#bucketOf(entry.node)
    const index = bucket.entries.indexOf(entry)
    if (index < 0) return
    bucket.entries.splice(index, 1)
    this.#release(bucket, entry.node)
    this.#revalidation.removed(entry)
    const [next] = bucket.waiting.splice(this.#random.below(Math.max(1, bucket.waiting.length)), 1)
    if (next !== undefined) this.#enter(bucket, next)
    this.#network.changed()
  }

  /**
   * A newer record of a node in the table. What others tell must have a higher sequence number, so a node without
   * record, whose number is always 0, cannot be moved by others. False: the endpoint is the same.
   */
  #update(entry: TableEntry, node: DiscoveredNode, isInbound: boolean): boolean {
    const { node: old } = entry
    if (node.seq <= old.seq && !isInbound) return false
    // An endpoint seen carries no record; one that we have stays.
    if (node.record === null && old.record !== null && node.udp.key === old.udp.key) return false
    if (node.udp.host !== old.udp.host) {
      const bucket = this.#bucketOf(old)
      this.#release(bucket, old)
      if (!this.#take(bucket, node)) {
        this.#take(bucket, old)
        return false
      }
    }
    entry.node = node
    this.#network.changed()
    if (node.udp.key === old.udp.key) return false
    entry.isLive = false
    this.#revalidation.suspect(entry)
    return true
  }

  #take(bucket: Bucket, { udp }: DiscoveredNode): boolean {
    if (udp.host === '0.0.0.0' || udp.host === '::') return false
    if (!this.#prefixes.add(udp)) return false
    if (bucket.prefixes.add(udp)) return true
    this.#prefixes.remove(udp)
    return false
  }

  #release(bucket: Bucket, node: DiscoveredNode | undefined): void {
    if (node === undefined) return
    this.#prefixes.remove(node.udp)
    bucket.prefixes.remove(node.udp)
  }
}

const bucketIndex = (distance: number): number => Math.max(0, distance - BUCKET_MIN_DISTANCE - 1)
