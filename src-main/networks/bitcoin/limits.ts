/** Every number that bounds what a Bitcoin peer may send, hold or wait for, with its source. `LIMITS.md` is made from these. */

/** Protocol version that we speak. Source: Bitcoin Core (WTXID_RELAY_VERSION); spec/connections.md. */
export const PROTOCOL_VERSION = 70_016
/** Oldest protocol version that we speak with. Source: Bitcoin Core (MIN_PEER_PROTO_VERSION). */
export const MIN_PEER_VERSION = 31_800
/** Payload of one message, bytes. Source: Bitcoin Core (MAX_PROTOCOL_MESSAGE_LENGTH). */
export const MAX_PAYLOAD_BYTES = 4_000_000
/** Addresses in one addr or addrv2 message. Source: Bitcoin Core (MAX_ADDR_TO_SEND), BIP 155. */
export const MAX_ADDRESSES_PER_MESSAGE = 1000
/** One address in an addrv2 message, bytes. Source: BIP 155. */
export const MAX_ADDRV2_BYTES = 512
/** Entries in one inv, getdata or notfound message. Source: Bitcoin Core (MAX_INV_SZ). */
export const MAX_INVENTORY = 50_000
/** Entries of a getdata message that we answer with notfound. Source: Bitcoin Core (MAX_GETDATA_SZ). */
export const MAX_NOTFOUND_ANSWER = 1000
/** Headers in one message. Source: Bitcoin Core (MAX_HEADERS_RESULTS). */
export const MAX_HEADERS = 2000
/** Headers in one message that count as an announcement of new blocks. Source: Bitcoin Core (MAX_BLOCKS_TO_ANNOUNCE). */
export const MAX_ANNOUNCED_HEADERS = 8
/** Hashes in one block locator. Source: Bitcoin Core (MAX_LOCATOR_SZ). */
export const MAX_LOCATOR = 101
/** User agent, bytes. Source: BIP 14, Bitcoin Core (MAX_SUBVERSION_LENGTH). */
export const MAX_AGENT_BYTES = 256
/** Payload of a version message with whatever later versions add, bytes. Source: ours; 85 + 3 + 256 are known today. */
export const MAX_VERSION_BYTES = 1024
/** Payload of a message that is empty or a few flags today, with room for later additions, bytes. Source: ours. */
export const MAX_SMALL_BYTES = 64
/** Bloom filter, bytes. Source: BIP 37. */
export const MAX_FILTER_BYTES = 36_000
/** Hash functions of a bloom filter. Source: BIP 37. */
export const MAX_FILTER_FUNCTIONS = 50
/** Element added to a bloom filter, bytes. Source: BIP 37. */
export const MAX_FILTER_ELEMENT_BYTES = 520
/** Name of a feature, characters, from 4 up. Source: BIP 434. */
export const MAX_FEATURE_ID = 80
/** Data of a feature, bytes. Source: BIP 434. */
export const MAX_FEATURE_DATA_BYTES = 512
/** Features of one peer that are remembered. Source: ours. */
export const MAX_FEATURES = 16
/** Each text of a reject message, bytes. Source: Bitcoin Core 0.19 (MAX_REJECT_MESSAGE_LENGTH). */
export const MAX_REJECT_TEXT_BYTES = 111

/** First size of the buffer for a message that arrives in pieces, bytes; it doubles as bytes arrive. Source: ours. */
export const FIRST_BUFFER_BYTES = 4096
/** Buffers for messages that arrive in pieces, all peers of a network together, bytes. Source: ours. */
export const MAX_BUFFERED_BYTES = 128 * 1024 * 1024
/** Queued bytes to a peer above which nothing more of it is processed. Source: Bitcoin Core (-maxsendbuffer). */
export const MAX_SEND_QUEUE_BYTES = 1_000_000
/** Bytes of a peer that wait because of that; beyond them it is disconnected. Source: Bitcoin Core (-maxreceivebuffer). */
export const MAX_RECEIVE_QUEUE_BYTES = 5_000_000
/** A peer that reads nothing for this time while its send queue is full is disconnected, milliseconds. Source: ours. */
export const STALL_TIMEOUT_MS = 120_000

/** A handshake must end within this time, milliseconds. Source: Bitcoin Core (-peertimeout). */
export const HANDSHAKE_TIMEOUT_MS = 60_000
/** Time between pings, milliseconds. Source: Bitcoin Core (PING_INTERVAL). */
export const PING_INTERVAL_MS = 120_000
/** No pong, or no message at all, for this time ends a session, milliseconds. Source: Bitcoin Core (TIMEOUT_INTERVAL). */
export const SILENCE_TIMEOUT_MS = 20 * 60_000
/** How often all sessions of a network are looked at for deadlines and pings, milliseconds. Source: ours. */
export const SWEEP_INTERVAL_MS = 1000
/** A one-shot peer has this long to answer getaddr, milliseconds. Source: ours. */
export const ONE_SHOT_ANSWER_MS = 30_000
/** Addresses that come within this time of our getaddr may be its answer, milliseconds. Source: ours. */
export const ANSWER_WINDOW_MS = 120_000
/** Mean time between announcements of our own address, milliseconds. Source: Bitcoin Core (AVG_LOCAL_ADDRESS_BROADCAST_INTERVAL). */
export const SELF_ANNOUNCE_MEAN_MS = 24 * 3_600_000

/** Messages that a peer may send at once. Source: ours. */
export const MESSAGE_BURST = 400
/** Messages a second that it may keep up. Source: ours; a node that relays transactions to us needs about 10. */
export const MESSAGES_PER_S = 20
/** Bytes that count as one more message in that budget. Source: ours; 1.3 MB a second at most in the long run. */
export const BYTES_PER_MESSAGE_TOKEN = 65_536
/** Pings that a peer may send at once. Source: ours. */
export const PING_BURST = 20
/** Pings a second that it may keep up. Source: ours; the quickest known client sends one every 15 s. */
export const PINGS_PER_S = 0.2
