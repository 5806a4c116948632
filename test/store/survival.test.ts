/** The store under everything that can happen to it: sudden death, damage, a full disk, another process, another version. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { describe, expect, it, vi } from 'vitest'
import { MAX_SET_ASIDE } from '../../src-main/store/limits.ts'
import { MIGRATIONS, migrate, readTables } from '../../src-main/store/migrations.ts'
import { StoreError } from '../../src-main/store/index.ts'
import type { StoreStatus } from '../../src-main/store/index.ts'
import { seededRandom } from '../../src-main/time/index.ts'
import { address, ban, pin } from './rows.ts'
import { storeBench } from './support.ts'

const bench = storeBench()

/** A process that writes until it is killed: gives the numbers it said so far. */
async function writer(dir: string): Promise<{ said: number[]; kill: () => Promise<void> }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./writer.ts', import.meta.url)), dir], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said: number[] = []
  let rest = ''
  let complaints = ''
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    said.push(...lines.map(Number))
  })
  await vi.waitFor(
    () => {
      if (said.length < 20) throw new Error(`It wrote ${said.length}. ${complaints}`)
    },
    { timeout: 15_000 },
  )
  return {
    said,
    kill: async () => {
      const closed = once(child, 'close')
      child.kill('SIGKILL')
      await closed
    },
  }
}

describe('another process', () => {
  it('that has the folder is named in the refusal; when it is killed, all it was told is durable is there', async () => {
    const { dir, open } = bench()
    const { said, kill } = await writer(dir)
    try {
      expect(() => open()).toThrow(expect.objectContaining({ name: 'StoreError', code: 'locked' }) as Error)
    } finally {
      await kill()
    }
    const store = open()
    const last = said.at(-1) ?? 0
    expect(store.bans.all().length).toBeGreaterThan(last)
    expect(store.settings.all()['last']).toBeGreaterThanOrEqual(last)
    expect(store.status()).toMatchObject({ isDurable: true, setAside: null })
  })

  it('in the same process is refused as well, until the first is closed', () => {
    const { open } = bench()
    const first = open()
    expect(() => open()).toThrow(/Another Warren is using/)
    first.close()
    first.close()
    expect(open().status().isDurable).toBe(true)
  })

  it('is not seen in a lock file that holds something else', () => {
    const { dir, open } = bench()
    writeFileSync(join(dir, 'warren.lock'), 'x'.repeat(5000))
    expect(open().status().isDurable).toBe(true)
    expect(() => open()).toThrow(expect.objectContaining({ code: 'locked' }) as Error)
  })

  it('never gets a folder that cannot be one', () => {
    const { dir, open } = bench()
    writeFileSync(join(dir, 'file'), '')
    expect(() => open({ dir: join(dir, 'file') })).toThrow(expect.objectContaining({ code: 'unusable' }) as Error)
    mkdirSync(join(dir, 'sub', 'warren.db'), { recursive: true })
    expect(() => open({ dir: join(dir, 'sub') })).toThrow(expect.objectContaining({ code: 'unusable' }) as Error)
  })
})

