/** The Connections page: attempts under way and waiting, refusals and failures with their reasons, limits and their use. */
import { useCallback, useMemo, type ReactNode } from 'react'
import type { AttemptRecord } from '../../../src-preload/contract.ts'
import { Badge, type Tone } from '../../components/badge.tsx'
import { Empty } from '../../components/empty.tsx'
import type { MenuItem } from '../../components/menu.tsx'
import { Page } from '../../components/page.tsx'
import type { Column } from '../../components/table/column.ts'
import { DataTable } from '../../components/table/data-table.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { AddressText, Foreign, RelativeTime } from '../../components/values.tsx'
import { useI18n } from '../../i18n/context.tsx'
import type { I18n } from '../../i18n/i18n.ts'
import { ask } from '../../live/ask.ts'
import { useAttempts } from '../../live/hooks.ts'
import { live } from '../../live/store.ts'
import { copyText } from '../../shell/files.ts'
import { perform } from '../../shell/perform.ts'
import { toast } from '../../shell/ui-store.ts'
import { LimitsPart } from './limits-part.tsx'

const TONES: Record<AttemptRecord['state'], Tone> = {
  dialing: 'accent',
  handshaking: 'accent',
  waiting: 'plain',
  failed: 'bad',
  refused: 'warn',
  cancelled: 'plain',
}
const BY_START = { column: 'started', isDescending: true } as const
const BY_NEXT = { column: 'next', isDescending: false } as const
const isActive = (attempt: AttemptRecord): boolean =>
  attempt.state === 'dialing' || attempt.state === 'handshaking' || attempt.state === 'waiting'
const isEnded = (attempt: AttemptRecord): boolean => !isActive(attempt)
const searchText = (attempt: AttemptRecord): string =>
  `${attempt.address} ${attempt.reason ?? ''} ${attempt.code ?? ''}`

function columnsOf({ t }: I18n, isForActive: boolean): readonly Column<AttemptRecord>[] {
  const directionText = (attempt: AttemptRecord): string =>
    t(attempt.direction === 'inbound' ? 'connections.in' : 'connections.out')
  const next: Column<AttemptRecord> = {
    id: 'next',
    title: t('connections.column.next'),
    width: 120,
    align: 'end',
    value: one => one.nextTryAt,
    cell: one => (one.nextTryAt === null ? null : <RelativeTime at={one.nextTryAt} />),
  }
  return [
    {
      id: 'address',
      title: t('connections.column.address'),
      width: 220,
      value: one => one.address,
      cell: one => <AddressText address={one.address} />,
    },
    {
      id: 'state',
      title: t('connections.column.state'),
      width: 110,
      value: one => one.state,
      text: one => t(`connections.state.${one.state}`),
      cell: one => <Badge tone={TONES[one.state]}>{t(`connections.state.${one.state}`)}</Badge>,
    },
    {
      id: 'direction',
      title: t('connections.column.direction'),
      width: 90,
      value: one => one.direction,
      text: directionText,
    },
    {
      id: 'purpose',
      title: t('connections.column.purpose'),
      width: 130,
      value: one => one.purpose,
      text: one => t(`connections.purpose.${one.purpose}`),
    },
    { id: 'attempt', title: t('connections.column.attempt'), width: 60, align: 'end', value: one => one.attempt },
    ...(isForActive ? [next] : []),
    {
      id: 'reason',
      title: t('connections.column.reason'),
      width: 360,
      value: one => one.reason,
      cell: one => (one.reason === null ? null : <Foreign text={one.reason} />),
    },
    { id: 'code', title: t('connections.column.code'), width: 140, isExtra: isForActive, value: one => one.code },
    {
      id: 'started',
      title: t('connections.column.started'),
      width: 120,
      align: 'end',
      value: one => one.startedAt,
      cell: one => <RelativeTime at={one.startedAt} />,
    },
    { id: 'route', title: t('connections.column.route'), width: 90, isExtra: true, value: one => one.route },
    { id: 'network', title: t('connections.column.network'), width: 130, isExtra: true, value: one => one.network },
  ]
}

const attemptOf = (id: string): AttemptRecord | undefined => live.getState().attempts.byId.get(id)

function activeMenu(i18n: I18n, ids: readonly string[]): readonly MenuItem[] {
  const { t } = i18n
  return [
    {
      label: t('connections.retry'),
      onSelect: () => ids.forEach(id => void perform(i18n, ask('attempts.retryNow', { id }))),
    },
    {
      label: t('connections.cancel'),
      tone: 'bad',
      onSelect: () =>
        ids.forEach(id => {
          const address = attemptOf(id)?.address ?? ''
          void perform(i18n, ask('attempts.cancel', { id })).then(
            done => done && toast(t('connections.cancelled', { address })),
          )
        }),
    },
    'line',
    copyItem(i18n, ids),
  ]
}

const copyItem = (i18n: I18n, ids: readonly string[]): MenuItem => ({
  label: i18n.t('action.copyAddress'),
  onSelect: () => void copyText(i18n, ids.map(id => attemptOf(id)?.address ?? '').join('\n')),
})

export function ConnectionsPage(): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const attempts = useAttempts()
  const activeColumns = useMemo(() => columnsOf(i18n, true), [i18n])
  const endedColumns = useMemo(() => columnsOf(i18n, false), [i18n])
  const all = [...attempts.byId.values()].filter(isActive)
  const waiting = all.filter(one => one.state === 'waiting').length
  const nameOf = useCallback(
    (ids: readonly string[]) =>
      ids.length === 1 ? (attemptOf(ids[0] ?? '')?.address ?? '') : t('connections.many', { count: ids.length }),
    [t],
  )
  return (
    <Page
      title={t('page.connections')}
      aside={<span className="num">{t('connections.count', { active: all.length - waiting, waiting })}</span>}
    >
      <Tabs
        label={t('page.connections')}
        tabs={[
          {
            id: 'active',
            title: t('connections.active'),
            content: (
              <DataTable
                id="attempts"
                label={t('connections.active')}
                rows={attempts}
                columns={activeColumns}
                defaultSort={BY_NEXT}
                searchText={searchText}
                where={isActive}
                empty={<Empty title={t('connections.empty.active')} text={t('connections.empty.activeText')} />}
                nameOf={nameOf}
                menu={ids => activeMenu(i18n, ids)}
              />
            ),
          },
          {
            id: 'ended',
            title: t('connections.ended'),
            content: (
              <DataTable
                id="refusals"
                label={t('connections.ended')}
                rows={attempts}
                columns={endedColumns}
                defaultSort={BY_START}
                searchText={searchText}
                where={isEnded}
                empty={<Empty title={t('connections.empty.ended')} text={t('connections.empty.endedText')} />}
                nameOf={nameOf}
                menu={ids => [copyItem(i18n, ids)]}
              />
            ),
          },
          { id: 'limits', title: t('connections.limits'), content: <LimitsPart /> },
        ]}
      />
    </Page>
  )
}
