/** Opens the store of a data folder and puts its tables together. */
import type { Log } from '../log/index.ts'
import type { Clock } from '../time/index.ts'
import type { StoreStatus } from './engine.ts'
import { Engine } from './engine.ts'
import { StoreError, messageOf } from './error.ts'
import { makePrivateFolder } from './files.ts'
import { lockFolder } from './lock.ts'
import type { AddressesTable, AnchorsTable, SamplesTable } from './observations.ts'
import { addressesTable, anchorsTable, samplesTable } from './observations.ts'
import type { NodesTable } from './nodes.ts'
import { nodesTable } from './nodes.ts'
import type { BansTable, PinsTable, RulesTable, SecretsTable, SettingsTable } from './tables.ts'
import { bansTable, pinsTable, rulesTable, secretsTable, settingsTable } from './tables.ts'

export interface StoreOptions {
  /** The data folder; made when it is not there, for the user alone. */
  readonly dir: string
  readonly clock: Clock
  readonly log: Log
  /** Pages of 4 KiB that the database may have, asked at start and at each attempt to write back; no bound when absent. */
  readonly maxPages?: () => number
}

export interface Store {
  readonly settings: SettingsTable
  readonly rules: RulesTable
  readonly bans: BansTable
  readonly pins: PinsTable
  readonly addresses: AddressesTable
  readonly anchors: AnchorsTable
  readonly nodes: NodesTable
  readonly samples: SamplesTable
  readonly secrets: SecretsTable
  status(): StoreStatus
  /** Hears of every change of status. Gives the way to stop. */
  onStatus(listener: (status: StoreStatus) => void): () => void
  /** Lets go of the folder. The store cannot be used afterwards. */
  close(): void
}

/**
 * Opens the store. What it takes (milliseconds to some hundred for a large address book) is a check of the whole file.
 * @throws {StoreError} `locked`, `newer`, `unusable`
 */
export function openStore({ dir, clock, log, maxPages }: StoreOptions): Store {
  try {
    makePrivateFolder(dir)
  } catch (error) {
    throw new StoreError('unusable', `The data folder ${dir} cannot be used: ${messageOf(error)}.`, error)
  }
  const unlock = lockFolder(dir)
  let engine: Engine
  try {
    engine = new Engine({ dir, clock, log, maxPages: () => maxPages?.() ?? null })
  } catch (error) {
    unlock()
    throw error
  }
  let isClosed = false
  return {
    settings: settingsTable(engine, log),
    rules: rulesTable(engine),
    bans: bansTable(engine),
    pins: pinsTable(engine),
    addresses: addressesTable(engine),
    anchors: anchorsTable(engine),
    nodes: nodesTable(engine),
    samples: samplesTable(engine, clock, log),
    secrets: secretsTable(engine),
    status: () => engine.status,
    onStatus: listener => engine.onStatus(listener),
    close: () => {
      if (isClosed) return
      isClosed = true
      engine.close()
      unlock()
    },
  }
}
