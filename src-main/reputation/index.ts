/**
 * Who stays: the ban score of each session, the rules that raise it, and the list of bans. It judges what networks
 * report and remembers the judgement; it opens and closes nothing itself.
 */
export { decideBanTarget, hostTarget, parseBanTarget } from './ban.ts'
export type { Ban, BanStore, BanTarget, NewBan, PeerPlace } from './ban.ts'
export { BanList } from './ban-list.ts'
export type { BanChange } from './ban-list.ts'
export { ReputationError } from './error.ts'
export type { ReputationErrorCode } from './error.ts'
export { createReputation, decideVerdict } from './reputation.ts'
export type {
  Breach,
  PeerScore,
  Reputation,
  ReputationOptions,
  ReputationSettings,
  ScoreCurve,
  ScoreEvent,
  ScoredPeer,
  Verdict,
} from './reputation.ts'
export type { RuleOverride, RuleState, RuleStore } from './rule-book.ts'
export { RULES } from './rules.ts'
export type { Rule } from './rules.ts'
export { MAX_SCORE_PART, SCORE_LIFETIME_S, ZERO_SCORE, increase, scoreAt } from './score.ts'
export type { BanScore } from './score.ts'
