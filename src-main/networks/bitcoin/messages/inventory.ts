/** inv, getdata, notfound: lists of 36-byte entries, read in place, since the longest has 50,000 of them. */
import { Reader, compactSizeLength, writeCompactSize } from '../compact-size.ts'
import { MAX_INVENTORY } from '../limits.ts'
import { WireError } from '../wire-error.ts'

/** u32 kind, 32 bytes of hash. */
const ENTRY_BYTES = 36

/** Flag on kinds 1 to 3: with witness data. Source: BIP 144. */
const WITNESS_FLAG = 0x4000_0000

export type InventoryCommand = 'inv' | 'getdata' | 'notfound'

const TOO_MANY = { inv: 'oversized-inv', getdata: 'oversized-getdata', notfound: 'oversized-notfound' } as const

/** What a list is about. Kinds: 1 transaction, 2 block, 3 filtered block, 4 compact block, 5 transaction by witness id (BIP 339). */
export interface InventoryCounts {
  readonly blocks: number
  readonly transactions: number
  /** Of kinds that do not exist. */
  readonly unknown: number
}

/** A list in its payload: valid as long as that is. */
export interface Inventory {
  readonly count: number
  kind(index: number): number
  /** 32 bytes, in the order of the wire. */
  hash(index: number): Uint8Array
  counts(): InventoryCounts
  /** The first `count` entries as a payload of their own: a copy. */
  head(count: number): Uint8Array
}

/** @throws {WireError} */
export function decodeInventory(command: InventoryCommand, payload: Uint8Array): Inventory {
  const reader = new Reader(payload)
  const count = reader.compactSize()
  if (count > MAX_INVENTORY) {
    throw new WireError(TOO_MANY[command], `${count} entries in one message; at most ${MAX_INVENTORY} are allowed.`)
  }
  const first = reader.skip(count * ENTRY_BYTES)
  reader.end()
  const { view } = reader
  return {
    count,
    kind: index => view.getUint32(first + index * ENTRY_BYTES, true),
    hash: index => payload.subarray(first + index * ENTRY_BYTES + 4, first + (index + 1) * ENTRY_BYTES),
    counts: () => countKinds(view, first),
    head: wanted => {
      const kept = Math.min(wanted, count)
      const bytes = new Uint8Array(compactSizeLength(kept) + kept * ENTRY_BYTES)
      const at = writeCompactSize(new DataView(bytes.buffer), 0, kept)
      bytes.set(payload.subarray(first, first + kept * ENTRY_BYTES), at)
      return bytes
    },
  }
}

function countKinds(view: DataView, first: number): InventoryCounts {
  let blocks = 0
  let transactions = 0
  let unknown = 0
  for (let at = first; at < view.byteLength; at += ENTRY_BYTES) {
    const kind = view.getUint32(at, true)
    const base = kind & ~WITNESS_FLAG
    if (base === 1 || kind === 5) transactions++
    else if (base === 2 || base === 3 || kind === 4) blocks++
    else unknown++
  }
  return { blocks, transactions, unknown }
}

/** One entry to be encoded. */
export interface InventoryEntry {
  readonly kind: number
  /** 32 bytes. */
  readonly hash: Uint8Array
}

/** At most 50,000 entries. */
export function encodeInventory(entries: readonly InventoryEntry[]): Uint8Array {
  const bytes = new Uint8Array(compactSizeLength(entries.length) + entries.length * ENTRY_BYTES)
  const view = new DataView(bytes.buffer)
  let at = writeCompactSize(view, 0, entries.length)
  for (const { kind, hash } of entries) {
    view.setUint32(at, kind, true)
    bytes.set(hash, at + 4)
    at += ENTRY_BYTES
  }
  return bytes
}
