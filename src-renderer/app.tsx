/** The window: navigation, the page, status bar, and what lies above them. */
import { useEffect, useRef, type ReactNode } from 'react'
import { HintProvider } from './components/hint.tsx'
import { I18nProvider } from './i18n/context.tsx'
import { PAGES } from './pages/pages.ts'
import { AddDialog } from './pages/peers/add-dialog.tsx'
import { useLanguage, useTheme } from './shell/appearance.ts'
import { ErrorBoundary } from './shell/error-boundary.tsx'
import { KeySheet } from './shell/key-sheet.tsx'
import { useShortcuts } from './shell/keys.ts'
import { LinkBanner } from './shell/link-banner.tsx'
import { Navigation } from './shell/navigation.tsx'
import { Palette } from './shell/palette.tsx'
import { StatusBar } from './shell/status-bar.tsx'
import { Toasts } from './shell/toasts.tsx'
import { showOverlay, useUi } from './shell/ui-store.ts'

export function App(): ReactNode {
  useTheme()
  useShortcuts()
  const i18n = useLanguage()
  const overlay = useUi(state => state.overlay)
  return (
    <I18nProvider value={i18n}>
      <HintProvider>
        <a
          href="#page-title"
          className="absolute -top-10 left-2 z-50 rounded-md bg-accent px-3 py-1.5 text-accent-ink focus:top-2"
          onClick={event => {
            event.preventDefault()
            document.querySelector<HTMLElement>('#page-title')?.focus()
          }}
        >
          {i18n.t('nav.skip')}
        </a>
        <div className="flex h-full flex-col">
          <LinkBanner />
          <div className="flex min-h-0 flex-1">
            <Navigation />
            <Content />
          </div>
          <StatusBar />
        </div>
        <Toasts />
        {overlay === 'palette' ? <Palette /> : null}
        {overlay === 'keys' ? <KeySheet /> : null}
        {overlay === 'add-peer' ? <AddDialog onClose={() => showOverlay('none')} /> : null}
      </HintProvider>
    </I18nProvider>
  )
}

/** The page in front. Focus goes to its title when the page changes, so that the keyboard follows the eye. */
function Content(): ReactNode {
  const id = useUi(state => state.page)
  const shown = useRef(id)
  useEffect(() => {
    if (shown.current === id) return
    shown.current = id
    document.querySelector<HTMLElement>('#page-title')?.focus()
  }, [id])
  const page = PAGES.find(each => each.id === id)
  if (page === undefined) return null
  return (
    <main className="min-w-0 flex-1 bg-canvas">
      <ErrorBoundary key={id}>
        <page.Content />
      </ErrorBoundary>
    </main>
  )
}
