/** The order of a live table's rows: sorted when asked, held still while somebody looks closely. Pure. */
import type { Keyed } from '../../live/collection.ts'
import type { CellValue, Column, Sort } from './column.ts'

/** Compares two bare values; null is always last, whatever the direction. */
export function compareValues(
  a: CellValue,
  b: CellValue,
  isDescending: boolean,
  compareText: (a: string, b: string) => number,
): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  const order = typeof a === 'string' && typeof b === 'string' ? compareText(a, b) : Number(a) - Number(b)
  return isDescending ? -order : order
}

/** Ids of the rows that match, sorted; equal ones by id, so that the order is the same each time. */
export function sortRows<R extends Keyed>(
  rows: ReadonlyMap<string, R>,
  matches: (row: R) => boolean,
  column: Column<R> | undefined,
  sort: Sort,
  compareText: (a: string, b: string) => number,
): string[] {
  const valueOf = column?.sortBy ?? column?.value
  const keyed: { id: string; value: CellValue }[] = []
  for (const row of rows.values()) {
    if (matches(row)) keyed.push({ id: row.id, value: valueOf === undefined ? null : valueOf(row) })
  }
  keyed.sort(
    (a, b) =>
      compareValues(a.value, b.value, sort.isDescending, compareText) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  )
  return keyed.map(entry => entry.id)
}

/**
 * The order while it is held: every row keeps its place, those that went stay as gaps (drawn as gone), those that came
 * stand at the end. Returns the same array when nothing came.
 */
export function holdRows<R extends Keyed>(
  shown: readonly string[],
  rows: ReadonlyMap<string, R>,
  matches: (row: R) => boolean,
): readonly string[] {
  const known = new Set(shown)
  const came: string[] = []
  for (const row of rows.values()) if (!known.has(row.id) && matches(row)) came.push(row.id)
  return came.length === 0 ? shown : [...shown, ...came]
}

/** A filter over a row's text: every word must occur, case ignored. An empty filter takes all. */
export function textFilter<R>(text: string, searchText: (row: R) => string): (row: R) => boolean {
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return () => true
  return row => {
    const haystack = searchText(row).toLowerCase()
    return words.every(word => haystack.includes(word))
  }
}
