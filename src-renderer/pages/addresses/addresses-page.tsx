/** The Addresses page: the book searched, its figures, and why an address would or would not be dialed. */
import { useCallback, useEffect, useMemo, useState, type ReactNode } from 'react'
import type { AddressRecord, AddressStats, Input } from '../../../src-preload/contract.ts'
import { Badge } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Empty } from '../../components/empty.tsx'
import type { MenuItem } from '../../components/menu.tsx'
import { Page } from '../../components/page.tsx'
import { SmallSelect } from '../../components/select.tsx'
import { SearchField } from '../../components/search-field.tsx'
import { collectionOf, type Column } from '../../components/table/column.ts'
import { DataTable } from '../../components/table/data-table.tsx'
import { TextField } from '../../components/text-field.tsx'
import { AddressText, Foreign, RelativeTime } from '../../components/values.tsx'
import { useI18n } from '../../i18n/context.tsx'
import type { I18n } from '../../i18n/i18n.ts'
import { ask, AskError } from '../../live/ask.ts'
import { useNetworks } from '../../live/hooks.ts'
import { copyText } from '../../shell/files.ts'
import { perform } from '../../shell/perform.ts'
import { go, toast } from '../../shell/ui-store.ts'
import { ExplainDrawer } from './explain-drawer.tsx'
import { StatsStrip } from './stats-strip.tsx'

type TableChoice = NonNullable<Input<'addresses.search'>['table']>
type KindChoice = NonNullable<Input<'addresses.search'>['kind']>
const KINDS: readonly KindChoice[] = ['all', 'ipv4', 'ipv6', 'onion', 'i2p', 'cjdns', 'host']
/** Rows fetched for a search; the contract's cap of one page. */
const FETCHED = 500
const A_DAY_MS = 86_400_000
/** The book is looked at again this often while the page is open. */
const REFRESH_MS = 5000
const DEFAULT_SORT = { column: 'seen', isDescending: true } as const

interface Found {
  readonly total: number
  readonly rows: ReturnType<typeof collectionOf<AddressRecord>>
  readonly stats: AddressStats | null
}

export function AddressesPage(): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const networks = useNetworks().filter(each => each.isOn)
  const [chosen, setChosen] = useState<string | null>(null)
  const network = networks.find(each => each.id === chosen) ?? networks[0]
  const [text, setText] = useState('')
  const [table, setTable] = useState<TableChoice>('all')
  const [kind, setKind] = useState<KindChoice>('all')
  const [open, setOpen] = useState<string | null>(null)
  const [isAdding, setAdding] = useState(false)
  const id = network?.id
  const { found, reload } = useBook(i18n, id, text, table, kind)
  const columns = useMemo(() => addressColumns(i18n), [i18n])

  if (network === undefined) {
    return (
      <Page title={t('page.addresses')}>
        <Empty
          title={t('addresses.off')}
          action={<Button onClick={() => go('settings', 'network.enabled')}>{t('action.openSettings')}</Button>}
        />
      </Page>
    )
  }
  const seed = async (): Promise<void> => {
    const answer = await perform(i18n, ask('addresses.seed', { network: network.id }))
    if (answer !== undefined) toast(t('addresses.seeded', { count: answer.found }))
    reload()
  }
  return (
    <Page
      title={t('page.addresses')}
      aside={
        found.stats === null ? null : <span className="num">{t('addresses.count', { count: found.stats.total })}</span>
      }
      actions={
        <>
          <Button disabledWhy={network.hasSeeds ? undefined : t('addresses.seed.none')} onClick={() => void seed()}>
            {t('addresses.seed')}
          </Button>
          <Button look="primary" onClick={() => setAdding(true)}>
            {t('addresses.add')}
          </Button>
        </>
      }
    >
      <div className="flex min-h-0 flex-1">
        <div className="flex min-w-0 flex-1 flex-col">
          {found.stats === null ? null : <StatsStrip stats={found.stats} />}
          <DataTable
            id="addresses"
            label={t('page.addresses')}
            rows={found.rows}
            columns={columns}
            defaultSort={DEFAULT_SORT}
            toolbar={
              <>
                <SearchField label={t('addresses.search')} value={text} onChange={setText} />
                {networks.length < 2 ? null : (
                  <SmallSelect
                    label={t('addresses.network')}
                    value={network.id}
                    onChange={setChosen}
                    choices={networks.map(each => ({ value: each.id, label: each.title }))}
                  />
                )}
                <SmallSelect
                  label={t('addresses.table')}
                  value={table}
                  onChange={setTable}
                  choices={(['all', 'new', 'tried'] as const).map(each => ({
                    value: each,
                    label: t(`addresses.table.${each}`),
                  }))}
                />
                <SmallSelect
                  label={t('addresses.stats.kinds')}
                  value={kind}
                  onChange={setKind}
                  choices={KINDS.map(each => ({ value: each, label: each === 'all' ? t('addresses.kind.all') : each }))}
                />
                {found.total > FETCHED ? (
                  <span className="text-sm text-soft">{t('addresses.shown', { count: FETCHED })}</span>
                ) : null}
              </>
            }
            empty={
              <Empty
                title={t('addresses.empty')}
                text={t('addresses.emptyText')}
                action={<Button onClick={() => setAdding(true)}>{t('addresses.add')}</Button>}
              />
            }
            nameOf={ids => (ids.length === 1 ? (ids[0] ?? '') : t('addresses.many', { count: ids.length }))}
            menu={ids => addressMenu(i18n, network.id, ids, { explain: setOpen, reload })}
            onOpen={setOpen}
            onActive={active => setOpen(held => (held === null ? null : active))}
          />
          {found.stats === null ? null : (
            <p className="shrink-0 px-5 py-1.5 text-sm text-faint">
              {t('addresses.geo', {
                source: [found.stats.geo.countrySource, found.stats.geo.asnSource]
                  .filter(one => one !== '')
                  .join(' · '),
              })}
            </p>
          )}
        </div>
        {open === null ? null : (
          <ExplainDrawer key={open} network={network.id} address={open} onClose={() => setOpen(null)} />
        )}
      </div>
      {isAdding ? <AddDialog network={network.id} onClose={() => setAdding(false)} onAdded={reload} /> : null}
    </Page>
  )
}

