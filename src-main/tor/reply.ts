/**
 * Reads what a control port sends: a pure, incremental parser from bytes to replies. A line is `250-text` (more
 * follows), `250+text` (data follows up to a lone dot) or `250 text` (the end). Source: Tor control-spec §2.3.
 */
import { TorError } from './errors.ts'
import { MAX_CONTROL_LINE_BYTES, MAX_CONTROL_REPLY_BYTES, MAX_CONTROL_REPLY_LINES } from './limits.ts'

export interface ReplyLine {
  /** What follows the status and the separator. */
  readonly text: string
  /** The block of a `250+` line: its lines joined by `\n`, dots unstuffed. Null for other lines. */
  readonly block: string | null
}

export interface Reply {
  /** 250 is success, 4xx and 5xx are errors, 650 is an event. */
  readonly status: number
  /** At least one; the last is the one that ended the reply. */
  readonly lines: readonly ReplyLine[]
}

/** Events are told apart by the first digit, so that they may stand between the lines of an answer. */
export const isEvent = (reply: Reply): boolean => reply.status >= 600 && reply.status < 700

interface Gathering {
  status: number
  bytes: number
  lines: ReplyLine[]
}

const LF = 10
const CR = 13
const LINE = /^([2456][0-9]{2})([ +-])(.*)$/s
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

const broken = (text: string): TorError => new TorError('control-protocol', `This is not Tor's control port: ${text}.`)

/** Feed it bytes as they come. After it has thrown it must not be used again. */
export class ReplyParser {
  /** The line that has begun and not ended. */
  #held: Uint8Array[] = []
  #heldBytes = 0
  #answer: Gathering | null = null
  #event: Gathering | null = null
  /** The `250+` line whose block is being read. */
  #open: { gathering: Gathering; text: string; block: string[] } | null = null

  /** Replies that these bytes complete, in order. @throws {TorError} `control-protocol` */
  push(bytes: Uint8Array): Reply[] {
    const replies: Reply[] = []
    let from = 0
    for (;;) {
      const at = bytes.indexOf(LF, from)
      const end = at < 0 ? bytes.length : at
      this.#hold(bytes.subarray(from, end))
      if (at < 0) return replies
      const reply = this.#line(this.#release())
      if (reply !== null) replies.push(reply)
      from = at + 1
    }
  }

  #hold(part: Uint8Array): void {
    if (part.length === 0) return
    this.#heldBytes += part.length
    if (this.#heldBytes > MAX_CONTROL_LINE_BYTES)
      throw broken(`it sent a line of more than ${MAX_CONTROL_LINE_BYTES} bytes`)
    // A copy: the chunk may be the reader's buffer.
    this.#held.push(part.slice())
  }

  #release(): string {
    const [first = new Uint8Array(0)] = this.#held
    const whole = this.#held.length > 1 ? Buffer.concat(this.#held) : first
    this.#held = []
    this.#heldBytes = 0
    return decoder.decode(whole.at(-1) === CR ? whole.subarray(0, -1) : whole)
  }

  #line(line: string): Reply | null {
    if (this.#open !== null) {
      this.#blockLine(this.#open, line)
      return null
    }
    const match = LINE.exec(line)
    if (match === null) throw broken(`it sent ${JSON.stringify(line.slice(0, 60))}`)
    const status = Number(match[1])
    const text = match[3] ?? ''
    const isEventLine = status >= 600
    const gathering = (isEventLine ? this.#event : this.#answer) ?? { status, bytes: 0, lines: [] }
    if (gathering.status !== status) throw broken(`one answer has the codes ${gathering.status} and ${status}`)
    if (isEventLine) this.#event = gathering
    else this.#answer = gathering
    count(gathering, line.length)
    if (match[2] === '+') {
      this.#open = { gathering, text, block: [] }
      return null
    }
    add(gathering, { text, block: null })
    if (match[2] === '-') return null
    if (isEventLine) this.#event = null
    else this.#answer = null
    return { status, lines: gathering.lines }
  }

  #blockLine(open: { gathering: Gathering; text: string; block: string[] }, line: string): void {
    if (line === '.') {
      add(open.gathering, { text: open.text, block: open.block.join('\n') })
      this.#open = null
      return
    }
    count(open.gathering, line.length)
    open.block.push(line.startsWith('.') ? line.slice(1) : line)
  }
}

