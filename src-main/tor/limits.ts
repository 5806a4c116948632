/** Every bound of the Tor room, with its source. `LIMITS.md` is made from these. */

/** Longest line of a control port's answer, bytes. Source: ours. */
export const MAX_CONTROL_LINE_BYTES = 65_536

/** Longest answer of a control port, bytes: the circuits of a busy Tor take some 100 KB. Source: ours. */
export const MAX_CONTROL_REPLY_BYTES = 4_194_304

/** Lines of one answer of a control port, those of its data not counted. Source: ours. */
export const MAX_CONTROL_REPLY_LINES = 4096