/** The book's answer to the search, asked again every few seconds. */
function useBook(
  i18n: I18n,
  network: string | undefined,
  text: string,
  table: TableChoice,
  kind: KindChoice,
): { found: Found; reload: () => void } {
  const [found, setFound] = useState<Found>({ total: 0, rows: collectionOf<AddressRecord>([]), stats: null })
  const [round, setRound] = useState(0)
  useEffect(() => {
    if (network === undefined) return undefined
    let isGone = false
    const load = async (): Promise<void> => {
      const [answer, stats] = await Promise.all([
        perform(i18n, ask('addresses.search', { network, text, table, kind, limit: FETCHED })),
        perform(i18n, ask('addresses.stats', { network })),
      ])
      if (isGone || answer === undefined) return
      setFound(held => ({
        total: answer.total,
        rows: collectionOf(answer.addresses, held.rows.version + 1),
        stats: stats?.books[0] ?? null,
      }))
    }
    void load()
    const timer = setInterval(() => void load(), REFRESH_MS)
    return () => {
      isGone = true
      clearInterval(timer)
    }
  }, [i18n, network, text, table, kind, round])
  const reload = useCallback(() => setRound(held => held + 1), [])
  return { found, reload }
}

type State = 'banned' | 'terrible' | 'good' | 'untested'
function stateOf(row: AddressRecord): State {
  if (row.isBanned) return 'banned'
  if (row.isTerrible) return 'terrible'
  return row.lastSuccessAt === null ? 'untested' : 'good'
}
const STATE_TONES = { banned: 'bad', terrible: 'warn', good: 'good', untested: 'plain' } as const

