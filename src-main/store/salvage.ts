/** Saves what can still be read of a damaged database. */
import Database from 'better-sqlite3'
import { codeOf } from './error.ts'
import { SALVAGED, quoted, readTables } from './migrations.ts'

/**
 * Carries rows of a damaged database at `path` over to `fresh`; gives how many, by table. Reads each table from its
 * beginning up to the damage, and then from its end down to it. Never throws for what `path` holds.
 */
export function salvage(path: string, fresh: Database.Database): Record<string, number> {
  const saved: Record<string, number> = {}
  const damaged = tryOpen(path)
  if (damaged === null) return saved
  try {
    fresh.transaction(() => {
      for (const table of readTables(fresh)) {
        if (!SALVAGED.some(name => name === table.name)) continue
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
        saved[table.name] = count
      }
    })()
  } finally {
    damaged.close()
  }
  return saved
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
