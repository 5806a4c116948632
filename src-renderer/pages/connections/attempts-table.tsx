/** A table of attempts: those under way and waiting, or those that are over, with filters by state, direction and reason. */
import { useCallback, useMemo, useState, type ReactNode } from 'react'
import type { AttemptRecord } from '../../../src-preload/contract.ts'
import { Button } from '../../components/button.tsx'
import { Empty } from '../../components/empty.tsx'
import { SmallSelect } from '../../components/select.tsx'
import { collectionOf } from '../../components/table/column.ts'
import { DataTable } from '../../components/table/data-table.tsx'
import { middleEllipsis } from '../../components/text.ts'
import { useI18n } from '../../i18n/context.tsx'
import { useAttempts } from '../../live/hooks.ts'
import { showOverlay } from '../../shell/ui-store.ts'
import { activeMenu, attemptsOf, cancel, endedMenu, isActive, retryNow, whyNoRetry } from './attempt-actions.ts'
import { attemptColumns, attemptSearchText } from './attempt-columns.tsx'
import { codeText } from './code-text.ts'

const BY_NEXT = { column: 'next', isDescending: false } as const
const BY_START = { column: 'started', isDescending: true } as const
const STATES = {
  active: ['dialing', 'handshaking', 'waiting'],
  ended: ['failed', 'refused', 'cancelled'],
} as const

type StateChoice = 'all' | AttemptRecord['state']
type DirectionChoice = 'all' | AttemptRecord['direction']

export function AttemptsTable({ part }: { readonly part: 'active' | 'ended' }): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const wantsActive = part === 'active'
  const attempts = useAttempts()
  const [state, setState] = useState<StateChoice>('all')
  const [direction, setDirection] = useState<DirectionChoice>('all')
  const [code, setCode] = useState('all')
  const rows = useMemo(() => {
    const chosen = [...attempts.byId.values()].filter(one => isActive(one) === wantsActive)
    return { ...collectionOf(chosen, attempts.version), isLoaded: attempts.isLoaded }
  }, [attempts, wantsActive])
  const codes = useMemo(() => [...new Set([...rows.byId.values()].flatMap(one => one.code ?? []))].sort(), [rows])
  const columns = useMemo(() => attemptColumns(i18n, wantsActive), [i18n, wantsActive])
  const searchText = useCallback((one: AttemptRecord): string => attemptSearchText(i18n, one), [i18n])
  const where = useCallback(
    (one: AttemptRecord): boolean =>
      (state === 'all' || one.state === state) &&
      (direction === 'all' || one.direction === direction) &&
      (code === 'all' || one.code === code),
    [state, direction, code],
  )
  return (
    <DataTable
      id={wantsActive ? 'attempts' : 'refusals'}
      label={t(`connections.${part}`)}
      rows={rows}
      columns={columns}
      defaultSort={wantsActive ? BY_NEXT : BY_START}
      searchText={searchText}
      where={where}
      empty={
        <Empty
          title={t(`connections.empty.${part}`)}
          text={t(`connections.empty.${part}Text`)}
          action={
            wantsActive ? (
              <Button look="primary" onClick={() => showOverlay('add-peer')}>
                {t('peers.add')}
              </Button>
            ) : undefined
          }
        />
      }
      nameOf={ids => {
        const [only] = attemptsOf(ids)
        return ids.length === 1 && only !== undefined
          ? middleEllipsis(only.address, 40)
          : t('connections.many', { count: ids.length })
      }}
      menu={ids => (wantsActive ? activeMenu(i18n, ids) : endedMenu(i18n, ids))}
      {...(wantsActive
        ? {
            renderBulk: (ids: readonly string[]) => (
              <>
                <Button disabledWhy={whyNoRetry(i18n, ids)} onClick={() => void retryNow(i18n, ids)}>
                  {t('connections.retry')}
                </Button>
                <Button onClick={() => void cancel(i18n, ids)}>{t('connections.cancel')}</Button>
              </>
            ),
          }
        : {})}
      toolbar={
        <>
          <SmallSelect
            label={t('connections.column.state')}
            value={state}
            onChange={setState}
            choices={[
              { value: 'all', label: t('connections.filter.states') },
              ...STATES[part].map(each => ({ value: each, label: t(`connections.state.${each}`) })),
            ]}
          />
          <SmallSelect
            label={t('connections.column.direction')}
            value={direction}
            onChange={setDirection}
            choices={[
              { value: 'all', label: t('connections.filter.both') },
              { value: 'inbound', label: t('connections.filter.in') },
              { value: 'outbound', label: t('connections.filter.out') },
            ]}
          />
          {wantsActive ? null : (
            <SmallSelect
              label={t('connections.column.reason')}
              value={code}
              onChange={setCode}
              choices={[
                { value: 'all', label: t('connections.filter.codes') },
                ...codes.map(each => ({ value: each, label: codeText(i18n, each, null) })),
              ]}
            />
          )}
        </>
      }
    />
  )
}
