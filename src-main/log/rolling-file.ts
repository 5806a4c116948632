/** The log on disk: `warren.log` and its older parts, written behind so that no line waits for the disk. */
import { mkdirSync, readFileSync } from 'node:fs'
import { chmod, open, rename, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../time/index.ts'
import { FILE_RETRY_MS, MAX_FILES, MAX_FILE_BYTES, MAX_QUEUED_BYTES } from './limits.ts'

const NAME = 'warren.log'

export class RollingFile {
  readonly #clock: Clock
  readonly #dir: string
  readonly #ready: Promise<unknown>
  #handle: FileHandle | null = null
  #bytes = 0
  #queue: string[] = []
  #queuedBytes = 0
  /** Lines left out since the last one written: the queue was full, or the disk. */
  #leftOut = 0
  #pump: Promise<void> | null = null
  /** Monotonic; before it nothing is tried. */
  #retryAt = -Infinity

  /** Writes nothing before `ready`: the file of before may be the same one. */
  constructor(clock: Clock, dir: string, ready: Promise<unknown> = Promise.resolve()) {
    this.#clock = clock
    this.#dir = dir
    this.#ready = ready
  }

  /** Never throws and never waits. */
  write(line: string): void {
    const text = `${line}\n`
    const bytes = Buffer.byteLength(text)
    if (this.#queuedBytes + bytes > MAX_QUEUED_BYTES || this.#clock.monotonic() < this.#retryAt) {
      this.#leftOut++
      return
    }
    this.#queue.push(text)
    this.#queuedBytes += bytes
    this.#pump ??= this.#drain().finally(() => {
      this.#pump = null
    })
  }

  /** What is on disk, oldest first. Files that cannot be read are left out. */
  read(): string {
    const parts: string[] = []
    for (let number = MAX_FILES - 1; number >= 0; number--) {
      try {
        parts.push(readFileSync(this.#path(number), 'utf8'))
      } catch {
        // Not there yet.
      }
    }
    return parts.join('')
  }

  /** Resolves when everything queued is written, or has been given up, and the file is closed. */
  async close(): Promise<void> {
    await this.#pump
    await this.#handle?.close().catch(() => {})
    this.#handle = null
  }

  #path(number: number): string {
    return join(this.#dir, number === 0 ? NAME : `${NAME}.${number}`)
  }

  async #drain(): Promise<void> {
    // Lines of the same turn go out together.
    await this.#ready
    while (this.#queue.length > 0) {
      const lines = this.#queue
      this.#queue = []
      this.#queuedBytes = 0
      try {
        if (this.#leftOut > 0) {
          lines.unshift(`${this.#leftOut} lines before this one could not be written.\n`)
          this.#leftOut = 0
        }
        await this.#append(lines)
      } catch {
        this.#leftOut += lines.length + this.#queue.length
        this.#queue = []
        this.#queuedBytes = 0
        this.#retryAt = this.#clock.monotonic() + FILE_RETRY_MS
        await this.#handle?.close().catch(() => {})
        this.#handle = null
      }
    }
  }

  async #append(lines: readonly string[]): Promise<void> {
    let text = ''
    let bytes = 0
    await this.#opened()
    for (const line of lines) {
      const size = Buffer.byteLength(line)
      if (this.#bytes + bytes > 0 && this.#bytes + bytes + size > MAX_FILE_BYTES) {
        await this.#put(text, bytes)
        await this.#roll()
        text = ''
        bytes = 0
      }
      text += line
      bytes += size
    }
    await this.#put(text, bytes)
  }

  async #put(text: string, bytes: number): Promise<void> {
    if (bytes === 0) return
    const handle = await this.#opened()
    await handle.appendFile(text)
    this.#bytes += bytes
  }

  async #opened(): Promise<FileHandle> {
    if (this.#handle !== null) return this.#handle
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 })
    const handle = await open(this.#path(0), 'a', 0o600)
    this.#handle = handle
    await chmod(this.#path(0), 0o600)
    this.#bytes = (await handle.stat()).size
    return handle
  }

  async #roll(): Promise<void> {
    await this.#handle?.close()
    this.#handle = null
    await rm(this.#path(MAX_FILES - 1), { force: true })
    for (let number = MAX_FILES - 2; number >= 0; number--)
      await rename(this.#path(number), this.#path(number + 1)).catch(() => {})
    this.#bytes = 0
  }
}
