/**
 * What is remembered of nodes' endpoints: when they pinged us last, when they answered last (which is the endpoint
 * proof), failed queries, and of proven nodes where they are, as seeds for the next start. In memory, written behind.
 */
import type { Log } from '../../../log/index.ts'
import type { Clock, RandomSource, Timer } from '../../../time/index.ts'
import type { Address } from '../../../transport/index.ts'
import {
  BOND_MS,
  MAX_PROVEN_ENDPOINTS,
  MAX_UNPROVEN_ENDPOINTS,
  NODE_CLEANUP_MS,
  NODE_EXPIRY_MS,
  NODE_WRITE_MS,
} from './limits.ts'
import { nodeText, parseNode } from './node.ts'
import type { DiscoveredNode } from './node.ts'

/** A node at an IP. Times in milliseconds since the epoch, 0 for never. */
export interface NodeRow {
  /** 64 hex digits. */
  readonly id: string
  readonly ip: string
  /** `enr:` or `enode://` text once the node has proven itself; else null. */
  readonly node: string | null
  readonly lastPingAt: number
  readonly lastPongAt: number
  readonly findFailures: number
  readonly findFailuresV5: number
}

/** Where rows are kept; the store has one. */
export interface NodeRepository {
  load(): readonly NodeRow[]
  save(rows: readonly NodeRow[]): void
  remove(keys: readonly { readonly id: string; readonly ip: string }[]): void
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

export interface NodeDbParts {
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
  /** Null keeps nothing. */
  readonly repository: NodeRepository | null
}

export class NodeDb {
  readonly #clock: Clock
  readonly #random: RandomSource
  readonly #log: Log
  readonly #repository: NodeRepository | null
  /** Strangers' pings must not push out those who have proven themselves: so two maps, oldest first. */
  readonly #proven = new Map<string, Mutable<NodeRow>>()
  readonly #unproven = new Map<string, Mutable<NodeRow>>()
  readonly #dirty = new Set<Mutable<NodeRow>>()
  readonly #gone: NodeRow[] = []
  #writing: Timer | null = null
  #cleaning: Timer | null = null

  constructor({ clock, random, log, repository }: NodeDbParts) {
    this.#clock = clock
    this.#random = random
    this.#log = log
    this.#repository = repository
    const rows = this.#attempt(() => repository?.load()) ?? []
    for (const row of rows.toSorted((a, b) => a.lastPongAt - b.lastPongAt).slice(-MAX_PROVEN_ENDPOINTS))
      (row.lastPongAt > 0 ? this.#proven : this.#unproven).set(keyOf(row.id, row.ip), { ...row })
  }

  get size(): number {
    return this.#proven.size + this.#unproven.size
  }

  lastPing(id: string, at: Address): number {
    return this.#get(id, at)?.lastPingAt ?? 0
  }

  lastPong(id: string, at: Address): number {
    return this.#get(id, at)?.lastPongAt ?? 0
  }

  /** Has the node shown, within 24 hours, that it is at this IP? */
  isBonded(id: string, at: Address): boolean {
    return this.#clock.now() - this.lastPong(id, at) < BOND_MS
  }

  pinged(id: string, at: Address): void {
    this.#change(id, at, row => (row.lastPingAt = this.#clock.now()))
  }

  ponged(id: string, at: Address): void {
    this.#change(id, at, row => (row.lastPongAt = this.#clock.now()))
    // Only once the network has answered: after a long sleep old seeds are all there is.
    this.#cleaning ??= this.#clock.every(NODE_CLEANUP_MS, () => this.#expire())
  }

  findFailures(id: string, at: Address, version: 4 | 5): number {
    const row = this.#get(id, at)
    return (version === 4 ? row?.findFailures : row?.findFailuresV5) ?? 0
  }

  setFindFailures(id: string, at: Address, version: 4 | 5, failures: number): void {
    if (this.findFailures(id, at, version) === failures) return
    this.#change(id, at, row => {
      if (version === 4) row.findFailures = failures
      else row.findFailuresV5 = failures
    })
  }

  /** Keeps a node as a seed. */
  store(node: DiscoveredNode): void {
    this.#change(node.id, node.udp, row => (row.node = nodeText(node)))
  }

  /** Random nodes that have answered within `maxAgeMs`, each once. */
  seeds(count: number, maxAgeMs: number): DiscoveredNode[] {
    const after = this.#clock.now() - maxAgeMs
    const candidates = [...this.#proven.values()].filter(row => row.node !== null && row.lastPongAt >= after)
    const nodes = new Map<string, DiscoveredNode>()
    while (nodes.size < count && candidates.length > 0) {
      const [row] = candidates.splice(this.#random.below(candidates.length), 1)
      if (row?.node === undefined || row.node === null || nodes.has(row.id)) continue
      try {
        const node = parseNode(row.node)
        if (node.id === row.id) nodes.set(node.id, node)
      } catch {
        row.node = null
      }
    }
    return [...nodes.values()]
  }

  /** Writes what has changed; nothing is remembered afterwards. */
  close(): void {
    this.#writing?.cancel()
    this.#cleaning?.cancel()
    this.#write()
  }

  #get(id: string, { host }: Address): Mutable<NodeRow> | undefined {
    const key = keyOf(id, host)
    return this.#proven.get(key) ?? this.#unproven.get(key)
  }

  #change(id: string, { host }: Address, change: (row: Mutable<NodeRow>) => void): void {
    const key = keyOf(id, host)
    const row = this.#proven.get(key) ??
      this.#unproven.get(key) ?? {
        id,
        ip: host,
        node: null,
        lastPingAt: 0,
        lastPongAt: 0,
        findFailures: 0,
        findFailuresV5: 0,
      }
    change(row)
    this.#proven.delete(key)
    this.#unproven.delete(key)
    const isProven = row.lastPongAt > 0
    put(isProven ? this.#proven : this.#unproven, key, row, isProven ? MAX_PROVEN_ENDPOINTS : MAX_UNPROVEN_ENDPOINTS)
    if (this.#repository === null || !isProven) return
    this.#dirty.add(row)
    this.#writing ??= this.#clock.after(NODE_WRITE_MS, () => {
      this.#writing = null
      this.#write()
    })
  }

  #expire(): void {
    const before = this.#clock.now() - NODE_EXPIRY_MS
    for (const [key, row] of this.#proven) {
      if (row.lastPongAt >= before) continue
      this.#proven.delete(key)
      this.#dirty.delete(row)
      this.#gone.push(row)
    }
    this.#write()
  }

  #write(): void {
    const rows = [...this.#dirty].map(row => ({ ...row }))
    const gone = this.#gone.splice(0)
    this.#dirty.clear()
    this.#attempt(() => {
      if (gone.length > 0) this.#repository?.remove(gone)
      if (rows.length > 0) this.#repository?.save(rows)
    })
  }

  /** Seeds are a convenience: a store that fails costs nothing but them. */
  #attempt<T>(action: () => T): T | undefined {
    try {
      return action()
    } catch (error) {
      this.#log.warn('Known Ethereum nodes could not be read or written', { why: String(error) })
      return undefined
    }
  }
}

const keyOf = (id: string, ip: string): string => `${id}|${ip}`

function put(rows: Map<string, Mutable<NodeRow>>, key: string, row: Mutable<NodeRow>, limit: number): void {
  rows.set(key, row)
  if (rows.size <= limit) return
  const oldest = rows.keys().next()
  if (oldest.done !== true) rows.delete(oldest.value)
}
