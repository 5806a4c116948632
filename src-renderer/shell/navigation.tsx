/** The list of pages at the left, with counts where a count says something. */
import type { ReactNode } from 'react'
import Search from 'lucide-react/icons/search'
import { Kbd } from '../components/kbd.tsx'
import { useI18n } from '../i18n/context.tsx'
import { useLive } from '../live/hooks.ts'
import { PAGES, type PageSpec } from '../pages/pages.ts'
import { go, showOverlay, useUi } from './ui-store.ts'

export function Navigation(): ReactNode {
  const { t } = useI18n()
  return (
    <nav aria-label={t('nav.label')} className="flex w-48 shrink-0 flex-col gap-3 border-r border-line bg-panel p-3">
      <div className="flex items-center gap-2 px-2 pt-1 font-semibold">
        <Mark />
        {t('app.name')}
      </div>
      <button
        type="button"
        onClick={() => showOverlay('palette')}
        className="flex h-7 items-center gap-2 rounded-md border border-line bg-raised px-2 text-sm text-faint hover:text-ink"
        title={t('palette.title')}
      >
        <Search size={13} aria-hidden />
        <span className="flex-1 text-left">{t('palette.button')}</span>
        <Kbd keys="Mod+K" />
      </button>
      <ul className="flex flex-col gap-0.5">
        {PAGES.map(page => (
          <li key={page.id}>
            <Item page={page} />
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Item({ page }: { readonly page: PageSpec }): ReactNode {
  const { t } = useI18n()
  const isHere = useUi(state => state.page === page.id)
  return (
    <button
      type="button"
      aria-current={isHere ? 'page' : undefined}
      onClick={() => go(page.id)}
      className={`flex h-7 w-full items-center gap-2.5 rounded-md px-2 text-left ${isHere ? 'bg-chosen font-medium text-ink' : 'text-soft hover:bg-hover hover:text-ink'}`}
    >
      <page.Icon size={15} aria-hidden />
      <span className="flex-1 truncate">{t(page.title)}</span>
      <Count page={page.id} />
    </button>
  )
}

function Count({ page }: { readonly page: PageSpec['id'] }): ReactNode {
  const { number } = useI18n()
  const count = useLive(state => {
    if (page === 'peers') return state.overview === null ? 0 : state.overview.inbound + state.overview.outbound
    if (page === 'bans') return state.overview?.bans ?? 0
    if (page === 'overview') return state.notices.filter(notice => notice.severity !== 'info').length
    return 0
  })
  if (count === 0) return null
  return (
    <span className={`num text-xs ${page === 'overview' ? 'font-semibold text-warn' : 'text-faint'}`}>
      {number(count)}
    </span>
  )
}

/** The warren: an arch within an arch. */
function Mark(): ReactNode {
  return (
    <svg width="20" height="20" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path
        d="M8 23v-5a8 8 0 0 1 16 0v5M12.5 23v-4.5a3.5 3.5 0 0 1 7 0V23"
        fill="none"
        className="stroke-accent-ink"
        strokeWidth="2.600"
        strokeLinecap="round"
      />
    </svg>
  )
}
