/** The two files by which programs of the same user find the door: its secret, and where it is. Both for the owner only. */
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RandomSource } from '../time/index.ts'
import { freshKey } from './keys.ts'

const OWNER_ONLY = 0o600

/** Where a running Warren answers. */
export interface DoorPlace {
  readonly pid: number
  /** `http://127.0.0.1:8765`; for a unix socket the name that goes into the Host line. */
  readonly url: string
  readonly socket: string | null
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** The secret of a data directory (256 bits, base64url), or null before the first run. */
export function readSecret(dataDir: string): string | null {
  const secret = readIfThere(join(dataDir, 'secret'))?.trim() ?? ''
  return /^[\w-]{43}$/.test(secret) ? secret : null
}

/** The secret, made at the first run. A file that others may read is closed to them. */
export function ensureSecret(dataDir: string, random: RandomSource): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const path = join(dataDir, 'secret')
  const held = readSecret(dataDir)
  if (held !== null) {
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, OWNER_ONLY)
    return held
  }
  const secret = freshKey(random)
  replaceFile(path, `${secret}\n`)
  return secret
}

/** Written beside and renamed, so that nobody reads half of it. */
function replaceFile(path: string, text: string): void {
  const beside = `${path}.${String(process.pid)}.new`
  rmSync(beside, { force: true })
  writeFileSync(beside, text, { mode: OWNER_ONLY, flag: 'wx' })
  renameSync(beside, path)
}

export function writePlace(dataDir: string, place: DoorPlace): void {
  replaceFile(join(dataDir, 'door.json'), `${JSON.stringify(place)}\n`)
}

/** Where the process on this data directory answers; null when none has said so, or the file is not ours to read. */
export function readPlace(dataDir: string): DoorPlace | null {
  const text = readIfThere(join(dataDir, 'door.json'))
  if (text === null) return null
  try {
    const place = JSON.parse(text) as Partial<DoorPlace>
    if (typeof place.pid !== 'number' || typeof place.url !== 'string') return null
    return { pid: place.pid, url: place.url, socket: typeof place.socket === 'string' ? place.socket : null }
  } catch {
    return null
  }
}

/** Removes the file if it is this process's own. */
export function removePlace(dataDir: string): void {
  if (readPlace(dataDir)?.pid === process.pid) rmSync(join(dataDir, 'door.json'), { force: true })
}
