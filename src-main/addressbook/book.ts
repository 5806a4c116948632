/**
 * The address book of one network: what has been heard of (new table) and what has worked (tried table).
 *
 * What an attacker could try, and what answers it. Filling the book with his own addresses: those told by one source
 * group reach 64 of 1024 new buckets, those of one group 8 of 256 tried buckets, and which ones is a secret of this
 * install. Pushing out what works: only an own successful connection moves an address into the tried table, and one
 * that stands there is tested before it is replaced. Telling the same addresses often: each further place is half as
 * likely as the last, eight at most. Telling false times or services: times are bounded and lowered for third parties,
 * services only make a choice more or less likely. Asking for everything: answers are samples, the same for a day.
 * Source: Bitcoin Core addrman; Heilman et al., USENIX Security 2015.
 */
import type { Clock, RandomSource } from '../time/index.ts'
import type { Address, AddressKind } from '../transport/index.ts'
import { createAnswers } from './answers.ts'
import { decideCollision } from './collisions.ts'
import { believedTime } from './gossip.ts'
import { sourceGroupOf } from './groups.ts'
import {
  CONNECTED_UPDATE_MS,
  MAX_COLLISIONS,
  MAX_NEW_REFERENCES,
  MAX_SOURCE_LENGTH,
  OFFLINE_UPDATE_MS,
  ONLINE_MS,
  ONLINE_UPDATE_MS,
} from './limits.ts'
import { whyTerrible } from './quality.ts'
import { NONE } from './places.ts'
import { RowWriter, SourceGroups, loadRow } from './rows.ts'
import { selectEntry } from './select.ts'
import { ADDRESS_KINDS, Tables } from './tables.ts'
import type {
  AddressExplanation,
  AddressRow,
  AddressSource,
  BookEntry,
  BookStats,
  Candidate,
  DirtyRows,
  SearchOptions,
  SelectOptions,
  ToldAddress,
} from './types.ts'
import { explainAddress, searchEntries, viewEntry } from './view.ts'

/** Groups and sources named in the statistics. Source: the contract's `addresses.stats`. */
const TOP_COUNT = 20
/** Failures are counted no further: the field has 16 bits. */
const MAX_COUNTED_FAILURES = 65_535

export interface AddressBookOptions {
  readonly network: string
  /** Secret of this install, 16 bytes: the key of all bucket choices. Keep it with the book. */
  readonly key: Uint8Array
  readonly clock: Clock
  readonly random: RandomSource
  /** The group that an address belongs to, as `groups.ts` makes it. */
  readonly groupOf: (address: Address) => string
  readonly isBanned: (address: Address) => boolean
  /** Kinds of address that are kept; all when absent. */
  readonly kinds?: readonly AddressKind[]
  /** Refuses addresses that no peer of this network can have (private ones on a public network). */
  readonly accepts?: (address: Address) => boolean
}

export interface AddressBook {
  /** Takes in what `source` told, its times lowered by `penaltyMs` but for its own address. Gives how many are new places. */
  add(addresses: readonly ToldAddress[], source: AddressSource, penaltyMs: number): number
  /** A dial begins. `countsFailure`: a failure would be the address's fault (two diverse outbound peers are connected). */
  attempt(address: Address, countsFailure: boolean): void
  /** A handshake succeeded: moves the address into the tried table, or lets it wait for a test. True when it moved. */
  good(address: Address): boolean
  /** A good session ended: the address was alive until now. */
  connected(address: Address): void
  setServices(address: Address, services: bigint): void
  select(options?: SelectOptions): Candidate | null
  /** An address of the tried table that a newcomer waits to replace: dial it as a feeler. */
  selectCollision(): Candidate | null
  /** Decides the collisions whose test is over. Call it every minute or after each feeler. */
  resolveCollisions(): void
  /** What a requester of this kind is told: the same for about a day. */
  answerFor(requesterKind: string): readonly ToldAddress[]
  get(address: Address): BookEntry | null
  search(options: SearchOptions): { readonly total: number; readonly entries: readonly BookEntry[] }
  explain(address: Address): AddressExplanation
  stats(): BookStats
  /** True when it was known. */
  forget(address: Address): boolean
  /** Takes what has changed since the last call, at most `limit` rows. Null when nothing has. */
  takeDirty(limit?: number): DirtyRows | null
  /**
   * Puts stored rows back. Unless `keepsBuckets` (groups are made by the same tables as when they were written), every
   * row finds its bucket anew. Rows that make no sense are skipped. Gives how many were taken.
   */
  load(rows: Iterable<AddressRow>, keepsBuckets: boolean): { readonly loaded: number; readonly skipped: number }
  readonly size: number
}

