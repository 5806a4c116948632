/** What an address is worth: when it is forgotten, and how likely it is chosen. Pure, over a snapshot and the time. */
import {
  FAILURE_WINDOW_MS,
  HORIZON_MS,
  MAX_AHEAD_MS,
  MAX_CHANCE_FAILURES,
  MAX_FAILURES,
  MAX_FAILURES_BEFORE_SUCCESS,
  RECENT_TRY_MS,
  TRY_GRACE_MS,
} from './limits.ts'

/** Milliseconds since the epoch; 0 for never. */
export interface AddressHistory {
  readonly seenAt: number
  readonly lastTryAt: number
  readonly lastSuccessAt: number
  readonly failures: number
}

export type TerribleReason = 'future' | 'unseen' | 'never-worked' | 'failing'

/** Why an address may be overwritten and is not told to others, or null. Source: Bitcoin Core addrman, IsTerrible. */
export function whyTerrible(history: AddressHistory, now: number): TerribleReason | null {
  if (now - history.lastTryAt <= TRY_GRACE_MS) return null
  if (history.seenAt > now + MAX_AHEAD_MS) return 'future'
  if (now - history.seenAt > HORIZON_MS) return 'unseen'
  if (history.lastSuccessAt === 0 && history.failures >= MAX_FAILURES_BEFORE_SUCCESS) return 'never-worked'
  if (now - history.lastSuccessAt > FAILURE_WINDOW_MS && history.failures >= MAX_FAILURES) return 'failing'
  return null
}

/** Chance by failures, 0.66 each. Source: Bitcoin Core addrman, GetChance. */
const FAILURE_CHANCES = Float64Array.from({ length: MAX_CHANCE_FAILURES + 1 }, (_, failures) => 0.66 ** failures)
/** What a try in the last ten minutes leaves of the chance. Source: Bitcoin Core addrman, GetChance. */
const RECENT_TRY_CHANCE = 0.01

/** Factor on the chance of being chosen, above 0 and at most 1. Source: Bitcoin Core addrman, GetChance. */
export function chanceOf(lastTryAt: number, failures: number, now: number): number {
  const chance = FAILURE_CHANCES[Math.min(failures, MAX_CHANCE_FAILURES)] ?? 1
  return now - lastTryAt < RECENT_TRY_MS ? chance * RECENT_TRY_CHANCE : chance
}
