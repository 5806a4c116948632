/** What the border needs of the client, whichever shell serves it: answers, present values, and word of changes. */
import type { EventName, Output, ParsedInput, Payload, RequestName } from '../contract.ts'

/** Who asks: the window or a browser page, or a program that holds the secret (`ctl`). */
export type Caller = 'page' | 'secret'

/** A refusal with its code, a sentence for people, and what is wrong at each field. Crosses the border as an envelope. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly code: string
  readonly details: Readonly<Record<string, string>> | undefined

  constructor(code: string, message: string, details?: Readonly<Record<string, string>>) {
    super(message)
    this.code = code
    this.details = details
  }
}

/** Events whose payload is a delta of keyed records. */
export type TableEvent = 'peers' | 'pins' | 'attempts' | 'bans'
/** A record of such a table: what it is keyed by, and the rest. */
export type TableRecord = { readonly id: string } & Readonly<Record<string, unknown>>
export type GaugeEvent = Exclude<EventName, TableEvent>

/** Requests that the border answers itself: who holds a key to the door, and what only a shell can do. */
export type BorderRequest = 'doors.list' | 'doors.revoke' | 'app.quit' | 'app.openDataDir' | 'app.saveFile'
export type ClientRequest = Exclude<RequestName, BorderRequest>

export interface ClientPort {
  /** Answers a request whose input the schema has parsed. Throws `RequestError` for refusals. */
  handle<N extends ClientRequest>(name: N, input: ParsedInput<N>): Output<N> | Promise<Output<N>>
  /** The present value of a gauge, the newest cursor of the log; null while there is none yet. */
  gauge<E extends GaugeEvent>(event: E): Payload<E> | null
  /** All records of a table. */
  records(event: TableEvent): readonly TableRecord[]
  /** One record, or undefined when it has gone. */
  record(event: TableEvent, id: string): TableRecord | undefined
  /** Tells which event changed, and for tables which records (came, changed or went). Called per change: be quick. */
  onChange(listener: (event: EventName, ids?: readonly string[]) => void): () => void
  close(): Promise<void>
}
