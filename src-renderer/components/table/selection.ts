/** Selection by record id, never by row: rows may move, what was chosen does not. Pure. */

export interface Selection {
  readonly ids: ReadonlySet<string>
  /** The row the keyboard is on. */
  readonly active: string | null
  /** Where a range begins. */
  readonly anchor: string | null
}

export const NOTHING_SELECTED: Selection = { ids: new Set(), active: null, anchor: null }

export function selectOne(id: string): Selection {
  return { ids: new Set([id]), active: id, anchor: id }
}

export function toggleOne(held: Selection, id: string): Selection {
  const ids = new Set(held.ids)
  if (!ids.delete(id)) ids.add(id)
  return { ids, active: id, anchor: id }
}

/** From the anchor to `id`, as the rows stand now. */
export function selectRange(held: Selection, order: readonly string[], id: string): Selection {
  const to = order.indexOf(id)
  const from = held.anchor === null ? to : order.indexOf(held.anchor)
  if (to < 0 || from < 0) return selectOne(id)
  return {
    ids: new Set(order.slice(Math.min(from, to), Math.max(from, to) + 1)),
    active: id,
    anchor: held.anchor ?? id,
  }
}

export function selectAll(held: Selection, order: readonly string[]): Selection {
  return { ...held, ids: new Set(order) }
}

/** Drops what is no longer there; the same object when nothing went. */
export function keepOnly(held: Selection, isThere: (id: string) => boolean): Selection {
  const ids = new Set([...held.ids].filter(isThere))
  if (ids.size === held.ids.size) return held
  return { ids, active: held.active, anchor: held.anchor }
}
