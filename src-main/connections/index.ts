/**
 * Which sessions to have: slots, dial scheduler, retry, admission, eviction. One engine for every network; what differs
 * is in the profile. It decides who is dialed and who may stay; it knows no protocol and opens no socket.
 */
export { createConnectionManager } from './manager.ts'
export { createGossip } from './gossip.ts'
export { dialedShare } from './defaults.ts'
export { ConnectionsError } from './types.ts'
export type {
  Attempt,
  Candidate,
  CandidateQuery,
  Candidates,
  ConnectionManager,
  ManagedSession,
  ManagerHandlers,
  ManagerLimits,
  ManagerOptions,
  NetworkProfile,
} from './types.ts'
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
