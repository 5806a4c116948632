/** The tables that cross the border as deltas: peers, pins, attempts, bans; whole, and by id. */
import type { TableEvent, TableRecord } from '../../src-preload/contract/port.ts'
import type { Reputation } from '../reputation/index.ts'
import { presentPin } from './present-pin.ts'
import type { Pins } from './pins.ts'
import { networkOf, presentAttempt, presentPeer } from './present.ts'
import type { NetworkRuntime } from './runtime.ts'

interface TableParts {
  readonly runtimes: ReadonlyMap<string, NetworkRuntime>
  readonly reputation: Reputation
  readonly pins: Pins
}

export interface Tables {
  readonly record: (event: TableEvent, id: string) => TableRecord | undefined
  readonly records: (event: TableEvent) => readonly TableRecord[]
}

export function createTables({ runtimes, reputation, pins }: TableParts): Tables {
  const record = (event: TableEvent, id: string): TableRecord | undefined => {
    if (event === 'bans') {
      const ban = reputation.bans.get(id)
      return ban === null ? undefined : { ...ban }
    }
    if (event === 'pins') {
      const row = pins.get(id)
      return row === undefined ? undefined : presentPin(row, runtimes.get(row.network))
    }
    const network = networkOf(id) ?? ''
    const runtime = runtimes.get(network)
    if (runtime === undefined) return undefined
    if (event === 'peers') {
      const watch = runtime.watches.get(id)
      return watch === undefined ? undefined : presentPeer(watch, network)
    }
    const attempt = runtime.manager.attempt(id)
    return attempt === null ? undefined : presentAttempt(attempt, network)
  }

  const records = (event: TableEvent): readonly TableRecord[] => {
    switch (event) {
      case 'bans':
        return reputation.bans.list().map(ban => ({ ...ban }))
      case 'pins':
        return Array.from(pins.rows(), row => presentPin(row, runtimes.get(row.network)))
      case 'peers':
        return [...runtimes].flatMap(([id, runtime]) =>
          Array.from(runtime.watches.values(), watch => presentPeer(watch, id)),
        )
      case 'attempts':
        return [...runtimes].flatMap(([id, runtime]) =>
          runtime.manager.attempts().map(attempt => presentAttempt(attempt, id)),
        )
      default:
        return event satisfies never
    }
  }

  return { record, records }
}
