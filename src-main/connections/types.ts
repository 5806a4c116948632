/** The public types of the connection manager: what it is given, what it gives, and what it tells. */
import type { Log } from '../log/index.ts'
import type { PeerScore, Reputation as RealReputation, Verdict } from '../reputation/index.ts'
import type { Clock, RandomSource } from '../time/index.ts'
import type { Address, CloseReason, Connection, DialOptions, Direction, RouteDecision } from '../transport/index.ts'
import type { RefusalCode } from './codes.ts'
import type { DialCheck } from './checks.ts'
import type { EvictionPlan } from './eviction.ts'
import type {
  HeardAddress,
  Misbehaviour,
  OpenSession,
  RequestKind,
  Session,
  SessionEnd,
  SessionPurpose,
} from './session.ts'

/** States of a request, as in btcd's connmgr: pending covers dialing, handshaking and waiting after a disconnect; failing waits after a failure. */
export type RequestState = 'pending' | 'failing' | 'canceled' | 'established' | 'disconnected'

/** An address to dial, from the address book. */
export interface Candidate {
  readonly address: Address
  /** Milliseconds since the epoch, 0 for never. */
  readonly lastTryAt: number
  /** Who should answer there, on networks with identities. */
  readonly identity?: string
}

export interface CandidateQuery {
  /** Services an address should offer, as told; those told with none at all pass. */
  readonly wantedServices: bigint
  /** No address of these groups. */
  readonly excludeGroups: ReadonlySet<string>
  /** Only addresses that never worked yet: for feelers. */
  readonly newOnly: boolean
  /** Last word on an address. */
  readonly accepts: (address: Address) => boolean
}

/** What the manager needs of an address book; `addressbook/` has the one it is made for. */
export interface Candidates {
  /** An address to dial, or null when nothing fits. */
  select(query: CandidateQuery): Candidate | null
  /** An address was tried. `countsAsFailure`: and did not answer while our own network worked. */
  attempt(address: Address, countsAsFailure: boolean): void
  /** A handshake with it succeeded. */
  good(address: Address): void
  /** A session with it, which had been ready, has ended. */
  connected?(address: Address): void
  /** An address whose place among the tried another one wants: feelers test these first. */
  selectCollision?(): Candidate | null
  /** A feeler has ended: tests that are over can be decided. */
  resolveCollisions?(): void
  /** What a peer really offers. */
  setServices?(address: Address, services: bigint): void
}

/** What the manager needs of the ban list; `reputation/` has the one it is made for. */
export interface Bans {
  isBanned(address: Address): boolean
  find?(address: Address): { readonly id: string } | null
  /** A connection was refused because of this ban. */
  countRefusal?(id: string): void
}

/** What the manager needs of reputation: it scores each session under its id. */
export type Reputation = Pick<RealReputation, 'open'>

/** Receives the addresses that peers tell, and answers their requests for some. */
export interface Gossip {
  heard(peer: ManagedSession, addresses: readonly HeardAddress[], solicited: boolean): void
  /** What to tell a peer that asks. Empty when it should get nothing. */
  answer(peer: ManagedSession): readonly HeardAddress[]
}

/** The two oldest automatic peers of the last run. */
export interface Anchors {
  /** Reads and forgets them: a crash while dialing them must not bring the same two back for ever. */
  take(): readonly Address[]
  keep(addresses: readonly Address[]): void
}

/** What the manager needs of the transport. */
export interface OutboundTransport {
  /** Rejects with a `DialError`; aborting the signal closes the socket. */
  dial(address: Address, options: DialOptions): Promise<Connection>
  /** The route policy's word on an address. */
  decide(address: Address): RouteDecision
}

/** What sets one network apart from another. Fixed for the life of a manager. */
export interface NetworkProfile {
  readonly defaultPort: number
  /** Bits that an automatic peer must offer; 0n asks for nothing. */
  readonly wantedServices: bigint
  /** One inbound attempt per IP in 30 s (LAN exempt). */
  readonly throttlesInbound: boolean
  /** Handshakes tell who a peer is, so room for inbound peers is judged after the handshake, when trusted ones are known. */
  readonly identifiesPeers: boolean
  /** Dials under way for each free automatic slot: 1 (btcd) or 2 (go-ethereum). */
  readonly dialsPerSlot: number
  /** Permanent and manual peers fill the target too, and are dialed only while it has room (go-ethereum). */
  readonly sharesTarget: boolean
  /** Permanent peers too are not dialed again within the dial history's time (go-ethereum, whose peers throttle). */
  readonly historyBindsPermanent: boolean
}

