/** Every code of a refusal or failure has words of its own; an unknown one falls back to the client's sentence. */
import { describe, expect, it } from 'vitest'
import { DIAL_REFUSALS } from '../../src-main/connections/codes.ts'
import { makeI18n } from '../../src-renderer/i18n/i18n.ts'
import { codeText } from '../../src-renderer/pages/connections/code-text.ts'

const en = makeI18n('en')
const zh = makeI18n('zh-CN')

describe('codeText', () => {
  it.each([...DIAL_REFUSALS, 'timeout', 'handshake-timeout', 'too-many-inbound', 'proxy-refused'])(
    'has words for %s in both languages',
    code => {
      expect(codeText(en, code, null)).not.toBe(code)
      expect(codeText(zh, code, null)).toMatch(/\p{Script=Han}/u)
    },
  )

  it('shows the sentence of the client for a code that it does not know', () => {
    expect(codeText(zh, 'moon-phase', 'The moon is wrong.')).toBe('The moon is wrong.')
    expect(codeText(zh, 'moon-phase', null)).toBe('moon-phase')
    expect(codeText(en, null, null)).toBe('')
  })
})
