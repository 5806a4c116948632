/**
 * What lines of the control port mean: circuits, streams, bootstrap phases, events. Pure, and forgiving as control-spec
 * §2 asks: unknown words are skipped, missing ones are null.
 */
import { MAX_TOR_TEXT } from './limits.ts'
import { splitWords } from './reply.ts'
import type { Reply, Words } from './reply.ts'

export type CircuitState = 'launched' | 'built' | 'guard-wait' | 'extended' | 'failed' | 'closed'

export interface Circuit {
  readonly id: string
  readonly state: CircuitState
  /** Relays from us outwards. */
  readonly path: readonly { readonly fingerprint: string; readonly nickname: string | null }[]
  /** As Tor names it: `GENERAL`, `HS_CLIENT_REND`, `HS_SERVICE_INTRO`, `CONFLUX_LINKED`, ... */
  readonly purpose: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number | null
  /** User name of the SOCKS dials that it is kept for: which isolated dial goes this way. */
  readonly socksUser: string | null
  /** The onion service at its end, without `.onion`. */
  readonly onion: string | null
  /** Why it ended, in Tor's word. */
  readonly reason: string | null
}

export interface Stream {
  readonly id: string
  /** In Tor's word: `NEW`, `NEWRESOLVE`, `SENTCONNECT`, `SUCCEEDED`, `FAILED`, `CLOSED`, `DETACHED`, ... */
  readonly state: string
  /** Id of the circuit that it goes over. */
  readonly circuit: string | null
  /** `host:port` as it was asked for. */
  readonly target: string
  /** `host:port` of the program that asked: our own end of the SOCKS connection. */
  readonly source: string | null
  readonly socksUser: string | null
  readonly reason: string | null
}

/** Where Tor stands on its way into the network. */
export interface BootstrapPhase {
  /** 0 to 100. */
  readonly progress: number
  readonly tag: string
  /** Tor's own words for the step. */
  readonly summary: string
  /** What is wrong, when Tor says so. */
  readonly warning: { readonly text: string; readonly reason: string; readonly where: string | null } | null
}

export type TorEvent =
  | { readonly kind: 'bootstrap'; readonly phase: BootstrapPhase }
  /** Other news of STATUS_CLIENT and STATUS_GENERAL. */
  | { readonly kind: 'status'; readonly severity: string; readonly action: string; readonly words: Words['named'] }
  | { readonly kind: 'circuit'; readonly circuit: Circuit }
  | { readonly kind: 'stream'; readonly stream: Stream }
  /** Bytes in the last second. */
  | { readonly kind: 'bandwidth'; readonly read: number; readonly written: number }
  /** What became of an onion service's descriptor at one directory. */
  | {
      readonly kind: 'descriptor'
      readonly action: string
      readonly onion: string
      readonly directory: string
      readonly reason: string | null
    }
  | { readonly kind: 'log'; readonly level: 'info' | 'warn' | 'error'; readonly text: string }

/** Text of Tor as it may stand in a sentence or in our log: one line, bounded. */
export function cleanTorText(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what it removes
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim()
  return clean.length > MAX_TOR_TEXT ? `${clean.slice(0, MAX_TOR_TEXT - 3)}...` : clean
}

const CIRCUIT_STATES: Readonly<Record<string, CircuitState>> = {
  LAUNCHED: 'launched',
  BUILT: 'built',
  GUARD_WAIT: 'guard-wait',
  EXTENDED: 'extended',
  FAILED: 'failed',
  CLOSED: 'closed',
}

/** One line of `circuit-status`, which is also what a CIRC event says. Null when it is none. */
export function parseCircuit(text: string): Circuit | null {
  const { plain, named } = splitWords(text)
  const [id, word = '', path] = plain
  const state = CIRCUIT_STATES[word]
  if (id === undefined || state === undefined) return null
  const created = Date.parse(`${named.get('TIME_CREATED')?.slice(0, 23) ?? ''}Z`)
  return {
    id,
    state,
    path: (path ?? '').split(',').flatMap(relay => {
      const [fingerprint = '', nickname] = relay.split(/[~=]/)
      return fingerprint.startsWith('$') ? [{ fingerprint: fingerprint.slice(1), nickname: nickname ?? null }] : []
    }),
    purpose: named.get('PURPOSE') ?? 'GENERAL',
    createdAt: Number.isNaN(created) ? null : created,
    // The password beside it never leaves this function.
    socksUser: named.get('SOCKS_USERNAME') ?? null,
    onion: named.get('REND_QUERY') ?? null,
    reason: named.get('REASON') ?? null,
  }
}

