/** Theme and language: from the settings once they are here, remembered so that the next start shows no flash. */
import { useEffect, useMemo } from 'react'
import { chooseLocale, makeI18n, type I18n } from '../i18n/i18n.ts'
import { useLive } from '../live/hooks.ts'

const REMEMBERED = { theme: 'warren.theme', language: 'warren.language' } as const

function remembered(key: keyof typeof REMEMBERED): string {
  return localStorage.getItem(REMEMBERED[key]) ?? 'system'
}

function useSetting(setting: 'appearance.theme' | 'appearance.language', key: keyof typeof REMEMBERED): string {
  const told = useLive(state => state.settings?.[setting])
  const value = typeof told === 'string' ? told : remembered(key)
  useEffect(() => localStorage.setItem(REMEMBERED[key], value), [key, value])
  return value
}

/** Puts the theme on the root element; `system` leaves the choice to the browser. */
export function useTheme(): void {
  const theme = useSetting('appearance.theme', 'theme')
  useEffect(() => {
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme
    else delete document.documentElement.dataset['theme']
  }, [theme])
}

/** The translator for the language in force. `?pseudo` in the address gives the pseudo language. */
export function useLanguage(): I18n {
  const language = useSetting('appearance.language', 'language')
  const locale = chooseLocale(language, navigator.languages)
  useEffect(() => {
    document.documentElement.lang = locale
  }, [locale])
  return useMemo(() => makeI18n(locale, new URLSearchParams(location.search).has('pseudo')), [locale])
}
