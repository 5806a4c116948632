/** The translator: texts by key with ICU values, and every formatter bound to one language. */
import { IntlMessageFormat } from 'intl-messageformat'
import type { Locale } from './define.ts'
import {
  formatBytes,
  formatClock,
  formatCountry,
  formatDuration,
  formatExact,
  formatLatency,
  formatNumber,
  formatPercent,
  formatRate,
  formatRelative,
} from './format.ts'
import { pseudo } from './pseudo.ts'
import { TEXTS, type TextKey } from './texts.ts'

export type TextValues = Readonly<Record<string, string | number>>

export interface I18n {
  readonly locale: Locale
  readonly t: (key: TextKey, values?: TextValues) => string
  readonly number: (value: number, digits?: number) => string
  readonly percent: (share: number, digits?: number) => string
  readonly bytes: (bytes: number) => string
  readonly rate: (bytesPerSecond: number) => string
  readonly latency: (ms: number) => string
  readonly duration: (ms: number) => string
  readonly relative: (at: number, now: number) => string
  readonly exact: (at: number) => string
  readonly clock: (at: number) => string
  readonly country: (code: string) => string
  readonly compare: (a: string, b: string) => number
}

/** Makes the translator of one language. With `isPseudo` texts are lengthened and accented, to show what is not translated. */
export function makeI18n(locale: Locale, isPseudo = false): I18n {
  const formats = new Map<TextKey, IntlMessageFormat>()
  const collator = new Intl.Collator(locale, { numeric: true })
  const t = (key: TextKey, values?: TextValues): string => {
    let format = formats.get(key)
    if (format === undefined) {
      const text = TEXTS[key][locale]
      format = new IntlMessageFormat(isPseudo ? pseudo(text) : text, locale)
      formats.set(key, format)
    }
    return String(format.format(values))
  }
  return {
    locale,
    t,
    number: (value, digits) => formatNumber(locale, value, digits),
    percent: (share, digits) => formatPercent(locale, share, digits),
    bytes: bytes => formatBytes(locale, bytes),
    rate: rate => formatRate(locale, rate),
    latency: ms => formatLatency(locale, ms),
    duration: ms => formatDuration(locale, ms),
    relative: (at, now) => formatRelative(locale, at, now),
    exact: at => formatExact(locale, at),
    clock: at => formatClock(locale, at),
    country: code => formatCountry(locale, code),
    compare: (a, b) => collator.compare(a, b),
  }
}

/** The language to use for a setting: `system` asks the browser. */
export function chooseLocale(setting: string, preferred: readonly string[]): Locale {
  if (setting === 'en' || setting === 'zh-CN') return setting
  for (const tag of preferred) {
    if (tag.toLowerCase().startsWith('zh')) return 'zh-CN'
    if (tag.toLowerCase().startsWith('en')) return 'en'
  }
  return 'en'
}
