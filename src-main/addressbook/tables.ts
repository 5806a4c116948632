/**
 * The state of an address book: entries as arrays by field, and the two tables whose places hold entry numbers. It
 * keeps both sides of every link (place to entry, entry to places) and the counts; the rules of who may stand where
 * are `book.ts`'s.
 */
import type { Address, AddressKind } from '../transport/index.ts'
import { BUCKET_SIZE, MAX_ADDRESSES, MAX_NEW_REFERENCES, NEW_BUCKETS, TRIED_BUCKETS } from './limits.ts'
import { NEW_BUCKETS_PER_SOURCE_GROUP, TRIED_BUCKETS_PER_GROUP } from './limits.ts'
import { NameTable } from './names.ts'
import { NONE, PlaceTable } from './places.ts'
import { KeyedHash } from './siphash.ts'

export const ADDRESS_KINDS = ['ipv4', 'ipv6', 'onion', 'i2p', 'cjdns', 'host'] as const satisfies readonly AddressKind[]

/** What each use of the keyed hash is for, so that no two uses give the same value. */
const TAG = { triedShare: 1, triedBucket: 2, newShare: 3, newBucket: 4, newPosition: 0x100, triedPosition: 0x10000 }

/** One more than the tables hold: who leaves the tried table exists for a moment beside who takes its place. */
const CAPACITY = MAX_ADDRESSES + 1

type KindCounts = Record<AddressKind, { new: number; tried: number }>

export class Tables {
  readonly #hash: KeyedHash
  readonly groups: NameTable
  readonly sources: NameTable
  readonly #sourceGroups: NameTable
  readonly #byKey = new Map<string, number>()
  readonly #addresses: (Address | undefined)[] = []
  readonly #hashLow = new Uint32Array(CAPACITY)
  readonly #hashHigh = new Uint32Array(CAPACITY)
  readonly #group = new Int32Array(CAPACITY)
  readonly #source = new Int32Array(CAPACITY)
  readonly #sourceGroup = new Int32Array(CAPACITY)
  readonly #isTried = new Uint8Array(CAPACITY)
  readonly #references = new Uint8Array(CAPACITY)
  /** Places in the new table, `MAX_NEW_REFERENCES` an entry, the first `references` of them in use. */
  readonly #places = new Int32Array(CAPACITY * MAX_NEW_REFERENCES)
  /** Where an entry stands in `order`. */
  readonly #orderAt = new Int32Array(CAPACITY)
  readonly #order = new Int32Array(CAPACITY)
  readonly #free: number[] = []
  readonly #kindCounts: KindCounts
  #size = 0
  #triedCount = 0

  /** Fields without links. Times in milliseconds since the epoch, 0 for never. */
  readonly seenAt = new Float64Array(CAPACITY)
  readonly lastTryAt = new Float64Array(CAPACITY)
  readonly lastCountedAt = new Float64Array(CAPACITY)
  readonly lastSuccessAt = new Float64Array(CAPACITY)
  readonly failures = new Uint16Array(CAPACITY)
  readonly services = new BigUint64Array(CAPACITY)
  readonly #new = new PlaceTable(NEW_BUCKETS)
  readonly #tried = new PlaceTable(TRIED_BUCKETS)
  /** Hears of every entry that changed or went, for writing behind. */
  readonly changed: (entry: number) => void
  readonly gone: (key: string, entry: number) => void

