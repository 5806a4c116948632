/** The Connections page: attempts under way, those that are over and why, what is pinned, and the limits that decide. */
import { useMemo, type ReactNode } from 'react'
import { Button } from '../../components/button.tsx'
import { Page } from '../../components/page.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useAttempts, useLive } from '../../live/hooks.ts'
import { showOverlay } from '../../shell/ui-store.ts'
import { isActive } from './attempt-actions.ts'
import { AttemptsTable } from './attempts-table.tsx'
import { LimitsPart } from './limits-part.tsx'
import { PinsTable } from './pins-table.tsx'

export function ConnectionsPage(): ReactNode {
  const { t } = useI18n()
  const attempts = useAttempts()
  const pins = useLive(state => state.pins.byId.size)
  const counts = useMemo(() => {
    const active = [...attempts.byId.values()].filter(isActive)
    const waiting = active.filter(one => one.state === 'waiting').length
    return { active: active.length, waiting, ended: attempts.byId.size - active.length }
  }, [attempts])
  const tab = (title: string, count: number): string => t('connections.tab', { title, count })
  return (
    <Page
      title={t('page.connections')}
      aside={
        <span className="num">
          {t('connections.count', { active: counts.active - counts.waiting, waiting: counts.waiting })}
        </span>
      }
      actions={<Button onClick={() => showOverlay('add-peer')}>{t('peers.add')}</Button>}
    >
      <Tabs
        label={t('page.connections')}
        tabs={[
          {
            id: 'active',
            title: tab(t('connections.active'), counts.active),
            content: <Framed content={<AttemptsTable part="active" />} />,
          },
          {
            id: 'ended',
            title: tab(t('connections.ended'), counts.ended),
            content: <Framed content={<AttemptsTable part="ended" />} />,
          },
          { id: 'pins', title: tab(t('connections.pins'), pins), content: <Framed content={<PinsTable />} /> },
          { id: 'limits', title: t('connections.limits'), content: <LimitsPart /> },
        ]}
      />
    </Page>
  )
}

/** Room between the tabs and a table's toolbar. */
function Framed({ content }: { readonly content: ReactNode }): ReactNode {
  return <div className="flex min-h-0 flex-1 flex-col pt-1.5">{content}</div>
}
