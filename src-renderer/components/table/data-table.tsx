/**
 * The table of records: virtual rows, sort, filter, chosen columns, selection by id, full keyboard, a menu bound to
 * ids, copy and export. Live records may change ten times a second; the order stands still while somebody is at it.
 */
import { useVirtualizer } from '@tanstack/react-virtual'
import Download from 'lucide-react/icons/download'
import Snowflake from 'lucide-react/icons/snowflake'
import X from 'lucide-react/icons/x'
import { useCallback, useEffect, useId, useMemo, useRef, useState, type MouseEvent, type ReactNode } from 'react'
import { useI18n } from '../../i18n/context.tsx'
import type { Collection, Keyed } from '../../live/collection.ts'
import { copyText, saveText } from '../../shell/files.ts'
import { Button, IconButton } from '../button.tsx'
import { Empty } from '../empty.tsx'
import { Menu, MenuAt, type MenuItem } from '../menu.tsx'
import { SearchField } from '../search-field.tsx'
import { ColumnChooser } from './column-chooser.tsx'
import type { Column, Sort } from './column.ts'
import { resizeColumn, useLayout } from './layout.ts'
import { textFilter } from './order.ts'
import {
  keepOnly,
  selectAll,
  selectOne,
  selectRange,
  toggleOne,
  NOTHING_SELECTED,
  type Selection,
} from './selection.ts'
import { decideKey } from './table-keys.ts'
import { TableHead } from './table-head.tsx'
import { ROW_HEIGHT, TableRow } from './table-row.tsx'
import { toCsv, toJson, toTsv } from './table-text.ts'
import { useHold } from './use-hold.ts'
import { useOrder } from './use-order.ts'

const HEAD_HEIGHT = 32
const BOX_WIDTH = 36

interface DataTableProps<R extends Keyed> {
  /** Remembers columns and sort under this name, and names exported files. */
  readonly id: string
  readonly label: string
  readonly rows: Collection<R>
  /** Keep the identity (`useMemo`) while nothing changed: rows are drawn again when it does. */
  readonly columns: readonly Column<R>[]
  readonly defaultSort: Sort
  /** What the filter box looks through; without it there is none. Keep its identity. */
  readonly searchText?: (row: R) => string
  /** A further filter of the page's own. Keep its identity. */
  readonly where?: (row: R) => boolean
  /** What stands in place of the table when there is no record at all. */
  readonly empty: ReactNode
  /** Beside the filter box: chips, toggles. */
  readonly toolbar?: ReactNode
  /** Names records for menus: one by name, many by number. */
  readonly nameOf: (ids: readonly string[]) => string
  /** The menu of the selected records. */
  readonly menu?: (ids: readonly string[]) => readonly MenuItem[]
  /** Buttons that take the toolbar's place while records are selected. */
  readonly renderBulk?: (ids: readonly string[]) => ReactNode
  readonly onOpen?: (id: string) => void
  /** Called when the keyboard or a click moves to a record. */
  readonly onActive?: (id: string) => void
  /** Selects and shows a record; change `nonce` to ask again. */
  readonly reveal?: { readonly id: string; readonly nonce: number } | null
}

const ALL = (): boolean => true

