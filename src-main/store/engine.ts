/**
 * Runs what the tables ask on the database in use, and keeps going when that fails: a damaged file is set aside and a
 * fresh one begun, a disk that takes nothing is stood in for by memory until it does again.
 */
import type Database from 'better-sqlite3'
import type { Log } from '../log/index.ts'
import type { Clock, Timer } from '../time/index.ts'
import { StoreError, describeWriteFailure, isDamage, isDiskTrouble, isWriteFailure, messageOf } from './error.ts'
import { databasePath, openFile, setAside } from './files.ts'
import { SLOW_QUERY_MS, WRITE_BACK_MS } from './limits.ts'
import { MemoryCopy } from './memory.ts'
import { salvage } from './salvage.ts'

export interface StoreStatus {
  /** Whether what is written is on the disk when a call returns. */
  readonly isDurable: boolean
  /** A sentence. */
  readonly text: string
  /** Path of the damaged database that was set aside by this process, if one was. */
  readonly setAside: string | null
}

interface EngineOptions {
  readonly dir: string
  readonly clock: Clock
  readonly log: Log
  /** Pages that the file may have, asked anew at each attempt; null for no bound. */
  readonly maxPages: () => number | null
}

const DURABLE_TEXT = 'Everything is saved as it happens.'

export class Engine {
  readonly #options: EngineOptions
  readonly #path: string
  readonly #listeners = new Set<(status: StoreStatus) => void>()
  #file: Database.Database | null = null
  #memory: MemoryCopy | null = null
  #statements = new Map<string, Database.Statement>()
  #status: StoreStatus = { isDurable: true, text: DURABLE_TEXT, setAside: null }
  #timer: Timer | null = null
  #isClosed = false

  /** @throws {StoreError} */
  constructor(options: EngineOptions) {
    this.#options = options
    this.#path = databasePath(options.dir)
    try {
      this.#file = this.#opened()
    } catch (error) {
      if (error instanceof StoreError) throw error
      if (isDiskTrouble(error)) {
        this.#toMemory(error)
        return
      }
      throw new StoreError('unusable', `The database ${this.#path} cannot be used: ${messageOf(error)}.`, error)
    }
  }

  get status(): StoreStatus {
    return this.#status
  }

  onStatus(listener: (status: StoreStatus) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Rows of a query. */
  all<Row>(sql: string, ...values: unknown[]): Row[] {
    return this.#run(sql, () => this.#prepared(sql).all(...values) as Row[])
  }

  /** Rows of a query as lists of values: half the time for a hundred thousand of them. */
  allRaw<Row extends unknown[]>(sql: string, ...values: unknown[]): Row[] {
    return this.#run(
      sql,
      () =>
        this.#db
          .prepare(sql)
          .raw()
          .all(...values) as Row[],
    )
  }

