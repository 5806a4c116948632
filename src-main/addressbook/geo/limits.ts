/** Bounds of the tables of countries and autonomous systems: a user may drop in files from anywhere. */

/** Size of a file that is read, bytes. Source: ours; the largest public ones have about 30 MB. */
export const MAX_GEO_FILE_BYTES = 128 * 1024 * 1024
/** Ranges in one table, each of IPv4 and IPv6. Source: ours; the routing table has about a million. */
export const MAX_GEO_RANGES = 4_000_000
/** Countries or autonomous systems that one table names. Source: ours; about 120,000 systems are assigned. */
export const MAX_GEO_LABELS = 500_000
/** Length of such a name, characters. Source: ours. */
export const MAX_LABEL_LENGTH = 80
/** Values decoded for one record of an MMDB file, whose pointers may multiply. Source: ours. */
export const MAX_MMDB_VALUES = 1000
/** Depth of nesting in one record of an MMDB file. Source: ours. */
export const MAX_MMDB_DEPTH = 12
