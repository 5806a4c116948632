/**
 * What the store costs: 100,000 addresses from the file into the address book, beside a bare SELECT of the same rows;
 * a durable ban beside a bare INSERT. `npx node --expose-gc test/bench/store.ts`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { AddressRow } from '../../src-main/addressbook/index.ts'
import { createAddressBook, groupOf } from '../../src-main/addressbook/index.ts'
import { silentLog } from '../../src-main/log/index.ts'
import { openStore } from '../../src-main/store/index.ts'
import { VirtualClock, seededRandom } from '../../src-main/time/index.ts'
import { ipAddress } from '../../src-main/transport/index.ts'
import { ban } from '../store/rows.ts'

/** What a book holds at most is about 80,000; more are offered until so many rows are kept. */
const WANTED = 100_000
const NETWORKS = ['bitcoin/mainnet', 'bitcoin/testnet4'] as const
const BANS = 500
const ROUNDS = 5

const dir = mkdtempSync(join(tmpdir(), 'warren-bench-'))
const path = join(dir, 'warren.db')
const clock = new VirtualClock()
const random = seededRandom(1)
const key = random.bytes(16)
const open = (): ReturnType<typeof openStore> => openStore({ dir, clock, log: silentLog })
const book = (network: string): ReturnType<typeof createAddressBook> =>
  createAddressBook({ network, key, clock, random, groupOf: address => groupOf(address), isBanned: () => false })

/** Milliseconds of the quickest of several rounds. */
function time(rounds: number, action: () => void): number {
  let best = Infinity
  for (let round = 0; round < rounds; round++) {
    globalThis.gc?.()
    const started = performance.now()
    action()
    best = Math.min(best, performance.now() - started)
  }
  return best
}
const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`

// Rows as a client leaves them: two books, gossip from a thousand sources, one in twenty tried.
const store = open()
let saved = 0
const savingMs = time(1, () => {
  for (const network of NETWORKS) {
    const filling = book(network)
    while (filling.size < WANTED / NETWORKS.length) {
      const source = ipAddress(random.bytes(4), 8333)
      const told = Array.from({ length: 200 }, () => ({
        address: ipAddress(random.bytes(random.below(4) === 0 ? 16 : 4), 8333),
        services: 1033n,
        seenAt: clock.now() - random.below(86_400_000),
      }))
      filling.add(told, source, 0)
      for (const { address } of told.slice(0, 10)) filling.good(address)
    }
    const rows: readonly AddressRow[] = filling.takeDirty()?.upserts ?? []
    store.addresses.save(network, rows)
    saved += rows.length
  }
})
console.log(`${saved} addresses of ${NETWORKS.length} networks made and saved in ${ms(savingMs)}`)
store.close()

const bare = new Database(path, { readonly: true })
const select = bare.prepare('SELECT * FROM addresses WHERE network = ?').raw()
let found = 0
const selectMs = time(ROUNDS, () => {
  found = 0
  for (const network of NETWORKS) found += select.all(network).length
})
bare.close()
if (found !== saved) throw new Error(`${found} rows were saved, not ${saved}`)

let opened = open()
opened.close()
const openMs = time(ROUNDS, () => {
  opened = open()
  opened.close()
})
opened = open()
const rowsMs = time(ROUNDS, () => {
  for (const network of NETWORKS) opened.addresses.load(network)
})
let loaded = 0
const loadMs = time(ROUNDS, () => {
  loaded = 0
  for (const network of NETWORKS) loaded += book(network).load(opened.addresses.load(network), true).loaded
})
if (loaded < saved * 0.99) throw new Error(`only ${loaded} of ${saved} came back`)
const ratio = (value: number, beside: number): string => `${(value / beside).toFixed(1)} ×`
const perWanted = (loadMs * WANTED) / loaded
console.log(`bare SELECT of ${found} rows: ${ms(selectMs)}`)
console.log(`the store's rows: ${ms(rowsMs)}, ${ratio(rowsMs, selectMs)} the bare SELECT`)
console.log(
  `rows and address book, ${loaded} loaded: ${ms(loadMs)}, ${ratio(loadMs, selectMs)} the bare SELECT; ` +
    `goal of ${WANTED} in less than a second: ${perWanted < 1000 ? 'met' : 'MISSED'} (${ms(perWanted)})`,
)
console.log(`opening the store, its check of the whole file and all: ${ms(openMs)}`)

let number = 0
const banMs = time(ROUNDS, () => {
  for (let n = 0; n < BANS; n++) opened.bans.upsert([ban(number++)])
})
opened.close()
const plain = new Database(join(dir, 'plain.db'))
plain.pragma('journal_mode = WAL')
plain.pragma('synchronous = FULL')
plain.exec('CREATE TABLE bans (id TEXT PRIMARY KEY, target TEXT, content TEXT)')
const insert = plain.prepare('INSERT INTO bans VALUES (?, ?, ?)')
const insertMs = time(ROUNDS, () => {
  for (let n = 0; n < BANS; n++) {
    const row = ban(number++)
    insert.run(row.id, row.target, JSON.stringify(row))
  }
})
plain.close()
console.log(
  `a ban, on the disk when the call returns: ${ms(banMs / BANS)}, ${ratio(banMs, insertMs)} a bare INSERT that is as durable (${ms(insertMs / BANS)})`,
)
rmSync(dir, { recursive: true, force: true })
