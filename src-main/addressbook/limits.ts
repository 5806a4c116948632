/** The numbers of the address book, with their sources. Times in milliseconds where the name does not say otherwise. */

/** Buckets of the new table. Source: Bitcoin Core addrman (ADDRMAN_NEW_BUCKET_COUNT_LOG2). */
export const NEW_BUCKETS = 1024
/** Buckets of the tried table. Source: Bitcoin Core addrman. */
export const TRIED_BUCKETS = 256
/** Places in each bucket. Source: Bitcoin Core addrman. */
export const BUCKET_SIZE = 64
/** Tried buckets that the addresses of one group can reach. Source: Bitcoin Core addrman. */
export const TRIED_BUCKETS_PER_GROUP = 8
/** New buckets that the addresses told by one source group can reach. Source: Bitcoin Core addrman. */
export const NEW_BUCKETS_PER_SOURCE_GROUP = 64
/** New buckets that one address can stand in. Source: Bitcoin Core addrman. */
export const MAX_NEW_REFERENCES = 8
/** Addresses that the book can hold: one a place. Source: the sizes of the tables. */
export const MAX_ADDRESSES = (NEW_BUCKETS + TRIED_BUCKETS) * BUCKET_SIZE

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** An address not seen for longer is terrible, ms. Source: Bitcoin Core addrman (ADDRMAN_HORIZON). */
export const HORIZON_MS = 30 * DAY
/** Failures after which an address that never worked is terrible. Source: Bitcoin Core addrman (ADDRMAN_RETRIES). */
export const MAX_FAILURES_BEFORE_SUCCESS = 3
/** Failures since the last success after which an address is terrible. Source: Bitcoin Core addrman (ADDRMAN_MAX_FAILURES). */
export const MAX_FAILURES = 10
/** Age of the last success beyond which those failures count, ms. Source: Bitcoin Core addrman (ADDRMAN_MIN_FAIL). */
export const FAILURE_WINDOW_MS = 7 * DAY
/** A time stamp further in the future is not believed, ms. Source: Bitcoin Core addrman. */
export const MAX_AHEAD_MS = 10 * MINUTE
/** An address tried within this time is never called terrible, ms. Source: Bitcoin Core addrman. */
export const TRY_GRACE_MS = MINUTE
/** An address tried within this time is a hundred times less likely to be chosen, ms. Source: Bitcoin Core addrman. */
export const RECENT_TRY_MS = 10 * MINUTE
/** Failures that lower the chance of being chosen; more do not. Source: Bitcoin Core addrman. */
export const MAX_CHANCE_FAILURES = 8

/** Tests of tried-table collisions that may wait. Source: Bitcoin Core addrman (ADDRMAN_SET_TRIED_COLLISION_SIZE). */
export const MAX_COLLISIONS = 10
/** The old address keeps its place when it worked within this time; its test counts for as long, ms. Source: Bitcoin Core addrman (ADDRMAN_REPLACEMENT). */
export const REPLACEMENT_MS = 4 * HOUR
/** Time that a test of the old address is given before it counts as failed, ms. Source: Bitcoin Core addrman. */
export const TEST_PATIENCE_MS = MINUTE
/** A collision not resolved for this long is decided for the newcomer, ms. Source: Bitcoin Core addrman (ADDRMAN_TEST_WINDOW). */
export const COLLISION_WINDOW_MS = 40 * MINUTE

/** Addresses in one answer to a request for addresses. Source: Bitcoin Core net_processing (MAX_ADDR_TO_SEND). */
export const MAX_ANSWER = 1000
/** Share of the book in one answer, percent. Source: Bitcoin Core net_processing (MAX_PCT_ADDR_TO_SEND). */
export const MAX_ANSWER_PERCENT = 23
/** How long one kind of requester gets the same answer, at least, ms. Source: Bitcoin Core net (21 to 27 hours). */
export const ANSWER_MIN_AGE_MS = 21 * HOUR
/** Random time added to that, at most, ms. Source: Bitcoin Core net. */
export const ANSWER_EXTRA_AGE_MS = 6 * HOUR
/** Kinds of requester whose answers are kept; the oldest goes. Source: ours. */
export const MAX_KEPT_ANSWERS = 32

/** Gossiped addresses let in, a second. Source: Bitcoin Core net_processing (MAX_ADDR_RATE_PER_SECOND). */
export const GOSSIP_RATE_PER_S = 0.1
/** Gossiped addresses that can be saved up. Source: Bitcoin Core net_processing (MAX_ADDR_PROCESSING_TOKEN_BUCKET). */
export const MAX_GOSSIP_TOKENS = 1000
/** Gossiped addresses let in beside that once we asked for addresses. Source: Bitcoin Core net_processing. */
export const GOSSIP_TOKENS_FOR_REQUEST = 1000
/** What is taken from the time stamp of an address that a third party told, ms. Source: Bitcoin Core net_processing. */
export const THIRD_PARTY_PENALTY_MS = 2 * HOUR
/** Age given to an address whose time stamp cannot be believed, ms. Source: Bitcoin Core net_processing. */
export const UNBELIEVED_AGE_MS = 5 * DAY
/** Time stamps up to this one are no time stamps, ms since the epoch. Source: Bitcoin Core net_processing (100,000,000 s). */
export const EARLIEST_BELIEVED_MS = 100_000_000 * SECOND
/** An address seen within this time is called online now, ms. Source: Bitcoin Core addrman. */
export const ONLINE_MS = DAY
/** Steps in which the time stamp of an address that is online moves, ms. Source: Bitcoin Core addrman. */
export const ONLINE_UPDATE_MS = HOUR
/** Steps in which the time stamp of any other address moves, ms. Source: Bitcoin Core addrman. */
export const OFFLINE_UPDATE_MS = DAY
/** Steps in which the time stamp of a connected address moves, ms. Source: Bitcoin Core addrman (Connected_). */
export const CONNECTED_UPDATE_MS = 20 * MINUTE

/** Buckets drawn by one selection before it looks through the whole book. Source: ours; an unfiltered one needs a few. */
export const MAX_DRAWS = 256
/** Longest name of a source, characters. Source: ours. */
export const MAX_SOURCE_LENGTH = 300
