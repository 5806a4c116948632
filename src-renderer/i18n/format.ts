/** Numbers, bytes, rates, durations and times as people read them, per language. Pure: the time is passed in. */
import type { Locale } from './define.ts'

const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>()

function cached<T extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>(
  key: string,
  make: () => T,
): T {
  const held = cache.get(key)
  if (held !== undefined) return held as T
  const made = make()
  cache.set(key, made)
  return made
}

export function formatNumber(locale: Locale, value: number, digits = 0): string {
  return cached(
    `n${locale}${digits}`,
    () => new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  ).format(value)
}

/** `0.42` as `42 %` the way the language writes it. */
export function formatPercent(locale: Locale, share: number, digits = 0): string {
  return cached(
    `p${locale}${digits}`,
    () => new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: digits }),
  ).format(share)
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** Bytes in binary units with three figures: `0 B`, `999 B`, `1.50 KiB`, `12.3 MiB`. */
export function formatBytes(locale: Locale, bytes: number): string {
  let value = Math.max(0, bytes)
  let unit = 0
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1024
    unit++
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${formatNumber(locale, value, digits)} ${BYTE_UNITS[unit] ?? 'B'}`
}

/** Bytes a second. */
export function formatRate(locale: Locale, bytesPerSecond: number): string {
  return `${formatBytes(locale, bytesPerSecond < 0.5 ? 0 : bytesPerSecond)}/s`
}

/** Milliseconds of a round trip: `0.4 ms`, `87 ms`, `2.3 s`. */
export function formatLatency(locale: Locale, ms: number): string {
  if (ms >= 10_000) return `${formatNumber(locale, ms / 1000, 0)} s`
  if (ms >= 1000) return `${formatNumber(locale, ms / 1000, 1)} s`
  return `${formatNumber(locale, ms, ms < 10 ? 1 : 0)} ms`
}

const SPANS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const
const SHORT: Record<Locale, Record<(typeof SPANS)[number][0], string>> = {
  en: { day: ' d', hour: ' h', minute: ' min', second: ' s' },
  'zh-CN': { day: ' 天', hour: ' 小时', minute: ' 分', second: ' 秒' },
}

/** A length of time by its two largest units: `45 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(locale: Locale, ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const first = SPANS.findIndex(([, size]) => seconds >= size)
  const [name, size] = SPANS[first] ?? ['second', 1]
  const next = SPANS[first + 1]
  const whole = Math.floor(seconds / size)
  const head = `${formatNumber(locale, whole)}${SHORT[locale][name]}`
  if (next === undefined || first < 0) return head
  const rest = Math.floor((seconds - whole * size) / next[1])
  return rest === 0 ? head : `${head} ${rest}${SHORT[locale][next[0]]}`
}

/** How far `at` is from `now`, in words: `3 minutes ago`, `in 20 seconds`. */
export function formatRelative(locale: Locale, at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000)
  const unit = SPANS.find(([, size]) => Math.abs(seconds) >= size) ?? SPANS[3]
  const rtf = cached(`r${locale}`, () => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }))
  return rtf.format(Math.trunc(seconds / unit[1]), unit[0])
}

/** Date and time to the second, in the reader's zone. */
export function formatExact(locale: Locale, at: number): string {
  return cached(
    `d${locale}`,
    () => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' }),
  ).format(at)
}

/** Time of day to the second; for axes and log lines. */
export function formatClock(locale: Locale, at: number): string {
  return cached(
    `t${locale}`,
    () => new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }),
  ).format(at)
}

/** An ISO 3166 country by name; the code itself when the language does not know it. */
export function formatCountry(locale: Locale, code: string): string {
  try {
    return new Intl.DisplayNames(locale, { type: 'region' }).of(code) ?? code
  } catch {
    return code
  }
}
