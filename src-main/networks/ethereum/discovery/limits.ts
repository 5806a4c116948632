/** The numbers of Ethereum's discovery, with their sources. */

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Longest node record, bytes. Source: EIP-778. */
export const MAX_RECORD_BYTES = 300
/** Records whose checked signatures are remembered. Source: ours, some hundred kB. */
export const MAX_CACHED_RECORDS = 1024
/** Pairs of one node record that are read: more cannot fit with their values. Source: EIP-778 (300 bytes). */
export const MAX_RECORD_PAIRS = 64
/** Longest datagram of either version, bytes. Source: discv4.md, discv5-wire.md. */
export const MAX_PACKET_BYTES = 1280

/** Nodes in one bucket. Source: go-ethereum p2p/discover/table.go (bucketSize). */
export const BUCKET_SIZE = 16
/** Nodes that wait for a place in one bucket. Source: go-ethereum table.go (maxReplacements). */
export const MAX_REPLACEMENTS = 10
/** Buckets: the upper fifteenth of all distances. Source: go-ethereum table.go (nBuckets). */
export const BUCKETS = 17
/** All distances up to this one share the first bucket. Source: go-ethereum table.go (bucketMinDistance). */
export const BUCKET_MIN_DISTANCE = 239
/** Nodes of one IPv4 /24 (IPv6 /32) in one bucket, replacements included. Source: go-ethereum table.go (bucketIPLimit). */
export const BUCKET_IP_LIMIT = 2
/** Nodes of one IPv4 /24 (IPv6 /32) in the whole table. Source: go-ethereum table.go (tableIPLimit). */
export const TABLE_IP_LIMIT = 10
/** Leading bits of an IPv6 address that count as one prefix in the table. Source: Bitcoin Core (NetGroup); go-ethereum takes 24. */
export const TABLE_IPV6_BITS = 32
/** Longest wait before a fast-list node is pinged, ms. Source: go-ethereum common.go (PingInterval). */
export const REVALIDATE_FAST_MS = 3 * SECOND
/** Longest wait before a slow-list node is pinged, ms. Source: go-ethereum table_reval.go (slowRevalidationFactor 3). */
export const REVALIDATE_SLOW_MS = 9 * SECOND
/** Divides the successful checks of a node that did not answer. Source: go-ethereum table_reval.go. */
export const FAILED_CHECK_DIVISOR = 3
/** Checks above which a live node is written to the database. Source: go-ethereum table_reval.go. */
export const CHECKS_TO_STORE = 5
/** Longest time between refreshes of a table; the shortest is half of it, ms. Source: go-ethereum common.go (RefreshInterval). */
export const REFRESH_INTERVAL_MS = 30 * MINUTE
/** Random lookups of one refresh. Source: go-ethereum table.go (doRefresh). */
export const REFRESH_LOOKUPS = 3
/** Stored nodes put into the table at a refresh. Source: go-ethereum table.go (seedCount). */
export const SEED_COUNT = 30
/** Oldest answer of a stored node that is used as a seed, ms. Source: go-ethereum table.go (seedMaxAge). */
export const SEED_MAX_AGE_MS = 5 * DAY
/** Failed queries in a row after which a node leaves its bucket. Source: go-ethereum v4_udp.go (maxFindnodeFailures). */
export const MAX_FIND_FAILURES = 5
/** A bucket with fewer nodes keeps even those. Source: go-ethereum table.go (bucketSize / 4). */
export const FEW_IN_BUCKET = 4

/** Queries of one lookup under way at once. Source: Kademlia, go-ethereum table.go (alpha). */
export const LOOKUP_ALPHA = 3
/** Nodes that one lookup remembers to have seen; more are not followed. Source: ours, 16 answers of 16 for each of 16 rounds. */
export const MAX_LOOKUP_SEEN = 4096
/** Shortest time from one lookup of an iterator to its next, ms. Source: go-ethereum lookup.go (slowdown). */
export const LOOKUP_INTERVAL_MS = SECOND
/** Longest wait of an iterator for an empty table, ms. Source: go-ethereum lookup.go (lookupFailed). */
export const EMPTY_TABLE_WAIT_MS = MINUTE

/** Smallest discv4 packet: hash, signature, type, bytes. Source: discv4.md. */
export const V4_MIN_PACKET_BYTES = 98
/** A discv4 packet may be handled until this long after it was made, ms. Source: discv4.md, go-ethereum v4_udp.go (expiration). */
export const V4_EXPIRATION_MS = 20 * SECOND
/** Time for an answer in discv4, ms. Source: go-ethereum v4_udp.go (respTimeout). */
export const V4_REPLY_MS = 500
/** How long an endpoint proof holds, ms. Source: go-ethereum v4_udp.go (bondExpiration); discv4.md says 12 h. */
export const BOND_MS = 24 * HOUR
/** Nodes in one NEIGHBORS packet: with more it could pass 1280 bytes. Source: go-ethereum v4wire.go (MaxNeighbors). */
export const V4_MAX_NEIGHBORS = 12
/** Ping-backs to strangers under way at once; a ping beyond is answered and not followed up. Source: ours, after CVE-2023-40591. */
export const V4_MAX_PING_BACKS = 256
/** Timeouts in a row that make us doubt our clock. Source: go-ethereum v4_udp.go (ntpFailureThreshold). */
export const CLOCK_DOUBT_TIMEOUTS = 32

