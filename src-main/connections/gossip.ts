/** Addresses that peers tell, on their way into the book, and what peers that ask are told. */
import type { ToldAddress } from '../addressbook/index.ts'
import { AddrTokenBucket, THIRD_PARTY_PENALTY_MS } from '../addressbook/index.ts'
import type { Clock, RandomSource } from '../time/index.ts'
import type { Address } from '../transport/index.ts'
import type { HeardAddress } from './session.ts'
import type { Gossip, ManagedSession } from './types.ts'

/** What gossip needs of the address book. */
export interface GossipBook {
  add(addresses: readonly ToldAddress[], source: Address, penaltyMs: number): number
  answerFor(requesterKind: string): readonly ToldAddress[]
}

export interface GossipOptions {
  readonly book: GossipBook
  readonly clock: Clock
  readonly random: RandomSource
  /** New addresses were added. */
  readonly added?: (count: number) => void
}

/**
 * Every peer has a token bucket: what it tells beyond that is dropped, chosen at random so that the order of a message
 * gives no advantage. Its own address, once, is exempt. A peer that calls us is answered once; peers that we called are
 * not, or they could learn which of our addresses is which. Source: Bitcoin Core net_processing.
 */
export function createGossip({ book, clock, random, added }: GossipOptions): Gossip {
  interface Account {
    readonly tokens: AddrTokenBucket
    hasAnnounced: boolean
    wasAnswered: boolean
  }
  const accounts = new Map<string, Account>()
  const accountOf = (peer: ManagedSession): Account => {
    let account = accounts.get(peer.id)
    if (account === undefined) {
      account = { tokens: new AddrTokenBucket(clock.monotonic()), hasAnnounced: false, wasAnswered: false }
      accounts.set(peer.id, account)
    }
    return account
  }

  return {
    asked: peer => accountOf(peer).tokens.requested(),
    heard: (peer, addresses) => {
      const account = accountOf(peer)
      const taken: HeardAddress[] = []
      let rest: readonly HeardAddress[] = addresses
      if (!account.hasAnnounced) {
        const own = addresses.find(one => one.address.host === peer.address.host)
        if (own !== undefined) {
          account.hasAnnounced = true
          taken.push(own)
          rest = addresses.filter(one => one !== own)
        }
      }
      const allowed = account.tokens.take(rest.length, clock.monotonic())
      taken.push(...(allowed < rest.length ? sample(rest, allowed, random) : rest))
      const count = taken.length === 0 ? 0 : book.add(taken, peer.address, THIRD_PARTY_PENALTY_MS)
      if (count > 0) added?.(count)
    },
    answer: peer => {
      const account = accountOf(peer)
      if (peer.direction === 'outbound' || account.wasAnswered) return []
      account.wasAnswered = true
      return book.answerFor(peer.address.kind)
    },
    ended: peer => void accounts.delete(peer.id),
  }
}

/** `count` of the items, each as likely as the others. */
function sample<Item>(items: readonly Item[], count: number, random: RandomSource): readonly Item[] {
  const pool = [...items]
  for (let at = 0; at < count; at++) {
    const other = at + random.below(pool.length - at)
    const [a, b] = [pool[at], pool[other]]
    if (a === undefined || b === undefined) break
    pool[at] = b
    pool[other] = a
  }
  return pool.slice(0, count)
}
