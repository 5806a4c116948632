/** The client's codes of refusals and failures in the reader's language. Pure. */
import type { I18n } from '../../i18n/i18n.ts'
import { TEXTS, type TextKey } from '../../i18n/texts.ts'

/** The words for a code; for one this page does not know, the client's sentence, or at last the code itself. */
export function codeText(i18n: I18n, code: string | null, sentence: string | null): string {
  const key = `connections.code.${code ?? ''}`
  if (Object.hasOwn(TEXTS, key)) return i18n.t(key as TextKey)
  return sentence ?? code ?? ''
}
