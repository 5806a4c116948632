/** What is believed of gossip: how many addresses a peer may tell, and which time stamps. */
import {
  EARLIEST_BELIEVED_MS,
  GOSSIP_RATE_PER_S,
  GOSSIP_TOKENS_FOR_REQUEST,
  MAX_AHEAD_MS,
  MAX_GOSSIP_TOKENS,
  UNBELIEVED_AGE_MS,
} from './limits.ts'

/**
 * How many addresses one peer may still tell: one at first, 0.1 more a second up to 1000, and 1000 on top once we have
 * asked it. Shuffle a message before taking from it, so that the peer does not choose what gets in. One
 * self-announcement is exempt; that is the caller's to see. Source: Bitcoin Core net_processing.
 */
export class AddrTokenBucket {
  #tokens = 1
  #filledAt: number

  /** @param now monotonic milliseconds, as in `take` */
  constructor(now: number) {
    this.#filledAt = now
  }

  /** We asked this peer for addresses: its answer may come in. May pass the cap, as in Core. */
  requested(): void {
    this.#tokens += GOSSIP_TOKENS_FOR_REQUEST
  }

  /** Takes up to `count`; gives how many may come in. @param now monotonic milliseconds */
  take(count: number, now: number): number {
    const elapsedS = Math.max(0, now - this.#filledAt) / 1000
    this.#filledAt = now
    if (this.#tokens < MAX_GOSSIP_TOKENS)
      this.#tokens = Math.min(MAX_GOSSIP_TOKENS, this.#tokens + elapsedS * GOSSIP_RATE_PER_S)
    const taken = Math.min(count, Math.floor(this.#tokens))
    this.#tokens -= taken
    return taken
  }
}

/** The time stamp to believe: one from before 1973 or over ten minutes ahead becomes five days ago. Milliseconds. */
export function believedTime(seenAt: number, now: number): number {
  return seenAt > EARLIEST_BELIEVED_MS && seenAt <= now + MAX_AHEAD_MS ? seenAt : now - UNBELIEVED_AGE_MS
}
