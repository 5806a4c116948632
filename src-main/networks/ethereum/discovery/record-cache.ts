/** Node records whose signatures have been checked: in lookups the same ones come again and again, from everybody. */
import { recordOfItem } from './enr.ts'
import type { NodeRecord } from './enr.ts'
import { MAX_CACHED_RECORDS } from './limits.ts'
import type { Item } from './rlp-items.ts'
import { encode } from './rlp-items.ts'

export class RecordCache {
  /** By all their bytes, used longest ago first. */
  readonly #records = new Map<string, NodeRecord>()

  /** As `recordOfItem`. @throws {DiscoveryError} */
  read(item: Item): NodeRecord {
    const key = Buffer.from(encode(item)).toString('latin1')
    const record = this.#records.get(key) ?? recordOfItem(item)
    this.#records.delete(key)
    this.#records.set(key, record)
    const oldest = this.#records.size > MAX_CACHED_RECORDS ? this.#records.keys().next() : null
    if (oldest !== null && oldest.done !== true) this.#records.delete(oldest.value)
    return record
  }
}