  /** @param key 16 bytes, secret */
  constructor(key: Uint8Array, changed: (entry: number) => void, gone: (key: string, entry: number) => void) {
    this.#hash = new KeyedHash(key)
    this.groups = new NameTable(CAPACITY, this.#hash)
    this.sources = new NameTable(CAPACITY, this.#hash)
    this.#sourceGroups = new NameTable(CAPACITY, this.#hash)
    this.#kindCounts = Object.fromEntries(ADDRESS_KINDS.map(kind => [kind, { new: 0, tried: 0 }])) as KindCounts
    this.changed = changed
    this.gone = gone
  }

  /** The places of each table, to look at. */
  get newTable(): PlaceTable {
    return this.#new
  }

  get triedTable(): PlaceTable {
    return this.#tried
  }

  find(key: string): number {
    return this.#byKey.get(key) ?? NONE
  }

  /** A new entry in no table yet: place it at once, or `drop` it. */
  create(address: Address, group: string, source: string, sourceGroup: string): number {
    const entry = this.#free.pop() ?? this.#addresses.length
    this.#addresses[entry] = address
    this.#byKey.set(address.key, entry)
    this.#hash.text(address.key)
    this.#hashLow[entry] = this.#hash.low
    this.#hashHigh[entry] = this.#hash.high
    this.#group[entry] = this.groups.acquire(group)
    this.#source[entry] = this.sources.acquire(source)
    this.#sourceGroup[entry] = this.#sourceGroups.acquire(sourceGroup)
    this.#isTried[entry] = 0
    this.#references[entry] = 0
    this.seenAt[entry] = 0
    this.lastTryAt[entry] = 0
    this.lastCountedAt[entry] = 0
    this.lastSuccessAt[entry] = 0
    this.failures[entry] = 0
    this.services[entry] = 0n
    this.#orderAt[entry] = this.#size
    this.#order[this.#size++] = entry
    this.#kindCounts[address.kind].new++
    return entry
  }

  /** Forgets an entry that stands nowhere. */
  drop(entry: number): void {
    const { key, kind } = this.address(entry)
    this.#byKey.delete(key)
    this.#addresses[entry] = undefined
    this.groups.release(this.#group[entry] ?? 0)
    this.#sourceGroups.release(this.#sourceGroup[entry] ?? 0)
    this.sources.release(this.#source[entry] ?? 0)
    const at = this.#orderAt[entry] ?? 0
    const last = this.#order[--this.#size] ?? 0
    this.#order[at] = last
    this.#orderAt[last] = at
    this.#free.push(entry)
    this.#kindCounts[kind].new--
    this.gone(key, entry)
  }

  has(entry: number): boolean {
    return this.#addresses[entry] !== undefined
  }

  address(entry: number): Address {
    const address = this.#addresses[entry]
    if (address === undefined) throw new RangeError(`No entry ${entry} in the address book`)
    return address
  }

  groupName(entry: number): string {
    return this.groups.name(this.#group[entry] ?? 0)
  }

  sourceName(entry: number): string {
    return this.sources.name(this.#source[entry] ?? 0)
  }

  sourceGroupName(entry: number): string {
    return this.#sourceGroups.name(this.#sourceGroup[entry] ?? 0)
  }

  isTried(entry: number): boolean {
    return this.#isTried[entry] === 1
  }

  references(entry: number): number {
    return this.#references[entry] ?? 0
  }

  /** Places of the new table where this entry stands. */
  places(entry: number): Int32Array {
    const first = entry * MAX_NEW_REFERENCES
    return this.#places.subarray(first, first + this.references(entry))
  }

  get size(): number {
    return this.#size
  }

  get triedCount(): number {
    return this.#triedCount
  }

  /** Entries of a kind, by table. */
  count(kind: AddressKind): { readonly new: number; readonly tried: number } {
    return this.#kindCounts[kind]
  }

  /** The entry at a position from 0 to `size`, in no particular order. */
  entryAt(position: number): number {
    return this.#order[position] ?? NONE
  }

  /** Swaps two positions of that order: shuffling it in part is how samples are drawn. */
  swap(a: number, b: number): void {
    const first = this.entryAt(a)
    const second = this.entryAt(b)
    this.#order[a] = second
    this.#order[b] = first
    this.#orderAt[second] = a
    this.#orderAt[first] = b
  }

  /** Where an address of a group would stand when told by a source group: H(source group, H(both) mod 64) mod 1024. */
  newPlaceFor(key: string, group: string, sourceGroup: string): number {
    const { groups } = this
    groups.look(group)
    this.#sourceGroups.look(sourceGroup)
    const { low: sourceLow, high: sourceHigh } = this.#sourceGroups
    const share =
      this.#hash.mix(TAG.newShare, groups.low, groups.high, sourceLow, sourceHigh) % NEW_BUCKETS_PER_SOURCE_GROUP
    const bucket = this.#hash.mix(TAG.newBucket, sourceLow, sourceHigh, share, 0) % NEW_BUCKETS
    this.#hash.text(key)
    const { low, high } = this.#hash
    return bucket * BUCKET_SIZE + (this.#hash.mix(TAG.newPosition + bucket, low, high, 0, 0) % BUCKET_SIZE)
  }

  /** The place where the entry's own source puts it in the new table. */
  newPlace(entry: number): number {
    return this.newPlaceFor(this.address(entry).key, this.groupName(entry), this.sourceGroupName(entry))
  }

  /** The one place that an entry can take in a bucket of the new table. */
  newPlaceIn(entry: number, bucket: number): number {
    return bucket * BUCKET_SIZE + this.#position(TAG.newPosition + bucket, entry)
  }

  /** Bucket = H(group, H(address) mod 8) mod 256. */
  triedPlace(entry: number): number {
    const low = this.#hashLow[entry] ?? 0
    const high = this.#hashHigh[entry] ?? 0
    const share = this.#hash.mix(TAG.triedShare, low, high, 0, 0) % TRIED_BUCKETS_PER_GROUP
    this.groups.look(this.groupName(entry))
    const bucket = this.#hash.mix(TAG.triedBucket, this.groups.low, this.groups.high, share, 0) % TRIED_BUCKETS
    return bucket * BUCKET_SIZE + this.#position(TAG.triedPosition + bucket, entry)
  }

  #position(tag: number, entry: number): number {
    return this.#hash.mix(tag, this.#hashLow[entry] ?? 0, this.#hashHigh[entry] ?? 0, 0, 0) % BUCKET_SIZE
  }

  /** Puts an entry into a free place of the new table. */
  putNew(entry: number, place: number): void {
    const references = this.references(entry)
    this.#places[entry * MAX_NEW_REFERENCES + references] = place
    this.#references[entry] = references + 1
    this.#new.set(place, entry)
    this.changed(entry)
  }

  /** Takes whoever stands in a place of the new table out of it; who then stands nowhere is forgotten. */
  clearNew(place: number): void {
    const entry = this.#new.at(place)
    if (entry === NONE) return
    this.#new.set(place, NONE)
    const first = entry * MAX_NEW_REFERENCES
    const left = this.references(entry) - 1
    const at = this.#places.indexOf(place, first)
    this.#places[at] = this.#places[first + left] ?? NONE
    this.#references[entry] = left
    if (left === 0) this.drop(entry)
    else this.changed(entry)
  }

  /** Takes an entry out of all places of the new table without forgetting it. */
  leaveNew(entry: number): void {
    for (const place of this.places(entry)) this.#new.set(place, NONE)
    this.#references[entry] = 0
  }

  /** Puts an entry that stands nowhere into a free place of the tried table. */
  putTried(entry: number, place: number): void {
    this.#tried.set(place, entry)
    this.#setTried(entry, 1)
    this.changed(entry)
  }

  /** Takes an entry out of the tried table without forgetting it. */
  leaveTried(entry: number): void {
    this.#tried.set(this.triedPlace(entry), NONE)
    this.#setTried(entry, 0)
  }

  #setTried(entry: number, isTried: 0 | 1): void {
    this.#isTried[entry] = isTried
    const change = isTried === 1 ? 1 : -1
    this.#triedCount += change
    const counts = this.#kindCounts[this.address(entry).kind]
    counts.tried += change
    counts.new -= change
  }

  /** Takes an entry out of wherever it stands, and forgets it. */
  remove(entry: number): void {
    if (this.isTried(entry)) this.leaveTried(entry)
    else this.leaveNew(entry)
    this.drop(entry)
  }
}