export function createAddressBook(options: AddressBookOptions): AddressBook {
  const { network, clock, random, groupOf, isBanned } = options
  const kinds = new Set<AddressKind>(options.kinds ?? ADDRESS_KINDS)
  const accepts = options.accepts ?? (() => true)
  const writer = new RowWriter()
  const collisions = new Set<number>()
  let version = 0
  const tables = new Tables(
    options.key,
    entry => {
      version++
      writer.changed(entry)
    },
    (key, entry) => {
      version++
      collisions.delete(entry)
      writer.gone(key, entry)
    },
  )
  const answers = createAnswers(tables, random, isBanned)
  const viewer = { tables, isBanned, kinds, isColliding: (entry: number) => collisions.has(entry) }
  /** Failures count at most once per success anywhere: being offline does not spoil the book. */
  let lastGoodAt = 1
  let cachedStats: { readonly version: number; readonly stats: BookStats } | null = null

  const isTerrible = (entry: number, now: number): boolean =>
    whyTerrible(
      {
        seenAt: tables.seenAt[entry] ?? 0,
        lastTryAt: tables.lastTryAt[entry] ?? 0,
        lastSuccessAt: tables.lastSuccessAt[entry] ?? 0,
        failures: tables.failures[entry] ?? 0,
      },
      now,
    ) !== null

  const candidate = (entry: number): Candidate => ({
    address: tables.address(entry),
    group: tables.groupName(entry),
    table: tables.isTried(entry) ? 'tried' : 'new',
    services: tables.services[entry] ?? 0n,
    lastTryAt: tables.lastTryAt[entry] ?? 0,
  })

  /** Later news of a known address; false when it says nothing that would earn another place. */
  const refresh = (entry: number, told: ToldAddress, seenAt: number, penaltyMs: number, now: number): boolean => {
    const step = now - seenAt < ONLINE_MS ? ONLINE_UPDATE_MS : OFFLINE_UPDATE_MS
    const known = tables.seenAt[entry] ?? 0
    const services = tables.services[entry] ?? 0n
    if (known < seenAt - step - penaltyMs) tables.seenAt[entry] = Math.max(0, seenAt - penaltyMs)
    if ((services | told.services) !== services) tables.services[entry] = services | told.services
    if (tables.seenAt[entry] !== known || tables.services[entry] !== services) tables.changed(entry)
    if (seenAt <= (tables.seenAt[entry] ?? 0) || tables.isTried(entry)) return false
    const references = tables.references(entry)
    return references < MAX_NEW_REFERENCES && random.below(2 ** references) === 0
  }

  const addOne = (
    told: ToldAddress,
    source: string,
    sourceGroup: string,
    sourceHost: string | null,
    penaltyMs: number,
    now: number,
  ): boolean => {
    const { address } = told
    if (!kinds.has(address.kind) || !accepts(address) || (address.port === 0 && address.kind !== 'i2p')) return false
    const penalty = address.host === sourceHost ? 0 : penaltyMs
    const seenAt = believedTime(told.seenAt, now)
    let entry = tables.find(address.key)
    if (entry !== NONE && !refresh(entry, told, seenAt, penalty, now)) return false
    const group = entry === NONE ? groupOf(address) : tables.groupName(entry)
    const place = tables.newPlaceFor(address.key, group, sourceGroup)
    const holder = tables.newTable.at(place)
    if (holder !== NONE) {
      if (holder === entry) return false
      const mayReplace = isTerrible(holder, now) || (entry === NONE && tables.references(holder) > 1)
      if (!mayReplace) return false
      tables.clearNew(place)
    }
    if (entry === NONE) {
      entry = tables.create(address, group, source, sourceGroup)
      tables.seenAt[entry] = Math.max(0, seenAt - penalty)
      tables.services[entry] = told.services
    }
    tables.putNew(entry, place)
    return true
  }

  /** Moves an entry of the new table into its place of the tried table; who stands there goes back to the new table. */
  const makeTried = (entry: number): void => {
    tables.leaveNew(entry)
    const place = tables.triedPlace(entry)
    const holder = tables.triedTable.at(place)
    if (holder !== NONE) {
      tables.leaveTried(holder)
      const back = tables.newPlace(holder)
      tables.clearNew(back)
      tables.putNew(holder, back)
    }
    tables.putTried(entry, place)
  }

  return {
    add: (addresses, source, penaltyMs) => {
      const now = clock.now()
      const isPeer = typeof source !== 'string'
      const name = isPeer ? source.key : source.slice(0, MAX_SOURCE_LENGTH)
      const sourceGroup = sourceGroupOf(isPeer ? source : name, groupOf)
      let added = 0
      for (const told of addresses)
        if (addOne(told, name, sourceGroup, isPeer ? source.host : null, penaltyMs, now)) added++
      return added
    },

    attempt: (address, countsFailure) => {
      const entry = tables.find(address.key)
      if (entry === NONE) return
      const now = clock.now()
      tables.lastTryAt[entry] = now
      if (countsFailure && (tables.lastCountedAt[entry] ?? 0) < lastGoodAt) {
        tables.lastCountedAt[entry] = now
        tables.failures[entry] = Math.min(MAX_COUNTED_FAILURES, (tables.failures[entry] ?? 0) + 1)
      }
      tables.changed(entry)
    },

    good: address => {
      const now = clock.now()
      lastGoodAt = now
      const entry = tables.find(address.key)
      if (entry === NONE) return false
      // The time stamp that others are told stays as it is: it would say whom we are connected to.
      tables.lastSuccessAt[entry] = now
      tables.lastTryAt[entry] = now
      tables.failures[entry] = 0
      tables.changed(entry)
      if (tables.isTried(entry)) return false
      if (tables.triedTable.at(tables.triedPlace(entry)) !== NONE) {
        if (collisions.size < MAX_COLLISIONS) collisions.add(entry)
        return false
      }
      makeTried(entry)
      return true
    },

    connected: address => {
      const entry = tables.find(address.key)
      const now = clock.now()
      if (entry === NONE || now - (tables.seenAt[entry] ?? 0) <= CONNECTED_UPDATE_MS) return
      tables.seenAt[entry] = now
      tables.changed(entry)
    },

    setServices: (address, services) => {
      const entry = tables.find(address.key)
      if (entry === NONE || tables.services[entry] === services) return
      tables.services[entry] = services
      tables.changed(entry)
    },

    select: selectOptions => {
      const entry = selectEntry({ tables, random, isBanned }, clock.now(), selectOptions)
      return entry === NONE ? null : candidate(entry)
    },

    selectCollision: () => {
      if (collisions.size === 0) return null
      const waiting = [...collisions][random.below(collisions.size)] ?? NONE
      if (waiting === NONE || tables.isTried(waiting)) return null
      const holder = tables.triedTable.at(tables.triedPlace(waiting))
      return holder === NONE ? null : candidate(holder)
    },

    resolveCollisions: () => {
      const now = clock.now()
      for (const waiting of collisions) {
        const isWaiting = !tables.isTried(waiting)
        const holder = isWaiting ? tables.triedTable.at(tables.triedPlace(waiting)) : NONE
        const decision = decideCollision(
          {
            isWaiting,
            waitingSuccessAt: tables.lastSuccessAt[waiting] ?? 0,
            holder:
              holder === NONE
                ? null
                : { lastSuccessAt: tables.lastSuccessAt[holder] ?? 0, lastTryAt: tables.lastTryAt[holder] ?? 0 },
          },
          now,
        )
        if (decision === 'wait') continue
        collisions.delete(waiting)
        if (decision === 'replace') makeTried(waiting)
      }
    },

    answerFor: requesterKind => answers(requesterKind, clock.now()),

    get: address => {
      const entry = tables.find(address.key)
      return entry === NONE ? null : viewEntry(viewer, entry, clock.now())
    },
    search: searchOptions => searchEntries(viewer, clock.now(), searchOptions),
    explain: address => explainAddress(viewer, address, clock.now()),

    stats: () => {
      if (cachedStats?.version === version && cachedStats.stats.collisions === collisions.size) return cachedStats.stats
      const stats: BookStats = {
        network,
        total: tables.size,
        new: tables.size - tables.triedCount,
        tried: tables.triedCount,
        byKind: Object.fromEntries(
          ADDRESS_KINDS.map(kind => [kind, tables.count(kind).new + tables.count(kind).tried]),
        ) as Record<AddressKind, number>,
        groups: tables.groups.size,
        topGroups: tables.groups.top(TOP_COUNT).map(({ name, users }) => ({ group: name, count: users })),
        topSources: tables.sources.top(TOP_COUNT).map(({ name, users }) => ({ source: name, count: users })),
        collisions: collisions.size,
      }
      cachedStats = { version, stats }
      return stats
    },

    forget: address => {
      const entry = tables.find(address.key)
      if (entry === NONE) return false
      tables.remove(entry)
      return true
    },

    takeDirty: limit => writer.take(tables, limit),

    load: (rows, keepsBuckets) => {
      let loaded = 0
      let skipped = 0
      const sourceGroups = new SourceGroups(groupOf)
      for (const row of rows) {
        if (loadRow(tables, row, keepsBuckets, groupOf, sourceGroups, kinds)) loaded++
        else skipped++
      }
      writer.forgetAll(keepsBuckets && skipped === 0 ? null : tables)
      return { loaded, skipped }
    },

    get size() {
      return tables.size
    },
  }
}
