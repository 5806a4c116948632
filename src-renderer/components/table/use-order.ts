/** Keeps the order of a live table: re-sorted at most once a second, held while the table is looked at closely. */
import { useEffect, useMemo, useRef, useState } from 'react'
import type { Collection, Keyed } from '../../live/collection.ts'
import type { Column, Sort } from './column.ts'
import { holdRows, sortRows } from './order.ts'

/** How often a table that nobody touches is sorted anew. */
const RESORT_MS = 1000

interface OrderOptions<R extends Keyed> {
  readonly rows: Collection<R>
  /** Must keep its identity while the filter is the same. */
  readonly matches: (row: R) => boolean
  readonly column: Column<R> | undefined
  readonly sort: Sort
  readonly isHeld: boolean
  readonly compareText: (a: string, b: string) => number
}

interface Order {
  readonly ids: readonly string[]
  /** Sorts now, even while held. */
  readonly resort: () => void
}

export function useOrder<R extends Keyed>(options: OrderOptions<R>): Order {
  const { rows, matches, column, sort, isHeld, compareText } = options
  const [tick, setTick] = useState(0)
  const version = useRef(rows.version)
  version.current = rows.version
  useEffect(() => {
    if (isHeld) return undefined
    let sortedAt = version.current
    setTick(before => before + 1)
    const timer = setInterval(() => {
      if (version.current === sortedAt) return
      sortedAt = version.current
      setTick(before => before + 1)
    }, RESORT_MS)
    return () => clearInterval(timer)
  }, [isHeld])

  const latest = useRef({ rows, column, compareText })
  latest.current = { rows, column, compareText }
  const sorted = useMemo(
    () => ({
      tick,
      ids: sortRows(latest.current.rows.byId, matches, latest.current.column, sort, latest.current.compareText),
    }),
    [tick, matches, sort, rows.isLoaded],
  )
  const held = useRef<{ base: object; ids: readonly string[] }>({ base: sorted, ids: sorted.ids })
  const ids = useMemo(() => {
    const before = held.current.base === sorted ? held.current.ids : sorted.ids
    const next = holdRows(before, rows.byId, matches)
    held.current = { base: sorted, ids: next }
    return next
  }, [sorted, matches, rows.membership, rows.byId])
  return { ids, resort: () => setTick(before => before + 1) }
}