/** One line of `stream-status`, which is also what a STREAM event says. Null when it is none. */
export function parseStream(text: string): Stream | null {
  const { plain, named } = splitWords(text)
  const [id, state, circuit, target] = plain
  if (id === undefined || state === undefined || circuit === undefined || target === undefined) return null
  return {
    id,
    state,
    circuit: circuit === '0' ? null : circuit,
    target: cleanTorText(target),
    source: named.get('SOURCE_ADDR') ?? null,
    socksUser: named.get('SOCKS_USERNAME') ?? null,
    reason: named.get('REASON') ?? null,
  }
}

/** The value of `status/bootstrap-phase`, which is also what a STATUS_CLIENT event says of it. Null when it is none. */
export function parseBootstrap(text: string): BootstrapPhase | null {
  const { plain, named } = splitWords(text)
  const progress = Number(named.get('PROGRESS') ?? NaN)
  if (plain[1] !== 'BOOTSTRAP' || !(progress >= 0 && progress <= 100)) return null
  const warning = named.get('WARNING')
  return {
    progress,
    tag: cleanTorText(named.get('TAG') ?? ''),
    summary: cleanTorText(named.get('SUMMARY') ?? ''),
    warning:
      warning === undefined
        ? null
        : {
            text: cleanTorText(warning),
            reason: cleanTorText(named.get('REASON') ?? 'MISC'),
            where: named.get('HOSTADDR') ?? null,
          },
  }
}

/** Lines of a value that holds one item a line. */
export const itemLines = (value: string): string[] => value.split('\n').filter(line => line !== '')

/** `net/listeners/socks`: the first TCP listener, as an address of this machine. */
export function parseListeners(value: string): { readonly host: string; readonly port: number } | null {
  for (const word of splitWords(value).plain) {
    const match = /^\[?([0-9a-f.:]+)\]?:([0-9]{1,5})$/.exec(word)
    if (match !== null) return { host: match[1] ?? '', port: Number(match[2]) }
  }
  return null
}

const LOG_LEVELS = { NOTICE: 'info', WARN: 'warn', ERR: 'error' } as const
const isLogLevel = (word: string): word is keyof typeof LOG_LEVELS => Object.hasOwn(LOG_LEVELS, word)

/** What an event says, or null when it is of a kind that we do not know. */
export function parseEvent(reply: Reply): TorEvent | null {
  const [line] = reply.lines
  if (line === undefined) return null
  const space = line.text.indexOf(' ')
  const word = space < 0 ? line.text : line.text.slice(0, space)
  const rest = space < 0 ? '' : line.text.slice(space + 1)
  if (isLogLevel(word)) return { kind: 'log', level: LOG_LEVELS[word], text: cleanTorText(line.block ?? rest) }
  switch (word) {
    case 'CIRC':
    case 'CIRC_MINOR': {
      // A minor event names what has changed where the state would stand; circuits change their purpose when built.
      const circuit = parseCircuit(word === 'CIRC' ? rest : rest.replace(/^(\S+) \S+/, '$1 BUILT'))
      return circuit === null ? null : { kind: 'circuit', circuit }
    }
    case 'STREAM': {
      const stream = parseStream(rest)
      return stream === null ? null : { kind: 'stream', stream }
    }
    case 'BW':
      return parseBandwidth(rest)
    case 'HS_DESC': {
      const { plain, named } = splitWords(rest)
      const [action, onion, , directory] = plain
      if (action === undefined || onion === undefined) return null
      return { kind: 'descriptor', action, onion, directory: directory ?? '', reason: named.get('REASON') ?? null }
    }
    case 'STATUS_CLIENT':
    case 'STATUS_GENERAL': {
      const phase = parseBootstrap(rest)
      if (phase !== null) return { kind: 'bootstrap', phase }
      const { plain, named } = splitWords(rest)
      const [severity = '', action] = plain
      return action === undefined ? null : { kind: 'status', severity, action, words: named }
    }
    default:
      return null
  }
}

function parseBandwidth(text: string): TorEvent | null {
  const [read, written] = splitWords(text).plain.map(Number)
  if (read === undefined || written === undefined) return null
  return Number.isSafeInteger(read) && Number.isSafeInteger(written) && read >= 0 && written >= 0
    ? { kind: 'bandwidth', read, written }
    : null
}
