/** What a session sends: frames made and written, counted, and the length of the queue watched. */
import type { SessionHandlers } from '../../connections/index.ts'
import type { Connection } from '../../transport/index.ts'
import type { BitcoinContext, FixedFrame } from './context.ts'
import { encodeFrame } from './frame.ts'
import { MAX_SEND_QUEUE_BYTES } from './limits.ts'

export class Outbox {
  readonly #context: BitcoinContext
  readonly #connection: Connection
  readonly #handlers: SessionHandlers
  /** Monotonic milliseconds of the last message. */
  sentAt: number
  #isClosed = false

  constructor(context: BitcoinContext, connection: Connection, handlers: SessionHandlers) {
    this.#context = context
    this.#connection = connection
    this.#handlers = handlers
    this.sentAt = context.clock.monotonic()
  }

  /** So much waits for the peer to read it that nothing should be added. */
  get isFull(): boolean {
    return this.#connection.queuedBytes > MAX_SEND_QUEUE_BYTES
  }

  send(name: string, payload: Uint8Array): void {
    if (!this.#isClosed) this.#write(name, encodeFrame(this.#context.params.magic, name, payload))
  }

  /** Sends a message that is the same for every peer. */
  sendFixed(name: FixedFrame): void {
    if (!this.#isClosed) this.#write(name, this.#context.fixed[name])
  }

  /** Nothing more is sent. */
  close(): void {
    this.#isClosed = true
  }

  #write(name: string, frame: Uint8Array): void {
    this.sentAt = this.#context.clock.monotonic()
    this.#connection.write(frame)
    this.#handlers.message?.('out', name, frame.length)
  }
}
