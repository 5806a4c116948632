/** Every network that Warren knows, by id: what it is called, and how it is made. */
import type { Log } from '../log/index.ts'
import { BITCOIN_NETWORKS, createBitcoin } from '../networks/bitcoin/index.ts'
import type { Network, NetworkFamily } from '../networks/network.ts'
import type { Clock, RandomSource } from '../time/index.ts'
import type { Address } from '../transport/index.ts'

export interface NetworkParts {
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
  /** Holds `seeds/`. */
  readonly resourcesDir: string
  readonly ownAddress: (peer: Address) => Address | null
}

export interface KnownNetwork {
  readonly id: string
  readonly title: string
  readonly family: NetworkFamily
  readonly defaultPort: number
  readonly hasSeeds: boolean
  /** Peers may have private and loopback addresses. */
  readonly isPrivate: boolean
  make(parts: NetworkParts): Network
}

export const NETWORKS: ReadonlyMap<string, KnownNetwork> = new Map(
  BITCOIN_NETWORKS.map(params => [
    `bitcoin/${params.name}`,
    {
      id: `bitcoin/${params.name}`,
      title: params.title,
      family: 'bitcoin',
      defaultPort: params.port,
      hasSeeds: params.dnsSeeds.length > 0,
      isPrivate: params.name === 'regtest',
      make: parts => createBitcoin(params, parts),
    } satisfies KnownNetwork,
  ]),
)
