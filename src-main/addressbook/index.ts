/**
 * Where peers might be: the addresses heard of and those that worked, by network, chosen from so that no single party
 * can fill the choice with its own. It dials nothing and writes nothing: it is asked, told, and read.
 */
export { createAddressBook } from './book.ts'
export type { AddressBook, AddressBookOptions } from './book.ts'
export { GEO_ATTRIBUTIONS, NO_GEO, loadGeoTables } from './geo/geo.ts'
export type { Geo, GeoOptions } from './geo/geo.ts'
export { groupOf } from './groups.ts'
export { AddrTokenBucket, believedTime } from './gossip.ts'
export { THIRD_PARTY_PENALTY_MS } from './limits.ts'
export type {
  AddressCheck,
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
