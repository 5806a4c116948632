/** Pinned and trusted addresses: durable, and shown with what becomes of them. */
import { RequestError } from '../../src-preload/contract/port.ts'
import type { Store } from '../store/index.ts'
import type { Clock } from '../time/index.ts'
import type { Address } from '../transport/index.ts'
import { MAX_PINS } from './limits.ts'

export type PinRow = ReturnType<Store['pins']['all']>[number]

export const pinId = (network: string, address: string): string => `${network} ${address}`

export class Pins {
  readonly #store: Store['pins']
  readonly #clock: Clock
  readonly #rows = new Map<string, PinRow>()

  constructor(store: Store['pins'], clock: Clock) {
    this.#store = store
    this.#clock = clock
    for (const row of store.all()) this.#rows.set(row.id, row)
  }

  of(network: string): PinRow[] {
    return [...this.#rows.values()].filter(row => row.network === network)
  }

  get(id: string): PinRow | undefined {
    return this.#rows.get(id)
  }

  rows(): IterableIterator<PinRow> {
    return this.#rows.values()
  }

  /** Changes what is kept of an address; durable when it returns. A row that is neither pinned nor trusted goes. */
  change(
    network: string,
    address: Address,
    changes: { isPinned?: boolean; isTrusted?: boolean; note?: string },
  ): string {
    const id = pinId(network, address.key)
    const before = this.#rows.get(id)
    if (before === undefined && this.#rows.size >= MAX_PINS) {
      throw new RequestError('full', `There are ${MAX_PINS} pinned and trusted addresses already; take one back first.`)
    }
    const row: PinRow = {
      id,
      network,
      address: address.key,
      isPinned: changes.isPinned ?? before?.isPinned ?? false,
      isTrusted: changes.isTrusted ?? before?.isTrusted ?? false,
      addedAt: before?.addedAt ?? Math.round(this.#clock.now()),
      note: changes.note ?? before?.note ?? '',
    }
    if (row.isPinned || row.isTrusted) {
      this.#store.upsert(row)
      this.#rows.set(id, row)
    } else if (before !== undefined) {
      this.#store.remove([id])
      this.#rows.delete(id)
    }
    return id
  }
}
