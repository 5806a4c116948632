/**
 * A client of node lists in DNS (EIP-1459): walks the tree of a list in random order, follows links to other lists, and
 * looks at the roots again now and then. Asks a resolver that it is given, since the route policy decides whether names
 * may be looked up, and by whom.
 */
import type { Clock, RandomSource } from '../../../time/index.ts'
import { parseEntry, parseLink, parseRoot } from './dns-tree.ts'
import type { ListEntry, ListLink, ListRoot } from './dns-tree.ts'
import { udpEndpoint } from './enr.ts'
import { DiscoveryError } from './error.ts'
import {
  DNS_MAX_CACHED,
  DNS_MAX_LINKS,
  DNS_MAX_PENDING,
  DNS_PER_SECOND,
  DNS_RECHECK_MS,
  DNS_RETRY_MS,
  DNS_ROOT_RECHECK_FAILURES,
  DNS_TIMEOUT_MS,
} from './limits.ts'
import { pause } from './lookup.ts'
import { recordNode } from './node.ts'
import type { DiscoveredNode } from './node.ts'

/** The texts of a name's TXT records, each of its parts joined. Rejects when there is none or it may not be asked. */
export type ResolveTxt = (name: string, signal: AbortSignal) => Promise<readonly string[]>

export interface DnsListParts {
  readonly clock: Clock
  readonly random: RandomSource
  readonly resolveTxt: ResolveTxt
}

/** One list and how far it has been walked. */
interface Walk {
  readonly link: ListLink
  root: ListRoot | null
  /** Monotonic ms at which the root was looked at; -Infinity for never. */
  rootAt: number
  /** Entries that could not be had since the root was looked at. */
  failures: number
  /** Times in a row that the root could not be had. */
  rootFailures: number
  readonly pending: string[]
  /** Hashes seen in this round: a list may not lead in circles. */
  readonly seen: Set<string>
}

export interface DnsListView {
  readonly domain: string
  readonly seq: number | null
  readonly pending: number
  readonly seen: number
  readonly failures: number
}

const retryDelay = (failures: number): number => Math.min(DNS_RECHECK_MS, DNS_RETRY_MS * 2 ** failures)

export class DnsLists {
  readonly #clock: Clock
  readonly #random: RandomSource
  readonly #resolveTxt: ResolveTxt
  readonly #walks: Walk[] = []
  readonly #cache = new Map<string, ListEntry>()
  #nextRequestAt = 0

  /** @param links `enrtree://` texts. @throws {DiscoveryError} `bad-entry` */
  constructor(links: readonly string[], { clock, random, resolveTxt }: DnsListParts) {
    this.#clock = clock
    this.#random = random
    this.#resolveTxt = resolveTxt
    for (const text of links) this.#follow(parseLink(text))
  }

