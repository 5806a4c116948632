/** What can be wrong with a node, a record or a packet, and why a request to a node ended without an answer. */

export type DiscoveryErrorCode =
  // Packets and records.
  | 'too-short'
  | 'too-long'
  | 'bad-hash'
  | 'bad-signature'
  | 'bad-key'
  | 'bad-form'
  | 'unknown-type'
  | 'bad-header'
  | 'not-decryptable'
  // Node records (EIP-778).
  | 'not-sorted'
  | 'duplicate-key'
  | 'incomplete'
  | 'unknown-scheme'
  // Nodes.
  | 'no-endpoint'
  | 'low-port'
  | 'bad-relay'
  | 'bad-link'
  // DNS lists (EIP-1459).
  | 'bad-entry'
  | 'wrong-hash'
  | 'no-entry'
  | 'lookup-failed'
  // Requests.
  | 'timeout'
  | 'busy'
  | 'challenged-twice'
  | 'closed'

/** `message` is a sentence for people. */
export class DiscoveryError extends Error {
  override readonly name = 'DiscoveryError'
  readonly code: DiscoveryErrorCode

  constructor(code: DiscoveryErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
