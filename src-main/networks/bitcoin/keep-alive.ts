/** Pings of one session: when one is due, which one waits for its pong, how long the last ones took. */
import { PING_INTERVAL_MS } from './limits.ts'

/** All times are monotonic milliseconds. */
export class KeepAlive {
  /** Of the last ping that was answered; null until one was. */
  lastMs: number | null = null
  /** The shortest yet. */
  minMs: number | null = null
  #dueAt = Infinity
  #sentAt = 0
  #nonce: bigint | null = null

  isDue(now: number): boolean {
    return now >= this.#dueAt
  }

  /** Notes a ping that is sent now. False: the last one still waits, so send none. */
  start(nonce: bigint, now: number): boolean {
    this.#dueAt = now + PING_INTERVAL_MS
    if (this.#nonce !== null) return false
    this.#nonce = nonce
    this.#sentAt = now
    return true
  }

  /** Takes a pong. False: it answers no ping of ours. */
  answer(nonce: bigint, now: number): boolean {
    if (this.#nonce === null || this.#nonce !== nonce) return false
    this.#nonce = null
    this.lastMs = now - this.#sentAt
    this.minMs = Math.min(this.minMs ?? Infinity, this.lastMs)
    return true
  }

  /** How long a ping has been waiting for its pong; 0 when none is. */
  waitingMs(now: number): number {
    return this.#nonce === null ? 0 : now - this.#sentAt
  }
}