/** Smallest discv5 packet, bytes. Source: discv5-wire.md. */
export const V5_MIN_PACKET_BYTES = 63
/** Longest request id of discv5, bytes. Source: discv5-wire.md. */
export const V5_MAX_REQUEST_ID_BYTES = 8
/** Time for an answer in discv5, begun anew by each part of it, ms. Source: go-ethereum v5_udp.go (respTimeoutV5). */
export const V5_REPLY_MS = 700
/** discv5 sessions kept. Source: go-ethereum v5wire/encoding.go (NewSessionCache). */
export const V5_MAX_SESSIONS = 1024
/** How long a discv5 challenge waits for its handshake, ms. Source: go-ethereum v5wire/session.go (handshakeTimeout). */
export const V5_CHALLENGE_MS = SECOND
/** discv5 challenges waiting at once; the oldest gives way. Source: ours; go-ethereum has no cap. */
export const V5_MAX_CHALLENGES = 1024
/** Challenges waiting at once for one IPv4 /24 or IPv6 /64 of the internet. Source: ours. */
export const V5_MAX_CHALLENGES_PER_PREFIX = 32
/** NODES messages taken as one answer, whatever it claims. Source: go-ethereum v5_udp.go (totalNodesResponseLimit). */
export const V5_MAX_NODES_MESSAGES = 5
/** Records taken or given in one answer. Source: go-ethereum v5_udp.go (findnodeResultLimit). */
export const V5_MAX_NODES = 16
/** Distances asked for in one query of a lookup. Source: go-ethereum v5_udp.go (lookupRequestLimit). */
export const V5_LOOKUP_DISTANCES = 3
/** Distances of one FINDNODE that are read: there are no others. Source: discv5-wire.md. */
export const V5_MAX_DISTANCES = 257
/** Bytes of records in one NODES message. Source: go-ethereum v5_udp.go (packNodes). */
export const V5_NODES_BYTES = 1000
/** Calls that wait for one node. Source: ours. */
export const V5_MAX_QUEUED_CALLS = 32
/** TALKREQ handlers at work at once. Source: go-ethereum v5_talk.go (talkHandlerLaunchTimeout beside it has 1024 slots). */
export const V5_MAX_TALKS = 1024

/** Packets a second that may cost us a signature, all sources. Source: ours; at 1.2 ms each a quarter of a core. */
export const PACKETS_PER_SECOND = 200
/** Such packets at once, all sources. Source: ours. */
export const PACKETS_BURST = 400
/** Packets a second from one IPv4 /24 or IPv6 /64 of the internet. Source: ours. */
export const PREFIX_PACKETS_PER_SECOND = 20
/** Such packets at once from one prefix: a lookup's answers arrive together. Source: ours. */
export const PREFIX_PACKETS_BURST = 60
/** Prefixes whose rate is remembered; the oldest gives way. Source: ours. */
export const MAX_RATED_PREFIXES = 4096

/** Node endpoints with a proof that are remembered; the one heard longest ago gives way. Source: ours. */
export const MAX_PROVEN_ENDPOINTS = 8192
/** Node endpoints without a proof that are remembered. Source: ours. */
export const MAX_UNPROVEN_ENDPOINTS = 2048
/** A stored node is forgotten this long after its last answer, ms. Source: go-ethereum enode/nodedb.go (dbNodeExpiration). */
export const NODE_EXPIRY_MS = DAY
/** Between two rounds of forgetting, ms. Source: go-ethereum enode/nodedb.go (dbCleanupCycle). */
export const NODE_CLEANUP_MS = HOUR
/** What has changed is written after this long, ms. Source: ours. */
export const NODE_WRITE_MS = 30 * SECOND

/** Statements about our endpoint count for this long, ms. Source: go-ethereum enode/localnode.go (iptrackWindow). */
export const VOTE_WINDOW_MS = 5 * MINUTE
/** Equal statements, each from another IP, that we believe. Source: go-ethereum enode/localnode.go (iptrackMinStatements). */
export const MIN_VOTES = 10
/** Statements remembered. Source: ours. */
export const MAX_VOTES = 512

/** Time for one DNS answer of a node list, ms. Source: go-ethereum dnsdisc/client.go. */
export const DNS_TIMEOUT_MS = 5 * SECOND
/** Between two looks at a list's root, ms. Source: go-ethereum dnsdisc/client.go (RecheckInterval). */
export const DNS_RECHECK_MS = 30 * MINUTE
/** First wait before a root that could not be had is asked for again; it doubles, ms. Source: ours. */
export const DNS_RETRY_MS = 5 * SECOND
/** DNS requests a second. Source: go-ethereum dnsdisc/client.go (RateLimit). */
export const DNS_PER_SECOND = 3
/** Entries of node lists kept in memory. Source: go-ethereum dnsdisc/client.go (CacheLimit). */
export const DNS_MAX_CACHED = 1000
/** Leaves that fail before the root is looked at anew. Source: go-ethereum dnsdisc/sync.go (rootRecheckFailCount). */
export const DNS_ROOT_RECHECK_FAILURES = 5
/** Children of one branch that are read. Source: EIP-1459, go-ethereum dnsdisc/tree.go (13 fit a packet; twice that is read). */
export const DNS_MAX_CHILDREN = 26
/** Entries waiting to be fetched, all of one list. Source: ours. */
export const DNS_MAX_PENDING = 10_000
/** Linked lists followed. Source: ours. */
export const DNS_MAX_LINKS = 16
/** Longest TXT record looked at, characters. Source: ours; a branch of 13 has 366, a record 404. */
export const DNS_MAX_TEXT = 1024
/** A source of nodes whose turn it is may be waited for this long while others have one, ms. Source: go-ethereum eth/backend.go (discmix timeout). */
export const CANDIDATE_WAIT_MS = 100
/** Nodes that are asked at once for the record that tells whether they are wanted. Source: go-ethereum eth/backend.go (AsyncFilter, 16 workers). */
export const MAX_CANDIDATE_CHECKS = 16
