/** What keeps a store from being opened, and how SQLite's own errors are read. */

/** `locked`: another process has the folder. `newer`: a later Warren wrote it. `unusable`: it cannot be used at all. */
export type StoreErrorCode = 'locked' | 'newer' | 'unusable'

/** `message` is a sentence for people. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

/** SQLite's name of an error (`SQLITE_FULL`), or the system's (`ENOSPC`); empty when it has none. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** The file does not hold what a database holds. */
export const isDamage = (error: unknown): boolean =>
  error instanceof DamageError || /^SQLITE_(?:CORRUPT|NOTADB|FORMAT|IOERR_SHORT_READ)/.test(codeOf(error))

/** The disk does not take what is written: it may do so later. */
export const isWriteFailure = (error: unknown): boolean =>
  /^(?:SQLITE_(?:FULL|IOERR|READONLY|CANTOPEN|BUSY|LOCKED|PERM|NOLFS|AUTH)|ENOSPC|EDQUOT|EROFS|EIO|EACCES|EPERM)/.test(
    codeOf(error),
  )

/** The disk is full or fails at writing, as opposed to a folder that this user may not write to. */
export const isDiskTrouble = (error: unknown): boolean =>
  /^(?:SQLITE_(?:FULL|IOERR(?!_READ))|ENOSPC|EDQUOT|EIO)/.test(codeOf(error))

/** Damage that we found ourselves. */
export class DamageError extends Error {
  override readonly name = 'DamageError'
}

/** Why nothing can be written, as the beginning of a sentence. */
export function describeWriteFailure(error: unknown): string {
  const code = codeOf(error)
  // SHMSIZE: the index of the write-ahead log found no room.
  if (/FULL|SHMSIZE|ENOSPC|EDQUOT/.test(code)) return 'The disk is full'
  if (/READONLY|EROFS|PERM|EACCES|AUTH/.test(code)) return 'The data folder cannot be written to'
  if (/BUSY|LOCKED/.test(code)) return 'Another program holds the database'
  return `The disk reports an error (${code})`
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
