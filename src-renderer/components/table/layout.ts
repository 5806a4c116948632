/** Which columns a table shows, in which order and width: chosen by the user, remembered by the browser. */
import { useCallback, useState } from 'react'
import { z } from 'zod'
import type { Keyed } from '../../live/collection.ts'
import type { Column } from './column.ts'

/** Pixels. */
export const MIN_COLUMN_WIDTH = 48
const MAX_COLUMN_WIDTH = 800

const remembered = z.object({
  order: z.array(z.string()),
  hidden: z.array(z.string()),
  widths: z.record(z.string(), z.number()),
})
export type Layout = z.infer<typeof remembered>

function defaultLayout<R extends Keyed>(columns: readonly Column<R>[]): Layout {
  return {
    order: columns.map(column => column.id),
    hidden: columns.filter(column => column.isExtra === true).map(column => column.id),
    widths: {},
  }
}

/** A remembered layout made to fit today's columns: unknown ones are dropped, new ones stand where they are declared. */
export function fitLayout<R extends Keyed>(layout: Layout, columns: readonly Column<R>[]): Layout {
  const known = new Set(columns.map(column => column.id))
  const order = layout.order.filter(id => known.has(id))
  const hidden = layout.hidden.filter(id => known.has(id))
  columns.forEach((column, index) => {
    if (order.includes(column.id)) return
    order.splice(Math.min(index, order.length), 0, column.id)
    if (column.isExtra === true) hidden.push(column.id)
  })
  return { order, hidden, widths: layout.widths }
}

/** Moves a column one place among all. */
export function moveColumn(layout: Layout, id: string, step: -1 | 1): Layout {
  const order = [...layout.order]
  const from = order.indexOf(id)
  const to = from + step
  const other = order[to]
  if (from < 0 || other === undefined) return layout
  order[to] = id
  order[from] = other
  return { ...layout, order }
}

export function resizeColumn(layout: Layout, id: string, width: number): Layout {
  const bounded = Math.round(Math.min(MAX_COLUMN_WIDTH, Math.max(MIN_COLUMN_WIDTH, width)))
  return { ...layout, widths: { ...layout.widths, [id]: bounded } }
}

function read(key: string): Layout | null {
  try {
    const parsed = remembered.safeParse(JSON.parse(localStorage.getItem(key) ?? 'null'))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

interface HeldLayout<R extends Keyed> {
  readonly layout: Layout
  /** Shown columns in order, with the width in force. */
  readonly shown: readonly (Column<R> & { readonly width: number })[]
  readonly change: (next: Layout) => void
  readonly reset: () => void
}

export function useLayout<R extends Keyed>(table: string, columns: readonly Column<R>[]): HeldLayout<R> {
  const key = `warren.table.${table}`
  const [held, hold] = useState<Layout>(() => read(key) ?? defaultLayout(columns))
  const layout = fitLayout(held, columns)
  const change = useCallback(
    (next: Layout): void => {
      hold(next)
      localStorage.setItem(key, JSON.stringify(next))
    },
    [key],
  )
  const byId = new Map(columns.map(column => [column.id, column]))
  const shown = layout.order.flatMap(id => {
    const column = byId.get(id)
    if (column === undefined || layout.hidden.includes(id)) return []
    return [{ ...column, width: layout.widths[id] ?? column.width }]
  })
  return { layout, shown, change, reset: () => change(defaultLayout(columns)) }
}
