/** The files of a store: made for the user alone, opened after a check, set aside when damaged. */
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { DamageError, StoreError, codeOf, messageOf } from './error.ts'
import { BUSY_WAIT_MS, MAX_SET_ASIDE, MAX_WAL_BYTES } from './limits.ts'
import { MIGRATIONS, migrate, readTables, versionOf } from './migrations.ts'

const DATABASE_NAME = 'warren.db'
/** The database and what SQLite keeps beside it. */
const SUFFIXES = ['', '-wal', '-shm'] as const

export const databasePath = (dir: string): string => join(dir, DATABASE_NAME)

export function makePrivateFolder(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  chmodSync(dir, 0o700)
}

/** SQLite gives the files beside a database the mode of the database. */
export function makePrivateFile(path: string): void {
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
}

/**
 * Opens the database, made or migrated as needed, with everything checked.
 * @throws {StoreError} `newer`, before anything was written
 * @throws SQLite's errors and `DamageError`
 */
export function openFile(path: string, maxPages: number | null): Database.Database {
  try {
    return openChecked(path, maxPages)
  } catch (error) {
    // Some damage to the header shows as an error of ours, or as a file that cannot be written.
    if (codeOf(error) === 'SQLITE_ERROR' || (codeOf(error) !== '' && !hasSoundHeader(path)))
      throw new DamageError(messageOf(error))
    throw error
  }
}

/** Whether the file is empty, or begins as a database that this SQLite can write (its file format, section 1.3). */
function hasSoundHeader(path: string): boolean {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return true
  }
  try {
    const header = Buffer.alloc(20)
    const length = readSync(file, header, 0, header.length, 0)
    const isWayKnown = (header[18] ?? 0) <= 2 && (header[19] ?? 0) <= 2
    return length === 0 || (header.toString('latin1', 0, 16) === 'SQLite format 3\0' && isWayKnown)
  } catch {
    return true
  } finally {
    closeSync(file)
  }
}

function openChecked(path: string, maxPages: number | null): Database.Database {
  refuseNewer(path)
  makePrivateFile(path)
  const db = new Database(path, { timeout: BUSY_WAIT_MS })
  try {
    db.pragma('journal_mode = WAL')
    // A transaction is on the disk when it returns, even when the power goes.
    db.pragma('synchronous = FULL')
    db.pragma('fullfsync = ON')
    db.pragma(`journal_size_limit = ${MAX_WAL_BYTES}`)
    if (maxPages !== null) db.pragma(`max_page_count = ${maxPages}`)
    const verdict = db.pragma('quick_check(1)', { simple: true })
    if (verdict !== 'ok') throw new DamageError(String(verdict))
    migrateChecked(db)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** A database in memory, with the tables of the current schema. */
export function openMemory(): Database.Database {
  const db = new Database(':memory:')
  migrate(db)
  return db
}

/** Reads the version over a connection that cannot write. */
function refuseNewer(path: string): void {
  if (!existsSync(path)) return
  const db = new Database(path, { readonly: true, timeout: BUSY_WAIT_MS })
  try {
    const version = versionOf(db)
    if (version <= MIGRATIONS.length) return
    // A damaged header can say any number; a database that a later Warren wrote is sound.
    if (db.pragma('quick_check(1)', { simple: true }) !== 'ok') throw new DamageError(`A version of ${version}.`)
    throw new StoreError(
      'newer',
      `${path} was written by a newer Warren (version ${version} of the database; this one knows ` +
        `${MIGRATIONS.length}). Start that one, or use another data folder. Nothing was changed.`,
    )
  } finally {
    db.close()
  }
}

/** A file whose content has changed under us may hold other tables than its version says. */
function migrateChecked(db: Database.Database): void {
  migrate(db)
  const wanted = openMemory()
  try {
    const shape = (of: Database.Database): string[] => readTables(of).map(table => JSON.stringify(table))
    const found = new Set(shape(db))
    const missing = shape(wanted).find(table => !found.has(table))
    if (missing !== undefined) throw new DamageError(`Not as it should be: ${missing}`)
  } finally {
    wanted.close()
  }
}

/**
 * Moves a damaged database away, with what belongs to it; gives its new path. Only the newest few are kept.
 * `atMs` is when, since the epoch.
 */
export function setAside(path: string, atMs: number): string {
  const stamp = new Date(atMs).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  let target = `${path}.damaged-${stamp}`
  for (let number = 2; existsSync(target); number++) target = `${path}.damaged-${stamp}-${number}`
  for (const suffix of SUFFIXES) if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix)

  const dir = dirname(path)
  const others = readdirSync(dir)
    .filter(name => /^warren\.db\.damaged-\d{8}-\d{6}(?:-\d+)?$/.test(name) && join(dir, name) !== target)
    .sort()
  for (const name of others.slice(0, 1 - MAX_SET_ASIDE))
    for (const suffix of SUFFIXES) rmSync(join(dir, name + suffix), { force: true })
  return target
}
