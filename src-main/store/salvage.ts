/** Saves what can still be read of a damaged database. */
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { codeOf } from './error.ts'
import type { Table } from './migrations.ts'
import { SALVAGED, quoted, readTables } from './migrations.ts'

/** Where a database's header says how many pages it has, and then about free ones (file format, section 1.3). */
const PAGE_COUNT_OFFSET = 28
const FREE_PAGES_OFFSET = 32
const PAGE_BYTES = 4096

/**
 * Carries rows of a damaged database at `path` over to `fresh`; gives how many, by table. Never throws for what `path`
 * holds.
 */
export function salvage(path: string, fresh: Database.Database): Record<string, number> {
  const saved = salvageFrom(path, fresh)
  if (Object.values(saved).some(count => count > 0)) return saved
  // Perhaps only its first page is gone, which says where the tables are: in the same places as in any other.
  const copy = `${path}-copy`
  try {
    if (!copyWithFirstPage(path, copy, fresh)) return saved
    return salvageFrom(copy, fresh)
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(copy + suffix, { force: true })
  }
}

/** Reads each table from its beginning up to the damage, and then from its end down to it. */
function salvageFrom(path: string, fresh: Database.Database): Record<string, number> {
  const saved: Record<string, number> = {}
  const damaged = tryOpen(path)
  if (damaged === null) return saved
  try {
    fresh.transaction(() => {
      for (const table of readTables(fresh)) {
        if (SALVAGED.some(name => name === table.name)) saved[table.name] = salvageTable(table, damaged, fresh)
      }
    })()
  } finally {
    damaged.close()
  }
  return saved
}

function salvageTable(table: Table, damaged: Database.Database, fresh: Database.Database): number {
  const columns = table.columns.map(quoted).join(', ')
  const insert = fresh.prepare(
    `INSERT OR IGNORE INTO ${quoted(table.name)} (${columns}) VALUES (${table.columns.map(() => '?').join(', ')})`,
  )
  let count = 0
  for (const direction of ['ASC', 'DESC']) {
    const order = table.primaryKey.map(column => `${quoted(column)} ${direction}`).join(', ')
    const query = `SELECT ${columns} FROM ${quoted(table.name)} ORDER BY ${order}`
    const isComplete = readUpToDamage(damaged, query, row => {
      count += insertSound(insert, row)
    })
    if (isComplete) break
  }
  return count
}

/** False when the file is none that could be read with another first page. */
function copyWithFirstPage(path: string, copy: string, fresh: Database.Database): boolean {
  const bytes = readFileSync(path)
  const pages = Math.floor(bytes.length / PAGE_BYTES)
  if (pages < 2) return false
  bytes.set(fresh.serialize().subarray(0, PAGE_BYTES))
  bytes.writeUInt32BE(pages, PAGE_COUNT_OFFSET)
  bytes.fill(0, FREE_PAGES_OFFSET, FREE_PAGES_OFFSET + 8)
  writeFileSync(copy, bytes, { mode: 0o600 })
  if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`)
  return true
}

function tryOpen(path: string): Database.Database | null {
  try {
    return new Database(path, { readonly: true })
  } catch {
    return null
  }
}

/** Whether the end was reached. */
function readUpToDamage(db: Database.Database, query: string, take: (row: unknown[]) => void): boolean {
  try {
    const rows = db.prepare(query).raw().iterate() as IterableIterator<unknown[]>
    const seen: unknown[][] = []
    // Rows are inserted after the read, so that an error of the one is not taken for an error of the other.
    try {
      for (const row of rows) seen.push(row)
    } finally {
      for (const row of seen) take(row)
    }
    return true
  } catch (error) {
    if (/^SQLITE_(?:FULL|NOMEM)/.test(codeOf(error))) throw error
    return false
  }
}

/** 1 when the row was taken; rows that the schema refuses are left. */
function insertSound(insert: Database.Statement, row: unknown[]): number {
  try {
    return insert.run(...row).changes
  } catch (error) {
    if (/^SQLITE_(?:CONSTRAINT|MISMATCH|TOOBIG)/.test(codeOf(error))) return 0
    throw error
  }
}
