/** An open duplex byte stream to an address, by a route. Knows no protocol. */
import type { Address } from './address.ts'
import type { Route } from './route.ts'

export type Direction = 'inbound' | 'outbound'

/** Why a connection ended. `text` is a sentence for people. */
export interface CloseReason {
  /** `local`: we closed it; `remote`: the other end did (FIN); `error`: the stream broke (reset, time-out). */
  readonly by: 'local' | 'remote' | 'error'
  readonly text: string
}

/** What the one owner of a connection hears. Every handler is called synchronously and must not throw. */
export interface ConnectionHandlers {
  /** Bytes that arrived. The chunk is the reader's to keep. */
  data(chunk: Uint8Array): void
  /** The write queue is below its low mark again, after a `write` that returned false. */
  drain?(): void
  /** The connection has ended; called exactly once, last. */
  closed(reason: CloseReason): void
}

export interface Connection {
  /** Unique within this process, increasing. */
  readonly id: number
  /** The other end as we dialed it, or as the socket names it when inbound. */
  readonly address: Address
  /** Our end as the socket names it; null where a proxy hides it. */
  readonly localAddress: Address | null
  readonly route: Route
  readonly direction: Direction
  /** Milliseconds since the epoch. */
  readonly openedAt: number
  /** Payload bytes since it opened. */
  readonly bytesRead: number
  readonly bytesWritten: number
  /** Bytes accepted by `write` that have not been handed to the system yet. */
  readonly queuedBytes: number
  readonly isClosed: boolean
  /** Names the owner and starts the flow of bytes; nothing is read before. Throws when called twice. */
  open(handlers: ConnectionHandlers): void
  /**
   * Queues bytes. False means: above the high mark, wait for `drain`. The caller bounds the queue by `queuedBytes`.
   * The bytes must not be changed afterwards. Ignored when closed.
   */
  write(bytes: Uint8Array): boolean
  /** Stops and restarts reading, which stops the remote by TCP flow control. */
  pause(): void
  resume(): void
  /** Ends after what is queued has been sent, at most 2 s later. `closed` follows with `by: 'local'`. */
  close(text?: string): void
  /** Ends at once; queued bytes are dropped. */
  destroy(text?: string): void
}