function count(gathering: Gathering, characters: number): void {
  gathering.bytes += characters + 2
  if (gathering.bytes > MAX_CONTROL_REPLY_BYTES)
    throw broken(`it sent an answer of more than ${MAX_CONTROL_REPLY_BYTES} bytes`)
}

function add(gathering: Gathering, line: ReplyLine): void {
  if (gathering.lines.length >= MAX_CONTROL_REPLY_LINES)
    throw broken(`it sent an answer of more than ${MAX_CONTROL_REPLY_LINES} lines`)
  gathering.lines.push(line)
}

/** Words of a reply line: those that stand alone, in order, and those of the form `KEY=value` or `KEY="value"`. */
export interface Words {
  readonly plain: readonly string[]
  readonly named: ReadonlyMap<string, string>
}

const NAME = /^[A-Za-z0-9_/-]+=/

/** Splits at spaces, and reads quoted values. What is quoted and not closed runs to the end of the line. */
export function splitWords(text: string): Words {
  const plain: string[] = []
  const named = new Map<string, string>()
  let at = 0
  while (at < text.length) {
    if (text.charAt(at) === ' ') {
      at += 1
      continue
    }
    const end = endOfWord(text, at)
    const name = NAME.exec(text.slice(at, end))?.[0]
    const from = at + (name?.length ?? 0)
    const quoted = text.charAt(from) === '"' ? readQuoted(text, from) : null
    const value = quoted?.value ?? text.slice(from, end)
    at = quoted?.end ?? end
    if (name === undefined) plain.push(value)
    else if (!named.has(name.slice(0, -1))) named.set(name.slice(0, -1), value)
  }
  return { plain, named }
}

function endOfWord(text: string, from: number): number {
  const space = text.indexOf(' ', from)
  return space < 0 ? text.length : space
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9 }
const OCTAL = /^[0-3]?[0-7]{1,2}/

/**
 * Reads the quoted string that begins at `from`, as Tor writes it: backslash before any character, C's `\n`, `\r`,
 * `\t`, and octal bytes (control-spec §2.1.1). `end` is the place behind the closing quote.
 */
export function readQuoted(text: string, from: number): { readonly value: string; readonly end: number } {
  let at = from + 1
  const bytes: number[] = []
  const parts: string[] = []
  const flush = (): void => {
    if (bytes.length > 0) parts.push(decoder.decode(Uint8Array.from(bytes.splice(0))))
  }
  while (at < text.length && text.charAt(at) !== '"') {
    if (text.charAt(at) !== '\\') {
      flush()
      parts.push(text.charAt(at))
      at += 1
      continue
    }
    const octal = OCTAL.exec(text.slice(at + 1, at + 4))?.[0]
    const character = text.charAt(at + 1)
    const control = ESCAPES[character]
    if (octal !== undefined) {
      bytes.push(Number.parseInt(octal, 8))
    } else if (control !== undefined) {
      bytes.push(control)
    } else {
      flush()
      parts.push(character)
    }
    at += 1 + (octal?.length ?? 1)
  }
  flush()
  return { value: parts.join(''), end: Math.min(at + 1, text.length) }
}

/** A quoted string as the control port takes it. Line ends cannot be said in one and are refused. */
export function quote(text: string): string {
  if (/[\r\n\0]/.test(text)) throw new TorError('control-protocol', 'Text for Tor may hold no line ends.')
  return `"${text.replace(/[\\"]/g, '\\$&')}"`
}
