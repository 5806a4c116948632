/** Every reason to refuse a dial, a newcomer or a peer, by name; the sentence for people is made where it is used. */

/** Reasons not to dial, in the order in which they are looked at. Source: go-ethereum p2p/dial.go, and ours from `banned` on. */
export const DIAL_REFUSALS = [
  'self',
  'no-port',
  'already-dialing',
  'already-connected',
  'pending-inbound',
  'not-allowed',
  'recently-dialed',
  'banned',
  'blocked-by-route',
  'duplicate-group',
] as const
export type DialRefusal = (typeof DIAL_REFUSALS)[number]

/** Reasons to close an inbound connection before anything is read from it. */
export type AdmissionRefusal =
  | 'closed'
  | 'banned'
  | 'not-allowed'
  | 'inbound-off'
  | 'too-many-attempts'
  | 'half-open'
  | 'half-open-prefix'
  | 'prefix'
  | 'hard-cap'
  | 'too-many-inbound'
  | 'too-many-peers'

/** Reasons to end a session once it is known who the peer is, in order. Source: go-ethereum p2p/server.go. */
export type HandshakeRefusal = 'too-many-peers' | 'too-many-inbound' | 'already-connected' | 'self' | 'incompatible'

export type RefusalCode = DialRefusal | AdmissionRefusal | HandshakeRefusal
