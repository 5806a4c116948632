/** What this Warren is, and which browsers hold a key to it. */
import { useCallback, useEffect, useState, type ReactNode } from 'react'
import type { Output } from '../../../src-preload/contract.ts'
import { Badge } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { Facts } from '../../components/drawer.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { ask } from '../../live/ask.ts'
import { useLive } from '../../live/hooks.ts'
import { perform } from '../../shell/perform.ts'

type DoorSessions = Output<'doors.list'>['sessions']

export function DoorPart(): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const [sessions, setSessions] = useState<DoorSessions>([])
  const load = useCallback(async () => {
    const answer = await perform(i18n, ask('doors.list', {}))
    if (answer !== undefined) setSessions(answer.sessions)
  }, [i18n])
  useEffect(() => void load(), [load])
  return (
    <div className="flex flex-col gap-2">
      <p className="text-soft">{t('settings.door.text')}</p>
      {sessions.length === 0 ? <p className="text-faint">{t('settings.door.none')}</p> : null}
      {sessions.map(session => (
        <div key={session.id} className="flex items-center gap-3 border-t border-line py-2">
          <div className="min-w-0 flex-1">
            <div className="truncate">{session.agent}</div>
            <div className="num text-sm text-soft">
              {session.remote} · {t('settings.door.since', { time: i18n.exact(session.openedAt) })}
            </div>
          </div>
          {session.isYou ? <Badge tone="accent">{t('settings.door.you')}</Badge> : null}
          <Button onClick={() => void perform(i18n, ask('doors.revoke', { id: session.id })).then(load)}>
            {t('settings.door.revoke')}
          </Button>
        </div>
      ))}
    </div>
  )
}

export function AboutPart(): ReactNode {
  const { t, exact } = useI18n()
  const about = useLive(state => state.about)
  if (about === null) return null
  return (
    <Facts
      facts={[
        [t('settings.about.version'), about.version],
        [t('settings.about.shell'), `${about.shell} · ${about.platform}`],
        [t('settings.about.started'), exact(about.startedAt)],
        [t('settings.about.dataDir'), <code key="dir">{about.dataDir}</code>],
        [t('settings.about.store'), about.store.isDurable ? t('settings.about.durable') : about.store.text],
        [t('settings.about.tables'), <span key="tables">{about.attributions.join(' ')}</span>],
      ]}
    />
  )
}
