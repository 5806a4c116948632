/**
 * Ranges from a MaxMind DB file (format 2.0), read whole: libraries for it look up one address at a time and trust
 * the file. Here every offset, the depth, and the work for one record are bounded, since a user may drop in any file.
 * Source: MaxMind DB File Format Specification 2.0.
 */
import type { RangeBuilder } from './builder.ts'
import { GeoError } from './error.ts'
import { MAX_MMDB_DEPTH, MAX_MMDB_VALUES } from './limits.ts'

/** Stands before the metadata, which lie in the last 128 KiB. */
const MARKER = Buffer.from('abcdef4d61784d696e642e636f6d', 'hex')
const METADATA_BYTES = 128 * 1024
/** Zeros between tree and data. */
const SEPARATOR_BYTES = 16
/** Visits beyond those that a tree of its size needs: formats that carry IPv4 repeat a few. */
const SPARE_STEPS = 1000

type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value }

/** Decodes values of one section. */
class Decoder {
  readonly #file: Buffer
  readonly #base: number
  #left = 0
  /** Offset after the value decoded last. */
  #at = 0

  constructor(file: Buffer, base: number) {
    this.#file = file
    this.#base = base
  }

  /** The value at an offset of the section. @throws {GeoError} */
  value(offset: number): Value {
    this.#left = MAX_MMDB_VALUES
    return this.#decode(this.#base + offset, 0)
  }

  #uint(at: number, bytes: number): number {
    if (at < 0 || at + bytes > this.#file.length) throw new GeoError('It is cut off.')
    return bytes === 0 ? 0 : this.#file.readUIntBE(at, bytes)
  }

  #decode(at: number, depth: number): Value {
    if (--this.#left < 0 || depth > MAX_MMDB_DEPTH) throw new GeoError('A record is too large.')
    const control = this.#uint(at++, 1)
    let type = control >> 5
    if (type === 1) {
      const size = (control >> 3) & 3
      const low = this.#uint(at, size + 1)
      const high = size === 3 ? 0 : (control & 7) * 2 ** (8 * (size + 1))
      const target = high + low + ([0, 2048, 526_336, 0][size] ?? 0)
      const value = this.#decode(this.#base + target, depth + 1)
      this.#at = at + size + 1
      return value
    }
    if (type === 0) type = 7 + this.#uint(at++, 1)
    let size = control & 31
    if (size >= 29) {
      const extra = size - 28
      size = this.#uint(at, extra) + ([29, 285, 65_821][extra - 1] ?? 0)
      at += extra
    }
    if (type === 7 || type === 11) return this.#decodeMany(type === 7, size, at, depth)
    if (type === 14) {
      this.#at = at
      return size !== 0
    }
    this.#at = at + size
    if (type === 2) {
      this.#uint(at, 0)
      if (at + size > this.#file.length) throw new GeoError('It is cut off.')
      return this.#file.toString('utf8', at, at + size)
    }
    if (type === 5 || type === 6) {
      if (size > 4) throw new GeoError('A number is too long.')
      return this.#uint(at, size)
    }
    // Numbers beyond 32 bits, floats and bytes: nothing that is asked for here is one.
    return null
  }

  #decodeMany(isMap: boolean, size: number, start: number, depth: number): Value {
    const list: Value[] = []
    const map: Record<string, Value> = Object.create(null) as Record<string, Value>
    this.#at = start
    for (let n = 0; n < size; n++) {
      if (isMap) {
        const key = this.#decode(this.#at, depth + 1)
        if (typeof key !== 'string') throw new GeoError('A record has a key that is not text.')
        map[key] = this.#decode(this.#at, depth + 1)
      } else list.push(this.#decode(this.#at, depth + 1))
    }
    return isMap ? map : list
  }
}

interface Tree {
  readonly file: Buffer
  readonly nodes: number
  readonly nodeBytes: number
  readonly is6: boolean
  readonly data: Decoder
}

function openTree(file: Buffer): Tree {
  const tail = Math.max(0, file.length - METADATA_BYTES)
  const marker = file.subarray(tail).lastIndexOf(MARKER)
  if (marker < 0) throw new GeoError('It is not a MaxMind DB file: the metadata are missing.')
  const metadata = new Decoder(file, tail + marker + MARKER.length).value(0)
  const field = (name: string): number => {
    const value = isMap(metadata) ? metadata[name] : undefined
    if (typeof value !== 'number') throw new GeoError(`Its metadata have no ${name}.`)
    return value
  }
  const nodes = field('node_count')
  const recordBits = field('record_size')
  if (![24, 28, 32].includes(recordBits)) throw new GeoError(`Records of ${recordBits} bits are not of this format.`)
  const nodeBytes = recordBits / 4
  if (nodes < 1 || nodes * nodeBytes + SEPARATOR_BYTES > file.length) throw new GeoError('It is cut off.')
  return {
    file,
    nodes,
    nodeBytes,
    is6: field('ip_version') === 6,
    data: new Decoder(file, nodes * nodeBytes + SEPARATOR_BYTES),
  }
}

/** One of the two records of a node: 24, 28 or 32 bits. */
function child({ file, nodeBytes }: Tree, node: number, bit: 0 | 1): number {
  const at = node * nodeBytes
  if (nodeBytes === 6) return file.readUIntBE(at + 3 * bit, 3)
  if (nodeBytes === 8) return file.readUInt32BE(at + 4 * bit)
  const middle = file.readUInt8(at + 3)
  const high = bit === 0 ? middle >> 4 : middle & 15
  return high * 2 ** 24 + file.readUIntBE(at + 4 * bit, 3)
}

/**
 * Adds every range of a file to the builder.
 * @throws {GeoError} when the file is damaged, hostile, or says nothing of `kind`
 */
export function readMmdb(file: Buffer, kind: 'country' | 'asn', builder: RangeBuilder): void {
  const tree = openTree(file)
  // A tree has one more leaf than nodes, and each is visited once.
  let steps = SPARE_STEPS + 4 * tree.nodes
  const labels = new Map<number, number>()
  const labelOf = (record: number): number => {
    let label = labels.get(record)
    if (label === undefined) {
      const value = tree.data.value(record - tree.nodes - SEPARATOR_BYTES)
      label = kind === 'country' ? countryLabel(value, builder) : asnLabel(value, builder)
      labels.set(record, label)
    }
    return label
  }

  /** Visits a subtree from left to right down to `bits`; of what is finer, the first that says anything counts. */
  const visit = (
    root: number,
    from: { readonly value: bigint; readonly depth: number },
    bits: number,
    skip: number,
    add: (first: bigint, last: bigint, label: number) => void,
  ): void => {
    const stack: { node: number; value: bigint; depth: number }[] = [{ node: root, ...from }]
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (--steps < 0) throw new GeoError('Its search tree has no end.')
      let { node } = top
      const { value, depth } = top
      if (node === skip || node === tree.nodes) continue
      if (node < tree.nodes && depth === bits) {
        for (let below = bits; node < tree.nodes && below < 128; below++) {
          const left = child(tree, node, 0)
          node = left === tree.nodes ? child(tree, node, 1) : left
        }
        if (node <= tree.nodes) continue
      }
      const width = BigInt(bits - depth)
      if (node > tree.nodes) {
        const label = labelOf(node)
        if (label !== 0) add(value << width, ((value + 1n) << width) - 1n, label)
        continue
      }
      stack.push({ node: child(tree, node, 1), value: (value << 1n) | 1n, depth: depth + 1 })
      stack.push({ node: child(tree, node, 0), value: value << 1n, depth: depth + 1 })
    }
  }

