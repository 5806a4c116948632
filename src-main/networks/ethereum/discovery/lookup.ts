/**
 * Lookups: ask the nodes closest to a target for closer ones, three at a time, until none is left to ask; and an
 * endless walk of random lookups, as a source of nodes to connect to.
 */
import type { Clock, Timer } from '../../../time/index.ts'
import { BUCKET_SIZE, EMPTY_TABLE_WAIT_MS, LOOKUP_ALPHA, LOOKUP_INTERVAL_MS, MAX_LOOKUP_SEEN } from './limits.ts'
import { Closest, hex } from './node.ts'
import type { DiscoveredNode } from './node.ts'
import type { NodeTable } from './table.ts'

export interface LookupParts {
  readonly table: NodeTable
  /** Our own identity. */
  readonly self: Uint8Array
  /** Identity that is looked for; need not exist. */
  readonly target: Uint8Array
  /** Asks a node for nodes close to the target; rejects when it does not answer. */
  readonly query: (node: DiscoveredNode) => Promise<readonly DiscoveredNode[]>
  /** True: nobody is asked any more. */
  readonly isOver: () => boolean
}

/** Yields the nodes seen, in batches as they come in: first those of the table. Ends when nobody is left to ask. */
export async function* lookup(parts: LookupParts): AsyncGenerator<readonly DiscoveredNode[], undefined> {
  const { table, target, query, isOver } = parts
  const result = new Closest(target, BUCKET_SIZE)
  const asked = new Set<string>([hex(parts.self)])
  const seen = new Set<string>(asked)
  const isNew = (node: DiscoveredNode): boolean => {
    if (seen.has(node.id) || seen.size >= MAX_LOOKUP_SEEN) return false
    seen.add(node.id)
    result.push(node)
    return true
  }
  const first = table.closest(target, BUCKET_SIZE, false).filter(isNew)
  if (first.length > 0) yield first
  type Answer = { readonly nodes: readonly DiscoveredNode[]; readonly query: Promise<Answer> }
  const underWay = new Set<Promise<Answer>>()
  while (!isOver()) {
    for (const node of result.nodes) {
      if (underWay.size >= LOOKUP_ALPHA) break
      if (asked.has(node.id)) continue
      asked.add(node.id)
      const asking: Promise<Answer> = query(node)
        .catch((): readonly DiscoveredNode[] => [])
        .then(nodes => {
          if (!isOver()) table.queried(node, nodes)
          return { nodes, query: asking }
        })
      underWay.add(asking)
    }
    if (underWay.size === 0) return
    const answer = await Promise.race(underWay)
    underWay.delete(answer.query)
    const fresh = answer.nodes.filter(isNew)
    if (fresh.length > 0) yield fresh
  }
}

/** Runs a lookup to its end: the 16 nodes closest to the target. */
export async function lookupAll(parts: LookupParts): Promise<readonly DiscoveredNode[]> {
  const result = new Closest(parts.target, BUCKET_SIZE)
  for await (const nodes of lookup(parts)) for (const node of nodes) result.push(node)
  return result.nodes
}

export interface WalkParts {
  readonly clock: Clock
  readonly table: NodeTable
  /** A lookup of a random target. */
  readonly randomLookup: (signal: AbortSignal) => AsyncGenerator<readonly DiscoveredNode[], undefined>
}

/** A source for `FairMix`: nodes of one random lookup after another, at most one lookup a second. */
export class RandomWalk {
  readonly #parts: WalkParts
  readonly #ready: DiscoveredNode[] = []
  #lookup: AsyncGenerator<readonly DiscoveredNode[], undefined> | null = null
  #lastAt = -Infinity

  constructor(parts: WalkParts) {
    this.#parts = parts
  }

  /** Waits for the next node; null once aborted. One call at a time. */
  async next(signal: AbortSignal): Promise<DiscoveredNode | null> {
    const { clock, table, randomLookup } = this.#parts
    while (!signal.aborted) {
      const node = this.#ready.shift()
      if (node !== undefined) return node
      if (this.#lookup === null) {
        await pause(clock, this.#lastAt + LOOKUP_INTERVAL_MS - clock.monotonic(), signal)
        this.#lastAt = clock.monotonic()
        if (table.size === 0) await untilFilled(clock, table, signal)
        if (signal.aborted) break
        this.#lookup = randomLookup(signal)
      }
      const batch = await this.#lookup.next()
      if (batch.done === true) this.#lookup = null
      else this.#ready.push(...batch.value)
    }
    return null
  }
}

/** Has the table seeded anew, and waits for its first node rather than for the whole look around. */
async function untilFilled(clock: Clock, table: NodeTable, signal: AbortSignal): Promise<void> {
  void table.refresh()
  await Promise.race([table.whenFilled(EMPTY_TABLE_WAIT_MS), pause(clock, EMPTY_TABLE_WAIT_MS, signal)])
}

/** Waits, or until aborted. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve()
  return new Promise(resolve => {
    let timer: Timer | null = null
    const end = (): void => {
      timer?.cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    timer = clock.after(ms, end)
    signal.addEventListener('abort', end, { once: true })
  })
}
