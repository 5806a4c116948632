/** The Overview page: numbers at a glance, what needs attention, history, networks and the playground. */
import type { ReactNode } from 'react'
import { Page } from '../../components/page.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useLive, useOverview } from '../../live/hooks.ts'
import { Attention } from './attention.tsx'
import { FirstRun } from './first-run.tsx'
import { HistoryPlots } from './history-plots.tsx'
import { NetworksCard } from './networks-card.tsx'
import { PlaygroundCard } from './playground-card.tsx'
import { Tiles } from './tiles.tsx'

export function OverviewPage(): ReactNode {
  const { t, latency, bytes } = useI18n()
  const overview = useOverview()
  const isFirstRun = useLive(state => state.about?.isFirstRun === true && state.playground?.isRunning !== true)
  if (isFirstRun) {
    return (
      <Page title={t('page.overview')}>
        <FirstRun />
      </Page>
    )
  }
  return (
    <Page
      title={t('page.overview')}
      actions={
        overview === null ? null : (
          <span title={t('overview.health.hint')} className="num text-sm text-soft">
            {t('overview.health', { delay: latency(overview.loopDelayMs), memory: bytes(overview.memoryBytes) })}
          </span>
        )
      }
    >
      <div className="focus-inset min-h-0 flex-1 overflow-y-auto px-5 pb-5">
        <div className="flex flex-col gap-3">
          {overview === null ? null : <Tiles overview={overview} />}
          <div className="grid grid-cols-[minmax(0,2fr)_minmax(300px,1fr)] items-start gap-3">
            <div className="flex min-w-0 flex-col gap-3">
              <HistoryPlots />
              <NetworksCard />
            </div>
            <div className="flex min-w-0 flex-col gap-3">
              <Attention />
              <PlaygroundCard />
            </div>
          </div>
        </div>
      </div>
    </Page>
  )
}