describe('versions', () => {
  it('a database of a newer Warren is refused and left as it is', () => {
    const { path, open } = bench()
    open().close()
    const db = new Database(path)
    db.pragma(`user_version = ${MIGRATIONS.length + 1}`)
    db.close()
    const before = readFileSync(path)
    expect(() => open()).toThrow(expect.objectContaining({ code: 'newer' }) as Error)
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('every older version is brought to the newest schema', () => {
    const shapeOf = (db: Database.Database) => readTables(db)
    const newest = new Database(':memory:')
    migrate(newest)
    for (let version = 0; version < MIGRATIONS.length; version++) {
      const db = new Database(':memory:')
      migrate(db, version)
      expect(db.pragma('user_version', { simple: true })).toBe(version)
      migrate(db)
      migrate(db)
      expect(shapeOf(db)).toEqual(shapeOf(newest))
      expect(db.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length)
    }
  })
})

/** A store with something of everything, closed. */
function filled(): void {
  const store = bench().open()
  store.bans.upsert(Array.from({ length: 2000 }, (_, n) => ban(n)))
  store.pins.upsert(pin(1))
  store.settings.set({ port: 8333 })
  store.rules.upsert({ name: 'r', persistent: 1, transient: 2, isOn: true })
  store.addresses.save(
    'bitcoin',
    Array.from({ length: 2000 }, (_, n) => address(n)),
  )
  store.close()
}

const setAsideNames = (): string[] =>
  readdirSync(bench().dir).filter(name => /\.damaged-\d{8}-\d{6}(-\d+)?$/.test(name))

describe('damage', () => {
  it('at random bytes never keeps the store from opening and working, and never brings in what was not there', () => {
    filled()
    const { path, open } = bench()
    const sound = readFileSync(path)
    const random = seededRandom(4)
    let saved = 0
    for (let round = 0; round < 60; round++) {
      const bytes = Buffer.from(sound)
      const at = round % 4 === 0 ? random.below(200) : random.below(bytes.length)
      const length = 1 + random.below(round % 3 === 0 ? 20_000 : 16)
      bytes.set(random.bytes(Math.min(length, bytes.length - at)), at)
      writeFileSync(path, bytes)
      try {
        const store = open()
        store.bans.upsert([ban(9000)])
        store.addresses.load('bitcoin')
        const bans = store.bans.all()
        expect(bans.some(row => row.id === 'ban-9000')).toBe(true)
        if (store.status().setAside !== null) {
          saved = Math.max(saved, bans.length)
          expect(existsSync(store.status().setAside ?? '')).toBe(true)
        }
        store.close()
      } catch (error) {
        // The version itself was hit, and the rest is sound.
        if (!(error instanceof StoreError)) throw error
        expect(error.code).toBe('newer')
      }
    }
    expect(saved).toBeGreaterThan(1500)
    expect(setAsideNames().length).toBeLessThanOrEqual(MAX_SET_ASIDE)
  })

  it('that leaves the durable tables readable loses nothing of them', () => {
    filled()
    const { path, open, warnings } = bench()
    const db = new Database(path)
    const root = db
      .prepare<[], { rootpage: number }>(`SELECT rootpage FROM sqlite_schema WHERE name = 'addresses'`)
      .get()
    db.close()
    const bytes = readFileSync(path)
    bytes.fill(0xa5, ((root?.rootpage ?? 1) - 1) * 4096, (root?.rootpage ?? 1) * 4096)
    writeFileSync(path, bytes)
    const store = open()
    expect(store.status().setAside).toMatch(/warren\.db\.damaged-20260101-000000$/)
    expect(warnings()).toContain('The database was damaged. It was set aside and a fresh one begun.')
    expect(store.bans.all()).toHaveLength(2000)
    expect(store.pins.all()).toEqual([pin(1)])
    expect(store.settings.all()).toEqual({ port: 8333 })
    expect(store.rules.all()).toHaveLength(1)
  })

  it.each([
    ['the header', 0, 100],
    ['the whole first page', 0, 4096],
  ])('of %s alone loses no ban', (_, from, to) => {
    filled()
    const { path, open, dir } = bench()
    const bytes = readFileSync(path)
    bytes.fill(0x5a, from, to)
    writeFileSync(path, bytes)
    const store = open()
    expect(store.status().setAside).not.toBeNull()
    expect(store.bans.all()).toHaveLength(2000)
    expect(store.settings.all()).toEqual({ port: 8333 })
    expect(readdirSync(dir).filter(name => name.includes('copy'))).toEqual([])
  })

  it.each([
    ['nothing', ''],
    ['text', 'not a database, however long it is. '.repeat(500)],
  ])('of the whole file: it holds %s', (_, content) => {
    const { path, open } = bench()
    writeFileSync(path, content)
    const store = open()
    store.bans.upsert([ban(1)])
    expect(store.bans.all()).toHaveLength(1)
    expect(store.status().setAside === null).toBe(content === '')
  })

  it('found while it runs: the query is answered from the fresh database', () => {
    filled()
    const { path, open } = bench()
    const store = open()
    const statuses: StoreStatus[] = []
    store.onStatus(status => statuses.push(status))
    const bytes = readFileSync(path)
    bytes.fill(0xff, 4096 * 4)
    writeFileSync(path, bytes)
    // Another connection writes to the first page: what the store's own has cached is read from the file again.
    const other = new Database(path)
    other.pragma('application_id = 1')
    other.close()
    store.addresses.load('bitcoin')
    expect(statuses).toEqual([expect.objectContaining({ isDurable: true, setAside: store.status().setAside })])
    expect(setAsideNames()).toHaveLength(1)
    store.bans.upsert([ban(1)])
    store.close()
    expect(
      open()
        .bans.all()
        .map(row => row.id),
    ).toContain('ban-1')
  })
})

describe('a full disk', () => {
  it('changes nothing for those who write; what changed is written back when there is room', () => {
    const { clock, open } = bench()
    const before = open()
    before.bans.upsert([ban(1), ban(2)])
    before.settings.set({ port: 1 })
    before.close()

    let maxPages = 40
    const store = open({ maxPages: () => maxPages })
    const statuses: boolean[] = []
    store.onStatus(status => statuses.push(status.isDurable))
    store.addresses.save(
      'bitcoin',
      Array.from({ length: 3000 }, (_, n) => address(n)),
    )
    expect(store.status().isDurable).toBe(false)
    expect(store.status().text).toMatch(/^The disk is full: /)
    store.bans.upsert([ban(3)])
    store.bans.remove(['ban-1'])
    store.bans.countRefusals(new Map([['ban-2', 4]]))
    store.settings.set({ port: 2 })
    store.samples.append({ at: clock.now(), inbound: 1, outbound: 1, rateIn: 0, rateOut: 0, bans: 0 })
    const expected = [ban(2, { refused: 4 }), ban(3)]
    expect(store.bans.all()).toEqual(expected)
    expect(store.addresses.load('bitcoin')).toHaveLength(3000)
    clock.advance(30_000)
    expect(statuses).toEqual([false])
    expect(store.bans.all()).toEqual(expected)

    maxPages = 10_000
    clock.advance(10_000)
    expect(statuses).toEqual([false, true])
    expect(clock.pendingTimers).toBe(0)
    store.settings.set({ after: true })
    store.close()
    const after = open()
    expect(after.bans.all()).toEqual(expected)
    expect(after.settings.all()).toEqual({ port: 2, after: true })
    expect(after.addresses.load('bitcoin')).toHaveLength(3000)
    expect(after.samples.query(0, 1)).toHaveLength(1)
  })

  it('from the first start on is no reason not to start', () => {
    const { open, clock } = bench()
    let maxPages = 3
    const store = open({ maxPages: () => maxPages })
    expect(store.status().isDurable).toBe(false)
    store.pins.upsert(pin(1))
    clock.advance(10_000)
    expect(store.status().isDurable).toBe(false)
    maxPages = 10_000
    clock.advance(10_000)
    expect(store.status().isDurable).toBe(true)
    store.close()
    expect(open().pins.all()).toEqual([pin(1)])
  })

  it('that gets room only at the end is written to by close', () => {
    const { open, clock } = bench()
    let maxPages = 40
    const store = open({ maxPages: () => maxPages })
    store.addresses.save(
      'bitcoin',
      Array.from({ length: 3000 }, (_, n) => address(n)),
    )
    store.pins.upsert(pin(1))
    maxPages = 10_000
    store.close()
    expect(clock.pendingTimers).toBe(0)
    expect(open().pins.all()).toEqual([pin(1)])
  })

  it('that stays full is said when the store is closed', () => {
    const { open, warnings } = bench()
    const store = open({ maxPages: () => 40 })
    store.addresses.save(
      'bitcoin',
      Array.from({ length: 3000 }, (_, n) => address(n)),
    )
    store.close()
    expect(warnings()).toContain('Changes made while the disk took nothing are lost.')
  })

  it('that another program causes by holding the database passes as well', () => {
    const { path, open, clock } = bench()
    const store = open()
    const other = new Database(path)
    other.exec('BEGIN IMMEDIATE')
    store.pins.upsert(pin(1))
    expect(store.status().text).toMatch(/^Another program holds the database/)
    other.exec('ROLLBACK')
    other.close()
    clock.advance(10_000)
    expect(store.status().isDurable).toBe(true)
    store.close()
    expect(open().pins.all()).toEqual([pin(1)])
  })
})
