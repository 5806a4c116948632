/** Every bound of uTP, with its source. `LIMITS.md` is made from these. */

/** Most extensions looked at in one packet; a longer chain is refused. Source: ours (BEP 29 defines one). */
export const MAX_UTP_EXTENSIONS = 8

/** Longest selective ack mask, bytes: covers 512 packets past the first hole. Source: ours; a length is one byte and a multiple of 4. */
export const MAX_SELECTIVE_ACK_BYTES = 64

/** Shortest retransmission time-out, milliseconds. Source: BEP 29. */
export const MIN_RTO_MS = 500

/** Retransmission time-out before the first measurement, milliseconds. Source: BEP 29. */
export const INITIAL_RTO_MS = 1000

/** Longest retransmission time-out, milliseconds. Source: libtorrent (60 s). */
export const MAX_RTO_MS = 60_000

/** Queueing delay that LEDBAT steers to, milliseconds. Source: BEP 29, RFC 6817 §2.5. */
export const TARGET_DELAY_MS = 100

/** Bytes the congestion window grows by in one round trip at most. Source: BEP 29 MAX_CWND_INCREASE_PACKETS_PER_RTT, as libutp and libtorrent have it. */
export const MAX_WINDOW_GAIN_BYTES = 3000

/** Smallest congestion window, packets. Source: RFC 6817 §2.4.1 MIN_CWND. */
export const MIN_WINDOW_PACKETS = 2

/** Largest congestion window, bytes: 4096 packets of 1400. Source: ours; 1024 packets hold libutp to 14 MB/s at 100 ms. */
export const MAX_WINDOW_BYTES = 5_734_400

/** Minutes of delay minima remembered. Source: RFC 6817 §2.5 BASE_HISTORY. */
export const BASE_HISTORY_MINUTES = 10

/** Latest delay samples the current delay is the least of. Source: RFC 6817 §2.5 CURRENT_FILTER (at least 4). */
export const CURRENT_DELAY_SAMPLES = 4
