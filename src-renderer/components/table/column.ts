/** What a table is made of: typed columns over records with an id. */
import type { ReactNode } from 'react'
import type { Collection, Keyed } from '../../live/collection.ts'

export type CellValue = string | number | boolean | null

export interface Column<R extends Keyed> {
  /** Stable: widths, order and choice are remembered by it. Also the field name of exports. */
  readonly id: string
  readonly title: string
  /** What the heading means, when the title alone does not say. */
  readonly hint?: string
  /** Pixels at first. */
  readonly width: number
  /** Numbers stand at the end, in figures of one width. */
  readonly align?: 'start' | 'end'
  /** Hidden until chosen. */
  readonly isExtra?: boolean
  /** The bare value: exported, and sorted by unless `sortBy` says otherwise. Null sorts last either way. */
  readonly value: (row: R) => CellValue
  /** Sorted by instead of `value`: an age sorts against its time of birth. */
  readonly sortBy?: (row: R) => CellValue
  /** What is copied, and shown when there is no `cell`. */
  readonly text?: (row: R) => string
  readonly cell?: (row: R) => ReactNode
}

export interface Sort {
  readonly column: string
  readonly isDescending: boolean
}

export function cellText<R extends Keyed>(column: Column<R>, row: R): string {
  if (column.text !== undefined) return column.text(row)
  const value = column.value(row)
  return value === null ? '' : String(value)
}

/** Makes a collection of the records of an answer, for tables that are not live. */
export function collectionOf<R extends Keyed>(rows: readonly R[], version = 0): Collection<R> {
  return { byId: new Map(rows.map(row => [row.id, row])), version, membership: version, isLoaded: true }
}
