/**
 * The bans in force: asked at every accept and every dial, so an answer is one look-up per prefix length in use. What
 * it holds is bounded: when full, an automatic ban takes the place of the automatic one that would end soonest, and a
 * person's is refused. A ban keeps its first cause when it is extended.
 */
import type { Log } from '../log/index.ts'
import type { Clock, RandomSource, Timer } from '../time/index.ts'
import type { Address } from '../transport/index.ts'
import { SubnetSet, parseSubnet } from '../transport/index.ts'
import type { Ban, BanStore, NewBan } from './ban.ts'
import { parseBanTarget } from './ban.ts'
import { Deadlines } from './deadlines.ts'
import { ReputationError } from './error.ts'
import { EXPIRY_CHECK_MS, MAX_BANS, MAX_BAN_MS, REFUSAL_WRITE_MS } from './limits.ts'
import { printBans, readBans } from './portable.ts'

/** What happened to the list, for those who show it. */
export interface BanChange {
  readonly added: readonly Ban[]
  readonly changed: readonly Ban[]
  /** Ids. */
  readonly removed: readonly string[]
}

interface BanListOptions {
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
  readonly store: BanStore
  /** Bans in force at once; `MAX_BANS` when absent. */
  readonly maxBans?: number
}

export class BanList {
  readonly #clock: Clock
  readonly #random: RandomSource
  readonly #log: Log
  readonly #store: BanStore
  readonly #maxBans: number
  readonly #byId = new Map<string, Ban>()
  readonly #byTarget = new Map<string, Ban>()
  readonly #ranges = new SubnetSet()
  readonly #expiry = new Deadlines(id => this.#byId.get(id)?.until)
  readonly #automatic = new Deadlines(id => this.#byId.get(id)?.until)
  readonly #listeners = new Set<(change: BanChange) => void>()
  readonly #refusals = new Map<string, number>()
  #expiryTimer: Timer | null = null
  /** When that timer fires, wall clock; not before everything has been loaded. */
  #armedFor = -Infinity
  #refusalTimer: Timer | null = null

