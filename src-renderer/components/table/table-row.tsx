/** One row, drawn again only when its record, its place or its selection changed. */
import { memo, type MouseEvent, type ReactNode } from 'react'
import type { Keyed } from '../../live/collection.ts'
import { cellText, type Column } from './column.ts'

/** Pixels; the virtual list counts on it. */
export const ROW_HEIGHT = 30

interface RowProps<R extends Keyed> {
  readonly row: R
  readonly domId: string
  readonly index: number
  readonly top: number
  readonly columns: readonly Column<R>[]
  readonly template: string
  readonly isSelected: boolean
  readonly isActive: boolean
  /** Said of a record that went while the order was held. */
  readonly goneText: string | undefined
  readonly onPress: (id: string, event: MouseEvent, isBox: boolean) => void
}

function RowInner<R extends Keyed>(props: RowProps<R>): ReactNode {
  const { row, domId, index, top, columns, template, isSelected, isActive, goneText, onPress } = props
  return (
    <div
      id={domId}
      role="row"
      tabIndex={-1}
      data-id={row.id}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      title={goneText}
      onClick={event => onPress(row.id, event, false)}
      className={`absolute left-0 grid min-w-full border-b border-line/60 ${isSelected ? 'bg-chosen' : 'hover:bg-hover'} ${isActive ? 'group-focus-visible:outline-2 group-focus-visible:-outline-offset-2 group-focus-visible:outline-accent' : ''} ${goneText !== undefined ? 'line-through opacity-50' : ''}`}
      style={{ height: ROW_HEIGHT, transform: `translateY(${String(top)}px)`, gridTemplateColumns: template }}
    >
      <div
        role="gridcell"
        tabIndex={-1}
        aria-colindex={1}
        className="flex items-center justify-center"
        onClick={event => {
          event.stopPropagation()
          onPress(row.id, event, true)
        }}
      >
        <span
          aria-hidden="true"
          className={`flex size-3.5 items-center justify-center rounded-sm border text-xs leading-none ${isSelected ? 'border-accent bg-accent text-accent-ink' : 'border-edge/60'}`}
        >
          {isSelected ? '✓' : ''}
        </span>
      </div>
      {columns.map((column, at) => (
        <div
          key={column.id}
          role="gridcell"
          aria-colindex={at + 2}
          className={`flex min-w-0 items-center px-2 ${column.align === 'end' ? 'num justify-end text-right' : ''}`}
        >
          {column.cell === undefined ? <span className="truncate">{cellText(column, row)}</span> : column.cell(row)}
        </div>
      ))}
    </div>
  )
}

export const TableRow = memo(RowInner) as typeof RowInner