/** Everything that may change while the manager runs. Times in milliseconds; null means no limit. */
export interface ManagerLimits {
  readonly targetOutbound: number
  /** 0 takes no inbound peers. */
  readonly maxInbound: number | null
  /** Inbound and outbound together, trusted ones beside. */
  readonly maxPeers: number | null
  readonly hardCap: number
  readonly maxDialing: number
  /** Unfinished inbound handshakes, all prefixes together. */
  readonly maxHalfOpen: number | null
  readonly halfOpenPerPrefix: number
  readonly maxPerPrefix: number
  readonly connectTimeoutMs: number
  readonly handshakeTimeoutMs: number
  readonly retryBaseMs: number
  readonly retryCapMs: number
  /** 0 to 1; 0 gives exact delays. */
  readonly retryJitter: number
  readonly brakeAfterFailures: number
  readonly brakeDelayMs: number
  readonly dialHistoryMs: number
  readonly usesFeelers: boolean
  readonly usesAnchors: boolean
  readonly dropsAtRandom: boolean
  /** Dial what was asked for and nothing else. */
  readonly isConnectOnly: boolean
}

export interface ManagerOptions {
  /** `family/name`, for log lines. */
  readonly network: string
  readonly profile: NetworkProfile
  readonly limits?: Partial<ManagerLimits>
  readonly dialer: OutboundTransport
  readonly openSession: OpenSession
  /** Null: nothing is dialed but what is asked for (btcd's connect mode). */
  readonly candidates: Candidates | null
  readonly bans: Bans
  readonly reputation?: Reputation
  readonly gossip?: Gossip
  readonly anchors?: Anchors
  /** Diversity group of an address: ASN, /16, /32. */
  readonly groupOf: (address: Address) => string
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
  /** Is this machine online, as far as its owner knows? True when absent. */
  readonly online?: () => boolean
  /** Is this an address of our own? */
  readonly isSelf?: (address: Address) => boolean
  /** Our own identity, on networks that have them. */
  readonly ownIdentity?: string
  /** Addresses outside are neither dialed nor let in (go-ethereum's netrestrict). All are allowed when absent. */
  readonly isAllowed?: (address: Address) => boolean
  /** Never evicted, never dropped at random. */
  readonly isWhitelisted?: (address: Address) => boolean
  /** Finds the endpoint of a permanent peer that is known by identity only. */
  readonly resolve?: (identity: string, signal: AbortSignal) => Promise<Address | null>
  /** Politeness for the refused: tells a connection that finds no room of other peers. The manager closes it afterwards. */
  readonly farewell?: (connection: Connection) => Promise<void>
}

/** One session and why we have it. A live view: fields change as the session does. */
export interface ManagedSession {
  readonly id: string
  readonly session: Session
  readonly connection: Connection
  readonly address: Address
  readonly direction: Direction
  readonly purpose: SessionPurpose
  readonly isReady: boolean
  /** Dialed for ever. */
  readonly isPinned: boolean
  /** Exempt from the peer and inbound caps. */
  readonly isTrusted: boolean
  readonly isWhitelisted: boolean
  /** Its ban score; null where nobody scores. */
  readonly score: PeerScore | null
  readonly group: string
  readonly identity: string | null
  /** Milliseconds since the epoch. */
  readonly connectedAt: number
  readonly readyAt: number | null
  /** The request that made it, null when inbound. */
  readonly requestId: string | null
  readonly requestState: RequestState | null
}

export type AttemptState = 'dialing' | 'handshaking' | 'waiting' | 'failed' | 'refused' | 'cancelled'

/** One attempt to get a session, under way or over. Times in milliseconds since the epoch. */
export interface Attempt {
  readonly id: string
  /** `host:port`, or the identity of a peer without a known endpoint. */
  readonly address: string
  readonly direction: Direction
  readonly purpose: SessionPurpose
  readonly state: AttemptState
  readonly startedAt: number
  readonly endedAt: number | null
  /** 1 for the first try since the last success. */
  readonly attempt: number
  readonly nextTryAt: number | null
  readonly code: string | null
  readonly reason: string | null
  /** Kind of the route. */
  readonly route: string | null
  /** The request it belongs to, null when inbound. */
  readonly requestId: string | null
}

/** A standing request as it is now. */
export interface RequestView {
  readonly id: string
  readonly kind: RequestKind
  readonly address: Address | null
  readonly identity: string | null
  readonly isTrusted: boolean
  readonly state: RequestState
  /** Tries since the last success. */
  readonly attempts: number
  /** Milliseconds since the epoch; null when none is planned. */
  readonly nextTryAt: number | null
  /** Why the last try failed, in a sentence. */
  readonly lastFailure: string | null
  readonly sessionId: string | null
}

export type SlotKind = 'outbound' | 'inbound' | 'pinned' | 'dialing' | 'half-open' | 'feeler'

