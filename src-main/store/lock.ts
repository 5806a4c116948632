/**
 * One process a folder. An empty database of its own is held under an exclusive lock: the system lets go of it when the
 * process ends, however it ends, so there is no stale lock to clear.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { StoreError, codeOf, isDamage, messageOf } from './error.ts'
import { makePrivateFile } from './files.ts'
import { LOCK_WAIT_MS } from './limits.ts'

/** Gives the way to let go. Throws `StoreError` `locked` or `unusable`. */
export function lockFolder(dir: string): () => void {
  const path = join(dir, 'warren.lock')
  try {
    return hold(path)
  } catch (error) {
    // Whatever stands there is no lock, so nobody can hold it.
    if (!isDamage(error)) throw asStoreError(error, dir)
  }
  try {
    rmSync(path)
    return hold(path)
  } catch (error) {
    throw asStoreError(error, dir)
  }
}

function hold(path: string): () => void {
  makePrivateFile(path)
  const db = new Database(path, { timeout: LOCK_WAIT_MS })
  try {
    // A journal in a file would need room on a disk that may have none.
    db.pragma('journal_mode = MEMORY')
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    throw error
  }
  return () => db.close()
}

function asStoreError(error: unknown, dir: string): StoreError {
  if (/^SQLITE_(?:BUSY|LOCKED)/.test(codeOf(error)))
    return new StoreError(
      'locked',
      `Another Warren is using ${dir}. Close it, or start this one with a data folder of its own.`,
      error,
    )
  return new StoreError('unusable', `The data folder ${dir} cannot be used: ${messageOf(error)}.`, error)
}