  const add4 = (first: bigint, last: bigint, label: number): void => builder.add4(first, last, label)
  const add6 = (first: bigint, last: bigint, label: number): void => builder.add6(first, last, label)
  const start = { value: 0n, depth: 0 }
  if (!tree.is6) visit(0, start, 32, -1, add4)
  else {
    // IPv4 lies at ::/96, and often once more under the formats that carry it: there it is left out.
    let root4 = 0
    for (let depth = 0; depth < 96 && root4 < tree.nodes; depth++) root4 = child(tree, root4, 0)
    if (root4 < tree.nodes) visit(root4, start, 32, -1, add4)
    visit(0, start, 64, root4 < tree.nodes ? root4 : -1, (first, last, label) => {
      if (first > 0n) add6(first, last, label)
    })
  }
  if (![...labels.values()].some(label => label !== 0))
    throw new GeoError(kind === 'country' ? 'It names no countries.' : 'It names no autonomous systems.')
}

const isMap = (value: Value | undefined): value is { readonly [key: string]: Value } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `country_code` (ip-location-db), `country.iso_code` (MaxMind, DB-IP), `country` (IPinfo). */
function countryLabel(value: Value, builder: RangeBuilder): number {
  if (!isMap(value)) return 0
  const { country } = value
  const code = value['country_code'] ?? (isMap(country) ? country['iso_code'] : country)
  return typeof code === 'string' && /^[A-Za-z]{2}$/.test(code) ? builder.label(0, code.toUpperCase()) : 0
}

/** `autonomous_system_number` and `_organization` (MaxMind and most), `asn` and `as_name` (IPinfo). */
function asnLabel(value: Value, builder: RangeBuilder): number {
  if (!isMap(value)) return 0
  const told = value['autonomous_system_number'] ?? value['asn']
  const number = typeof told === 'string' ? Number(told.replace(/^AS/i, '')) : told
  if (typeof number !== 'number' || !Number.isInteger(number) || number <= 0 || number > 0xffff_ffff) return 0
  const name = value['autonomous_system_organization'] ?? value['as_name']
  return builder.label(number, typeof name === 'string' ? name : '')
}
