/** What all networks of the client share. */
import type { Settings } from '../../src-preload/contract.ts'
import type { Geo } from '../addressbook/index.ts'
import type { Log } from '../log/index.ts'
import type { Reputation } from '../reputation/index.ts'
import type { Store } from '../store/index.ts'
import type { Clock, RandomSource } from '../time/index.ts'
import type { SubnetSet, Transport } from '../transport/index.ts'
import type { Changes } from './changes.ts'

export interface Shared {
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
  readonly store: Store
  readonly transport: Transport
  readonly reputation: Reputation
  readonly geo: Geo
  readonly changes: Changes
  readonly resourcesDir: string
  /** 16 bytes: key of the address book's buckets. */
  readonly bookKey: Uint8Array
  settings(): Settings
  whitelist(): SubnetSet
  hasPin(id: string): boolean
  isOnline(): boolean
  lastPeerLost(network: string): void
}
