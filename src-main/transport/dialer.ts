/** Makes connections by one kind of route. Every maker passes the compliance suite in `test/transport/`. */
import type { Address } from './address.ts'
import type { Connection } from './connection.ts'
import type { Route } from './route.ts'

export interface DialOptions {
  /** Aborting closes the socket at once and rejects with code `cancelled`. */
  readonly signal?: AbortSignal
  /** From call to open connection, proxies included. Milliseconds; 30 000 when absent (btcd). */
  readonly timeoutMs?: number
  /** IP address of this machine to dial from; the system chooses when absent. Direct routes only. */
  readonly from?: string
  /** Who dials, `bitcoin/mainnet`: decides what may share a circuit where circuits are kept apart by network. */
  readonly network?: string
}

/** Makes a connection, or rejects with a `DialError`. Never leaves a socket behind when it rejects. */
export interface Dialer {
  dial(address: Address, route: Route, options: DialOptions): Promise<Connection>
}

export type DialErrorCode =
  | 'blocked' // the route policy refuses this address
  | 'cancelled'
  | 'timeout'
  | 'refused'
  | 'unreachable'
  | 'reset'
  | 'unknown-host'
  | 'proxy-unreachable'
  | 'proxy-refused' // the proxy answered with a failure
  | 'proxy-auth'
  | 'proxy-protocol' // the proxy speaks nonsense or not SOCKS5
  | 'local-limit' // no file descriptors, no ports
  | 'failed'

/** A dial that did not give a connection. `message` is a sentence for people. */
export class DialError extends Error {
  override readonly name = 'DialError'
  readonly code: DialErrorCode

  constructor(code: DialErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
