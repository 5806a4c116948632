/** Every bound of the transport room, with its source. `LIMITS.md` is made from these. */

/** Longest address text that is looked at, characters: a name, brackets, a port, and room to say what is wrong. Source: ours. */
export const MAX_ADDRESS_CHARACTERS = 320

/** Longest host name, bytes, without the root dot. Source: RFC 1035 §2.3.4. */
export const MAX_HOST_NAME_BYTES = 253

/** Queued bytes above which `write` returns false, per connection. Source: Node's default for streams. */
export const WRITE_HIGH_MARK_BYTES = 65_536

/** Longest time from `close` to the end of a connection whose queue or whose peer does not finish, milliseconds. Source: ours. */
export const CLOSE_LINGER_MS = 2000

/** Time from dialing to an open connection, milliseconds. Source: btcd `connectTimeout`. */
export const DIAL_TIMEOUT_MS = 30_000

/** Head start of one connection attempt over the next when a name has several addresses, milliseconds. Source: RFC 8305 §5. */
export const CONNECTION_ATTEMPT_DELAY_MS = 250

/** Addresses of one name that a dial tries. Source: ours. */
export const MAX_DIALED_ADDRESSES = 8

/** Time for one look-up of a host name, milliseconds. Source: go-ethereum `dnsLookupTimeout`. */
export const LOOKUP_TIMEOUT_MS = 5000

/** Addresses taken from one look-up. Source: Bitcoin Core `nMaxIPs`. */
export const MAX_LOOKUP_ADDRESSES = 256

/** Look-ups waiting for the system's resolver at the same time. Source: ours. */
export const MAX_PENDING_LOOKUPS = 64

/** TXT records taken from one look-up. Source: ours; a list of nodes has one beside what else the name is for. */
export const MAX_TXT_RECORDS = 16

/** Connections that the system accepts for us and that wait to be taken. Source: Node's default. */
export const LISTEN_BACKLOG = 511

/** Addresses one listener listens on. Source: ours. */
export const MAX_LISTEN_ADDRESSES = 32

/** Pause of a listener after the system ran out of file descriptors, milliseconds. Source: ours. */
export const ACCEPT_RETRY_MS = 1000

/** Entries kept in the ledger, latest. Source: ours. */
export const MAX_LEDGER_ENTRIES = 200

/** Different reasons of refusals counted apart; the rest count together. Source: ours. */
export const MAX_REFUSAL_REASONS = 32

/** Contradictions to the policy kept. Source: ours; one is too many. */
export const MAX_CONTRADICTIONS = 20

/** Time for one look-up through Tor, milliseconds. Source: ours; a circuit may have to be built first. */
export const TOR_LOOKUP_TIMEOUT_MS = 30_000

/** Time for the test of a proxy, milliseconds. Source: ours. */
export const PROBE_TIMEOUT_MS = 10_000

/** User name and password for a SOCKS5 proxy, bytes each. Source: RFC 1929 §2. */
export const MAX_SOCKS_CREDENTIAL_BYTES = 255

/** Datagrams that wait for one consumer of a UDP socket; more are dropped. Source: go-ethereum's queue of unhandled packets is 100, ours allows a burst of two reads. */
export const UDP_QUEUE_DATAGRAMS = 256

/** Bytes that wait for one consumer of a UDP socket; more are dropped. Source: ours. */
export const UDP_QUEUE_BYTES = 524_288

/** Datagrams handed to one consumer in one turn of the event loop: at 1 ms for a signature, 16 ms. Source: ours. */
export const UDP_BATCH_DATAGRAMS = 16

/** Longest datagram taken or sent, bytes: an Ethernet frame of the jumbo kind. Source: ours. */
export const UDP_MAX_DATAGRAM_BYTES = 9000

/** Bytes waiting in the process to be sent by one UDP socket; more are dropped, as a full network would. Source: ours. */
export const UDP_SEND_QUEUE_BYTES = 1_048_576

/** Protocols on one UDP socket. Source: ours. */
export const MAX_UDP_CONSUMERS = 16