  view(): readonly DnsListView[] {
    return this.#walks.map(({ link, root, pending, seen, failures }) => ({
      domain: link.domain,
      seq: root?.seq ?? null,
      pending: pending.length,
      seen: seen.size,
      failures,
    }))
  }

  /** The next node, waited for as long as it takes; null once aborted. One call at a time. A source for `FairMix`. */
  async next(signal: AbortSignal): Promise<DiscoveredNode | null> {
    while (!signal.aborted) {
      const walk = this.#walks[this.#random.below(Math.max(1, this.#walks.length))]
      if (walk === undefined) return null
      try {
        const node = await this.#step(walk, signal)
        if (node !== null) return node
      } catch (error) {
        if (!(error instanceof DiscoveryError)) throw error
        walk.failures += 1
      }
    }
    return null
  }

  /** One look: at the root when it is time, else at a random entry that is known and not yet seen. */
  async #step(walk: Walk, signal: AbortSignal): Promise<DiscoveredNode | null> {
    const now = this.#clock.monotonic()
    const isDue = now >= walk.rootAt + DNS_RECHECK_MS
    if (walk.root === null || isDue || walk.failures >= DNS_ROOT_RECHECK_FAILURES) {
      if (walk.rootFailures > 0) await pause(this.#clock, walk.rootAt + retryDelay(walk.rootFailures) - now, signal)
      walk.rootFailures += 1
      await this.#lookAtRoot(walk, signal)
      walk.rootFailures = 0
      return null
    }
    if (walk.pending.length === 0) {
      if (this.#walks.every(({ pending }) => pending.length === 0))
        await pause(this.#clock, walk.rootAt + DNS_RECHECK_MS - now, signal)
      else await Promise.resolve()
      return null
    }
    const [hash = ''] = walk.pending.splice(this.#random.below(walk.pending.length), 1)
    const entry = await this.#entry(walk, hash, signal)
    switch (entry.type) {
      case 'branch':
        this.#grow(walk, entry.children)
        return null
      case 'link':
        this.#follow(entry.link)
        return null
      case 'node':
        return udpEndpoint(entry.record) === null ? null : recordNode(entry.record)
      default:
        return entry satisfies never
    }
  }

  async #lookAtRoot(walk: Walk, signal: AbortSignal): Promise<void> {
    const before = walk.rootAt
    walk.rootAt = this.#clock.monotonic()
    walk.failures = 0
    const texts = await this.#request(walk.link.domain, signal)
    const text = texts.find(each => each.startsWith('enrtree-root:'))
    if (text === undefined) throw new DiscoveryError('no-entry', 'There is no list at that name.')
    const root = parseRoot(text, walk.link.publicKey)
    // An old root would lead back to nodes that the owner has taken off the list.
    if (walk.root !== null && root.seq < walk.root.seq) return
    const isSame = walk.root?.nodes === root.nodes && walk.root.links === root.links
    walk.root = root
    if (isSame && walk.pending.length > 0 && before > -Infinity) return
    walk.pending.length = 0
    walk.seen.clear()
    this.#grow(walk, [root.links, root.nodes])
  }

  #grow(walk: Walk, hashes: readonly string[]): void {
    for (const hash of hashes) {
      if (walk.seen.has(hash) || walk.seen.size >= DNS_MAX_PENDING) continue
      walk.seen.add(hash)
      walk.pending.push(hash)
    }
  }

  #follow(link: ListLink): void {
    if (this.#walks.length >= DNS_MAX_LINKS || this.#walks.some(walk => walk.link.text === link.text)) return
    this.#walks.push({
      link,
      root: null,
      rootAt: -Infinity,
      failures: 0,
      rootFailures: 0,
      pending: [],
      seen: new Set(),
    })
  }

  async #entry({ link }: Walk, hash: string, signal: AbortSignal): Promise<ListEntry> {
    const key = `${hash}.${link.domain}`
    const cached = this.#cache.get(key)
    if (cached !== undefined) return cached
    const texts = await this.#request(key, signal)
    const failures: unknown[] = []
    for (const text of texts) {
      try {
        const entry = parseEntry(text, hash)
        this.#cache.set(key, entry)
        const oldest = this.#cache.size > DNS_MAX_CACHED ? this.#cache.keys().next() : null
        if (oldest !== null && oldest.done !== true) this.#cache.delete(oldest.value)
        return entry
      } catch (error) {
        failures.push(error)
      }
    }
    const [first] = failures
    throw first instanceof DiscoveryError ? first : new DiscoveryError('no-entry', 'There is no entry at that name.')
  }

  /** Three requests a second, five seconds for each. */
  async #request(name: string, signal: AbortSignal): Promise<readonly string[]> {
    const now = this.#clock.monotonic()
    const at = Math.max(now, this.#nextRequestAt)
    this.#nextRequestAt = at + 1000 / DNS_PER_SECOND
    await pause(this.#clock, at - now, signal)
    const scope = new AbortController()
    const end = (): void => scope.abort()
    const timer = this.#clock.after(DNS_TIMEOUT_MS, end)
    signal.addEventListener('abort', end, { once: true })
    try {
      return await Promise.race([
        this.#resolveTxt(name, scope.signal),
        new Promise<never>((_, reject) =>
          scope.signal.addEventListener('abort', () => reject(new Error('The name server did not answer.'))),
        ),
      ])
    } catch (error) {
      throw new DiscoveryError('lookup-failed', `Looking up ${name} failed.`, error)
    } finally {
      timer.cancel()
      // The signal lives as long as discovery: what is left on it would pile up.
      signal.removeEventListener('abort', end)
    }
  }
}
