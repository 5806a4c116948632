/** The numbers of the store. Times in milliseconds where the name does not say otherwise. */

/** A query that takes longer is named in the log, milliseconds. Source: ours, two frames of the window and a half. */
export const SLOW_QUERY_MS = 40
/** Pause between attempts to write back what is kept in memory only, milliseconds. Source: issue 2. */
export const WRITE_BACK_MS = 10_000
/** Wait for another process to let go of the folder, milliseconds. Source: ours, a restart that overlaps. */
export const LOCK_WAIT_MS = 250
/** Wait for another program that has the database open (a copy being made), milliseconds. Source: ours. */
export const BUSY_WAIT_MS = 250
/** Addresses written in one transaction. Source: ours, a few milliseconds each. */
export const ADDRESS_CHUNK = 1_000
/** Addresses of one network that are read at start. Source: twice what an address book can hold. */
export const MAX_LOADED_ADDRESSES = 200_000
/** Age at which a sample goes, milliseconds. Source: ours, the longest plot (24 hours) and an hour. */
export const MAX_SAMPLE_AGE_MS = 25 * 3_600_000
/** Pages of the copy in memory while the disk takes nothing, 4 KiB each. Source: ours, 256 MiB. */
export const MAX_MEMORY_PAGES = 65_536
/** Size to which the write-ahead log is cut after a checkpoint, bytes. Source: ours. */
export const MAX_WAL_BYTES = 8 * 1024 * 1024
/** Damaged databases kept beside the current one; the oldest goes. Source: ours, enough to look at what happened. */
export const MAX_SET_ASIDE = 5

/** Nodes of a DHT loaded at start, for each network. Source: ours, a little above what discovery remembers (8192). */
export const MAX_LOADED_NODES = 10_000
