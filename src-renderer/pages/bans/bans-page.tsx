/** The Bans page: who is refused, until when and why; adding, lifting, export and import. */
import Ban from 'lucide-react/icons/ban'
import Copy from 'lucide-react/icons/copy'
import PanelRight from 'lucide-react/icons/panel-right'
import Plus from 'lucide-react/icons/plus'
import ShieldOff from 'lucide-react/icons/shield-off'
import { useCallback, useMemo, useRef, useState, type ReactNode } from 'react'
import type { BanRecord } from '../../../src-preload/contract.ts'
import { Button } from '../../components/button.tsx'
import { Empty } from '../../components/empty.tsx'
import type { MenuItem } from '../../components/menu.tsx'
import { Page } from '../../components/page.tsx'
import { SmallSelect } from '../../components/select.tsx'
import { DataTable } from '../../components/table/data-table.tsx'
import { useI18n } from '../../i18n/context.tsx'
import type { I18n } from '../../i18n/i18n.ts'
import { useBans } from '../../live/hooks.ts'
import { copyText } from '../../shell/files.ts'
import { useUi, type Focus } from '../../shell/ui-store.ts'
import { AddBanDialog } from './add-ban-dialog.tsx'
import { bansOf, exportBans, importBans, lift, nameBans } from './ban-actions.ts'
import { banColumns, banSearchText } from './ban-columns.tsx'
import { BanDrawer } from './ban-drawer.tsx'

const DEFAULT_SORT = { column: 'created', isDescending: true } as const
type ByChoice = 'all' | BanRecord['by']

function banMenu(i18n: I18n, ids: readonly string[], open: (id: string) => void): readonly MenuItem[] {
  const { t } = i18n
  const [only] = ids
  return [
    ...(ids.length === 1 && only !== undefined
      ? [{ label: t('bans.action.details'), Icon: PanelRight, keys: 'Enter', onSelect: () => open(only) }]
      : []),
    {
      label: t('action.copyAddress'),
      Icon: Copy,
      onSelect: () =>
        void copyText(
          i18n,
          bansOf(ids)
            .map(ban => ban.target)
            .join('\n'),
        ),
    },
    'line',
    { label: t('bans.action.lift'), Icon: ShieldOff, onSelect: () => void lift(i18n, ids) },
  ]
}

export function BansPage(): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const bans = useBans()
  const [open, setOpen] = useState<string | null>(null)
  const [by, setBy] = useState<ByChoice>('all')
  const [isAdding, setAdding] = useState(false)
  const focus = useUi(state => state.focus)
  const [revealed, setRevealed] = useState<Focus | null>(null)
  if (focus !== revealed) {
    setRevealed(focus)
    if (focus !== null) setOpen(focus.id)
  }
  const columns = useMemo(() => banColumns(i18n), [i18n])
  const where = useCallback((ban: BanRecord): boolean => by === 'all' || ban.by === by, [by])
  const startAdding = (): void => setAdding(true)
  const add = (
    <Button look="primary" Icon={Plus} onClick={startAdding}>
      {t('bans.add')}
    </Button>
  )
  return (
    <Page
      title={t('page.bans')}
      aside={<span className="num">{t('bans.count', { count: bans.byId.size })}</span>}
      actions={
        <>
          <ImportButton />
          <Button
            disabledWhy={bans.byId.size === 0 ? t('bans.empty.title') : undefined}
            onClick={() => void exportBans(i18n)}
          >
            {t('bans.export')}
          </Button>
          {add}
        </>
      }
    >
      <div className="flex min-h-0 flex-1">
        <div className="flex min-w-0 flex-1 flex-col">
          <DataTable
            id="bans"
            label={t('bans.table')}
            rows={bans}
            columns={columns}
            defaultSort={DEFAULT_SORT}
            searchText={banSearchText}
            where={where}
            empty={
              <Empty
                Icon={Ban}
                title={t('bans.empty.title')}
                text={t('bans.empty.text')}
                action={
                  <>
                    <ImportButton />
                    {add}
                  </>
                }
              />
            }
            nameOf={ids => nameBans(i18n, bansOf(ids))}
            menu={ids => banMenu(i18n, ids, setOpen)}
            renderBulk={ids => <Button onClick={() => void lift(i18n, ids)}>{t('bans.action.lift')}</Button>}
            onOpen={setOpen}
            onActive={id => setOpen(held => (held === null ? null : id))}
            reveal={focus}
            toolbar={
              <SmallSelect
                label={t('bans.column.by')}
                value={by}
                onChange={setBy}
                choices={[
                  { value: 'all', label: t('bans.by.all') },
                  { value: 'rule', label: t('bans.by.onlyRule') },
                  { value: 'user', label: t('bans.by.onlyUser') },
                  { value: 'import', label: t('bans.by.onlyImport') },
                ]}
              />
            }
          />
        </div>
        {open === null ? null : <BanDrawer key={open} id={open} onClose={() => setOpen(null)} />}
      </div>
      {isAdding ? <AddBanDialog onClose={() => setAdding(false)} /> : null}
    </Page>
  )
}

/** A button that opens the system's file chooser and imports what was chosen. */
function ImportButton(): ReactNode {
  const i18n = useI18n()
  const file = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={file}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label={i18n.t('bans.import')}
        onChange={event => {
          const [chosen] = event.target.files ?? []
          event.target.value = ''
          if (chosen !== undefined) void importBans(i18n, chosen)
        }}
      />
      <Button onClick={() => file.current?.click()}>{i18n.t('bans.import')}</Button>
    </>
  )
}
