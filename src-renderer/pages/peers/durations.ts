/** The times a ban is usually made for. */
import type { I18n } from '../../i18n/i18n.ts'

const HOUR_MS = 3_600_000

/** One hour, day, week and year. */
export const BAN_TIMES = [
  ['unit.hour', HOUR_MS],
  ['unit.day', 24 * HOUR_MS],
  ['unit.week', 7 * 24 * HOUR_MS],
  ['unit.year', 365 * 24 * HOUR_MS],
] as const

export function banTimeChoices(i18n: I18n): readonly { readonly value: string; readonly label: string }[] {
  return BAN_TIMES.map(([unit, ms]) => ({ value: String(ms), label: i18n.t(unit, { count: 1 }) }))
}
