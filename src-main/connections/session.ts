/**
 * What the connection manager asks of a network: to turn a connection into a session, and to tell what becomes of it.
 * The interface lies here, the makers lie in `networks/`.
 */
import type { Address, CloseReason, Connection } from '../transport/index.ts'

/** An address heard of, with what its teller claims about it. */
export interface HeardAddress {
  readonly address: Address
  /** Services bitfield or 0 where the network has none. */
  readonly services: bigint
  /** When it was last seen by its teller, milliseconds since the epoch. */
  readonly seenAt: number
}

/** A breach of the rules: the rule's name in `reputation/`, and what the peer did, in a sentence for people. */
export interface Misbehaviour {
  readonly rule: string
  readonly evidence: string
  /** Message kind it arrived in, if any. */
  readonly message?: string
  /** How many times the rule counts, for rules that weigh by number (1 when absent). */
  readonly count?: number
}

/** Why a session ended; `code` is for machines, `text` a sentence for people. */
export interface SessionEnd {
  readonly code:
    | 'requested' // a person or the client closed it
    | 'banned'
    | 'evicted'
    | 'handshake-timeout'
    | 'handshake-failed'
    | 'incompatible' // too old, wrong network, useless
    | 'self' // we dialed ourselves
    | 'duplicate'
    | 'timeout' // silence, no pong
    | 'misbehaviour'
    | 'remote' // the other end closed
    | 'connection' // the stream broke
    | 'shutdown'
  readonly text: string
}

/** What a session tells its owner. All synchronous; none may throw. */
export interface SessionHandlers {
  /** On networks with identities: it is known who the peer is, before the handshake is complete. The owner may close. */
  identified?(identity: string): void
  /** The handshake is complete. Called at most once. */
  ready(): void
  /** The session is over and its connection closed or closing. Called exactly once, last. */
  ended(end: SessionEnd, closed: CloseReason | null): void
  misbehaved(breach: Misbehaviour): void
  /** Addresses that the peer gave. `solicited` when they answer our own request. */
  heard(addresses: readonly HeardAddress[], solicited: boolean): void
  /** The peer asks for addresses. The answer goes back by `session.tellAddresses`. */
  addressesWanted(): void
  /** Useful data arrived, by kind: eviction protects those who sent some last. */
  useful?(kind: 'block' | 'transaction'): void
  /** Bytes of one whole message, for the table of messages by kind. `kind` comes from a bounded set. */
  message?(direction: 'in' | 'out', kind: string, bytes: number): void
}

/** What is known of the peer, for people and for decisions. Fields that are not known yet are null. */
export interface SessionFacts {
  readonly state: 'handshaking' | 'ready' | 'ended'
  /** Who the peer is beyond its address (a node id); null on networks without identities. */
  readonly identity: string | null
  /** Client name and version as the peer states it, control characters replaced, at most 256 characters. */
  readonly agent: string | null
  readonly version: number | null
  readonly services: bigint
  /** Service or capability names, for people. */
  readonly capabilities: readonly string[]
  readonly height: number | null
  /** Peer's clock minus ours, milliseconds. */
  readonly timeOffsetMs: number | null
  readonly pingMs: number | null
  readonly minPingMs: number | null
  readonly lastReceivedAt: number
  readonly lastSentAt: number
  /** Our own address as the peer sees it. */
  readonly seenAs: Address | null
  /** Does the peer take part in address gossip? */
  readonly relaysAddresses: boolean
  /** Whatever else a network shows of a peer, as label keys and values (`feeFilter`, `sendheaders`). */
  readonly details: Readonly<Record<string, string | number | boolean>>
}

/** A connection after (or during) its handshake: the protocol state machine of one peer. */
export interface Session {
  readonly connection: Connection
  facts(): SessionFacts
  /** Asks for addresses, where the network has such a request. */
  askForAddresses(): void
  /** Gives addresses, at most as many as one message may hold. Returns how many were sent. */
  tellAddresses(addresses: readonly HeardAddress[]): number
  /** Says goodbye where the network can, and closes. `ended` follows. */
  close(end: SessionEnd): void
}

/** Why a session was opened; a network may behave differently (a feeler only shakes hands, a one-shot asks and leaves). */
export type SessionPurpose = 'automatic' | 'permanent' | 'manual' | 'one-shot' | 'feeler' | 'inbound'

/** Why a request exists. `automatic` ones fill the target; the rest come on top of it. */
export type RequestKind = Exclude<SessionPurpose, 'inbound'>

/**
 * Starts the handshake on an open connection. Never throws; failures end the session.
 * @param expected who was dialed, on networks with identities (`SessionFacts.identity`); null or absent when inbound or unknown
 */
export type OpenSession = (
  connection: Connection,
  purpose: SessionPurpose,
  handlers: SessionHandlers,
  expected?: string | null,
) => Session
