/** Texts and formats in both languages. */
import { describe, expect, it } from 'vitest'
import { LOCALES } from '../../src-renderer/i18n/define.ts'
import {
  formatBytes,
  formatDuration,
  formatLatency,
  formatRate,
  formatRelative,
} from '../../src-renderer/i18n/format.ts'
import { chooseLocale, makeI18n } from '../../src-renderer/i18n/i18n.ts'
import { pseudo } from '../../src-renderer/i18n/pseudo.ts'
import { TEXTS, type TextKey } from '../../src-renderer/i18n/texts.ts'
import { middleEllipsis, plainText } from '../../src-renderer/components/text.ts'
import { IntlMessageFormat } from 'intl-messageformat'

const KEYS = Object.keys(TEXTS) as TextKey[]
const parse = (text: string): InstanceType<typeof IntlMessageFormat> => new IntlMessageFormat(text, 'en')

/** Names of the arguments a message takes, in its plural branches too. */
function argumentsOf(text: string): string[] {
  const names = new Set<string>()
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) walk(each)
    else if (typeof value === 'object' && value !== null) {
      const element = value as { type?: number; value?: unknown }
      // 0 is literal text and 7 is `#` in the parser's tree.
      if (
        typeof element.type === 'number' &&
        element.type !== 0 &&
        element.type !== 7 &&
        typeof element.value === 'string'
      )
        names.add(element.value)
      for (const inner of Object.values(value)) if (typeof inner === 'object') walk(inner)
    }
  }
  walk(parse(text).getAst())
  return [...names].sort()
}

describe('texts', () => {
  it('parse in every language and are not empty', () => {
    for (const key of KEYS)
      for (const locale of LOCALES) {
        expect(TEXTS[key][locale].trim(), `${key} ${locale}`).not.toBe('')
        expect(() => parse(TEXTS[key][locale]), `${key} ${locale}`).not.toThrow()
        expect(() => parse(pseudo(TEXTS[key][locale])), `${key} pseudo ${locale}`).not.toThrow()
      }
  })

  it('use no argument in Chinese that English does not have', () => {
    for (const key of KEYS)
      expect(argumentsOf(TEXTS[key].en), key).toEqual(expect.arrayContaining(argumentsOf(TEXTS[key]['zh-CN'])))
  })

  it('count in plurals', () => {
    const { t } = makeI18n('en')
    expect(t('peers.many', { count: 1 })).toBe('1 peer')
    expect(t('peers.many', { count: 3 })).toBe('3 peers')
    expect(makeI18n('zh-CN').t('peers.many', { count: 3 })).toBe('3 个节点')
  })

  it('are all changed in the pseudo language, arguments left alone', () => {
    expect(pseudo('{count, plural, one {# peer} other {# peers}} here')).toContain('{count, plural, one {# pëër}')
  })
})

describe('the language', () => {
  it.each([
    ['system', ['zh-TW', 'en'], 'zh-CN'],
    ['system', ['de', 'en-GB'], 'en'],
    ['system', ['fr'], 'en'],
    ['en', ['zh-CN'], 'en'],
  ])('for the setting %s and the browser %j is %s', (setting, preferred, expected) => {
    expect(chooseLocale(setting, preferred)).toBe(expected)
  })
})

describe('formats', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1023, '1.00 KiB'],
    [1536, '1.50 KiB'],
    [12_900_000, '12.3 MiB'],
    [1_047_527_424, '999 MiB'],
    [1_073_741_824, '1.00 GiB'],
    [-5, '0 B'],
  ])('%d bytes read %s', (bytes, expected) => {
    expect(formatBytes('en', bytes)).toBe(expected)
  })

  it.each([
    [500, '1 s', '1 秒'],
    [45_000, '45 s', '45 秒'],
    [200_000, '3 min 20 s', '3 分 20 秒'],
    [7_500_000, '2 h 5 min', '2 小时 5 分'],
    [90_000_000, '1 d 1 h', '1 天 1 小时'],
    [-1, '0 s', '0 秒'],
  ])('%d ms last %s', (ms, en, zh) => {
    expect(formatDuration('en', ms)).toBe(en)
    expect(formatDuration('zh-CN', ms)).toBe(zh)
  })

  it('rates, round trips and distances in time', () => {
    expect(formatRate('en', 0.2)).toBe('0 B/s')
    expect([0.42, 87.4, 2345, 15_000].map(ms => formatLatency('en', ms))).toEqual(['0.4 ms', '87 ms', '2.3 s', '15 s'])
    expect(formatRelative('en', 1000, 181_000)).toBe('3 minutes ago')
    expect(formatRelative('zh-CN', 61_000, 1000)).toBe('1分钟后')
  })
})

describe('texts of strangers', () => {
  it('lose what cannot be seen or turns the line around', () => {
    expect(plainText('/Sat\u202Eoshi\u0000:1\u200B/')).toBe('/Sat·oshi·:1·/')
  })

  it('are cut in the middle, the port kept', () => {
    const onion = `${'a'.repeat(56)}.onion:8333`
    const cut = middleEllipsis(onion, 32)
    expect(cut).toHaveLength(32)
    expect(cut.endsWith('.onion:8333')).toBe(true)
    expect(middleEllipsis('1.2.3.4:8333', 32)).toBe('1.2.3.4:8333')
  })
})
