/** Every limit of the border: what one page may ask, hold and be sent, and how much a stranger at the door may cost. */

/** Pause between two sendings of events to one page, ms (10 Hz). Source: ARCHITECTURE.md, "The border, exactly". */
export const SEND_EVERY_MS = 100
/** Sendings that a page may leave unacknowledged before nothing more is sent to it. Source: chosen; 300 ms of travel at 10 Hz. */
export const MAX_UNACKNOWLEDGED = 3
/** A page blocked for this long gets one fresh snapshot instead of what it missed, ms. Source: chosen; a stutter is shorter. */
export const LAG_AFTER_MS = 1000
/** Changed records that are remembered for a page before a snapshot replaces them. Source: as many peers as the settings allow, 20,000 in and 1,000 out; ids are shared. */
export const MAX_DIRTY_RECORDS = 21_000
/** Requests that one asker may have under way. Source: chosen; the window asks a handful at once. */
export const MAX_REQUESTS_UNDER_WAY = 64
/** Browser sessions that hold a key; the one unused for longest makes room. Source: chosen. */
export const MAX_SESSIONS = 25
/** A session unused for this long has ended, ms. Source: chosen; 12 hours, a working day. */
export const SESSION_IDLE_MS = 12 * 60 * 60 * 1000
/** A session ends after this whatever it does, ms. Source: chosen; 30 days. */
export const SESSION_AGE_MS = 30 * 24 * 60 * 60 * 1000
/** A link that nobody opened is worthless after this, ms. Source: chosen; 1 hour. */
export const TOKEN_AGE_MS = 60 * 60 * 1000
/** Unopened links at once; the oldest makes room. Source: chosen. */
export const MAX_TOKENS = 16
/** Wrong keys from one address in a window before it is answered "too many". Right tokens are never refused for it. Source: chosen. */
export const MAX_WRONG_KEYS = 20
/** The window of the above, ms. Source: chosen; a minute. */
export const WRONG_KEY_WINDOW_MS = 60_000
/** Addresses whose wrong keys are counted; the oldest is forgotten. Source: chosen. */
export const MAX_WATCHED_ADDRESSES = 1000
/** Body of a key exchange, bytes. Source: chosen; a token is 43 characters, a password at most 1 KiB. */
export const MAX_ENTER_BYTES = 4096
/** Headers of a request, bytes. Source: chosen; half of Node's 16 KiB. */
export const MAX_HEADER_BYTES = 8192
/** Header lines of a request. Source: chosen; browsers send about 20. */
export const MAX_HEADER_LINES = 64
/** Time for all headers to arrive, ms. Source: chosen; a sixth of Node's default. */
export const HEADERS_WITHIN_MS = 10_000
/** Time for a whole request to arrive, ms. Source: chosen; a tenth of Node's default. */
export const REQUEST_WITHIN_MS = 30_000
/** Sockets that the door holds at once. Source: chosen; 25 sessions of a browser with 6 each, and room. */
export const MAX_DOOR_SOCKETS = 256
/** Live pages at once, all sessions together. Source: chosen. */
export const MAX_LIVE_PAGES = 64
/** Unsent bytes to one live page before it is cut off. Source: chosen; above the largest snapshots by far. */
export const MAX_UNSENT_BYTES = 64 * 1024 * 1024
/** A live page is pinged this often, and cut off when the last ping is unanswered, ms. Source: chosen. */
export const PING_EVERY_MS = 30_000
/** Files of the page that are served. Source: chosen; the bundle has about 20. */
export const MAX_PAGE_FILES = 2000
/** Time for clients of the door to finish before they are cut off at the end, ms. Source: chosen; Warren ends within 5 s. */
export const CLOSE_WITHIN_MS = 1000
