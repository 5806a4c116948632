/**
 * Who stays: the ban score of each session, the rules that raise it, and the list of bans. It judges what networks
 * report and remembers the judgement; it opens and closes nothing itself.
 */
export { MAX_SCORE_PART, SCORE_HALF_LIFE_S, SCORE_LIFETIME_S, ZERO_SCORE, increase, scoreAt } from './score.ts'
export type { BanScore } from './score.ts'
export { RULES } from './rules.ts'
export type { Rule } from './rules.ts'
