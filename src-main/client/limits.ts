/** What the client keeps, at most. */

/** Kinds of message counted for one session. Source: ours; Bitcoin has about 40. */
export const MAX_MESSAGE_KINDS = 64
/** Lines of a session's story. Source: ours. */
export const MAX_TIMELINE = 50
/** Pinned and trusted addresses, all networks together. Source: ours; Bitcoin Core takes 8 by addnode. */
export const MAX_PINS = 1000
/** Gossip and tries are written behind after this time, milliseconds. Source: the one second. */
export const WRITE_BEHIND_MS = 1000
/** Address rows written in one transaction. Source: ours, about 5 ms. */
export const ROWS_A_WRITE = 1000
/** Parts of a second in which the rates of sessions are measured, a tenth of them in each. Source: ours; the border sends 10 times a second. */
export const TICK_PARTS = 10
/** Time between two parts, milliseconds. Source: a second in so many parts. */
export const TICK_MS = 1000 / TICK_PARTS
/** SOCKS5 proxies kept by name. Source: ours. */
export const MAX_PROXIES = 32

/** Circuits shown at once, latest. Source: ours; Tor keeps some tens. */
export const MAX_SHOWN_CIRCUITS = 256
/** One step of the test of Tor, milliseconds. Source: ours; the first visit to an onion service takes up to a minute. */
export const TOR_TEST_STEP_MS = 90_000
/** How often it is looked whether this machine has a way out, milliseconds. Source: ours. */
export const ONLINE_CHECK_MS = 5000
