/**
 * Ranges of IP addresses with a label each, as sorted arrays: 8 bytes a range of IPv4, 12 of IPv6 (by its first 64
 * bits, finer than which nobody is routed), and a look-up is a binary search.
 */
import type { Address } from '../../transport/index.ts'
import { addressBytes } from '../../transport/index.ts'

/** What a range says: a country by its code (`number` 0), or an autonomous system. */
export interface RangeLabel {
  readonly number: number
  readonly name: string
}

/** The arrays of a table. Label 0 is "nothing known"; gaps are ranges with it. */
export interface RangeArrays {
  readonly v4Starts: Uint32Array
  readonly v4Labels: Uint32Array
  readonly v6High: Uint32Array
  readonly v6Low: Uint32Array
  readonly v6Labels: Uint32Array
  readonly labels: readonly RangeLabel[]
}

export class RangeTable {
  readonly arrays: RangeArrays

  constructor(arrays: RangeArrays) {
    this.arrays = arrays
  }

  /** The label of the range that holds the address, or null; null for all but IPv4 and IPv6. */
  find(address: Address): RangeLabel | null {
    const { v4Labels, v6Labels, labels } = this.arrays
    if (address.kind !== 'ipv4' && address.kind !== 'ipv6') return null
    const bytes = addressBytes(address)
    const high = word(bytes, 0)
    const label = address.kind === 'ipv4' ? v4Labels[this.#find4(high)] : v6Labels[this.#find6(high, word(bytes, 4))]
    return label === undefined || label === 0 ? null : (labels[label] ?? null)
  }

  /** The last range that starts at or before the value; -1 when none does. */
  #find4(value: number): number {
    const { v4Starts } = this.arrays
    let low = 0
    let high = v4Starts.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((v4Starts[middle] ?? 0) <= value) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  #find6(valueHigh: number, valueLow: number): number {
    const { v6High, v6Low } = this.arrays
    let low = 0
    let high = v6High.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const start = v6High[middle] ?? 0
      if (start < valueHigh || (start === valueHigh && (v6Low[middle] ?? 0) <= valueLow)) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  /** Memory of the arrays, bytes. */
  get bytes(): number {
    const { v4Starts, v4Labels, v6High, v6Low, v6Labels } = this.arrays
    return [v4Starts, v4Labels, v6High, v6Low, v6Labels].reduce((sum, array) => sum + array.byteLength, 0)
  }
}

const word = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
