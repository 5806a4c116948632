/** The numbers of the connection manager, with their sources. Times in milliseconds where the name does not say otherwise. */

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Automatic outbound peers to keep. Source: btcd connmgr (defaultTargetOutbound), Bitcoin Core. */
export const TARGET_OUTBOUND = 8
/** Inbound peers at most. Source: btcd, 125 in all less 8 outbound. */
export const MAX_INBOUND = 117
/** Dials and outbound handshakes under way at once. Source: go-ethereum p2p (defaultMaxPendingPeers). */
export const MAX_DIALING = 50
/** Connections of every kind at once; beyond it only trusted peers get in, each for a normal one. Source: ours, what the settings allow at most: 20 000 inbound and 1000 outbound. */
export const HARD_CAP = 21_000
/** A dial must succeed within this time, ms. Source: btcd config (defaultConnectTimeout). */
export const CONNECT_TIMEOUT_MS = 30 * SECOND
/** A handshake must end within this time, ms. Source: Bitcoin Core -peertimeout. */
export const HANDSHAKE_TIMEOUT_MS = 60 * SECOND
/** Time the manager grants a session beyond its own handshake deadline before it closes it itself, ms. Source: ours. */
export const HANDSHAKE_GRACE_MS = 5 * SECOND
/** A connection whose session has ended is destroyed when it is not closed after this time, ms. Source: ours; transport flushes for 2 s. */
export const CLOSE_PATIENCE_MS = 5 * SECOND

/** Attempt n to a permanent peer waits n times this, ms. Source: btcd connmgr (defaultRetryDuration). */
export const RETRY_BASE_MS = 5 * SECOND
/** The longest such wait, ms. Source: btcd connmgr (maxRetryDuration). */
export const RETRY_CAP_MS = 5 * MINUTE
/** Random change of every delay, up or down, as a share. Source: ours; 0 is btcd's exact schedule. */
export const RETRY_JITTER = 0.2
/** Failures in a row, all requests together, after which our own network is taken to be down. Source: btcd connmgr (maxFailedAttempts). */
export const BRAKE_AFTER_FAILURES = 25
/** Wait before each new request while that is so, ms. Source: btcd connmgr (RetryDuration). */
export const BRAKE_DELAY_MS = 5 * SECOND
/** Wait before the address book is asked again after it had nothing to dial, ms. Source: btcd's retry delay. */
export const EMPTY_BOOK_DELAY_MS = 5 * SECOND
/** A node dialed within this time is not dialed again, ms. Source: go-ethereum p2p (dialHistoryExpiration). */
export const DIAL_HISTORY_MS = 35 * SECOND
/** Entries of the dial history; the oldest goes. Source: ours, 50 dials at once for 35 s with room to spare. */
export const MAX_DIAL_HISTORY = 10_000
/** An automatic peer that left within this time is replaced only after the brake's delay, ms. Source: ours; Bitcoin Core paces all dials by 500 ms. */
export const BRIEF_SESSION_MS = 10 * SECOND
/** First wait of a permanent peer whose endpoint could not be resolved, ms. Source: go-ethereum p2p (initialResolveDelay). */
export const RESOLVE_DELAY_MS = MINUTE
/** The longest such wait; it doubles up to here, ms. Source: go-ethereum p2p (maxResolveDelay). */
export const RESOLVE_CAP_MS = HOUR
/** Permanent, manual and one-shot requests at once. Source: ours; every one is made by a person or a setting. */
export const MAX_REQUESTS = 1000

/** Wall clock and monotonic clock this much further apart than before, or a timer this late, means the machine slept, ms. Source: ours. */
export const SLEEP_GAP_MS = 30 * SECOND
/** How often that is looked at, ms. Source: ours. */
export const SLEEP_CHECK_MS = 10 * SECOND

