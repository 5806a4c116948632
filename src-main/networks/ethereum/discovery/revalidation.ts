/**
 * Asks the nodes of a table, one now and then, whether they still live: new and doubtful ones often, proven ones seldom.
 * Source: go-ethereum p2p/discover/table_reval.go, by behaviour.
 */
import type { Clock, RandomSource, Timer } from '../../../time/index.ts'
import { CHECKS_TO_STORE, FAILED_CHECK_DIVISOR, REVALIDATE_FAST_MS, REVALIDATE_SLOW_MS } from './limits.ts'
import type { DiscoveredNode } from './node.ts'
import type { TableEntry, TableNetwork } from './table.ts'

export interface RevalidationParts {
  readonly clock: Clock
  readonly random: RandomSource
  readonly network: TableNetwork
  /** The entry did not answer and has no credit left. */
  failed(entry: TableEntry): void
  /** A newer record; true when the endpoint is another. */
  renewed(entry: TableEntry, node: DiscoveredNode): boolean
  changed(): void
}

interface List {
  readonly entries: TableEntry[]
  readonly intervalMs: number
  timer: Timer | null
}

export class Revalidation {
  readonly #parts: RevalidationParts
  readonly #lists: Readonly<Record<'fast' | 'slow', List>> = {
    fast: { entries: [], intervalMs: REVALIDATE_FAST_MS, timer: null },
    slow: { entries: [], intervalMs: REVALIDATE_SLOW_MS, timer: null },
  }
  readonly #asked = new Set<TableEntry>()
  #isClosed = false

  constructor(parts: RevalidationParts) {
    this.#parts = parts
  }

  added(entry: TableEntry): void {
    this.#move(entry, 'fast')
  }

  removed(entry: TableEntry): void {
    this.#move(entry, null)
  }

  /** Its endpoint has changed: it has to prove itself anew. */
  suspect(entry: TableEntry): void {
    this.#move(entry, 'fast')
  }

  close(): void {
    this.#isClosed = true
    for (const list of Object.values(this.#lists)) list.timer?.cancel()
  }

  #move(entry: TableEntry, to: TableEntry['list']): void {
    if (entry.list === to) return
    if (entry.list !== null) {
      const list = this.#lists[entry.list]
      const index = list.entries.indexOf(entry)
      if (index >= 0) list.entries.splice(index, 1)
      if (list.entries.length === 0) {
        list.timer?.cancel()
        list.timer = null
      }
    }
    entry.list = to
    if (to === null) return
    const list = this.#lists[to]
    list.entries.push(entry)
    if (list.timer === null) this.#schedule(list)
  }

  #schedule(list: List): void {
    if (this.#isClosed) return
    list.timer = this.#parts.clock.after(list.intervalMs * this.#parts.random.float(), () => {
      this.#schedule(list)
      const entry = this.#pick(list)
      if (entry !== undefined) void this.#check(entry)
    })
  }

  #pick(list: List): TableEntry | undefined {
    const free = list.entries.filter(entry => !this.#asked.has(entry))
    return free[this.#parts.random.below(Math.max(1, free.length))]
  }

  async #check(entry: TableEntry): Promise<void> {
    const { network } = this.#parts
    const { node } = entry
    this.#asked.add(entry)
    let answered = true
    let record: DiscoveredNode | null = null
    try {
      const seq = await network.ping(node)
      if (seq > node.seq) record = await network.requestRecord(node).catch(() => null)
    } catch {
      answered = false
    }
    this.#asked.delete(entry)
    // It may have been removed, or have moved, while it was asked.
    if (this.#isClosed || entry.list === null || entry.node.udp.key !== node.udp.key) return
    if (answered) this.#passed(entry, record)
    else this.#missed(entry)
    this.#parts.changed()
  }

  #missed(entry: TableEntry): void {
    entry.checks = Math.floor(entry.checks / FAILED_CHECK_DIVISOR)
    if (entry.checks <= 0) this.#parts.failed(entry)
    else this.#move(entry, 'fast')
  }

  #passed(entry: TableEntry, record: DiscoveredNode | null): void {
    entry.checks += 1
    entry.isLive = true
    const hasMoved = record !== null && this.#parts.renewed(entry, record)
    if (hasMoved) return
    this.#move(entry, 'slow')
    if (entry.checks > CHECKS_TO_STORE) this.#parts.network.store(entry.node)
  }
}
