/**
 * The store while the disk takes nothing: a copy in memory that notes which rows have changed, so that exactly those are
 * written back later.
 */
import { readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { openMemory } from './files.ts'
import { MAX_MEMORY_PAGES } from './limits.ts'
import type { Table } from './migrations.ts'
import { MIGRATIONS, quoted, readTables, versionOf } from './migrations.ts'

/** Bytes 18 and 19 of a database say how it is written; 1 is the way that needs no file of its own beside it. */
const WRITE_VERSION_OFFSET = 18

export class MemoryCopy {
  readonly db: Database.Database
  readonly #tables: readonly Table[]
  /** False when the file could not be read any more: then this began empty. */
  readonly isComplete: boolean

  /** Begins as `file` is; when that is null as the bytes at `path` are, without what SQLite has not put there yet. */
  constructor(file: Database.Database | null, path: string) {
    const copy = copyOf(() => file?.serialize() ?? readFileSync(path))
    this.isComplete = copy !== null
    this.db = copy ?? openMemory()
    this.db.pragma(`max_page_count = ${MAX_MEMORY_PAGES}`)
    this.#tables = readTables(this.db)
    for (const table of this.#tables) this.#watch(table)
  }

  /** Writes to `file` what has changed here: all of it, or nothing when it throws. */
  writeBack(file: Database.Database): void {
    file
      .transaction(() => {
        for (const table of this.#tables) this.#writeTable(table, file)
      })
      .immediate()
  }

  close(): void {
    this.db.close()
  }

  #watch({ name, primaryKey }: Table): void {
    const touched = quoted(`touched_${name}`)
    const columns = primaryKey.map(quoted).join(', ')
    this.db.exec(`CREATE TEMP TABLE ${touched} (${columns}, PRIMARY KEY (${columns})) WITHOUT ROWID`)
    for (const [event, row] of [
      ['INSERT', 'new'],
      ['UPDATE', 'new'],
      ['DELETE', 'old'],
    ]) {
      const values = primaryKey.map(column => `${row}.${quoted(column)}`).join(', ')
      this.db.exec(
        `CREATE TEMP TRIGGER ${quoted(`${name}_${event}`)} AFTER ${event} ON main.${quoted(name)}
         BEGIN INSERT OR IGNORE INTO ${touched} VALUES (${values}); END`,
      )
    }
  }

  #writeTable({ name, columns, primaryKey }: Table, file: Database.Database): void {
    const table = quoted(name)
    const touched = quoted(`touched_${name}`)
    const isSameRow = primaryKey.map(column => `t.${quoted(column)} = m.${quoted(column)}`).join(' AND ')
    const gone = this.db
      .prepare<[], unknown[]>(
        `SELECT ${primaryKey.map(column => `t.${quoted(column)}`).join(', ')} FROM temp.${touched} AS t
         WHERE NOT EXISTS (SELECT 1 FROM main.${table} AS m WHERE ${isSameRow})`,
      )
      .raw()
    const there = this.db
      .prepare<[], unknown[]>(
        `SELECT ${columns.map(column => `m.${quoted(column)}`).join(', ')}
         FROM temp.${touched} AS t JOIN main.${table} AS m ON ${isSameRow}`,
      )
      .raw()
    const remove = file.prepare(
      `DELETE FROM ${table} WHERE ${primaryKey.map(column => `${quoted(column)} = ?`).join(' AND ')}`,
    )
    const put = file.prepare(
      `INSERT OR REPLACE INTO ${table} (${columns.map(quoted).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    )
    for (const key of gone.iterate()) remove.run(...key)
    for (const row of there.iterate()) put.run(...row)
  }
}

/** The whole database in memory; null when it cannot be read, or is not sound and of the current version. */
function copyOf(read: () => Buffer): Database.Database | null {
  try {
    const bytes = read()
    bytes[WRITE_VERSION_OFFSET] = 1
    bytes[WRITE_VERSION_OFFSET + 1] = 1
    const db = new Database(bytes)
    if (versionOf(db) === MIGRATIONS.length && db.pragma('quick_check(1)', { simple: true }) === 'ok') return db
    db.close()
    return null
  } catch {
    return null
  }
}
