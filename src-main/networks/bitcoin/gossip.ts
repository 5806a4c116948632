/** One peer's part in address gossip: what it may tell, what it told, when we asked, when we name ourselves. */
import { AddrTokenBucket } from '../../addressbook/index.ts'
import type { HeardAddress } from '../../connections/index.ts'
import type { RandomSource } from '../../time/index.ts'
import type { Address } from '../../transport/index.ts'
import { ANSWER_WINDOW_MS, MAX_ADDRESSES_PER_MESSAGE } from './limits.ts'
import type { AddressEntries } from './messages/addresses.ts'

/** What became of one message of addresses. */
export interface HeardGossip {
  readonly addresses: readonly HeardAddress[]
  /** It may answer our request. */
  readonly isSolicited: boolean
  /** Addresses beyond the limit since this was last not 0; only whole hundreds, which is what the rule weighs. */
  readonly excess: number
}

/** Excess is told in steps of this many addresses: `addr-flood` adds one point for each. Source: ours. */
const EXCESS_STEP = 100

export class PeerGossip {
  /** Does the peer take part in gossip? Outbound peers do, inbound ones from their first word about addresses. */
  isOn: boolean
  /** Has it asked us for addresses? */
  hasAsked = false
  told = 0
  taken = 0
  /** When our own address is due, monotonic milliseconds. */
  announceAt = 0
  /** When we asked, monotonic milliseconds; null when no answer is awaited. */
  #askedAt: number | null = null
  #hasNamedItself = false
  #excess = 0
  readonly #bucket: AddrTokenBucket

  /** @param now monotonic milliseconds, as below */
  constructor(isOn: boolean, now: number) {
    this.isOn = isOn
    this.#bucket = new AddrTokenBucket(now)
  }

  /** We are about to ask. False: an answer is still awaited, so do not. */
  ask(now: number): boolean {
    if (this.isAwaiting(now)) return false
    this.#askedAt = now
    this.#bucket.requested()
    return true
  }

  isAwaiting(now: number): boolean {
    return this.#askedAt !== null && now - this.#askedAt < ANSWER_WINDOW_MS
  }

  /**
   * Takes a message of addresses, as many as the limit lets in, drawn at random so that the peer does not choose
   * which. The peer's own address is let in once beside the limit.
   */
  hear(entries: AddressEntries, peer: Address, random: RandomSource, now: number): HeardGossip {
    this.isOn = true
    this.told += entries.count
    const isSolicited = this.isAwaiting(now)
    // An answer of 1000 may be followed by more; a single address may be the peer's own.
    if (isSolicited && entries.count > 1 && entries.count < MAX_ADDRESSES_PER_MESSAGE) this.#askedAt = null
    if (this.#namesItself(entries, peer)) return this.#give(entries, entries.usable, random, isSolicited)
    return this.#give(entries, this.#bucket.take(entries.usable, now), random, isSolicited)
  }

  #namesItself(entries: AddressEntries, peer: Address): boolean {
    if (this.#hasNamedItself || entries.usable !== 1) return false
    this.#hasNamedItself = entries.at(0).address.host === peer.host
    return this.#hasNamedItself
  }

  #give(entries: AddressEntries, count: number, random: RandomSource, isSolicited: boolean): HeardGossip {
    const addresses = draw(entries, count, random)
    this.taken += count
    this.#excess += entries.usable - count
    const excess = this.#excess - (this.#excess % EXCESS_STEP)
    this.#excess -= excess
    return { addresses, isSolicited, excess }
  }
}

/** `count` of the usable entries, each set of them equally likely. */
function draw(entries: AddressEntries, count: number, random: RandomSource): readonly HeardAddress[] {
  const { usable } = entries
  const places = Uint16Array.from({ length: usable }, (_, index) => index)
  const drawn: HeardAddress[] = []
  for (let index = 0; index < count; index++) {
    const other = index + random.below(usable - index)
    const place = places[other] ?? 0
    places[other] = places[index] ?? 0
    drawn.push(entries.at(place))
  }
  return drawn
}
