/** Makes a range table from ranges in any order, within bounds: what is read may be a stranger's file. */
import { GeoError } from './error.ts'
import { MAX_GEO_LABELS, MAX_GEO_RANGES, MAX_LABEL_LENGTH } from './limits.ts'
import type { RangeLabel } from './ranges.ts'
import { RangeTable } from './ranges.ts'

/** A growing list of unsigned 64-bit numbers in threes: first, last, label. */
class Ranges {
  #values = new BigUint64Array(3 * 4096)
  #count = 0

  add(first: bigint, last: bigint, label: number): void {
    if (this.#count >= MAX_GEO_RANGES) throw new GeoError(`It has more than ${MAX_GEO_RANGES} ranges.`)
    if (this.#values.length < 3 * (this.#count + 1)) {
      const grown = new BigUint64Array(this.#values.length * 2)
      grown.set(this.#values)
      this.#values = grown
    }
    const at = 3 * this.#count++
    this.#values[at] = first
    this.#values[at + 1] = last
    this.#values[at + 2] = BigInt(label)
  }

  /** Starts and labels in order. Neighbours of one label become one range; of two that overlap, the later start wins. */
  flatten(): { starts: bigint[]; labels: number[] } {
    const order = this.#sorted()
    const starts: bigint[] = []
    const labels: number[] = []
    const push = (start: bigint, label: number): void => {
      if (starts.length > 0 && starts.at(-1) === start) labels[labels.length - 1] = label
      else if ((labels.at(-1) ?? 0) !== label) {
        starts.push(start)
        labels.push(label)
      }
    }
    let end = -1n
    for (const index of order) {
      const first = this.#values[3 * index] ?? 0n
      if (end >= 0n && first > end + 1n) push(end + 1n, 0)
      push(first, Number(this.#values[3 * index + 2] ?? 0n))
      end = this.#values[3 * index + 1] ?? 0n
    }
    if (end >= 0n) push(end + 1n, 0)
    return { starts, labels }
  }

  /** Indices by first address. Files come sorted, which costs one look. */
  #sorted(): Uint32Array {
    const order = Uint32Array.from({ length: this.#count }, (_, index) => index)
    const first = (index: number): bigint => this.#values[3 * index] ?? 0n
    for (let at = 1; at < this.#count; at++) {
      if (first(at) >= first(at - 1)) continue
      return order.sort((a, b) => (first(a) < first(b) ? -1 : first(a) > first(b) ? 1 : a - b))
    }
    return order
  }
}

const LAST_V4 = 0xffff_ffffn
const LAST_V6 = 0xffff_ffff_ffff_ffffn

export class RangeBuilder {
  readonly #v4 = new Ranges()
  readonly #v6 = new Ranges()
  readonly #labels: RangeLabel[] = [{ number: 0, name: '' }]
  readonly #byLabel = new Map<string, number>()

  /** The number of a label. @throws {GeoError} when there are too many */
  label(number: number, name: string): number {
    const cut = name.length > MAX_LABEL_LENGTH ? `${name.slice(0, MAX_LABEL_LENGTH - 1)}…` : name
    const key = number === 0 ? cut : String(number)
    let label = this.#byLabel.get(key)
    if (label === undefined) {
      if (this.#labels.length > MAX_GEO_LABELS) throw new GeoError(`It names more than ${MAX_GEO_LABELS} things.`)
      label = this.#labels.length
      this.#labels.push({ number, name: cut.replace(/\p{Cc}/gu, ' ') })
      this.#byLabel.set(key, label)
    }
    return label
  }

  /** IPv4 from first to last, both included. @throws {GeoError} */
  add4(first: bigint, last: bigint, label: number): void {
    check(first, last, LAST_V4)
    this.#v4.add(first, last, label)
  }

  /** IPv6 from first to last, both included, by the first 64 bits. @throws {GeoError} */
  add6(first: bigint, last: bigint, label: number): void {
    check(first, last, LAST_V6)
    this.#v6.add(first, last, label)
  }

  build(): RangeTable {
    const v4 = this.#v4.flatten()
    const v6 = this.#v6.flatten()
    // The gap after the very last address does not exist.
    if (v4.starts.at(-1) === LAST_V4 + 1n) v4.starts.pop()
    if (v6.starts.at(-1) === LAST_V6 + 1n) v6.starts.pop()
    return new RangeTable({
      v4Starts: Uint32Array.from(v4.starts, Number),
      v4Labels: Uint32Array.from(v4.labels.slice(0, v4.starts.length)),
      v6High: Uint32Array.from(v6.starts, start => Number(start >> 32n)),
      v6Low: Uint32Array.from(v6.starts, start => Number(start & LAST_V4)),
      v6Labels: Uint32Array.from(v6.labels.slice(0, v6.starts.length)),
      labels: this.#labels,
    })
  }
}

function check(first: bigint, last: bigint, greatest: bigint): void {
  if (first < 0n || last < first || last > greatest) throw new GeoError('A range ends before it begins.')
}
