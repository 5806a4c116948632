/**
 * Where a session's bytes come in: straight into the framer, or, while the peer does not read what we sent it, into a
 * short queue, with the connection paused.
 */
import type { Connection } from '../../transport/index.ts'
import { Framer } from './frame.ts'
import type { FrameContext, FrameSink } from './frame.ts'
import { MAX_RECEIVE_QUEUE_BYTES } from './limits.ts'

export class Intake {
  readonly #connection: Connection
  readonly #framer: Framer
  /** Null while bytes flow. */
  #waiting: Uint8Array[] | null = null
  #stalledAt = 0

  constructor(connection: Connection, context: FrameContext, sink: FrameSink) {
    this.#connection = connection
    this.#framer = new Framer(context, sink)
  }

  /** Takes a chunk. False: too much waits already. @param now monotonic milliseconds */
  take(chunk: Uint8Array, now: number): boolean {
    if (this.#waiting !== null) {
      this.#waiting.push(chunk)
      return this.#waiting.reduce((sum, each) => sum + each.length, 0) <= MAX_RECEIVE_QUEUE_BYTES
    }
    const taken = this.#framer.push(chunk)
    if (taken < chunk.length) {
      this.#waiting = [chunk.subarray(taken)]
      this.#stalledAt = now
      this.#connection.pause()
    }
    return true
  }

  /** The peer has read: goes on with what waits. @param now monotonic milliseconds */
  goOn(now: number): void {
    const chunks = this.#waiting
    if (chunks === null) return
    this.#waiting = null
    for (const chunk of chunks) this.take(chunk, now)
    if (this.stalledMs(now) === null) this.#connection.resume()
  }

  /** How long the peer has not been reading; null while bytes flow. */
  stalledMs(now: number): number | null {
    return this.#waiting === null ? null : now - this.#stalledAt
  }

  /** Drops everything that waits; nothing is taken any more. */
  close(): void {
    this.#framer.close()
    this.#waiting = null
  }
}
