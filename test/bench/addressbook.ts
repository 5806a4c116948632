/**
 * The address book, the ban list and the range tables under load, as ratios to a yardstick of the same run: a plain
 * Map of the same keys, and a pick from a plain array. `npx node --expose-gc test/bench/addressbook.ts`.
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { AddressRow, ToldAddress } from '../../src-main/addressbook/index.ts'
import { createAddressBook, groupOf, loadGeoTables } from '../../src-main/addressbook/index.ts'
import { silentLog } from '../../src-main/log/index.ts'
import { BanList, hostTarget } from '../../src-main/reputation/index.ts'
import { VirtualClock, seededRandom } from '../../src-main/time/index.ts'
import type { Address } from '../../src-main/transport/index.ts'
import { ipAddress } from '../../src-main/transport/index.ts'

const OFFERED = 1_000_000
const SELECTIONS = 200_000
const LOADED = 100_000
const BANS = 100_000
const LOOKUPS = 1_000_000

const random = seededRandom(1)
const clock = new VirtualClock()

/** Runs `action` and gives nanoseconds for each of `count` operations. */
function time(count: number, action: () => void): number {
  const started = performance.now()
  action()
  return ((performance.now() - started) * 1e6) / count
}

function print(what: string, ns: number, yardstick: string, yardstickNs: number, goal = ''): void {
  const ratio = (ns / yardstickNs).toFixed(1)
  console.log(
    `${what}: ${(ns / 1000).toFixed(3)} µs, ${ratio} × ${yardstick} (${(yardstickNs / 1000).toFixed(3)} µs)${goal}`,
  )
}

const verdict = (isMet: boolean, goal: string): string => `; goal ${goal}: ${isMet ? 'met' : 'MISSED'}`

const heap = (): number => {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const LOCALHOST = ipAddress(Uint8Array.of(127, 0, 0, 1), 8333)
const addresses: Address[] = []
const seen = new Set<string>()
while (addresses.length < OFFERED) {
  const address = ipAddress(random.bytes(addresses.length % 4 === 3 ? 16 : 4), 8333)
  if (seen.has(address.key)) continue
  seen.add(address.key)
  addresses.push(address)
}
seen.clear()
const told: ToldAddress[] = addresses.map(address => ({ address, services: 1033n, seenAt: clock.now() }))
const sources = addresses.slice(0, 5000)

// Yardsticks: what any book must do at least.
const plain = new Map<string, Address>()
const insertNs = time(OFFERED, () => {
  for (const address of addresses) plain.set(address.key, address)
})
let found = 0
const lookUpNs = time(OFFERED, () => {
  for (const address of addresses) if (plain.has(address.key)) found++
})
const pickNs = time(SELECTIONS, () => {
  for (let n = 0; n < SELECTIONS; n++) if (addresses[random.below(OFFERED)] !== undefined) found++
})
plain.clear()

const book = (seed: number): ReturnType<typeof createAddressBook> =>
  createAddressBook({
    network: 'bitcoin/mainnet',
    key: seededRandom(seed).bytes(16),
    clock,
    random,
    groupOf: address => groupOf(address),
    isBanned: () => false,
  })

const full = book(1)
const addNs = time(OFFERED, () => {
  // As gossip comes: a thousand from one source.
  for (let from = 0; from < OFFERED; from += 1000)
    full.add(told.slice(from, from + 1000), sources[(from / 1000) % sources.length] ?? 'user', 7_200_000)
})
print(`add, ${OFFERED} addresses offered, ${full.size} kept`, addNs, 'Map.set', insertNs)
const againNs = time(OFFERED, () => {
  for (let from = 0; from < OFFERED; from += 1000)
    full.add(told.slice(from, from + 1000), sources[(from / 500) % sources.length] ?? 'user', 7_200_000)
})
print('add, all of them told again by others', againNs, 'Map.set', insertNs)
for (let n = 0; n < OFFERED; n += 20) {
  const address = addresses[n]
  if (address !== undefined) full.good(address)
}
const { tried } = full.stats()
const select = (options: Parameters<typeof full.select>[0]): number =>
  time(SELECTIONS, () => {
    for (let n = 0; n < SELECTIONS; n++) if (full.select(options) !== null) found++
  })
const selectNs = select({})
print(`select, ${full.size} known, ${tried} tried`, selectNs, 'array pick', pickNs, verdict(selectNs < 5000, '< 5 µs'))
const groups = new Set(addresses.slice(0, 8).map(address => groupOf(address)))
const filtered = select({ kinds: ['ipv4', 'ipv6'], wantedServices: 1n, excludeGroups: groups })
print('select, with kinds, services and groups', filtered, 'array pick', pickNs, verdict(filtered < 5000, '< 5 µs'))
const sparse = book(2)
sparse.add(told.slice(0, 24), 'user', 0)
const sparseNs = time(SELECTIONS, () => {
  for (let n = 0; n < SELECTIONS; n++) if (sparse.select() !== null) found++
})
print('select, 24 known', sparseNs, 'array pick', pickNs, verdict(sparseNs < 5000, '< 5 µs'))
const statsNs = time(100, () => {
  for (let n = 0; n < 100; n++) {
    full.attempt(addresses[n] ?? LOCALHOST, false)
    found += full.stats().total
  }
})
console.log(`stats after a change: ${(statsNs / 1e6).toFixed(2)} ms`)

const rows: AddressRow[] = [...(full.takeDirty()?.upserts ?? [])]
const before = heap()
const reloaded = book(1)
const loadNs = time(rows.length, () => {
  found += reloaded.load(rows, true).loaded
})
const bytes = heap() - before
console.log(
  `memory: ${(bytes / 1e6).toFixed(1)} MB for a book of ${reloaded.size}, ${(bytes / reloaded.size).toFixed(0)} bytes an address`,
)
const seconds = (loadNs * LOADED) / 1e9
print(
  `load, ${rows.length} rows`,
  loadNs,
  'Map.set',
  insertNs,
  `; ${seconds.toFixed(2)} s for ${LOADED}${verdict(seconds < 1, '< 1 s')}`,
)

const store = { all: () => [], upsert: () => {}, remove: () => {}, countRefusals: () => {} }
const bans = new BanList({ clock, random, log: silentLog, store })
const banNs = time(BANS, () => {
  for (let n = 0; n < BANS; n++)
    bans.add({ target: hostTarget(addresses[n] ?? LOCALHOST), until: clock.now() + 1e6 + n, by: 'rule', reason: '' })
})
print(`ban, ${bans.size} in force`, banNs, 'Map.set', insertNs)
const isBannedNs = time(LOOKUPS, () => {
  for (const address of addresses) if (bans.isBanned(address)) found++
})
print(`isBanned, ${BANS} bans`, isBannedNs, 'Map.has', lookUpNs, verdict(isBannedNs < 1000, '< 1 µs'))
bans.close()

const tables = fileURLToPath(new URL('../../out/tables', import.meta.url))
if (existsSync(tables)) {
  const started = performance.now()
  const geo = await loadGeoTables(tables)
  console.log(`tables: loaded in ${(performance.now() - started).toFixed(0)} ms, ${(geo.bytes / 1e6).toFixed(1)} MB`)
  const asnNs = time(LOOKUPS, () => {
    for (const address of addresses) if (geo.asn(address) !== null) found++
  })
  print('asn of an address', asnNs, 'Map.has', lookUpNs, verdict(asnNs < 1000, '< 1 µs'))
} else console.log('tables: not built (npm run tables)')
if (found === 0) throw new Error('nothing was found: this bench measures nothing')
