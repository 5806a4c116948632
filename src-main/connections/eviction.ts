/**
 * Which inbound peer goes when a newcomer needs its slot. An attacker who fills our slots must beat every kind of merit
 * at once: hold the right keyed groups, be near, send new blocks and transactions first, and have stayed longest.
 * Source: Bitcoin Core node/eviction.cpp (SelectNodeToEvict), by behaviour.
 */
import {
  PROTECT_BLOCKS_ONLY,
  PROTECT_BY_BLOCK,
  PROTECT_BY_GROUP,
  PROTECT_BY_PING,
  PROTECT_BY_TRANSACTION,
} from './limits.ts'

/** An inbound peer as eviction sees it. */
export interface EvictionCandidate {
  readonly id: string
  readonly group: string
  /** The group hashed with a secret of this run: which groups are protected cannot be foreseen. */
  readonly keyedGroup: number
  /** Milliseconds since the epoch. */
  readonly connectedAt: number
  /** Null: not measured yet. */
  readonly minPingMs: number | null
  /** Milliseconds since the epoch, 0 for never. */
  readonly lastBlockAt: number
  readonly lastTransactionAt: number
  readonly relaysTransactions: boolean
  /** Trusted or whitelisted: never evicted. */
  readonly isExempt: boolean
  readonly isDiscouraged: boolean
  /** Networks with few peers, each of which keeps a share of the places for long-lived ones. */
  readonly overlay: 'cjdns' | 'i2p' | 'local' | 'onion' | null
}

/** What keeps a peer. */
export type Protection = 'exempt' | 'group' | 'ping' | 'transaction' | 'blocks-only' | 'block' | 'overlay' | 'age'

export interface EvictionPlan {
  /** Who goes, null when everyone is protected. */
  readonly victim: string | null
  /** Why it is that one, or why nobody goes, in a sentence. */
  readonly reason: string
  readonly protectedBy: ReadonlyMap<string, Protection>
}

type Order = (a: EvictionCandidate, b: EvictionCandidate) => number

/** Best first. Ties go to the older peer, then to the id, so that the result never depends on the order given. */
const byAge: Order = (a, b) => a.connectedAt - b.connectedAt || (a.id < b.id ? -1 : 1)
const byKeyedGroup: Order = (a, b) => b.keyedGroup - a.keyedGroup || byAge(a, b)
const byPing: Order = (a, b) => (a.minPingMs ?? Infinity) - (b.minPingMs ?? Infinity) || byAge(a, b)
const byTransaction: Order = (a, b) =>
  b.lastTransactionAt - a.lastTransactionAt ||
  Number(b.relaysTransactions) - Number(a.relaysTransactions) ||
  byAge(a, b)
const byBlock: Order = (a, b) => b.lastBlockAt - a.lastBlockAt || byAge(a, b)

const OVERLAYS = ['cjdns', 'i2p', 'local', 'onion'] as const

/** Decides who goes. O(n log n). */
export function decideEviction(candidates: readonly EvictionCandidate[]): EvictionPlan {
  const protectedBy = new Map<string, Protection>()
  let rest: EvictionCandidate[] = []
  for (const candidate of candidates) {
    if (candidate.isExempt) protectedBy.set(candidate.id, 'exempt')
    else rest.push(candidate)
  }
  const protect = (
    count: number,
    order: Order,
    why: Protection,
    may: (candidate: EvictionCandidate) => boolean = () => true,
  ): number => {
    let kept = 0
    for (const candidate of rest.filter(may).sort(order).slice(0, Math.max(0, count))) {
      protectedBy.set(candidate.id, why)
      kept++
    }
    if (kept > 0) rest = rest.filter(candidate => !protectedBy.has(candidate.id))
    return kept
  }

  protect(PROTECT_BY_GROUP, byKeyedGroup, 'group')
  protect(PROTECT_BY_PING, byPing, 'ping')
  protect(PROTECT_BY_TRANSACTION, byTransaction, 'transaction')
  protect(PROTECT_BLOCKS_ONLY, byBlock, 'blocks-only', candidate => !candidate.relaysTransactions)
  protect(PROTECT_BY_BLOCK, byBlock, 'block')
  protectByAge(rest, protect)

  if (rest.length === 0) {
    return { victim: null, reason: 'Every inbound peer is protected, so a newcomer is refused.', protectedBy }
  }
  return { ...choose(rest), protectedBy }
}

type Protect = (count: number, order: Order, why: Protection, may?: (candidate: EvictionCandidate) => boolean) => number

/**
 * Half of those left stay by age. Up to half of that half is kept for overlay peers, whose pings never win: the overlay
 * with the fewest peers first, and what it does not use goes to the others.
 */
function protectByAge(rest: readonly EvictionCandidate[], protect: Protect): void {
  const total = Math.floor(rest.length / 2)
  const forOverlays = Math.floor(total / 2)
  const waiting = OVERLAYS.map(overlay => ({ overlay, count: rest.filter(one => one.overlay === overlay).length }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.count - b.count)
  let used = 0
  for (let left = waiting.length, at = 0; left > 0 && used < forOverlays; left--, at++) {
    const share = Math.max(1, Math.floor((forOverlays - used) / left))
    const overlay = waiting[at]?.overlay
    used += protect(share, byAge, 'overlay', candidate => candidate.overlay === overlay)
  }
  protect(total - used, byAge, 'age')
}

/** Of the discouraged if there are any, else of all: the youngest of the group that has the most (tie: of the youngest). */
function choose(rest: readonly EvictionCandidate[]): { readonly victim: string; readonly reason: string } {
  const discouraged = rest.filter(candidate => candidate.isDiscouraged)
  const pool = discouraged.length > 0 ? discouraged : rest
  const groups = new Map<string, EvictionCandidate[]>()
  for (const candidate of pool) {
    const members = groups.get(candidate.group)
    if (members === undefined) groups.set(candidate.group, [candidate])
    else members.push(candidate)
  }
  let largest: readonly EvictionCandidate[] = []
  let youngest: EvictionCandidate | undefined
  for (const members of groups.values()) {
    const newest = members.reduce((a, b) => (byAge(a, b) < 0 ? b : a))
    if (
      youngest === undefined ||
      members.length > largest.length ||
      (members.length === largest.length && byAge(youngest, newest) < 0)
    ) {
      largest = members
      youngest = newest
    }
  }
  const start = discouraged.length > 0 ? 'It misbehaved before, and is' : 'It is'
  return {
    victim: youngest?.id ?? '',
    reason: `${start} the youngest of the ${largest.length} unprotected from group ${youngest?.group ?? ''}, the largest group.`,
  }
}
