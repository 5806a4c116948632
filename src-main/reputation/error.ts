/** What a person asked of this room and cannot have. */

export type ReputationErrorCode = 'bad-target' | 'full' | 'bad-import' | 'unknown-rule' | 'bad-rule'

/** `message` is a sentence for people. */
export class ReputationError extends Error {
  override readonly name = 'ReputationError'
  readonly code: ReputationErrorCode

  constructor(code: ReputationErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
