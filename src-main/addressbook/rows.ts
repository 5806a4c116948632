/** Between the book and the store: which entries have changed, entries as rows, and rows back as entries. */
import type { Address, AddressKind } from '../transport/index.ts'
import { AddressError, parseAddress } from '../transport/index.ts'
import { sourceGroupOf } from './groups.ts'
import { BUCKET_SIZE, MAX_ADDRESSES, MAX_NEW_REFERENCES, MAX_SOURCE_LENGTH, NEW_BUCKETS } from './limits.ts'
import { NONE } from './places.ts'
import type { Tables } from './tables.ts'
import type { AddressRow, DirtyRows } from './types.ts'

/** Removed rows remembered for the store; beyond it all rows are written anew. Source: ours, as many as there can be. */
const MAX_REMOVED = MAX_ADDRESSES

function rowOf(tables: Tables, entry: number): AddressRow {
  return {
    key: tables.address(entry).key,
    source: tables.sourceName(entry),
    services: tables.services[entry] ?? 0n,
    seenAt: tables.seenAt[entry] ?? 0,
    lastTryAt: tables.lastTryAt[entry] ?? 0,
    lastSuccessAt: tables.lastSuccessAt[entry] ?? 0,
    failures: tables.failures[entry] ?? 0,
    isTried: tables.isTried(entry),
    buckets: Array.from(tables.places(entry), place => Math.floor(place / BUCKET_SIZE)),
  }
}

/** Remembers what to write behind. */
export class RowWriter {
  readonly #changed = new Set<number>()
  readonly #removed = new Set<string>()
  #reset = false

  changed(entry: number): void {
    this.#changed.add(entry)
  }

  gone(key: string, entry: number): void {
    this.#changed.delete(entry)
    if (this.#reset) return
    this.#removed.add(key)
    if (this.#removed.size <= MAX_REMOVED) return
    this.#removed.clear()
    this.#reset = true
  }

  /** After a load: nothing is dirty, or with `tables` everything is. */
  forgetAll(tables: Tables | null): void {
    this.#changed.clear()
    this.#removed.clear()
    this.#reset = tables !== null
    if (tables !== null) this.#changeAll(tables)
  }

  take(tables: Tables, limit = Infinity): DirtyRows | null {
    if (this.#changed.size === 0 && this.#removed.size === 0 && !this.#reset) return null
    const reset = this.#reset
    this.#reset = false
    if (reset) this.#changeAll(tables)
    const upserts: AddressRow[] = []
    for (const entry of this.#changed) {
      if (upserts.length >= limit) break
      this.#changed.delete(entry)
      const row = rowOf(tables, entry)
      // Forgotten and heard of again since: the new row replaces the old one.
      this.#removed.delete(row.key)
      upserts.push(row)
    }
    const removed: string[] = []
    for (const key of this.#removed) {
      if (upserts.length + removed.length >= limit) break
      this.#removed.delete(key)
      if (tables.find(key) === NONE) removed.push(key)
    }
    return { reset, upserts, removed }
  }

  #changeAll(tables: Tables): void {
    for (let at = 0; at < tables.size; at++) this.#changed.add(tables.entryAt(at))
  }
}

const isTime = (value: number): boolean => Number.isFinite(value) && value >= 0

/** Groups of sources as they are met in a load: a thousand rows share one, and a name is no address each time. */
export class SourceGroups {
  readonly #groupOf: (address: Address) => string
  readonly #known = new Map<string, string>()

  constructor(groupOf: (address: Address) => string) {
    this.#groupOf = groupOf
  }

  of(source: string): string {
    const known = this.#known.get(source)
    if (known !== undefined) return known
    const group = sourceGroupOf(readAddress(source) ?? source, this.#groupOf)
    this.#known.set(source, group)
    return group
  }
}

/** Puts one stored row back. False when it makes no sense or finds no place: its place was taken by an earlier row. */
export function loadRow(
  tables: Tables,
  row: AddressRow,
  keepsBuckets: boolean,
  groupOf: (address: Address) => string,
  sourceGroups: SourceGroups,
  kinds: ReadonlySet<AddressKind>,
): boolean {
  const address = readAddress(row.key)
  if (address === null || !kinds.has(address.kind) || tables.find(address.key) !== NONE) return false
  if (![row.seenAt, row.lastTryAt, row.lastSuccessAt, row.failures].every(isTime)) return false
  const group = groupOf(address)
  const source = row.source.slice(0, MAX_SOURCE_LENGTH)

  const entry = tables.create(address, group, source, sourceGroups.of(source))
  tables.seenAt[entry] = row.seenAt
  tables.lastTryAt[entry] = row.lastTryAt
  tables.lastSuccessAt[entry] = row.lastSuccessAt
  tables.failures[entry] = Math.min(65_535, Math.trunc(row.failures))
  tables.services[entry] = row.services

  if (row.isTried) {
    const place = tables.triedPlace(entry)
    if (tables.triedTable.at(place) === NONE) {
      tables.putTried(entry, place)
      return true
    }
  }
  const isKept = keepsBuckets && !row.isTried
  const places = isKept
    ? row.buckets
        .filter(bucket => Number.isInteger(bucket) && bucket >= 0 && bucket < NEW_BUCKETS)
        .slice(0, MAX_NEW_REFERENCES)
        .map(bucket => tables.newPlaceIn(entry, bucket))
    : [tables.newPlace(entry)]
  for (const place of places) if (tables.newTable.at(place) === NONE) tables.putNew(entry, place)
  if (tables.references(entry) > 0) return true
  tables.drop(entry)
  return false
}

function readAddress(text: string): Address | null {
  try {
    return parseAddress(text)
  } catch (error) {
    if (error instanceof AddressError) return null
    throw error
  }
}
