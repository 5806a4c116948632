/**
 * The dynamic ban score: a persistent part that stays and a transient part that halves every minute. Pure functions
 * over three numbers, so that a session's score, its curve in the window and the tests compute the same thing.
 */

/** Time in which the transient part halves, seconds. Source: btcd connmgr, Halflife. */
export const SCORE_HALF_LIFE_S = 60
/** Age after which the transient part counts as nothing, seconds. Source: btcd connmgr, Lifetime. */
export const SCORE_LIFETIME_S = 1800
/** Neither part grows beyond this, where btcd's counters would wrap around. Source: btcd connmgr, uint32. */
export const MAX_SCORE_PART = 2 ** 32 - 1

const DECAY_PER_S = Math.LN2 / SCORE_HALF_LIFE_S

/** The state of one score. Immutable: `increase` gives a new one. */
export interface BanScore {
  /** Whole number, at least 0; never decays. */
  readonly persistent: number
  /** As it was at `lastUnix`. */
  readonly transient: number
  /** When the transient part last changed, whole seconds since the epoch. */
  readonly lastUnix: number
}

export const ZERO_SCORE: BanScore = { persistent: 0, transient: 0, lastUnix: 0 }

/** The transient part at `unix` (whole seconds since the epoch), not truncated. */
function transientAt(score: BanScore, unix: number): number {
  const age = unix - score.lastUnix
  if (score.transient < 1 || age < 0 || age > SCORE_LIFETIME_S) return 0
  return score.transient * Math.exp(-DECAY_PER_S * age)
}

/** The score at `unix` (whole seconds since the epoch): persistent + ⌊transient × e^(−λ·dt)⌋. Source: btcd connmgr. */
export function scoreAt(score: BanScore, unix: number): number {
  return score.persistent + Math.trunc(transientAt(score, unix))
}

/**
 * Adds to both parts. Adding only to the persistent part leaves the transient part and its time stamp alone, and the
 * score afterwards is `scoreAt`, decayed: btcd's quirk of returning the undecayed part there could ban too early.
 * @param persistent whole number, at least 0
 * @param transient whole number, at least 0
 * @param unix whole seconds since the epoch
 */
export function increase(score: BanScore, persistent: number, transient: number, unix: number): BanScore {
  const grown = Math.min(MAX_SCORE_PART, score.persistent + persistent)
  if (transient <= 0) return { ...score, persistent: grown }
  const age = unix - score.lastUnix
  let left = score.transient
  if (age > SCORE_LIFETIME_S) left = 0
  else if (left > 1 && age > 0) left *= Math.exp(-DECAY_PER_S * age)
  return { persistent: grown, transient: Math.min(MAX_SCORE_PART, left + transient), lastUnix: unix }
}
