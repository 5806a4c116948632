/** Round-trip time and the retransmission time-out that follows from it (BEP 29, RFC 6298). */
import { INITIAL_RTO_MS, MAX_RTO_MS, MIN_RTO_MS } from './limits.ts'

export class RoundTrip {
  #meanMs = 0
  #deviationMs = 0
  #isMeasured = false
  #backoff = 1

  /** Smoothed round-trip time, ms; null before the first measurement. */
  get meanMs(): number | null {
    return this.#isMeasured ? this.#meanMs : null
  }

  /** How long to wait for an ack before sending again, ms. */
  get timeoutMs(): number {
    const base = this.#isMeasured ? Math.max(MIN_RTO_MS, this.#meanMs + 4 * this.#deviationMs) : INITIAL_RTO_MS
    return Math.min(MAX_RTO_MS, base * this.#backoff)
  }

  /** An ack of a packet that was sent once: one sent twice does not tell which was acked (Karn). Ends the backoff. */
  measured(sampleMs: number): void {
    const sample = Math.max(0, sampleMs)
    if (this.#isMeasured) {
      this.#deviationMs += (Math.abs(this.#meanMs - sample) - this.#deviationMs) / 4
      this.#meanMs += (sample - this.#meanMs) / 8
    } else {
      this.#isMeasured = true
      this.#meanMs = sample
      this.#deviationMs = sample / 2
    }
    this.#backoff = 1
  }

  /** Nothing came within the time-out: the next one is twice as long. */
  timedOut(): void {
    if (this.timeoutMs < MAX_RTO_MS) this.#backoff *= 2
  }
}