/** A limit that decides and its present use. A limit of null is none. */
export interface SlotUse {
  readonly kind: SlotKind
  readonly used: number
  readonly limit: number | null
}

/** What the manager tells. All synchronous; none may throw; none is called after `close`. */
export interface ManagerHandlers {
  sessionAdded?(session: ManagedSession): void
  /** It became ready, or its flags changed. */
  sessionChanged?(session: ManagedSession): void
  sessionRemoved?(session: ManagedSession, end: SessionEnd, closed: CloseReason | null): void
  /** Null: it became a session, or is no longer kept. */
  attemptChanged?(id: string, attempt: Attempt | null): void
  refused?(code: RefusalCode, direction: Direction): void
  misbehaved?(session: ManagedSession, breach: Misbehaviour, verdict: Verdict): void
  message?(session: ManagedSession, direction: 'in' | 'out', kind: string, bytes: number): void
  useful?(session: ManagedSession, kind: 'block' | 'transaction'): void
  /** 25 failures in a row: our own network seems to be down (true), or works again (false). */
  networkDown?(isDown: boolean): void
}

export interface ConnectOptions {
  /** `keep`: permanent, dialed for ever. `once`: manual, one session. `ask`: one-shot, asks for addresses and leaves. */
  readonly mode: 'keep' | 'once' | 'ask'
  readonly isTrusted?: boolean
  readonly identity?: string
}

/** A standing refusal to do what a caller asked. `message` is a sentence for people. */
export class ConnectionsError extends Error {
  override readonly name = 'ConnectionsError'
  readonly code: 'closed' | 'too-many-requests' | 'no-endpoint'

  constructor(code: ConnectionsError['code'], message: string) {
    super(message)
    this.code = code
  }
}

export interface ConnectionManager {
  readonly limits: ManagerLimits
  /** Begins to dial. A second call does nothing. @throws {ConnectionsError} `closed` after `close` */
  start(): void
  /** Ends dials and sessions; no handler is called from here on. Resolves when nothing is left. A closed manager stays closed. */
  close(): Promise<void>
  /**
   * Asks for a session with an address. A request that stands for it already is kept (and made permanent when asked);
   * a session that stands is adopted. Null as address: known by `identity` only. Returns the request's id.
   * @throws {ConnectionsError}
   */
  connect(address: Address | null, options: ConnectOptions): string
  /** Ends a request and its session; never reconnects. False when unknown. */
  remove(id: string): boolean
  /** Cancels a request that has no session yet: aborts its dial, forgets its next try. False when there is none such. */
  cancel(id: string): boolean
  /** Ends a session (by its own or its request's id), or cancels a request without one. Reconnects if permanent, replaces if automatic. */
  disconnect(id: string, end?: SessionEnd): boolean
  /** Dials a waiting request at once. False when it is not waiting. */
  retryNow(id: string): boolean
  setLimits(changes: Partial<ManagerLimits>): void
  /** Makes an outbound session permanent, or lets it be an ordinary one. Returns its request's id, null when it has none. */
  setPinned(sessionId: string, isPinned: boolean): string | null
  /** Trusts whoever is at this host (or has this identity): exempt from the peer and inbound caps. */
  setTrusted(hostOrIdentity: string, isTrusted: boolean): void
  /** Takes an inbound connection: admits it or closes it. */
  accept(connection: Connection): void
  /** `book`: there may be new addresses to dial. `online`: the network is back, so what failed is tried anew at once. */
  wake(why: 'book' | 'online'): void
  /** Disconnects every session whose address is banned now. Returns how many. */
  enforceBans(): number
  /** The whitelist has changed: asks it anew for every session. */
  refreshWhitelist(): void
  sessions(): readonly ManagedSession[]
  /** Ready sessions of a direction; counted as they come and go. */
  count(direction: Direction): number
  /** Sessions with exactly this address (host and port). */
  sessionsAt(address: Address): readonly ManagedSession[]
  session(id: string): ManagedSession | null
  requests(): readonly RequestView[]
  /** The one of `requests()` for this address. */
  requestFor(address: Address): RequestView | null
  /** Those under way first, then waiting, then ended, newest first. */
  attempts(): readonly Attempt[]
  attempt(id: string): Attempt | null
  slots(): readonly SlotUse[]
  /** Refusals since start by code. */
  refusals(): Readonly<Record<string, number>>
  /** Every check before a dial with its verdict, in order: why an address is or is not dialed. */
  explainDial(address: Address): readonly DialCheck[]
  /** Which inbound peer would go next for a newcomer, and what protects the others. */
  explainEviction(): EvictionPlan
  /** Tells what happens from now on. Returns how to stop that. */
  listen(handlers: ManagerHandlers): () => void
}
