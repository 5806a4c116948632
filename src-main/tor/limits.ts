/** Every bound of the Tor room, with its source. `LIMITS.md` is made from these. */

/** Longest line of a control port's answer, bytes. Source: ours. */
export const MAX_CONTROL_LINE_BYTES = 65_536

/** Longest answer of a control port, bytes: the circuits of a busy Tor take some 100 KB. Source: ours. */
export const MAX_CONTROL_REPLY_BYTES = 4_194_304

/** Lines of one answer of a control port, those of its data not counted. Source: ours. */
export const MAX_CONTROL_REPLY_LINES = 4096

/** Time for a control port to take a connection, milliseconds: it stands on this machine. Source: ours. */
export const CONTROL_CONNECT_TIMEOUT_MS = 5000

/** Time for a control port to answer a request, milliseconds. Source: ours. */
export const CONTROL_ANSWER_TIMEOUT_MS = 15_000

/** Requests that wait for an answer of a control port at the same time. Source: ours. */
export const MAX_CONTROL_QUEUE = 64

/** Longest request that we send to a control port, bytes. Source: Tor's own bound for a command is 1 MiB; ours. */
export const MAX_CONTROL_COMMAND_BYTES = 16_384

/** Bytes of Tor's cookie file. Source: control-spec §3.5. */
export const COOKIE_BYTES = 32

/** Least time between two new identities, milliseconds. Source: Tor `MAX_SIGNEWNYM_RATE`. */
export const NEW_IDENTITY_EVERY_MS = 10_000

/** Longest text of Tor that we repeat in a sentence or in our log, characters. Source: ours. */
export const MAX_TOR_TEXT = 300

/** Circuits and streams kept for the window, each; the oldest go first. Source: ours. */
export const MAX_TOR_ACTIVITY = 1000

/** Seconds of bandwidth kept for the window. Source: ours. */
export const BANDWIDTH_SECONDS = 300

/** Lines of bridges that are looked at. Source: ours. */
export const MAX_BRIDGE_LINES = 100

/** Longest line of a bridge, characters: snowflake lines name a dozen STUN servers. Source: ours. */
export const MAX_BRIDGE_CHARACTERS = 2000

/** Output of a program that is asked for its version, bytes. Source: ours. */
export const MAX_VERSION_OUTPUT_BYTES = 65_536

/** Longest line of a program's output that is read, characters; the rest of a longer one is dropped. Source: ours. */
export const MAX_PROGRAM_LINE = 4096

/** Time for a program to tell its version, milliseconds. Source: ours. */
export const VERSION_TIMEOUT_MS = 10_000

/** Places that are looked at for one program, PATH included. Source: ours. */
export const MAX_PROGRAM_PLACES = 200

/** Time for a SOCKS port to answer a greeting, milliseconds. Source: ours. */
export const SOCKS_PROBE_TIMEOUT_MS = 3000

/** Bytes of a SOCKS port's answer to a greeting that are looked at. Source: ours. */
export const MAX_PROBE_BYTES = 2048

/** Time for a Tor that we start to open its control port, milliseconds. Source: ours. */
export const START_TIMEOUT_MS = 30_000

/** Pause between two looks for the file in which Tor names its control port, milliseconds. Source: ours. */
export const START_POLL_MS = 50

/** Pause before a Tor that has ended is started again, milliseconds; doubled at each failure. Source: ours. */
export const RESTART_FIRST_MS = 1000

/** Longest pause before Tor is started or asked again, milliseconds. Source: ours. */
export const RESTART_MAX_MS = 300_000

/** A Tor that has run this long has not failed to start: pauses begin anew. Milliseconds. Source: ours. */
export const RESTART_CALM_MS = 600_000

/** Time for Tor to end when asked, before it is told by a signal, and again before it is killed, milliseconds. Source: ours. */
export const STOP_PATIENCE_MS = 3000

/** Pause between two greetings of a SOCKS port that is not ours, milliseconds. Source: ours. */
export const SOCKS_WATCH_MS = 10_000

/** Time without progress on the way into the network after which we say that Tor is stuck, milliseconds. Source: ours. */
export const BOOTSTRAP_STUCK_MS = 60_000

/** Least time between two pieces of news about circuits, milliseconds. Source: ours. */
export const ACTIVITY_NEWS_MS = 500

/** Onion services published at the same time. Source: ours. */
export const MAX_ONIONS = 16

/** Visitors' keys of one onion service. Source: ours; Tor's own bound is 330. */
export const MAX_ONION_CLIENTS = 100

/** Pause before an onion service that Tor refused is added again, milliseconds; doubled at each refusal. Source: ours. */
export const ONION_RETRY_MS = 5000

/** Extra torrc lines, and characters of each. Source: ours. */
export const MAX_EXTRA_LINES = 100
