/** A protocol family with its parameters, as the client sees it. Every maker passes `test/networks/compliance.ts`. */
import type { HeardAddress, NetworkProfile, OpenSession } from '../connections/index.ts'
import type { Address, Connection } from '../transport/index.ts'

export type NetworkFamily = 'bitcoin' | 'ethereum' | 'bittorrent' | 'warren'

export interface Network {
  /** `family/name`: `bitcoin/mainnet`, `bitcoin/regtest`. */
  readonly id: string
  readonly family: NetworkFamily
  /** For people: "Bitcoin", "Bitcoin testnet4". */
  readonly title: string
  readonly defaultPort: number
  /** Host names of DNS seeds that know the service filter prefix, and those that do not. */
  readonly dnsSeeds: readonly DnsSeed[]
  /** Addresses shipped with Warren, for when nothing else answers. */
  readonly fixedSeeds: readonly Address[]
  /** Services bitfield a peer should offer to be worth an automatic slot; 0n asks for nothing. */
  readonly wantedServices: bigint
  /** How the connection manager treats this network's peers. */
  readonly profile: Omit<NetworkProfile, 'defaultPort' | 'wantedServices'>
  /** Drops one random peer every 3 to 7 minutes when full: on by default for Ethereum. */
  readonly dropsAtRandom: boolean
  readonly openSession: OpenSession
  /**
   * Politeness for an inbound connection that finds no room: tells it of other peers and closes it. Resolves when that
   * is done or the other end has left; never rejects. The caller bounds how long and for how many at once.
   */
  readonly farewell?: (connection: Connection, addresses: readonly HeardAddress[]) => Promise<void>
  /** Releases what the network holds beside its sessions. */
  close(): Promise<void>
}

export interface DnsSeed {
  readonly host: string
  /** Does `x<hex services>.<host>` work? */
  readonly filtersServices: boolean
}