  constructor(options: BanListOptions) {
    this.#clock = options.clock
    this.#random = options.random
    this.#log = options.log
    this.#store = options.store
    this.#maxBans = options.maxBans ?? MAX_BANS
    const now = this.#clock.now()
    const useless: string[] = []
    for (const ban of options.store.all()) {
      if (ban.until > now && this.#byId.size < this.#maxBans && isSound(ban)) this.#put(ban)
      else useless.push(ban.id)
    }
    if (useless.length > 0) this.#keep(() => this.#store.remove(useless))
    this.#arm()
  }

  get size(): number {
    return this.#byId.size
  }

  /** The ban that covers an address, by its port, host or range, narrowest first; null when there is none. */
  find(address: Address): Ban | null {
    if (this.#byId.size === 0) return null
    const now = this.#clock.now()
    const endpoint = this.#byTarget.get(address.key)
    if (endpoint !== undefined && endpoint.until > now) return endpoint
    for (const range of this.#ranges.matches(address)) {
      const ban = this.#byTarget.get(range.text)
      if (ban !== undefined && ban.until > now) return ban
    }
    return null
  }

  isBanned(address: Address): boolean {
    return this.find(address) !== null
  }

  get(id: string): Ban | null {
    return this.#byId.get(id) ?? null
  }

  /** Newest first. */
  list(): Ban[] {
    return [...this.#byId.values()].sort((a, b) => b.createdAt - a.createdAt)
  }

  /** How many of those in force were made at or after a time. */
  countSince(time: number): number {
    let count = 0
    for (const ban of this.#byId.values()) if (ban.createdAt >= time) count += 1
    return count
  }

  /**
   * Bans, or extends the ban of the same target, which keeps its first cause and never becomes shorter.
   * Durable when it returns.
   * @throws {ReputationError} `full`
   */
  add(wanted: NewBan): Ban {
    const known = this.#byTarget.get(wanted.target.text)
    const ban = this.#made(wanted)
    if (known !== undefined) {
      if (ban.until <= known.until) return known
      const extended = { ...known, until: ban.until }
      this.#put(extended)
      this.#keep(() => this.#store.upsert([extended]))
      this.#tell({ changed: [extended] })
      return extended
    }
    const removed: string[] = []
    if (this.#byId.size >= this.#maxBans) removed.push(this.#makeRoom(wanted.by))
    this.#put(ban)
    this.#keep(() => {
      if (removed.length > 0) this.#store.remove(removed)
      this.#store.upsert([ban])
    })
    this.#tell({ added: [ban], removed })
    return ban
  }

  /** A connection was refused because of this ban. */
  countRefusal(id: string): void {
    const ban = this.#byId.get(id)
    if (ban === undefined) return
    this.#put({ ...ban, refused: ban.refused + 1 })
    this.#refusals.set(id, (this.#refusals.get(id) ?? 0) + 1)
    this.#refusalTimer ??= this.#clock.after(REFUSAL_WRITE_MS, () => this.#writeRefusals())
  }

  /** Lifts bans; gives those that were there, for `restore`. */
  lift(ids: readonly string[]): Ban[] {
    const lifted = [...new Set(ids)].flatMap(id => this.#byId.get(id) ?? [])
    if (lifted.length > 0) this.#drop(lifted)
    return lifted
  }

  /**
   * Puts lifted bans back as they were; one whose target has been banned again meanwhile is extended. Gives how many of
   * them are in force.
   * @throws {ReputationError} `full`, `bad-target`
   */
  restore(bans: readonly Ban[]): number {
    const now = this.#clock.now()
    const due = bans.filter(ban => ban.until > now)
    for (const ban of due) checkRow(ban)
    const targets = new Set(due.filter(ban => !this.#byTarget.has(ban.target)).map(ban => ban.target))
    if (this.#byId.size + targets.size > this.#maxBans) throw this.#fullError()
    const added: Ban[] = []
    const changed: Ban[] = []
    for (const lifted of due) {
      const known = this.#byTarget.get(lifted.target)
      if (known !== undefined && known.until >= lifted.until) continue
      const isIdFree = !this.#byId.has(lifted.id)
      const ban =
        known === undefined
          ? { ...lifted, id: isIdFree ? lifted.id : this.#newId() }
          : { ...known, until: lifted.until }
      this.#put(ban)
      ;(known === undefined ? added : changed).push(ban)
    }
    if (added.length + changed.length > 0) {
      this.#keep(() => this.#store.upsert([...added, ...changed]))
      this.#tell({ added, changed })
    }
    return due.length
  }

  /** The whole list as text (JSON), for `import`. */
  export(): { readonly text: string; readonly count: number } {
    return { text: printBans(this.list()), count: this.size }
  }

  /**
   * Takes an exported list, ours or Bitcoin Core's banlist.json: all of it or nothing. Bans of targets that are banned
   * already are merged (extended); those that have run out are counted and left.
   * @throws {ReputationError} `bad-import` names the entry, `full`
   */
  import(text: string): { readonly added: number; readonly merged: number; readonly expired: number } {
    const now = this.#clock.now()
    const wanted = new Map<string, NewBan>()
    let expired = 0
    let merged = 0
    for (const ban of readBans(text, now)) {
      if (ban.until <= now) {
        expired++
        continue
      }
      const twin = wanted.get(ban.target.text)
      if (twin !== undefined) merged++
      if (twin === undefined || twin.until < ban.until)
        wanted.set(ban.target.text, twin === undefined ? ban : { ...twin, until: ban.until })
    }
    const added: Ban[] = []
    const changed: Ban[] = []
    for (const ban of wanted.values()) {
      const known = this.#byTarget.get(ban.target.text)
      if (known === undefined) added.push(this.#made(ban))
      else {
        merged++
        if (known.until < ban.until) changed.push({ ...known, until: ban.until })
      }
    }
    if (this.#byId.size + added.length > this.#maxBans) throw this.#fullError()
    for (const ban of [...added, ...changed]) this.#put(ban)
    if (added.length + changed.length > 0) {
      this.#keep(() => this.#store.upsert([...added, ...changed]))
      this.#tell({ added, changed })
    }
    return { added: added.length, merged, expired }
  }

  /** Hears of every change, synchronously. Gives the way to stop. */
  onChange(listener: (change: BanChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Stops the timers and writes the refusals counted so far. */
  close(): void {
    this.#expiryTimer?.cancel()
    this.#expiryTimer = null
    this.#armedFor = -Infinity
    this.#writeRefusals()
    this.#listeners.clear()
  }

  #made(wanted: NewBan): Ban {
    const now = this.#clock.now()
    return {
      id: this.#newId(),
      target: wanted.target.text,
      kind: wanted.target.kind,
      createdAt: wanted.createdAt ?? now,
      until: Math.min(wanted.until, now + MAX_BAN_MS),
      reason: wanted.reason,
      by: wanted.by,
      rule: wanted.rule ?? null,
      evidence: wanted.evidence ?? null,
      score: wanted.score ?? null,
      network: wanted.network ?? null,
      agent: wanted.agent ?? null,
      refused: 0,
    }
  }

  #newId(): string {
    return `ban-${Array.from(this.#random.bytes(8), byte => byte.toString(16).padStart(2, '0')).join('')}`
  }

  #put(ban: Ban): void {
    const known = this.#byId.get(ban.id)
    this.#byId.set(ban.id, ban)
    this.#byTarget.set(ban.target, ban)
    if (known?.until === ban.until) return
    if (known === undefined && ban.kind !== 'endpoint') this.#ranges.add(parseSubnet(ban.target))
    this.#expiry.add(ban.id, ban.until)
    this.#expiry.tidy(this.#byId.size)
    if (ban.by === 'rule') this.#automatic.add(ban.id, ban.until)
    this.#automatic.tidy(this.#byId.size)
    if (ban.until < this.#armedFor) this.#arm()
  }

  #remove(ban: Ban): void {
    this.#byId.delete(ban.id)
    this.#byTarget.delete(ban.target)
    this.#refusals.delete(ban.id)
    if (ban.kind !== 'endpoint') this.#ranges.delete(parseSubnet(ban.target))
  }

  #drop(bans: readonly Ban[]): void {
    const removed = bans.map(ban => ban.id)
    for (const ban of bans) this.#remove(ban)
    this.#keep(() => this.#store.remove(removed))
    this.#tell({ removed })
  }

  #makeRoom(by: Ban['by']): string {
    const soonest = by === 'rule' ? this.#automatic.first() : null
    const ban = soonest === null ? undefined : this.#byId.get(soonest.id)
    if (ban === undefined) throw this.#fullError()
    this.#remove(ban)
    return ban.id
  }

  #fullError(): ReputationError {
    return new ReputationError('full', `The list holds at most ${this.#maxBans} bans. Lift some first.`)
  }

  #arm(): void {
    this.#expiryTimer?.cancel()
    const now = this.#clock.now()
    this.#armedFor = Math.min(now + EXPIRY_CHECK_MS, this.#expiry.first()?.at ?? Infinity)
    this.#expiryTimer = this.#clock.after(this.#armedFor - now, () => this.#expire())
  }

  #expire(): void {
    const now = this.#clock.now()
    const expired: Ban[] = []
    for (let first = this.#expiry.first(); first !== null && first.at <= now; first = this.#expiry.first()) {
      const ban = this.#byId.get(first.id)
      if (ban === undefined) break
      expired.push(ban)
      this.#remove(ban)
    }
    if (expired.length > 0) {
      const removed = expired.map(ban => ban.id)
      this.#keep(() => this.#store.remove(removed))
      this.#tell({ removed })
    }
    this.#arm()
  }

  #writeRefusals(): void {
    this.#refusalTimer?.cancel()
    this.#refusalTimer = null
    if (this.#refusals.size === 0) return
    const counts = new Map(this.#refusals)
    this.#refusals.clear()
    this.#keep(() => this.#store.countRefusals(counts))
    this.#tell({ changed: [...counts.keys()].flatMap(id => this.#byId.get(id) ?? []) })
  }

  /** A store that fails (a full disk) leaves the ban in force in memory, and says so. */
  #keep(write: () => void): void {
    try {
      write()
    } catch (error) {
      this.#log.warn('A change to the bans could not be stored; it holds until Warren stops.', {
        reason: error instanceof Error ? error.message : String(error),
      })
    }
  }

  #tell(change: Partial<BanChange>): void {
    for (const listener of this.#listeners) listener({ added: [], changed: [], removed: [], ...change })
  }
}

/** A ban that comes from outside must name its target in canonical form. @throws {ReputationError} `bad-target` */
function checkRow(ban: Ban): void {
  const target = parseBanTarget(ban.target)
  if (target.text !== ban.target || target.kind !== ban.kind)
    throw new ReputationError(
      'bad-target',
      `"${target.text}" was expected in the place of "${ban.target.slice(0, 80)}".`,
    )
}

function isSound(ban: Ban): boolean {
  try {
    checkRow(ban)
    return true
  } catch (error) {
    if (error instanceof ReputationError) return false
    throw error
  }
}
