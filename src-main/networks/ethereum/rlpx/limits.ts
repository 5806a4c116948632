/** Every bound of RLPx, with its source. */

/** Bytes of an auth or ack packet, without its size. Source: go-ethereum p2p/rlpx maxMessageSize in handshakes. */
export const MAX_HANDSHAKE_BYTES = 2048

/** Least zero bytes behind the list of an auth or ack. Source: ethereumjs waits for 307 bytes of auth and 210 of ack. */
export const MIN_PADDING_BYTES = 100

/** Padding varies by so many bytes. Source: go-ethereum sealEIP8. */
export const PADDING_SPREAD_BYTES = 100

/** Bytes of a frame's data that are kept; longer frames are checked, counted and forgotten. Source: ours; eth's Status is 100. */
export const MAX_KEPT_FRAME_BYTES = 131_072

/** Bytes of a message after decompression, for the messages that are kept. Source: ours, twice the kept frame. */
export const MAX_MESSAGE_BYTES = 262_144

/** Bytes that one frame can carry. Source: RLPx, 24 bits of length. */
export const MAX_FRAME_BYTES = 0xff_ffff

/** Pieces of a frame that are held apart; more are joined. Source: ours, some 100 KiB of bookkeeping. */
export const MAX_PIECES = 1024
