/** What one page knows of one table, and the delta that brings it up to date: whole records, changed fields, gone ids. */
import type { TableRecord } from '../../src-preload/contract/port.ts'
import { MAX_DIRTY_RECORDS } from './limits.ts'

/** The payload of a delta event, as `deltaOf` of the contract makes it. */
export interface TableDelta {
  readonly reset: boolean
  readonly upsert: readonly TableRecord[]
  readonly change: readonly (readonly [string, Readonly<Record<string, unknown>>])[]
  readonly remove: readonly string[]
}

function isSame(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  // Most are lists of a few words: quicker by hand.
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((item, at) => isSame(item, right[at]))
  return JSON.stringify(left) === JSON.stringify(right)
}

/**
 * Fields that differ, or null when a field has gone, which a change cannot say. Runs for each of ten thousand peers a
 * second, so it makes no lists: records are plain objects, for which `for in` is the quickest walk.
 */
function changedFields(before: TableRecord, after: TableRecord): Record<string, unknown> | null {
  const changed: Record<string, unknown> = {}
  for (const key in before) if (!(key in after)) return null
  for (const key in after) {
    const value = after[key]
    if (before[key] !== value && !isSame(before[key], value)) changed[key] = value
  }
  return changed
}

/**
 * Records must not be mutated by who made them: what was last sent is compared with what is now.
 * Memory: one reference a record, and at most `MAX_DIRTY_RECORDS` ids.
 */
export class TableDeltas {
  readonly #records: () => readonly TableRecord[]
  readonly #record: (id: string) => TableRecord | undefined
  #sent = new Map<string, TableRecord>()
  #dirty = new Set<string>()
  #needsReset = true

  constructor(records: () => readonly TableRecord[], record: (id: string) => TableRecord | undefined) {
    this.#records = records
    this.#record = record
  }

  /** Notes which records may have changed; without ids, all of them. */
  touch(ids: readonly string[] | undefined): void {
    if (this.#needsReset) return
    if (ids === undefined) {
      this.reset()
      return
    }
    for (const id of ids) this.#dirty.add(id)
    if (this.#dirty.size > MAX_DIRTY_RECORDS) this.reset()
  }

  /** The next delta is the whole table; what was noted is dropped. */
  reset(): void {
    this.#needsReset = true
    this.#dirty = new Set()
    this.#sent = new Map()
  }

  get hasNews(): boolean {
    return this.#needsReset || this.#dirty.size > 0
  }

  /** The delta since the last call, or null when nothing that the page sees has changed. */
  take(): TableDelta | null {
    if (this.#needsReset) {
      const upsert = this.#records()
      this.#sent = new Map(upsert.map(record => [record.id, record]))
      this.#needsReset = false
      return { reset: true, upsert, change: [], remove: [] }
    }
    const upsert: TableRecord[] = []
    const change: [string, Record<string, unknown>][] = []
    const remove: string[] = []
    for (const id of this.#dirty) this.#takeOne(id, upsert, change, remove)
    this.#dirty.clear()
    if (upsert.length + change.length + remove.length === 0) return null
    return { reset: false, upsert, change, remove }
  }

  #takeOne(id: string, upsert: TableRecord[], change: [string, Record<string, unknown>][], remove: string[]): void {
    const now = this.#record(id)
    const before = this.#sent.get(id)
    if (now === undefined) {
      if (this.#sent.delete(id)) remove.push(id)
      return
    }
    this.#sent.set(id, now)
    const fields = before === undefined ? null : changedFields(before, now)
    if (fields === null) upsert.push(now)
    else if (Object.keys(fields).length > 0) change.push([id, fields])
  }
}
