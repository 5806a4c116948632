/** The numbers of discovery, with their sources. */

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Addresses from which on a book is not short of them. Source: Bitcoin Core net (DNSSEEDS_DELAY_PEER_THRESHOLD), btcd (needAddressThreshold). */
export const ENOUGH_ADDRESSES = 1000
/** Outbound peers from which on nobody needs seeds. Source: Bitcoin Core net (ThreadDNSAddressSeed). */
export const ENOUGH_OUTBOUND = 2
/** Wait before seeds are asked when a few addresses are known, ms. Source: Bitcoin Core net (DNSSEEDS_DELAY_FEW_PEERS). */
export const SEED_DELAY_FEW_MS = 11 * SECOND
/** Wait before seeds are asked when many addresses are known, ms. Source: Bitcoin Core net (DNSSEEDS_DELAY_MANY_PEERS). */
export const SEED_DELAY_MANY_MS = 5 * MINUTE
/** Addresses taken from one seed. Source: Bitcoin Core net (ThreadDNSAddressSeed). */
export const MAX_PER_SEED = 32
/** One look-up of a seed may take this long, ms. Source: ours; resolvers give up after some 10 s. */
export const SEED_LOOKUP_TIMEOUT_MS = 15 * SECOND
/** A seed whose turn it is may be waited for this long while others have addresses, ms. Source: go-ethereum eth/backend.go (discmix timeout). */
export const MIX_TIMEOUT_MS = 100
/** Seeds' addresses are said to have been seen at least this long ago, ms. Source: Bitcoin Core net, btcd connmgr/seed.go. */
export const SEED_AGE_MIN_MS = 3 * DAY
/** And at most this much longer ago, ms. Source: Bitcoin Core net, btcd connmgr/seed.go. */
export const SEED_AGE_SPAN_MS = 4 * DAY
/** First wait before seeds are asked again while nothing is known at all, ms. Source: ours. */
export const RESEED_DELAY_MS = MINUTE
/** The longest such wait; it doubles up to here, ms. Source: ours. */
export const RESEED_CAP_MS = HOUR
/** Nothing known for this long: the built-in addresses are used, ms. Source: Bitcoin Core net (ThreadOpenConnections). */
export const FIXED_SEEDS_DELAY_MS = MINUTE
