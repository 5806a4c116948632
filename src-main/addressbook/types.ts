/** What goes into an address book and comes out of it. */
import type { AddressRow } from '../store/index.ts'
import type { Address, AddressKind } from '../transport/index.ts'

/** An entry as it is kept: plain values only. */
export type { AddressRow }

/** An address with what its teller claims. */
export interface ToldAddress {
  readonly address: Address
  readonly services: bigint
  /** Milliseconds since the epoch. */
  readonly seenAt: number
}

/** Who told: a peer by its address, or a name (`user`, `fixed`, a DNS seed's name). */
export type AddressSource = Address | string

/** An address of the book and all that is known of it. Times in milliseconds since the epoch, 0 for never. */
export interface BookEntry {
  readonly address: Address
  readonly table: 'new' | 'tried'
  readonly group: string
  readonly source: string
  /** Places in the new table, 0 when tried. */
  readonly references: number
  readonly services: bigint
  readonly seenAt: number
  readonly lastTryAt: number
  readonly lastSuccessAt: number
  readonly failures: number
  readonly isTerrible: boolean
  readonly isBanned: boolean
}

/** An address to dial. */
export interface Candidate {
  readonly address: Address
  readonly group: string
  readonly table: 'new' | 'tried'
  readonly services: bigint
  /** Milliseconds since the epoch, 0 for never. */
  readonly lastTryAt: number
}

export interface SelectOptions {
  /** Only addresses of these kinds; all when absent. */
  readonly kinds?: readonly AddressKind[]
  /** Only addresses whose services, as told, contain all of these bits; those told with none at all pass. */
  readonly wantedServices?: bigint
  /** No address of these groups. */
  readonly excludeGroups?: ReadonlySet<string>
  /** Only from the new table: for feelers. */
  readonly newOnly?: boolean
  /** Last word on an address (already connected, own address, blocked). */
  readonly accepts?: (address: Address) => boolean
}

export interface SearchOptions {
  /** Part of the address, group or source, in any case; empty matches all. */
  readonly text?: string
  readonly table?: 'all' | 'new' | 'tried'
  readonly kind?: 'all' | AddressKind
  readonly offset?: number
  readonly limit?: number
}

/** One check of `explain`: `check` is for machines, `text` a sentence for people. */
export interface AddressCheck {
  readonly check: 'known' | 'kind' | 'banned' | 'terrible' | 'recent' | 'failures' | 'collision'
  readonly passes: boolean
  readonly text: string
}

export interface AddressExplanation {
  readonly entry: BookEntry | null
  /** In order; the first that fails is why not. */
  readonly checks: readonly AddressCheck[]
  readonly mayDial: boolean
  /** Factor on the chance of being chosen now, 0 to 1. */
  readonly chance: number
  readonly buckets: readonly { readonly table: 'new' | 'tried'; readonly bucket: number; readonly position: number }[]
}

export interface BookStats {
  readonly network: string
  readonly total: number
  readonly new: number
  readonly tried: number
  readonly byKind: Readonly<Record<AddressKind, number>>
  readonly groups: number
  /** Largest groups, at most 20. */
  readonly topGroups: readonly { readonly group: string; readonly count: number }[]
  readonly topSources: readonly { readonly source: string; readonly count: number }[]
  /** Tests of tried-table collisions that wait. */
  readonly collisions: number
}

/** What to write behind. `reset`: forget all rows of this network first. */
export interface DirtyRows {
  readonly reset: boolean
  readonly upserts: readonly AddressRow[]
  readonly removed: readonly string[]
}
