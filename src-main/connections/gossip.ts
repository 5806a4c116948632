/** Addresses that peers tell, on their way into the book, and what peers that ask are told. */
import type { ToldAddress } from '../addressbook/index.ts'
import { THIRD_PARTY_PENALTY_MS } from '../addressbook/index.ts'
import type { Address } from '../transport/index.ts'
import type { Gossip } from './types.ts'

/** What gossip needs of the address book. */
export interface GossipBook {
  add(addresses: readonly ToldAddress[], source: Address, penaltyMs: number): number
  answerFor(requesterKind: string): readonly ToldAddress[]
}

/**
 * Between sessions and the book. How much one peer may tell is bounded by its session, which knows the messages (the
 * address book's token bucket); time stamps from third parties lose two hours. Only peers that called us are answered:
 * otherwise our view of the network could be read off us. Source: Bitcoin Core net_processing.
 * @param added called after new addresses were added
 */
export function createGossip(book: GossipBook, added?: (count: number) => void): Gossip {
  return {
    heard: (peer, addresses) => {
      const count = book.add(addresses, peer.address, THIRD_PARTY_PENALTY_MS)
      if (count > 0) added?.(count)
    },
    answer: peer => (peer.direction === 'inbound' ? book.answerFor(peer.address.kind) : []),
  }
}
