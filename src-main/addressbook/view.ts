/** The address book as people see it: one entry, a page of a search, the reasons for and against an address. */
import type { Address, AddressKind } from '../transport/index.ts'
import { BUCKET_SIZE, RECENT_TRY_MS } from './limits.ts'
import type { TerribleReason } from './quality.ts'
import { chanceOf, whyTerrible } from './quality.ts'
import { NONE } from './places.ts'
import type { Tables } from './tables.ts'
import type { AddressCheck, AddressExplanation, BookEntry, SearchOptions } from './types.ts'

/** Longest page of a search. Source: the contract's `addresses.search`. */
const MAX_PAGE = 500

interface Viewer {
  readonly tables: Tables
  readonly isBanned: (address: Address) => boolean
  readonly kinds: ReadonlySet<AddressKind>
  readonly isColliding: (entry: number) => boolean
}

const historyOf = (tables: Tables, entry: number) => ({
  seenAt: tables.seenAt[entry] ?? 0,
  lastTryAt: tables.lastTryAt[entry] ?? 0,
  lastSuccessAt: tables.lastSuccessAt[entry] ?? 0,
  failures: tables.failures[entry] ?? 0,
})

export function viewEntry({ tables, isBanned }: Viewer, entry: number, now: number): BookEntry {
  const address = tables.address(entry)
  const history = historyOf(tables, entry)
  return {
    address,
    table: tables.isTried(entry) ? 'tried' : 'new',
    group: tables.groupName(entry),
    source: tables.sourceName(entry),
    references: tables.references(entry),
    services: tables.services[entry] ?? 0n,
    ...history,
    isTerrible: whyTerrible(history, now) !== null,
    isBanned: isBanned(address),
  }
}

/** One page of what matches, in a stable order, and how many match in all. */
export function searchEntries(
  viewer: Viewer,
  now: number,
  options: SearchOptions,
): { readonly total: number; readonly entries: readonly BookEntry[] } {
  const { tables } = viewer
  const text = (options.text ?? '').trim().toLowerCase()
  const offset = Math.max(0, options.offset ?? 0)
  const limit = Math.min(MAX_PAGE, Math.max(0, options.limit ?? 100))
  const entries: BookEntry[] = []
  let total = 0
  for (let entry = 0, left = tables.size; left > 0; entry++) {
    if (!tables.has(entry)) continue
    left--
    const { key, kind } = tables.address(entry)
    if (options.kind !== undefined && options.kind !== 'all' && options.kind !== kind) continue
    if (options.table === 'new' && tables.isTried(entry)) continue
    if (options.table === 'tried' && !tables.isTried(entry)) continue
    const isMatch =
      text === '' ||
      key.includes(text) ||
      tables.groupName(entry).toLowerCase().includes(text) ||
      tables.sourceName(entry).toLowerCase().includes(text)
    if (!isMatch) continue
    if (total >= offset && entries.length < limit) entries.push(viewEntry(viewer, entry, now))
    total++
  }
  return { total, entries }
}

const TERRIBLE_TEXT: Readonly<Record<TerribleReason, string>> = {
  future: 'It is said to have been seen in the future.',
  unseen: 'Nobody has seen it for 30 days.',
  'never-worked': 'It has failed three times and never worked.',
  failing: 'It has failed ten times and not worked for a week.',
}

/** Each check that decides whether an address may be chosen now, with its verdict in words. */
export function explainAddress(viewer: Viewer, address: Address, now: number): AddressExplanation {
  const { tables } = viewer
  const entry = tables.find(address.key)
  const checks: AddressCheck[] = []
  const check = (name: AddressCheck['check'], passes: boolean, good: string, bad: string): void => {
    checks.push({ check: name, passes, text: passes ? good : bad })
  }
  check('known', entry !== NONE, 'It is in the address book.', 'It is not in the address book.')
  check(
    'kind',
    viewer.kinds.has(address.kind),
    'Addresses of its kind are kept for this network.',
    'Addresses of its kind are not kept for this network.',
  )
  check('banned', !viewer.isBanned(address), 'It is not banned.', 'It is banned.')
  if (entry === NONE) return { entry: null, checks, mayDial: false, chance: 0, buckets: [] }

  const history = historyOf(tables, entry)
  const terrible = whyTerrible(history, now)
  const chance = chanceOf(history.lastTryAt, history.failures, now)
  // What follows lowers the chance, or lets others take its place; it does not forbid the dial.
  const mayDial = checks.every(one => one.passes)
  check(
    'terrible',
    terrible === null,
    'It is worth keeping.',
    `${terrible === null ? '' : TERRIBLE_TEXT[terrible]} Any newcomer may take its place, and others are not told of it.`,
  )
  check(
    'recent',
    now - history.lastTryAt >= RECENT_TRY_MS,
    'It was not tried in the last ten minutes.',
    'It was tried in the last ten minutes: its chance is a hundredth.',
  )
  check(
    'failures',
    history.failures === 0,
    'No attempt has failed since it last worked.',
    `${history.failures} failed ${history.failures === 1 ? 'attempt' : 'attempts'} since it last worked: each leaves 0.66 of the chance, eight at most count.`,
  )
  check(
    'collision',
    !viewer.isColliding(entry),
    'It waits for nobody.',
    'It works, and waits for a test of the address that holds its place in the tried table.',
  )
  const table = tables.isTried(entry) ? ('tried' as const) : ('new' as const)
  const places = table === 'tried' ? [tables.triedPlace(entry)] : [...tables.places(entry)]
  return {
    entry: viewEntry(viewer, entry, now),
    checks,
    mayDial,
    chance,
    buckets: places.map(place => ({
      table,
      bucket: Math.floor(place / BUCKET_SIZE),
      position: place % BUCKET_SIZE,
    })),
  }
}
