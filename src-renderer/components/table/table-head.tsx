/** The headings of a table: sort on click, resize by the edge (dragged, or with the arrow keys when focused). */
import ArrowDown from 'lucide-react/icons/arrow-down'
import ArrowUp from 'lucide-react/icons/arrow-up'
import { useRef, type ReactNode } from 'react'
import { useI18n } from '../../i18n/context.tsx'
import type { Keyed } from '../../live/collection.ts'
import { Hint } from '../hint.tsx'
import type { Column, Sort } from './column.ts'
import { MIN_COLUMN_WIDTH } from './layout.ts'

/** Pixels a key press widens or narrows by. */
const KEY_STEP = 16

interface HeadProps<R extends Keyed> {
  readonly columns: readonly Column<R>[]
  readonly template: string
  readonly sort: Sort
  readonly onSort: (column: string) => void
  readonly onResize: (column: string, width: number) => void
  /** The cell over the check boxes. */
  readonly corner: ReactNode
}

export function TableHead<R extends Keyed>(props: HeadProps<R>): ReactNode {
  const { columns, template, sort, onSort, onResize, corner } = props
  return (
    <div
      role="row"
      aria-rowindex={1}
      className="sticky top-0 z-10 grid h-8 min-w-full border-b border-line bg-canvas text-sm text-soft"
      style={{ gridTemplateColumns: template }}
    >
      {corner}
      {columns.map((column, index) => (
        <Heading
          key={column.id}
          column={column}
          index={index}
          sorted={sort.column === column.id ? (sort.isDescending ? 'descending' : 'ascending') : 'none'}
          onSort={() => onSort(column.id)}
          onResize={width => onResize(column.id, width)}
        />
      ))}
    </div>
  )
}

interface HeadingProps<R extends Keyed> {
  readonly column: Column<R>
  readonly index: number
  readonly sorted: 'ascending' | 'descending' | 'none'
  readonly onSort: () => void
  readonly onResize: (width: number) => void
}

function Heading<R extends Keyed>({ column, index, sorted, onSort, onResize }: HeadingProps<R>): ReactNode {
  const { t } = useI18n()
  const drag = useRef<{ x: number; width: number } | null>(null)
  const arrow =
    sorted === 'none' ? null : sorted === 'ascending' ? (
      <ArrowUp size={12} aria-hidden />
    ) : (
      <ArrowDown size={12} aria-hidden />
    )
  const button = (
    <button
      type="button"
      onClick={onSort}
      className={`focus-inset flex h-full w-full min-w-0 items-center gap-1 px-2 font-medium hover:text-ink ${column.align === 'end' ? 'flex-row-reverse' : ''} ${sorted === 'none' ? '' : 'text-ink'}`}
    >
      <span className="truncate">{column.title}</span>
      {arrow}
    </button>
  )
  return (
    <div role="columnheader" aria-colindex={index + 2} aria-sort={sorted} className="relative min-w-0">
      {column.hint === undefined ? button : <Hint text={column.hint}>{button}</Hint>}
      <div
        role="separator"
        tabIndex={0}
        aria-orientation="vertical"
        aria-label={t('table.resize', { column: column.title })}
        aria-valuenow={column.width}
        aria-valuemin={MIN_COLUMN_WIDTH}
        className="absolute inset-y-1.5 -right-1 z-10 w-2 cursor-col-resize before:absolute before:inset-y-0 before:left-1/2 before:w-px before:bg-line hover:before:bg-edge"
        onPointerDown={event => {
          drag.current = { x: event.clientX, width: column.width }
          event.currentTarget.setPointerCapture(event.pointerId)
        }}
        onPointerMove={event => {
          if (drag.current !== null) onResize(drag.current.width + event.clientX - drag.current.x)
        }}
        onPointerUp={() => (drag.current = null)}
        onKeyDown={event => {
          if (event.key === 'ArrowLeft') onResize(column.width - KEY_STEP)
          else if (event.key === 'ArrowRight') onResize(column.width + KEY_STEP)
          else return
          event.preventDefault()
          event.stopPropagation()
        }}
      />
    </div>
  )
}