  /**
   * One transaction: `act` runs statements by `run`, and may be called a second time when the first one failed and was
   * undone. `name` stands in the log when it is slow.
   */
  write<Result>(name: string, act: (run: (sql: string, ...values: unknown[]) => void) => Result): Result {
    return this.#run(name, () =>
      this.#db
        .transaction(() =>
          act((sql, ...values) => {
            this.#prepared(sql).run(...values)
          }),
        )
        .immediate(),
    )
  }

  /** Writes back what is in memory only, if it can be, and closes. */
  close(): void {
    if (this.#isClosed) return
    if (this.#memory !== null) this.#tryWriteBack()
    this.#isClosed = true
    this.#timer?.cancel()
    this.#timer = null
    if (this.#memory !== null) {
      this.#options.log.error('Changes made while the disk took nothing are lost.', { why: this.#status.text })
      this.#memory.close()
    }
    this.#closeFile()
    this.#listeners.clear()
  }

  get #db(): Database.Database {
    const db = this.#memory?.db ?? this.#file
    if (this.#isClosed || db === null) throw new StoreError('unusable', 'The store is closed.')
    return db
  }

  #prepared(sql: string): Database.Statement {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#db.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }

  #run<Result>(name: string, act: () => Result): Result {
    const { clock, log } = this.#options
    const startedAt = clock.monotonic()
    try {
      return this.#surviving(act)
    } finally {
      const tookMs = clock.monotonic() - startedAt
      if (tookMs > SLOW_QUERY_MS) log.warn('A query was slow.', { query: name, tookMs: Math.round(tookMs) })
    }
  }

  #surviving<Result>(act: () => Result): Result {
    try {
      return act()
    } catch (error) {
      if (this.#memory !== null || this.#isClosed) throw error
      if (isDamage(error)) this.#recover(error)
      else if (isWriteFailure(error)) this.#toMemory(error)
      else throw error
    }
    try {
      return act()
    } catch (error) {
      // What was salvaged may have filled the disk.
      if (this.#memory !== null || !isWriteFailure(error)) throw error
      this.#toMemory(error)
      return act()
    }
  }

  #opened(): Database.Database {
    try {
      return openFile(this.#path, this.#options.maxPages())
    } catch (error) {
      if (!isDamage(error)) throw error
      return this.#begunAnew(error)
    }
  }

  /** Sets the damaged file aside and saves from it what can be read. */
  #begunAnew(damage: unknown): Database.Database {
    const { clock, log, maxPages } = this.#options
    const aside = setAside(this.#path, clock.now())
    const file = openFile(this.#path, maxPages())
    this.#setStatus({ ...this.#status, setAside: aside })
    try {
      const saved = salvage(aside, file)
      log.warn('The database was damaged. It was set aside and a fresh one begun.', {
        why: messageOf(damage),
        setAside: aside,
        ...saved,
      })
    } catch (error) {
      log.error('The database was damaged and nothing of it could be saved.', {
        why: messageOf(error),
        setAside: aside,
      })
    }
    return file
  }

  #recover(damage: unknown): void {
    this.#closeFile()
    try {
      this.#file = this.#begunAnew(damage)
    } catch (error) {
      if (!isWriteFailure(error)) throw error
      this.#toMemory(error)
    }
  }

  #toMemory(failure: unknown): void {
    this.#memory = new MemoryCopy(this.#file, this.#path)
    this.#statements.clear()
    const why = describeWriteFailure(failure)
    this.#options.log.error('Changes are kept in memory: the disk takes nothing.', {
      why: messageOf(failure),
      isComplete: this.#memory.isComplete,
    })
    this.#timer = this.#options.clock.every(WRITE_BACK_MS, () => this.#tryWriteBack())
    const text = `${why}: changes are kept in memory and saved as soon as that is possible.`
    this.#setStatus({ ...this.#status, isDurable: false, text })
  }

  #tryWriteBack(): void {
    const memory = this.#memory
    if (memory === null) return
    const { log, maxPages } = this.#options
    try {
      this.#file ??= this.#opened()
      const pages = maxPages()
      if (pages !== null) this.#file.pragma(`max_page_count = ${pages}`)
      memory.writeBack(this.#file)
    } catch (error) {
      log.debug('The disk still takes nothing.', { why: messageOf(error) })
      // The next attempt opens it anew: a folder may have come back, a file may have been replaced.
      this.#closeFile()
      return
    }
    this.#timer?.cancel()
    this.#timer = null
    memory.close()
    this.#memory = null
    this.#statements.clear()
    log.info('The disk takes changes again; everything is saved.')
    this.#setStatus({ ...this.#status, isDurable: true, text: DURABLE_TEXT })
  }

  #closeFile(): void {
    if (this.#memory === null) this.#statements.clear()
    try {
      this.#file?.close()
    } catch (error) {
      this.#options.log.debug('The database did not close well.', { why: messageOf(error) })
    }
    this.#file = null
  }

  #setStatus(status: StoreStatus): void {
    this.#status = status
    for (const listener of this.#listeners) listener(status)
  }
}
