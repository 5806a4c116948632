/** How much one peer may send: two budgets that fill with time, one of messages (and bytes), one of pings. */
import { BYTES_PER_MESSAGE_TOKEN, MESSAGES_PER_S, MESSAGE_BURST, PINGS_PER_S, PING_BURST } from './limits.ts'

export class FloodGuard {
  #messages = MESSAGE_BURST
  #pings = PING_BURST
  #filledAt: number

  /** @param now monotonic milliseconds, as below */
  constructor(now: number) {
    this.#filledAt = now
  }

  /** Takes a message of `bytes` from the budget. False: it came too fast. */
  takeMessage(bytes: number, now: number): boolean {
    const elapsedS = (now - this.#filledAt) / 1000
    this.#filledAt = now
    this.#messages = Math.min(MESSAGE_BURST, this.#messages + elapsedS * MESSAGES_PER_S)
    this.#pings = Math.min(PING_BURST, this.#pings + elapsedS * PINGS_PER_S)
    if (this.#messages < 1) return false
    // A big message may take what is not there yet: the debt keeps the next ones out.
    this.#messages -= 1 + bytes / BYTES_PER_MESSAGE_TOKEN
    return true
  }

  /** Takes a ping; call after `takeMessage`. False: too many. */
  takePing(): boolean {
    if (this.#pings < 1) return false
    this.#pings -= 1
    return true
  }
}
