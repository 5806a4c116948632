/** One line of the log, and how what a room said becomes one: cleaned, cut, and without secrets. */
import { MAX_FIELDS, MAX_FIELD_LENGTH, MAX_NAME_LENGTH, MAX_TEXT_LENGTH } from './limits.ts'
import type { LogFields, LogLevel } from './log.ts'

export interface LogLine {
  /** Increases by one a line, never reused while the process lives. */
  readonly cursor: number
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly level: LogLevel
  readonly room: string
  readonly text: string
  readonly fields: Record<string, string | number | boolean | null>
}

/** What stands in the place of a secret. */
const HIDDEN = '[hidden]'
const SECRET_WORDS = /^(?:password|passwd|passphrase|secret|token|key|cookie)s?$/i
const SECRET_IN_TEXT = /\b(password|passwd|passphrase|secret|token|cookie)(\s*[=:]\s*)\S+/gi
const CREDENTIALS_IN_URL = /(:\/\/)[^\s/@]+@/g
/** Controls and invisible marks: a peer's text must not forge a line, color a terminal or turn reading order around. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu

const RANKS: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 }

export const isAtLeast = (level: LogLevel, floor: LogLevel): boolean => RANKS[level] >= RANKS[floor]

/** Cut to `length` with an ellipsis, unprintable characters and lone surrogates replaced. */
export function cleanText(text: string, length = MAX_TEXT_LENGTH): string {
  const cut = text.length > length ? `${text.slice(0, length - 1)}…` : text
  return cut.toWellFormed().replace(UNPRINTABLE, '\ufffd')
}

/** Without passwords, in case one came along inside an error's message. */
const hideSecrets = (text: string): string =>
  text.replace(SECRET_IN_TEXT, `$1$2${HIDDEN}`).replace(CREDENTIALS_IN_URL, `$1${HIDDEN}@`)

// Hidden before the cut, which could otherwise take the mark by which a secret is found; the first cut bounds the work.
const safeText = (text: string, length: number): string =>
  cleanText(hideSecrets(text.length > 4 * length ? text.slice(0, 4 * length) : text), length)

/** `apiKey`, `proxy_password` and `TOKEN` name secrets; `monkey` does not. */
const namesSecret = (name: string): boolean =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .some(word => SECRET_WORDS.test(word))

function cleanField(name: string, value: string | number | boolean | null): string | number | boolean | null {
  if (value !== null && namesSecret(name)) return HIDDEN
  if (typeof value === 'string') return safeText(value, MAX_FIELD_LENGTH)
  // JSON and the contract know no NaN and no infinities.
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  return value
}

/** The line of what a room said. Absent fields are left out, as are those past the bound. */
export function makeLine(
  cursor: number,
  at: number,
  level: LogLevel,
  room: string,
  message: string,
  said: LogFields | undefined,
): LogLine {
  const fields: [string, string | number | boolean | null][] = []
  for (const [name, value] of Object.entries(said ?? {})) {
    if (value === undefined) continue
    if (fields.length === MAX_FIELDS) break
    fields.push([cleanText(name, MAX_NAME_LENGTH), cleanField(name, value)])
  }
  return { cursor, at, level, room, text: safeText(message, MAX_TEXT_LENGTH), fields: Object.fromEntries(fields) }
}

/** As it stands in the file, without a line end. */
export function printLine(line: LogLine): string {
  const fields = Object.keys(line.fields).length > 0 ? ` ${JSON.stringify(line.fields)}` : ''
  return `${new Date(line.at).toISOString()} ${line.level.toUpperCase().padEnd(5)} ${line.room}: ${line.text}${fields}`
}
