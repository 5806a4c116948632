/** What a key does in a table. Pure: the component performs it. */
import { selectAll, selectOne, selectRange, toggleOne, NOTHING_SELECTED, type Selection } from './selection.ts'

interface Press {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly shiftKey: boolean
}
interface TableState {
  readonly ids: readonly string[]
  readonly selection: Selection
  /** Rows that fit into view. */
  readonly page: number
}
type KeyAction =
  | { readonly kind: 'select'; readonly selection: Selection }
  | { readonly kind: 'open'; readonly id: string }
  | { readonly kind: 'menu' }
  | { readonly kind: 'copy' }

/** The action of a key, or null when the table has none for it. */
export function decideKey(press: Press, { ids, selection, page }: TableState): KeyAction | null {
  const isMod = press.ctrlKey || press.metaKey
  const at = selection.active === null ? -1 : ids.indexOf(selection.active)
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at < 0 ? 0 : at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: ids.length - 1,
  }
  const to = moves[press.key]
  if (to !== undefined) {
    const id = ids[Math.min(ids.length - 1, Math.max(0, to))]
    if (id === undefined) return null
    if (press.shiftKey) return { kind: 'select', selection: selectRange(selection, ids, id) }
    if (isMod) return { kind: 'select', selection: { ...selection, active: id } }
    return { kind: 'select', selection: selectOne(id) }
  }
  const active = ids[at]
  if (press.key === ' ' && active !== undefined) return { kind: 'select', selection: toggleOne(selection, active) }
  if (press.key === 'Enter' && active !== undefined) return { kind: 'open', id: active }
  if (press.key === 'ContextMenu' || (press.key === 'F10' && press.shiftKey)) return { kind: 'menu' }
  if (isMod && press.key.toLowerCase() === 'a') return { kind: 'select', selection: selectAll(selection, ids) }
  if (isMod && press.key.toLowerCase() === 'c' && selection.ids.size > 0) return { kind: 'copy' }
  if (press.key === 'Escape' && selection.ids.size > 0) return { kind: 'select', selection: NOTHING_SELECTED }
  return null
}