/** Automatic picks that avoid addresses tried lately. Source: Bitcoin Core net (nTries < 30), btcd. */
export const RECENT_TRY_PICKS = 30
/** Tried lately: within this time, ms. Source: Bitcoin Core net. */
export const RECENT_TRY_MS = 10 * MINUTE
/** Automatic picks that avoid other ports than the network's own. Source: Bitcoin Core net (nTries < 50), btcd. */
export const OTHER_PORT_PICKS = 50
/** Picks for one automatic dial before it waits. Source: Bitcoin Core net (nTries > 100), btcd. */
export const MAX_PICKS = 100
/** Mean time between feelers, ms. Source: Bitcoin Core net (FEELER_INTERVAL). */
export const FEELER_INTERVAL_MS = 2 * MINUTE
/** Outbound peers remembered over a restart. Source: Bitcoin Core net (MAX_BLOCK_RELAY_ONLY_ANCHORS). */
export const MAX_ANCHORS = 2
/** A one-shot peer that gave no addresses is dropped after this time, ms. Source: Bitcoin Core net_processing, 10 average addr intervals of 30 s. */
export const ONE_SHOT_PATIENCE_MS = 5 * MINUTE
/** Own addresses that dials to ourselves taught us; the oldest goes. Source: ours. */
export const MAX_SELF_ADDRESSES = 64

/** Unfinished inbound handshakes from one /24 or /64. Source: btcd 2026, internal/inbound. */
export const HALF_OPEN_PER_PREFIX = 8
/** Established inbound peers from one /24 or /64. Source: ours. */
export const MAX_PER_PREFIX = 16
/** An inbound IP may try once in this time where the network throttles, ms. Source: go-ethereum p2p (inboundThrottleTime). */
export const INBOUND_THROTTLE_MS = 30 * SECOND
/** Inbound IPs remembered for that; beyond it the oldest goes. Source: ours. */
export const MAX_THROTTLED = 50_000
/** Refused inbound connections are logged at most once in this time, ms. Source: ours; btcd logs every 30 s. */
export const REFUSAL_LOG_MS = MINUTE
/** Refused connections that are being told of other peers at once; more are closed at once. Source: ours. */
export const MAX_FAREWELLS = 8
/** Time a refused connection is given to take them, ms. Source: ours. */
export const FAREWELL_PATIENCE_MS = 10 * SECOND

/** Least time between two evictions, so that a flood of newcomers can neither churn peers nor burn time, ms. Source: ours. */
export const EVICTION_INTERVAL_MS = SECOND
/** Inbound peers protected by their keyed group. Source: Bitcoin Core eviction. */
export const PROTECT_BY_GROUP = 4
/** Inbound peers protected by lowest ping. Source: Bitcoin Core eviction. */
export const PROTECT_BY_PING = 8
/** Inbound peers protected by the last new transaction. Source: Bitcoin Core eviction. */
export const PROTECT_BY_TRANSACTION = 4
/** Inbound peers without transaction relay protected by the last new block. Source: Bitcoin Core eviction. */
export const PROTECT_BLOCKS_ONLY = 8
/** Inbound peers protected by the last new block. Source: Bitcoin Core eviction. */
export const PROTECT_BY_BLOCK = 4
/** When full, one random peer is dropped after at least this time, ms. Source: go-ethereum eth/dropper. */
export const RANDOM_DROP_MIN_MS = 3 * MINUTE
/** And at most this, ms. Source: go-ethereum eth/dropper. */
export const RANDOM_DROP_MAX_MS = 7 * MINUTE
/** Peers younger than this are spared, ms. Source: go-ethereum eth/dropper (doNotDropBefore). */
export const RANDOM_DROP_SPARES_MS = 10 * MINUTE

/** Ended outbound attempts kept to be shown. Source: ours. */
export const MAX_ENDED_ATTEMPTS = 500
/** Refused or failed inbound attempts kept to be shown. Source: ours. */
export const MAX_ENDED_INBOUND = 200
