/** The bounds of the log: what a line may hold, how many are kept, and how fast they may come. */

/** Lines kept in memory for the window. Source: ours, an hour of a busy client in under 5 MB. */
export const RING_LINES = 10_000
/** Characters of a line's sentence. Source: ours, longer text comes from peers and says no more. */
export const MAX_TEXT_LENGTH = 500
/** Fields of one line. Source: ours, no line of Warren carries more than ten. */
export const MAX_FIELDS = 20
/** Characters of a field's value. Source: ours, the bound of the sentence. */
export const MAX_FIELD_LENGTH = 500
/** Characters of a field's name and of a room's name. Source: the contract's bound on rooms. */
export const MAX_NAME_LENGTH = 60
/** Lines of the same room and sentence in one window; the rest are counted. Source: ours, enough to see a pattern. */
export const FLOOD_LINES = 20
/** Window of that limit, milliseconds. Source: ours. */
export const FLOOD_WINDOW_MS = 10_000
/** Sentences whose rate is watched at once; the oldest gives way. Source: ours, some ten times what a client says. */
export const MAX_WATCHED_SENTENCES = 1_000
/** Rooms remembered for the window's filter. Source: ours, four times the rooms there are. */
export const MAX_ROOMS = 200
/** Size at which the file is rolled, bytes. Source: ours, opens in any editor. */
export const MAX_FILE_BYTES = 2 * 1024 * 1024
/** Files kept, the current one included. Source: ours, 10 MiB on disk at most. */
export const MAX_FILES = 5
/** Text that waits to be written to the file, bytes; beyond it lines are counted and left out. Source: ours. */
export const MAX_QUEUED_BYTES = 1024 * 1024
/** Pause after the file could not be written, milliseconds. Source: ours, the store's own pause. */
export const FILE_RETRY_MS = 10_000
/** Shortest time between two words to listeners, milliseconds. Source: ours, ten updates a second are a live view. */
export const TELL_EVERY_MS = 100