export function DataTable<R extends Keyed>(props: DataTableProps<R>): ReactNode {
  const {
    id,
    label,
    rows,
    columns,
    defaultSort,
    searchText,
    where = ALL,
    onOpen,
    onActive,
    menu,
    nameOf,
    reveal,
  } = props
  const i18n = useI18n()
  const { t } = i18n
  const domId = useId()
  const grid = useRef<HTMLDivElement>(null)
  const { layout, shown, change, reset } = useLayout(id, columns)
  const [sort, setSort] = useState<Sort>(defaultSort)
  const [filter, setFilter] = useState('')
  const [selection, setSelection] = useState<Selection>(NOTHING_SELECTED)
  const [menuAt, setMenuAt] = useState<{ x: number; y: number; ids: readonly string[] } | null>(null)

  const matches = useMemo(() => {
    if (searchText === undefined) return where
    const byText = textFilter(filter, searchText)
    return (row: R): boolean => where(row) && byText(row)
  }, [filter, searchText, where])
  const hold = useHold(menuAt !== null)
  const order = useOrder({
    rows,
    matches,
    column: columns.find(column => column.id === sort.column),
    sort,
    isHeld: hold.isHeld,
    compareText: i18n.compare,
  })
  const { ids } = order

  const virtual = useVirtualizer({
    count: ids.length,
    getScrollElement: () => grid.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 6,
    paddingStart: HEAD_HEIGHT,
    scrollPaddingStart: HEAD_HEIGHT,
  })
  const template = `${String(BOX_WIDTH)}px ${shown.map(column => `${String(column.width)}px`).join(' ')} minmax(0, 1fr)`
  const shownKey = `${layout.order.join()}|${layout.hidden.join()}|${JSON.stringify(layout.widths)}`
  const rowColumns = useMemo(() => shown, [columns, shownKey])

  const seen = useRef(new Map<string, R>())
  useEffect(() => setSelection(held => keepOnly(held, each => rows.byId.has(each))), [rows.membership, rows.byId])
  const shownCount = useMemo(
    () => ids.reduce((count, each) => count + Number(rows.byId.has(each)), 0),
    [ids, rows.membership, rows.byId],
  )
  const selected = useMemo(() => ids.filter(each => selection.ids.has(each)), [ids, selection.ids])

  const latest = useRef({ ids, selection, onActive, onOpen })
  latest.current = { ids, selection, onActive, onOpen }
  const select = useCallback((next: Selection): void => {
    setSelection(next)
    if (next.active !== null && next.active !== latest.current.selection.active) latest.current.onActive?.(next.active)
  }, [])
  const press = useCallback(
    (row: string, event: MouseEvent, isBox: boolean): void => {
      const held = latest.current.selection
      if (event.shiftKey) select(selectRange(held, latest.current.ids, row))
      else if (isBox || event.ctrlKey || event.metaKey) select(toggleOne(held, row))
      else {
        select(selectOne(row))
        if (event.detail === 2) latest.current.onOpen?.(row)
      }
    },
    [select],
  )

  useEffect(() => {
    if (reveal === undefined || reveal === null) return
    const index = latest.current.ids.indexOf(reveal.id)
    if (index < 0) return
    select(selectOne(reveal.id))
    virtual.scrollToIndex(index, { align: 'auto' })
  }, [reveal?.id, reveal?.nonce])

  const records = (wanted: readonly string[]): R[] =>
    wanted.flatMap(each => {
      const row = rows.byId.get(each)
      return row === undefined ? [] : [row]
    })
  const copy = (wanted: readonly string[]): void =>
    void copyText(i18n, toTsv(shown, records(wanted)), t('toast.copiedRows', { count: wanted.length }))
  const openMenu = (wanted: readonly string[], x: number, y: number): void => {
    if (menu !== undefined && wanted.length > 0) setMenuAt({ x, y, ids: wanted })
  }
  const openMenuAtActive = (): void => {
    const index = selection.active === null ? -1 : ids.indexOf(selection.active)
    const box = document.getElementById(`${domId}-${String(index)}`)?.getBoundingClientRect()
    if (box !== undefined)
      openMenu(selected.length > 0 ? selected : [selection.active ?? ''], box.left + 60, box.bottom)
  }
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return
    const page = Math.max(1, Math.floor((grid.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2)
    const action = decideKey(event, { ids, selection, page })
    if (action === null) return
    event.preventDefault()
    event.stopPropagation()
    hold.touch()
    if (action.kind === 'select') {
      select(action.selection)
      if (action.selection.active !== null) virtual.scrollToIndex(ids.indexOf(action.selection.active))
    } else if (action.kind === 'open') onOpen?.(action.id)
    else if (action.kind === 'menu') openMenuAtActive()
    else copy(selected)
  }
  const exportRows = (): R[] => records(selected.length > 0 ? selected : ids)
  const chooseSort = useCallback(
    (column: string): void =>
      setSort(held => {
        if (held.column === column) return { column, isDescending: !held.isDescending }
        // Of numbers one looks for the largest.
        return { column, isDescending: columns.find(each => each.id === column)?.align === 'end' }
      }),
    [columns],
  )

  if (rows.isLoaded && rows.byId.size === 0 && ids.length === 0) return props.empty
  const activeIndex = selection.active === null ? -1 : ids.indexOf(selection.active)
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex h-11 shrink-0 items-center gap-2 overflow-hidden px-5 pb-1">
        {searchText === undefined ? null : (
          <SearchField label={`${t('table.filter')}: ${label}`} value={filter} onChange={setFilter} />
        )}
        {selected.length === 0 || props.renderBulk === undefined ? (
          props.toolbar
        ) : (
          <>
            <span className="num text-sm whitespace-nowrap">{t('table.selected', { count: selected.length })}</span>
            {props.renderBulk(selected)}
            <IconButton label={t('table.clearSelection')} Icon={X} onClick={() => setSelection(NOTHING_SELECTED)} />
          </>
        )}
        <span className="flex-1" />
        <span className={hold.isHeld ? '' : 'invisible'}>
          <IconButton label={`${t('table.frozen')}. ${t('table.frozenWhy')}`} Icon={Snowflake} onClick={order.resort} />
        </span>
        <span className="num text-sm whitespace-nowrap text-soft">
          {shownCount === rows.byId.size
            ? t('table.rows', { count: shownCount })
            : t('table.shown', { shown: shownCount, count: rows.byId.size })}
        </span>
        <Menu
          trigger={
            <button
              type="button"
              aria-label={t('table.export')}
              title={t('table.export')}
              className="inline-flex size-7 items-center justify-center rounded-md text-soft hover:bg-hover hover:text-ink"
            >
              <Download size={15} aria-hidden />
            </button>
          }
          items={[
            { label: t('table.copyTsv'), onSelect: () => copy(selected.length > 0 ? selected : ids) },
            {
              label: t('table.exportCsv'),
              onSelect: () => void saveText(i18n, `${id}.csv`, toCsv(columns, exportRows())),
            },
            { label: t('table.exportJson'), onSelect: () => void saveText(i18n, `${id}.json`, toJson(exportRows())) },
          ]}
        />
        <ColumnChooser columns={columns} layout={layout} onChange={change} onReset={reset} />
      </div>
      <div
        ref={grid}
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={ids.length + 1}
        aria-colcount={shown.length + 1}
        aria-multiselectable="true"
        aria-busy={!rows.isLoaded}
        aria-activedescendant={activeIndex < 0 ? undefined : `${domId}-${String(activeIndex)}`}
        onKeyDown={onKeyDown}
        {...hold.handlers}
        onContextMenu={event => {
          const row =
            event.target instanceof Element ? event.target.closest<HTMLElement>('[data-id]')?.dataset['id'] : undefined
          if (row === undefined) return
          event.preventDefault()
          const isPart = selection.ids.has(row)
          if (!isPart) select(selectOne(row))
          openMenu(isPart ? selected : [row], event.clientX, event.clientY)
        }}
        className="group focus-inset relative min-h-0 flex-1 overflow-auto border-t border-line"
      >
        <TableHead
          columns={shown}
          template={template}
          sort={sort}
          onSort={chooseSort}
          onResize={(column, width) => change(resizeColumn(layout, column, width))}
          corner={
            <div
              role="columnheader"
              aria-colindex={1}
              aria-label={t('keys.select')}
              className="flex items-center justify-center"
            >
              <input
                type="checkbox"
                aria-label={t('keys.all')}
                className="accent-accent"
                checked={selected.length > 0 && selected.length === ids.length}
                onChange={event => setSelection(event.target.checked ? selectAll(selection, ids) : NOTHING_SELECTED)}
              />
            </div>
          }
        />
        <div role="rowgroup" className="relative min-w-full" style={{ height: virtual.getTotalSize() - HEAD_HEIGHT }}>
          {virtual.getVirtualItems().map(item => {
            const key = ids[item.index] ?? ''
            const there = rows.byId.get(key)
            if (there !== undefined) seen.current.set(key, there)
            const row = there ?? seen.current.get(key)
            if (row === undefined) return null
            return (
              <TableRow
                key={key}
                row={row}
                domId={`${domId}-${String(item.index)}`}
                index={item.index}
                top={item.start - HEAD_HEIGHT}
                columns={rowColumns}
                template={template}
                isSelected={selection.ids.has(key)}
                isActive={selection.active === key}
                goneText={there === undefined ? t('table.gone') : undefined}
                onPress={press}
              />
            )
          })}
        </div>
        {ids.length === 0 && rows.isLoaded ? (
          <div className="absolute inset-0 top-8">
            <Empty
              title={t('table.noMatch')}
              text={t('table.noMatchText', { count: rows.byId.size })}
              action={
                filter === '' ? undefined : <Button onClick={() => setFilter('')}>{t('table.clearFilter')}</Button>
              }
            />
          </div>
        ) : null}
        {rows.isLoaded ? null : <p className="p-8 text-center text-soft">{t('table.loading')}</p>}
      </div>
      {menuAt === null || menu === undefined ? null : (
        <MenuAt
          at={menuAt}
          subject={nameOf(menuAt.ids)}
          items={menu(menuAt.ids)}
          onClose={() => setMenuAt(null)}
          returnFocus={() => grid.current?.focus()}
        />
      )}
    </div>
  )
}
