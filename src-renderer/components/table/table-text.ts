/** Rows as text: TSV for the clipboard, CSV and JSON for files. Pure. */
import type { Keyed } from '../../live/collection.ts'
import { cellText, type Column } from './column.ts'

/** A peer chooses some of these texts: one that a spreadsheet would run as a formula gets a quote before it. */
function defuse(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !/^-?[\d.,]+$/.test(text) ? `'${text}` : text
}

/** Tab-separated, with a line of titles. Tabs and line ends inside become spaces. */
export function toTsv<R extends Keyed>(columns: readonly Column<R>[], rows: readonly R[]): string {
  const clean = (text: string): string => defuse(text.replaceAll(/[\t\r\n]+/g, ' '))
  return [
    columns.map(column => clean(column.title)).join('\t'),
    ...rows.map(row => columns.map(column => clean(cellText(column, row))).join('\t')),
  ].join('\n')
}

/** RFC 4180, with bare values (bytes as numbers, not as "1.5 MiB") and a line of column ids. */
export function toCsv<R extends Keyed>(columns: readonly Column<R>[], rows: readonly R[]): string {
  const quote = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  return `${[
    columns.map(column => column.id).join(','),
    ...rows.map(row =>
      columns
        .map(column => {
          const value = column.value(row)
          return quote(typeof value === 'string' ? defuse(value) : value === null ? '' : String(value))
        })
        .join(','),
    ),
  ].join('\r\n')}\r\n`
}

/** The whole records, not only the shown columns. */
export function toJson(rows: readonly Keyed[]): string {
  return `${JSON.stringify(rows, null, 2)}\n`
}
