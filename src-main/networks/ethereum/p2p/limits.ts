/** Every bound of the base protocol, with its source. */

/** Bytes of a message of the base protocol. Source: go-ethereum baseProtocolMaxMsgSize. */
export const MAX_HELLO_BYTES = 2048

/** Characters of a client name that are kept. Source: ours, as for Bitcoin's agents. */
export const MAX_AGENT_CHARACTERS = 256

/** Capabilities of one peer that are looked at. Source: ours; clients have up to ten. */
export const MAX_CAPABILITIES = 64

/** Bytes of a capability's name. Source: devp2p rlpx.md, 8. */
export const MAX_CAPABILITY_NAME = 8

/** Handshake and hello together, milliseconds. Source: go-ethereum handshakeTimeout. */
export const HANDSHAKE_MS = 5000

/** Silence after which a peer is gone, milliseconds. Source: go-ethereum frameReadTimeout. */
export const READ_TIMEOUT_MS = 30_000

/** A peer that takes nothing for this long is gone, milliseconds. Source: go-ethereum frameWriteTimeout. */
export const WRITE_TIMEOUT_MS = 20_000

/** Between our pings, milliseconds. Source: go-ethereum pingInterval. */
export const PING_INTERVAL_MS = 15_000

/** Pings of a peer within one interval of ours that are answered. Source: go-ethereum pingRecv holds 16 (CVE-2023-40591). */
export const MAX_PINGS = 16

/** Bytes that wait to be sent to one peer; one that lets more gather is gone. Source: ours. */
export const MAX_QUEUED_BYTES = 1_048_576

/** Bytes of a disconnect that are read. Source: go-ethereum p2p/peer.go. */
export const MAX_DISCONNECT_BYTES = 100
