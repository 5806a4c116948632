/** Hands the translator to components. */
import { createContext, use } from 'react'
import { makeI18n, type I18n } from './i18n.ts'

const Context = createContext<I18n>(makeI18n('en'))

export const I18nProvider = Context

/** The translator and formatters of the language in use. */
export function useI18n(): I18n {
  return use(Context)
}
