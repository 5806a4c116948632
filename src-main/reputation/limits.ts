/** The bounds of this room. */

/** Bans in force at once. Source: ours; an unbounded list was a disclosed weakness of Bitcoin Core (2024-07-03). */
export const MAX_BANS = 100_000
/** Increases of one session's score that are kept, the latest. Source: ours. */
export const MAX_SCORE_EVENTS = 200
/** Length of what a peer did, in words, characters. Source: ours. */
export const MAX_EVIDENCE_LENGTH = 300
/** Length of a reason given by a person, characters. Source: the contract. */
export const MAX_REASON_LENGTH = 200
/** Length of an agent kept with a ban, characters. Source: Bitcoin Core, user agents. */
export const MAX_AGENT_LENGTH = 256
/** Length of a list of bans to import, characters. Source: the contract's `bans.import`. */
export const MAX_IMPORT_LENGTH = 4 * 1024 * 1024
/** Longest ban, ms: a hundred years. Source: the contract's `bans.add`. */
export const MAX_BAN_MS = 3_155_760_000_000
/** Refusals are counted in the store at most this often, ms. Source: ours; a peer that knocks must not cost a write. */
export const REFUSAL_WRITE_MS = 5000
/** A wall clock that jumped is noticed by the timer of expiry within this time, ms. Source: ours. */
export const EXPIRY_CHECK_MS = 60 * 60 * 1000
/** What a rule may add at most. Source: the contract's `rules.set`. */
export const MAX_RULE_VALUE = 100_000
