/**
 * Which sessions to have: slots, dial scheduler, retry, admission, eviction. One engine for every network; what differs
 * is in the profile. It decides who is dialed and who may stay; it knows no protocol and opens no socket.
 */
export { createConnectionManager } from './manager.ts'
export { createGossip } from './gossip.ts'
export type { GossipBook } from './gossip.ts'
export { DEFAULT_LIMITS, dialedShare } from './defaults.ts'
export { ConnectionsError } from './types.ts'
export type {
  Anchors,
  Attempt,
  AttemptState,
  Bans,
  Candidate,
  CandidateQuery,
  Candidates,
  ConnectOptions,
  ConnectionManager,
  Gossip,
  ManagedSession,
  ManagerHandlers,
  ManagerLimits,
  ManagerOptions,
  NetworkProfile,
  OutboundTransport,
  Reputation,
  RequestKind,
  RequestState,
  RequestView,
  SlotKind,
  SlotUse,
} from './types.ts'
export type { AdmissionRefusal, DialRefusal, HandshakeRefusal, RefusalCode } from './codes.ts'
export type { DialCheck } from './checks.ts'
export type { EvictionPlan, Protection } from './eviction.ts'
export type {
  HeardAddress,
  Misbehaviour,
  OpenSession,
  Session,
  SessionEnd,
  SessionFacts,
  SessionHandlers,
  SessionPurpose,
} from './session.ts'
