/** The pure parts of the table: order held and sorted, selection by id, keys, remembered columns, rows as text. */
import { describe, expect, it } from 'vitest'
import type { Column } from '../../src-renderer/components/table/column.ts'
import { fitLayout, moveColumn, resizeColumn } from '../../src-renderer/components/table/layout.ts'
import { holdRows, sortRows, textFilter } from '../../src-renderer/components/table/order.ts'
import {
  keepOnly,
  NOTHING_SELECTED,
  selectOne,
  selectRange,
  toggleOne,
} from '../../src-renderer/components/table/selection.ts'
import { decideKey } from '../../src-renderer/components/table/table-keys.ts'
import { toCsv, toTsv } from '../../src-renderer/components/table/table-text.ts'

interface Row {
  readonly id: string
  readonly name: string
  readonly ping: number | null
}
const rows = (...list: [string, number | null][]): Map<string, Row> =>
  new Map(list.map(([id, ping]) => [id, { id, name: `peer ${id}`, ping }]))
const NAME: Column<Row> = { id: 'name', title: 'Name', width: 100, value: row => row.name }
const PING: Column<Row> = { id: 'ping', title: 'Ping', width: 80, align: 'end', value: row => row.ping }
const all = (): boolean => true
const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

describe('the order of rows', () => {
  const held = rows(['a', 30], ['b', null], ['c', 10], ['d', 30])

  it('sorts by value with unknown ones last in both directions, equal ones by id', () => {
    expect(sortRows(held, all, PING, { column: 'ping', isDescending: false }, text)).toEqual(['c', 'a', 'd', 'b'])
    expect(sortRows(held, all, PING, { column: 'ping', isDescending: true }, text)).toEqual(['a', 'd', 'c', 'b'])
  })

  it('sorts by `sortBy` where a column has one', () => {
    const age: Column<Row> = { ...PING, sortBy: row => -(row.ping ?? 0) }
    expect(sortRows(rows(['a', 1], ['b', 2]), all, age, { column: 'ping', isDescending: false }, text)).toEqual([
      'b',
      'a',
    ])
  })

  it('keeps every place while held: the gone stay, the new stand last, changes move nothing', () => {
    const shown = ['c', 'a', 'd', 'b']
    const later = rows(['a', 1], ['b', 99], ['c', 500], ['e', 0])
    expect(holdRows(shown, later, all)).toEqual(['c', 'a', 'd', 'b', 'e'])
    expect(holdRows(shown, rows(['a', 1]), all)).toBe(shown)
  })

  it('takes no new row that the filter hides', () => {
    expect(holdRows(['a'], rows(['a', 1], ['b', 2]), row => row.id !== 'b')).toEqual(['a'])
  })

  it('filters by every word, case ignored', () => {
    const matches = textFilter<Row>(' PEER  c ', row => row.name)
    expect([...held.values()].filter(matches).map(row => row.id)).toEqual(['c'])
    expect(textFilter<Row>('   ', row => row.name)({ id: 'x', name: '', ping: null })).toBe(true)
  })
})

describe('selection', () => {
  const order = ['a', 'b', 'c', 'd']

  it('selects a range either way from its anchor', () => {
    const up = selectRange(selectOne('c'), order, 'a')
    expect([...up.ids]).toEqual(['a', 'b', 'c'])
    expect([...selectRange(up, order, 'd').ids]).toEqual(['c', 'd'])
  })

  it('follows ids when rows are sorted anew', () => {
    expect([...selectRange(selectOne('c'), ['d', 'c', 'b', 'a'], 'a').ids]).toEqual(['c', 'b', 'a'])
  })

  it('toggles one and forgets what is gone', () => {
    const two = toggleOne(selectOne('a'), 'b')
    expect([...two.ids]).toEqual(['a', 'b'])
    expect([...keepOnly(two, id => id === 'b').ids]).toEqual(['b'])
    expect(keepOnly(two, () => true)).toBe(two)
  })
})

describe('keys in a table', () => {
  const state = { ids: ['a', 'b', 'c', 'd', 'e'], selection: selectOne('b'), page: 3 }
  const press = (key: string, mods: { shiftKey?: boolean; ctrlKey?: boolean } = {}) =>
    decideKey({ key, ctrlKey: false, metaKey: false, shiftKey: false, ...mods }, state)
  const selected = (key: string, mods = {}): string[] => {
    const action = press(key, mods)
    return action?.kind === 'select' ? [...action.selection.ids] : []
  }

  it.each([
    ['ArrowDown', 'c'],
    ['ArrowUp', 'a'],
    ['Home', 'a'],
    ['End', 'e'],
    ['PageDown', 'e'],
    ['PageUp', 'a'],
  ])('%s moves to %s', (key, to) => {
    expect(selected(key)).toEqual([to])
  })

  it('extends with Shift, selects all with Ctrl+A, clears with Escape', () => {
    expect(selected('ArrowDown', { shiftKey: true })).toEqual(['b', 'c'])
    expect(selected('a', { ctrlKey: true })).toEqual(state.ids)
    expect(press('Escape')).toEqual({ kind: 'select', selection: NOTHING_SELECTED })
  })

  it('opens, copies, and asks for the menu', () => {
    expect(press('Enter')).toEqual({ kind: 'open', id: 'b' })
    expect(press('c', { ctrlKey: true })).toEqual({ kind: 'copy' })
    expect(press('F10', { shiftKey: true })).toEqual({ kind: 'menu' })
    expect(press('x')).toBeNull()
  })
})

describe('remembered columns', () => {
  it('fit columns that came and went since', () => {
    const layout = { order: ['old', 'ping'], hidden: ['old'], widths: { ping: 90 } }
    expect(fitLayout(layout, [NAME, PING])).toEqual({ order: ['name', 'ping'], hidden: [], widths: { ping: 90 } })
  })

  it('move one place and keep widths within bounds', () => {
    const layout = { order: ['a', 'b', 'c'], hidden: [], widths: {} }
    expect(moveColumn(layout, 'b', -1).order).toEqual(['b', 'a', 'c'])
    expect(moveColumn(layout, 'a', -1)).toBe(layout)
    expect(resizeColumn(layout, 'a', 3).widths['a']).toBe(48)
    expect(resizeColumn(layout, 'a', 9999).widths['a']).toBe(800)
  })
})

describe('rows as text', () => {
  const hostile: Row[] = [{ id: '1', name: '=HYPERLINK("x")\tb', ping: -5 }]

  it('never let a peer put a formula into a spreadsheet', () => {
    expect(toTsv([NAME, PING], hostile)).toBe('Name\tPing\n\'=HYPERLINK("x") b\t-5')
    expect(toCsv([NAME, PING], hostile)).toBe('name,ping\r\n"\'=HYPERLINK(""x"")\tb",-5\r\n')
  })
})
