/** Shown instead of the window when a browser holds no key: says how to get a new link. */
import type { ReactNode } from 'react'
import { chooseLocale, makeI18n } from '../i18n/i18n.ts'

export function NoSession(): ReactNode {
  const { t } = makeI18n(chooseLocale('system', navigator.languages))
  return (
    <main className="mx-auto flex h-full max-w-xl flex-col justify-center gap-3 px-6">
      <h1 className="text-xl font-semibold">{t('door.title')}</h1>
      <p>{t('door.text')}</p>
      <pre className="overflow-x-auto rounded-md bg-raised px-3 py-2 font-mono text-sm">
        npm run --silent ctl -- link
      </pre>
      <p className="text-soft">{t('door.why')}</p>
    </main>
  )
}
