/** What can be wrong with a handshake or a frame. */

export type RlpxErrorCode =
  | 'message-too-big'
  | 'invalid-message' // does not decrypt, or is cut short
  | 'invalid-public-key' // not a point of the curve: told apart, as in go-ethereum
  | 'bad-form'
  | 'bad-header-mac'
  | 'bad-frame-mac'
  | 'bad-snappy'

/** `message` is a sentence for people. */
export class RlpxError extends Error {
  override readonly name = 'RlpxError'
  readonly code: RlpxErrorCode

  constructor(code: RlpxErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
