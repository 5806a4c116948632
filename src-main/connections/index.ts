/** Which sessions to have: slots, dial scheduler, retry, admission, eviction. */
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
