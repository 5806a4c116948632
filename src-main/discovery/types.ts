/** What discovery is given and what it tells. */
import type { ToldAddress } from '../addressbook/index.ts'
import type { Log } from '../log/index.ts'
import type { Clock, RandomSource } from '../time/index.ts'
import type { Address, Transport } from '../transport/index.ts'

export interface DnsSeed {
  readonly host: string
  /** Does `x<hex services>.<host>` work? */
  readonly filtersServices: boolean
}

/** Resolves a name by the route policy; rejects with a `DialError`, code `blocked` where the policy forbids it. */
export type Lookup = Transport['lookup']

/** An address from a seed. */
export interface SeedAddress extends ToldAddress {
  /** The seed's name. */
  readonly source: string
}

/** What discovery needs to know of a network. */
export interface SeededNetwork {
  readonly id: string
  readonly defaultPort: number
  readonly dnsSeeds: readonly DnsSeed[]
  readonly fixedSeeds: readonly Address[]
  readonly wantedServices: bigint
}

/** What discovery needs of the address book. */
export interface SeededBook {
  add(addresses: readonly ToldAddress[], source: string, penaltyMs: number): number
  readonly size: number
}

export interface DiscoverySettings {
  readonly usesDnsSeeds: boolean
  readonly usesFixedSeeds: boolean
}

/** What it tells; none may throw, none is called after `close`. */
export interface DiscoveryHandlers {
  /** New addresses are in the book. */
  added?(count: number, source: string): void
  seedFailed?(seed: string, reason: string): void
  /** Nothing was known for a minute: the built-in addresses are used. */
  fixedSeedsUsed?(count: number): void
}

export interface DiscoveryOptions {
  readonly network: SeededNetwork
  readonly transport: Pick<Transport, 'lookup' | 'decide'>
  readonly book: SeededBook
  /** Dials a seed through the proxy as a peer that is asked for addresses and left. */
  readonly askPeer: (seed: Address) => void
  /** Ready outbound peers now. */
  readonly outboundPeers: () => number
  readonly settings: DiscoverySettings
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
  readonly handlers?: DiscoveryHandlers
}

/** What became of asking the seeds. */
export interface SeedReport {
  /** Addresses that the seeds gave. */
  readonly found: number
  /** Seeds that gave none. */
  readonly failed: readonly string[]
  /** Seeds that are dialed as peers instead, since no name may be looked up. */
  readonly dialed: readonly string[]
}

export interface Discovery {
  start(): void
  /** Abandons look-ups under way; resolves when nothing more will happen. */
  close(): Promise<void>
  /** Asks the DNS seeds at once, whatever is known. One asking at a time: a second call gets the same report. */
  seedNow(): Promise<SeedReport>
  /** Puts addresses that a person gave into the book. Returns how many are new. */
  addByHand(addresses: readonly Address[]): number
  configure(settings: DiscoverySettings): void
  /** Seeds that failed when they were last asked. */
  readonly failedSeeds: readonly string[]
  readonly usedFixedSeeds: boolean
}
