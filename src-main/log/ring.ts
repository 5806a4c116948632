/** The last lines, read by cursor: a reader that was away for too long is told how many it missed. */
import type { LogLine } from './line.ts'
import { isAtLeast } from './line.ts'
import type { LogLevel } from './log.ts'

export interface TailRequest {
  /** Only lines after this cursor, oldest first; the newest lines when absent. */
  readonly after?: number | undefined
  readonly limit: number
  /** Lines of this level and above. */
  readonly level: LogLevel
  /** Rooms wanted, with their parts; empty for all. */
  readonly rooms: readonly string[]
  /** Part of the sentence, the room or a field, in any case; empty for all. */
  readonly text: string
}

export interface Tail {
  readonly lines: LogLine[]
  /** Pass this as `after` next time. */
  readonly cursor: number
  /** Lines that had left the ring before this call could read them. */
  readonly missed: number
  readonly rooms: string[]
}

/** A room is named by itself or by a part of it: `connections` covers `connections.dials`. */
export const coversRoom = (name: string, room: string): boolean =>
  room === name || (room.startsWith(name) && /^[./]/.test(room.slice(name.length)))

export class Ring {
  readonly #size: number
  readonly #lines: LogLine[] = []
  /** Cursor of the line that comes next. */
  #next = 0

  constructor(size: number) {
    this.#size = Math.max(1, Math.trunc(size))
  }

  /** Cursor for the next line. */
  get next(): number {
    return this.#next
  }

  /** Takes a line made with the cursor `next`. */
  add(line: LogLine): void {
    this.#lines[line.cursor % this.#size] = line
    this.#next = line.cursor + 1
  }

  /** Oldest first. */
  all(): LogLine[] {
    const lines: LogLine[] = []
    for (let cursor = this.#oldest; cursor < this.#next; cursor++) {
      const line = this.#lines[cursor % this.#size]
      if (line !== undefined) lines.push(line)
    }
    return lines
  }

  tail(request: TailRequest): Omit<Tail, 'rooms'> {
    const newest = this.#next - 1
    // A cursor from before a restart says nothing about these lines.
    const after = request.after !== undefined && request.after <= newest ? request.after : undefined
    const wanted = request.text.toLowerCase()
    const matches = (line: LogLine): boolean =>
      isAtLeast(line.level, request.level) &&
      (request.rooms.length === 0 || request.rooms.some(name => coversRoom(name, line.room))) &&
      (wanted === '' || contains(line, wanted))

    const lines: LogLine[] = []
    if (after === undefined) {
      for (let cursor = newest; cursor >= this.#oldest && lines.length < request.limit; cursor--) {
        const line = this.#lines[cursor % this.#size]
        if (line !== undefined && matches(line)) lines.push(line)
      }
      return { lines: lines.reverse(), cursor: newest, missed: 0 }
    }
    const from = Math.max(after + 1, this.#oldest)
    let cursor = from
    for (; cursor < this.#next && lines.length < request.limit; cursor++) {
      const line = this.#lines[cursor % this.#size]
      if (line !== undefined && matches(line)) lines.push(line)
    }
    return { lines, cursor: cursor - 1, missed: from - (after + 1) }
  }

  get #oldest(): number {
    return Math.max(0, this.#next - this.#size)
  }
}

const contains = (line: LogLine, wanted: string): boolean =>
  line.text.toLowerCase().includes(wanted) ||
  line.room.toLowerCase().includes(wanted) ||
  Object.values(line.fields).some(value => String(value).toLowerCase().includes(wanted))
