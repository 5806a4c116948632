/** What can go wrong between Warren and Tor, each with a sentence that says what to do. */

export type TorErrorCode =
  | 'cancelled'
  | 'not-running' // nothing to ask: Tor is off, not ready, or has no control port
  | 'control-unreachable'
  | 'control-protocol' // what answers is not Tor's control protocol
  | 'control-closed'
  | 'control-timeout'
  | 'control-busy' // too many requests wait already
  | 'control-refused' // Tor answered with an error
  | 'cookie-unreadable'
  | 'cookie-wrong'
  | 'password-missing'
  | 'password-wrong'
  | 'auth-unsupported'
  | 'socks-unreachable'
  | 'not-tor'
  | 'no-binary'
  | 'tor-exited'
  | 'start-timeout'
  | 'bad-bridges'
  | 'no-plugin'
  | 'bad-torrc'
  | 'bad-onion-key'
  | 'bad-onion-client'

/** `message` is a sentence for people. */
export class TorError extends Error {
  override readonly name = 'TorError'
  readonly code: TorErrorCode

  constructor(code: TorErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

/** Anything thrown, as a `TorError`: what is one already stays. */
export function asTorError(error: unknown, code: TorErrorCode): TorError {
  if (error instanceof TorError) return error
  return new TorError(code, error instanceof Error ? error.message : String(error), error)
}