function addressColumns({ t, country }: I18n): readonly Column<AddressRecord>[] {
  const timeCell = (at: number | null): ReactNode =>
    at === null ? <span className="text-faint">{t('value.never')}</span> : <RelativeTime at={at} />
  return [
    {
      id: 'address',
      title: t('addresses.column.address'),
      width: 240,
      value: row => row.address,
      cell: row => <AddressText address={row.address} />,
    },
    {
      id: 'state',
      title: t('addresses.column.state'),
      width: 120,
      value: stateOf,
      text: row => t(`addresses.state.${stateOf(row)}`),
      cell: row => <Badge tone={STATE_TONES[stateOf(row)]}>{t(`addresses.state.${stateOf(row)}`)}</Badge>,
    },
    {
      id: 'table',
      title: t('addresses.column.table'),
      width: 80,
      value: row => row.table,
      text: row => t(`addresses.table.${row.table}`),
    },
    { id: 'group', title: t('addresses.column.group'), width: 110, value: row => row.group },
    {
      id: 'country',
      title: t('addresses.column.country'),
      width: 110,
      value: row => row.country,
      text: row => (row.country === null ? '' : country(row.country)),
    },
    {
      id: 'source',
      title: t('addresses.column.source'),
      width: 170,
      value: row => row.source,
      cell: row => <Foreign text={row.source} />,
    },
    {
      id: 'services',
      title: t('addresses.column.services'),
      width: 150,
      isExtra: true,
      value: row => row.services.join(' '),
    },
    {
      id: 'seen',
      title: t('addresses.column.seen'),
      width: 110,
      align: 'end',
      value: row => row.seenAt,
      cell: row => timeCell(row.seenAt),
    },
    {
      id: 'tried',
      title: t('addresses.column.tried'),
      width: 110,
      align: 'end',
      value: row => row.lastTryAt,
      cell: row => timeCell(row.lastTryAt),
    },
    {
      id: 'success',
      title: t('addresses.column.success'),
      width: 110,
      align: 'end',
      value: row => row.lastSuccessAt,
      cell: row => timeCell(row.lastSuccessAt),
    },
    { id: 'failures', title: t('addresses.column.failures'), width: 80, align: 'end', value: row => row.failures },
  ]
}

interface MenuDoes {
  readonly explain: (address: string) => void
  readonly reload: () => void
}

function addressMenu(
  i18n: I18n,
  network: string,
  ids: readonly string[],
  { explain, reload }: MenuDoes,
): readonly MenuItem[] {
  const { t } = i18n
  const [address] = ids
  const each = (action: (one: string) => Promise<void>): void => void Promise.all(ids.map(action)).then(reload)
  return [
    { label: t('addresses.explain'), onSelect: () => address !== undefined && explain(address) },
    'line',
    {
      label: t('addresses.connect'),
      onSelect: () =>
        each(async one => {
          if ((await perform(i18n, ask('peers.add', { network, address: one, keep: false }))) !== undefined)
            toast(t('addresses.connecting', { address: one }))
        }),
    },
    {
      label: t('addresses.pin'),
      onSelect: () =>
        each(async one => {
          const done = await perform(i18n, ask('peers.pin', { network, address: one }))
          if (done !== undefined)
            toast(
              t('addresses.pinned', { address: one }),
              () => void perform(i18n, ask('peers.unpin', { network, address: one })),
            )
        }),
    },
    {
      label: t('addresses.ban'),
      tone: 'bad',
      onSelect: () =>
        each(async one => {
          const done = await perform(i18n, ask('bans.add', { target: one, durationMs: A_DAY_MS }))
          if (done !== undefined)
            toast(
              t('addresses.banned', { address: one }),
              () => void perform(i18n, ask('bans.lift', { ids: [done.id] })).then(reload),
            )
        }),
    },
    {
      label: t('addresses.forget'),
      tone: 'bad',
      onSelect: () =>
        each(async one => {
          const done = await perform(i18n, ask('addresses.forget', { network, address: one }))
          if (done !== undefined)
            toast(
              t('addresses.forgotten', { address: one }),
              () => void perform(i18n, ask('addresses.add', { network, text: one })).then(reload),
            )
        }),
    },
    'line',
    { label: t('action.copyAddress'), onSelect: () => void copyText(i18n, ids.join('\n')) },
  ]
}

function AddDialog({
  network,
  onClose,
  onAdded,
}: {
  readonly network: string
  readonly onClose: () => void
  readonly onAdded: () => void
}): ReactNode {
  const { t } = useI18n()
  const [text, setText] = useState('')
  const [error, setError] = useState<string | undefined>(undefined)
  const add = async (): Promise<void> => {
    try {
      const { added, known } = await ask('addresses.add', { network, text })
      toast(t('addresses.added', { added, known }))
      onAdded()
      onClose()
    } catch (failure) {
      setError(failure instanceof AskError ? (failure.details['text'] ?? failure.message) : String(failure))
    }
  }
  return (
    <Dialog
      title={t('addresses.add')}
      onClose={onClose}
      onSubmit={() => void add()}
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button look="primary" type="submit">
            {t('addresses.add')}
          </Button>
        </>
      }
    >
      <TextField
        label={t('addresses.add')}
        hint={t('addresses.add.hint')}
        error={error}
        value={text}
        onChange={setText}
        rows={6}
        isMono
        isFirst
      />
    </Dialog>
  )
}
