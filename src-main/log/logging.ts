/** The log of a client: every line goes through level, flood limit and redaction, to the ring and to the file. */
import type { Clock, Timer } from '../time/index.ts'
import { FloodGate } from './flood.ts'
import { FLOOD_WINDOW_MS, MAX_NAME_LENGTH, MAX_ROOMS, RING_LINES, TELL_EVERY_MS } from './limits.ts'
import { cleanText, isAtLeast, makeLine, printLine } from './line.ts'
import type { Log, LogFields, LogLevel } from './log.ts'
import type { Tail, TailRequest } from './ring.ts'
import { Ring, coversRoom } from './ring.ts'
import { RollingFile } from './rolling-file.ts'

export interface LoggingOptions {
  readonly clock: Clock
  /** Lines below it are not made. */
  readonly level: LogLevel
  /** Rooms that may say everything, whatever the level. */
  readonly debugRooms: readonly string[]
  /** Lines kept in memory; `RING_LINES` when absent. */
  readonly ringSize?: number
  /** The folder of the rolling file; none when absent. */
  readonly file?: { readonly dir: string } | null
}

export interface Logging {
  /** The log under the room name `client`. */
  readonly log: Log
  /** Cursor of the newest line, -1 before the first. */
  readonly cursor: number
  tail(request: TailRequest): Tail
  setLevel(level: LogLevel, debugRooms: readonly string[]): void
  /** Where the rolling file is from now on; null for none. */
  setFile(dir: string | null): void
  /** Hears, at most ten times a second, the cursor of the newest line. Gives the way to stop. */
  onLines(listener: (cursor: number) => void): () => void
  /** The files and then the ring, as text of at most `maxBytes` bytes of UTF-8: the newest is kept. */
  exportText(maxBytes: number): string
  /** Resolves when all lines are written. Lines said later stay in memory. */
  close(): Promise<void>
}

export function createLogging(options: LoggingOptions): Logging {
  const { clock } = options
  const ring = new Ring(options.ringSize ?? RING_LINES)
  const rooms = new Set<string>()
  const listeners = new Set<(cursor: number) => void>()
  let { level: floor, debugRooms } = options
  let dir = options.file?.dir ?? null
  let file = dir === null ? null : new RollingFile(clock, dir)
  /** Files left for another one, not closed yet. */
  const leaving = new Set<Promise<void>>()
  let tellTimer: Timer | null = null
  let isClosed = false

  const add = (level: LogLevel, room: string, message: string, fields?: LogFields): void => {
    const line = makeLine(ring.next, Math.round(clock.now()), level, room, message, fields)
    ring.add(line)
    file?.write(printLine(line))
    if (rooms.size < MAX_ROOMS) rooms.add(room)
    if (listeners.size > 0 && !isClosed) tellTimer ??= clock.after(TELL_EVERY_MS, tell)
  }
  const tell = (): void => {
    tellTimer = null
    for (const listener of listeners) listener(ring.next - 1)
  }
  const gate = new FloodGate(clock, (level, room, message, heldBack) =>
    add(level, room, `${heldBack} more in ${FLOOD_WINDOW_MS / 1000} seconds of: ${message}`),
  )
  const say = (level: LogLevel, room: string, message: string, fields: LogFields | undefined): void => {
    if (!isAtLeast(level, floor) && !debugRooms.some(name => coversRoom(name, room))) return
    if (isClosed || gate.passes(level, room, message)) add(level, room, message, fields)
  }
  const logOf = (room: string): Log => ({
    debug: (message, fields) => say('debug', room, message, fields),
    info: (message, fields) => say('info', room, message, fields),
    warn: (message, fields) => say('warn', room, message, fields),
    error: (message, fields) => say('error', room, message, fields),
    child: name => logOf(cleanText(name, MAX_NAME_LENGTH)),
  })
  const leave = (): void => {
    if (file === null) return
    const closing = file.close().finally(() => leaving.delete(closing))
    leaving.add(closing)
    file = null
  }

  return {
    log: logOf('client'),
    get cursor() {
      return ring.next - 1
    },
    tail: request => ({ ...ring.tail(request), rooms: [...rooms].sort() }),
    setLevel: (level, names) => {
      floor = level
      debugRooms = [...names]
    },
    setFile: wanted => {
      if (wanted === dir || isClosed) return
      leave()
      dir = wanted
      file = dir === null ? null : new RollingFile(clock, dir, Promise.all(leaving))
    },
    onLines: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    exportText: maxBytes => {
      const recent = ring.all().map(line => `${printLine(line)}\n`)
      const stored = file?.read() ?? ''
      const text = stored === '' ? recent.join('') : `${stored}--- lines in memory ---\n${recent.join('')}`
      return newest(text, maxBytes)
    },
    close: async () => {
      gate.close()
      isClosed = true
      tellTimer?.cancel()
      tellTimer = null
      listeners.clear()
      leave()
      await Promise.all(leaving)
    },
  }
}

/** The end of a text: whole lines of at most `maxBytes` bytes together. */
function newest(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= maxBytes) return text
  const tail = bytes.subarray(bytes.length - maxBytes)
  // From the byte after a line end, so that no character is cut in two.
  return tail.subarray(tail.indexOf(10) + 1).toString()
}
