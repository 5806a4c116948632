/** How many nodes of a table stand in one address prefix: cheap identities in one network shall not fill it. */
import { isLan, prefixKey } from '../../../transport/index.ts'
import type { Address } from '../../../transport/index.ts'
import { TABLE_IPV6_BITS } from './limits.ts'

export class PrefixCounts {
  readonly #limit: number
  readonly #counts = new Map<string, number>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Counts an address; false when its prefix is full. Local networks count for nothing, as in go-ethereum. */
  add(address: Address): boolean {
    if (isLan(address)) return true
    const key = prefixKey(address, 24, TABLE_IPV6_BITS)
    const count = this.#counts.get(key) ?? 0
    if (count >= this.#limit) return false
    this.#counts.set(key, count + 1)
    return true
  }

  remove(address: Address): void {
    if (isLan(address)) return
    const key = prefixKey(address, 24, TABLE_IPV6_BITS)
    const count = this.#counts.get(key) ?? 0
    if (count > 1) this.#counts.set(key, count - 1)
    else this.#counts.delete(key)
  }
}
