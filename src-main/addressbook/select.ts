/**
 * Choosing an address to dial. A bucket is drawn, not an address, so that a group which fills its few buckets gains
 * nothing by filling them to the brim (Heilman et al. 2015, countermeasure 2). Source: Bitcoin Core addrman, Select.
 */
import type { RandomSource } from '../time/index.ts'
import type { Address, AddressKind } from '../transport/index.ts'
import { BUCKET_SIZE, MAX_DRAWS } from './limits.ts'
import { NONE } from './places.ts'
import { chanceOf } from './quality.ts'
import type { Tables } from './tables.ts'
import { ADDRESS_KINDS } from './tables.ts'
import type { SelectOptions } from './types.ts'

/** What the chance of the next candidate is multiplied by after one was passed over. Source: Bitcoin Core addrman. */
const CHANCE_GROWTH = 1.2
const EVERYTHING: SelectOptions = {}

interface Chooser {
  readonly tables: Tables
  readonly random: RandomSource
  readonly isBanned: (address: Address) => boolean
}

/** The chosen entry, or `NONE` when nothing fits. */
export function selectEntry(chooser: Chooser, now: number, options: SelectOptions = EVERYTHING): number {
  const { tables, random } = chooser
  const kinds = options.kinds ?? ADDRESS_KINDS
  let newCount = 0
  let triedCount = 0
  for (const kind of kinds) {
    const counts = tables.count(kind)
    newCount += counts.new
    triedCount += counts.tried
  }
  if (options.newOnly === true) triedCount = 0
  if (newCount + triedCount === 0) return NONE
  const fromTried = triedCount > 0 && (newCount === 0 || random.float() < 0.5)
  return (
    drawn(chooser, now, options, kinds, fromTried) ??
    walked(chooser, options, kinds, fromTried, options.newOnly ?? false)
  )
}

/** Draws buckets; null when `MAX_DRAWS` of them gave nothing, as happens when few entries fit. */
function drawn(
  chooser: Chooser,
  now: number,
  options: SelectOptions,
  kinds: readonly AddressKind[],
  fromTried: boolean,
): number | null {
  const { tables, random } = chooser
  const table = fromTried ? tables.triedTable : tables.newTable
  let growth = 1
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const first = table.bucketInUse(random.below(table.bucketsInUse)) * BUCKET_SIZE
    const start = random.below(BUCKET_SIZE)
    for (let step = 0; step < BUCKET_SIZE; step++) {
      const entry = table.at(first + ((start + step) & (BUCKET_SIZE - 1)))
      if (entry === NONE || !fits(chooser, options, kinds, entry)) continue
      const chance = chanceOf(tables.lastTryAt[entry] ?? 0, tables.failures[entry] ?? 0, now)
      if (chance * growth >= 1 || random.float() < chance * growth) return entry
      growth *= CHANCE_GROWTH
      break
    }
  }
  return null
}

/** Looks through the whole book from a random position: the chosen table first, whatever fits otherwise. */
function walked(
  chooser: Chooser,
  options: SelectOptions,
  kinds: readonly AddressKind[],
  fromTried: boolean,
  newOnly: boolean,
): number {
  const { tables, random } = chooser
  const start = random.below(tables.size)
  let other = NONE
  for (let step = 0; step < tables.size; step++) {
    const entry = tables.entryAt((start + step) % tables.size)
    if (newOnly && tables.isTried(entry)) continue
    if (other !== NONE && tables.isTried(entry) !== fromTried) continue
    if (!fits(chooser, options, kinds, entry)) continue
    if (tables.isTried(entry) === fromTried) return entry
    other = entry
  }
  return other
}

function fits(chooser: Chooser, options: SelectOptions, kinds: readonly AddressKind[], entry: number): boolean {
  const { tables } = chooser
  const address = tables.address(entry)
  if (kinds.length < ADDRESS_KINDS.length && !kinds.includes(address.kind)) return false
  const wanted = options.wantedServices ?? 0n
  if (wanted !== 0n) {
    const told = tables.services[entry] ?? 0n
    if (told !== 0n && (told & wanted) !== wanted) return false
  }
  if (options.excludeGroups !== undefined && options.excludeGroups.has(tables.groupName(entry))) return false
  if (options.accepts !== undefined && !options.accepts(address)) return false
  return !chooser.isBanned(address)
}
