/** LEDBAT (RFC 6817, BEP 29): a congestion window that keeps the queue it makes at 100 ms and so yields to everybody else. */
import {
  BASE_HISTORY_MINUTES,
  CURRENT_DELAY_SAMPLES,
  MAX_WINDOW_BYTES,
  MAX_WINDOW_GAIN_BYTES,
  MIN_WINDOW_PACKETS,
  TARGET_DELAY_MS,
} from './limits.ts'

const MINUTE_MS = 60_000
const TARGET_US = TARGET_DELAY_MS * 1000

/** `a` - `b` of two 32-bit clocks, signed: one-way delays carry the unknown offset of two clocks and may wrap. */
const difference32 = (a: number, b: number): number => (a - b) | 0

const least32 = (values: readonly number[]): number | undefined =>
  values.reduce<number | undefined>(
    (least, value) => (least === undefined || difference32(value, least) < 0 ? value : least),
    undefined,
  )

/** What an ack told: bytes newly acked, bytes in flight before it, the delay it reports, and when. */
export interface LedbatAck {
  readonly ackedBytes: number
  readonly inFlightBytes: number
  /** The packet's `timestampDifferenceUs`; 0 means that the peer has not measured yet. */
  readonly delayUs: number
  /** Monotonic, ms. */
  readonly nowMs: number
}

export class Ledbat {
  #windowBytes: number
  #slowStartBytes = MAX_WINDOW_BYTES
  #lastCutMs = -Infinity
  #minuteStartMs = -Infinity
  /** Least delay of each minute, latest last. */
  readonly #minima: number[] = []
  readonly #latest: number[] = []
  readonly #packetBytes: number

  /** `packetBytes`: the payload of a full packet. */
  constructor(packetBytes: number) {
    this.#packetBytes = packetBytes
    this.#windowBytes = MIN_WINDOW_PACKETS * packetBytes
  }

  /** Bytes that may be in flight. */
  get windowBytes(): number {
    return Math.floor(this.#windowBytes)
  }

  /** Delay above the least one remembered, microseconds: what our own queue is thought to add. 0 before any sample. */
  get queueingUs(): number {
    const base = least32(this.#minima)
    const current = least32(this.#latest)
    return base === undefined || current === undefined ? 0 : Math.max(0, difference32(current, base))
  }

  acked(ack: LedbatAck): void {
    if (ack.delayUs !== 0) this.#remember(ack.delayUs >>> 0, ack.nowMs)
    // A window that was not filled has proved nothing (RFC 6817 §2.4.2).
    const isFilled = ack.inFlightBytes + this.#packetBytes >= this.#windowBytes
    const offTarget = (TARGET_US - this.queueingUs) / TARGET_US
    if (this.#windowBytes < this.#slowStartBytes) {
      // Leaving at three quarters of the target keeps slow start from overshooting it (LEDBAT++).
      if (offTarget < 0.25) this.#slowStartBytes = this.#windowBytes
      else if (isFilled) this.#set(this.#windowBytes + ack.ackedBytes)
      return
    }
    if (offTarget > 0 && !isFilled) return
    const share = Math.min(1, ack.ackedBytes / this.#windowBytes)
    this.#set(this.#windowBytes + MAX_WINDOW_GAIN_BYTES * Math.max(-1, offTarget) * share)
    // What delay took away is not to be won back by slow start.
    if (offTarget < 0) this.#slowStartBytes = Math.min(this.#slowStartBytes, this.#windowBytes)
  }

  /** A packet was lost. Halves the window, at most once in a round trip. True when it did. */
  lost(nowMs: number, roundTripMs: number): boolean {
    if (nowMs - this.#lastCutMs < roundTripMs) return false
    this.#lastCutMs = nowMs
    this.#set(this.#windowBytes / 2)
    this.#slowStartBytes = this.#windowBytes
    return true
  }

  /** Nothing came for a whole time-out: from the start again, up to half of what was. */
  timedOut(nowMs: number): void {
    this.#lastCutMs = nowMs
    this.#slowStartBytes = Math.max(this.#windowBytes / 2, MIN_WINDOW_PACKETS * this.#packetBytes)
    this.#set(0)
  }

  /**
   * The peer's delays to us have fallen by so much: its clock runs away from ours, and our minima are as much too low
   * (libutp's correction). Microseconds.
   */
  drifted(byUs: number): void {
    for (const [index, minimum] of this.#minima.entries()) this.#minima[index] = (minimum + byUs) >>> 0
  }

  #remember(delayUs: number, nowMs: number): void {
    const minimum = this.#minima.at(-1)
    if (minimum === undefined || nowMs - this.#minuteStartMs >= MINUTE_MS) {
      this.#minuteStartMs = nowMs
      this.#minima.push(delayUs)
      if (this.#minima.length > BASE_HISTORY_MINUTES) this.#minima.shift()
    } else if (difference32(delayUs, minimum) < 0) {
      this.#minima[this.#minima.length - 1] = delayUs
    }
    this.#latest.push(delayUs)
    if (this.#latest.length > CURRENT_DELAY_SAMPLES) this.#latest.shift()
  }

  #set(bytes: number): void {
    this.#windowBytes = Math.min(MAX_WINDOW_BYTES, Math.max(MIN_WINDOW_PACKETS * this.#packetBytes, bytes))
  }
}
