/** Keeps one sentence, repeated by whatever a peer does, from pushing all others out of the log. */
import type { Clock, Timer } from '../time/index.ts'
import { FLOOD_LINES, FLOOD_WINDOW_MS, MAX_WATCHED_SENTENCES } from './limits.ts'
import type { LogLevel } from './log.ts'

interface Watched {
  readonly level: LogLevel
  readonly room: string
  readonly message: string
  /** Monotonic. */
  readonly since: number
  passed: number
  heldBack: number
}

/** `summarize` writes the line that says how many were held back. */
export class FloodGate {
  readonly #clock: Clock
  readonly #summarize: (level: LogLevel, room: string, message: string, heldBack: number) => void
  /** By room and sentence, oldest window first. */
  readonly #watched = new Map<string, Watched>()
  #timer: Timer | null = null

  constructor(clock: Clock, summarize: (level: LogLevel, room: string, message: string, heldBack: number) => void) {
    this.#clock = clock
    this.#summarize = summarize
  }

  /** Whether a line may pass; one that may not is counted. */
  passes(level: LogLevel, room: string, message: string): boolean {
    const key = `${room}\n${message}`
    const now = this.#clock.monotonic()
    let watched = this.#watched.get(key)
    if (watched !== undefined && now - watched.since >= FLOOD_WINDOW_MS) {
      this.#end(key, watched)
      watched = undefined
    }
    if (watched === undefined) {
      this.#makeRoom()
      this.#watched.set(key, { level, room, message, since: now, passed: 1, heldBack: 0 })
      this.#timer ??= this.#clock.after(FLOOD_WINDOW_MS, () => this.#sweep())
      return true
    }
    if (watched.passed < FLOOD_LINES) {
      watched.passed++
      return true
    }
    watched.heldBack++
    return false
  }

  /** Says what was held back, and stops. */
  close(): void {
    this.#timer?.cancel()
    this.#timer = null
    for (const [key, watched] of this.#watched) this.#end(key, watched)
  }

  #makeRoom(): void {
    if (this.#watched.size < MAX_WATCHED_SENTENCES) return
    const oldest = this.#watched.entries().next().value
    if (oldest !== undefined) this.#end(oldest[0], oldest[1])
  }

  #sweep(): void {
    this.#timer = null
    const now = this.#clock.monotonic()
    for (const [key, watched] of this.#watched) {
      if (now - watched.since >= FLOOD_WINDOW_MS) this.#end(key, watched)
      else {
        this.#timer = this.#clock.after(watched.since + FLOOD_WINDOW_MS - now, () => this.#sweep())
        return
      }
    }
  }

  #end(key: string, watched: Watched): void {
    this.#watched.delete(key)
    if (watched.heldBack > 0) this.#summarize(watched.level, watched.room, watched.message, watched.heldBack)
  }
}
