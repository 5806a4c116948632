/**
 * Range tables as files: a JSON line, then the arrays as they lie in memory (little-endian), all compressed. Made at
 * build time, read at start; a file that is damaged is refused in words.
 */
import { gunzipSync, gzipSync } from 'node:zlib'
import { GeoError } from './error.ts'
import { MAX_GEO_FILE_BYTES, MAX_GEO_LABELS, MAX_GEO_RANGES } from './limits.ts'
import type { RangeLabel } from './ranges.ts'
import { RangeTable } from './ranges.ts'

const FORMAT = 'warren-ranges-1'
/** Longest first line, bytes. */
const MAX_HEADER_BYTES = 1000
/** The last level that is quick; gzip, since every Node and Electron has it. */
const COMPRESSION_LEVEL = 6

export interface TableHeader {
  /** For people: "approximate, from ...". */
  readonly source: string
}

export function writeTable(table: RangeTable, header: TableHeader): Buffer {
  const { v4Starts, v4Labels, v6High, v6Low, v6Labels, labels } = table.arrays
  const numbers = Uint32Array.from(labels, label => label.number)
  const names = Buffer.from(labels.map(label => label.name.replaceAll('\n', ' ')).join('\n'), 'utf8')
  const first = { format: FORMAT, ...header, v4: v4Starts.length, v6: v6High.length, labels: labels.length }
  // Differences repeat where starts do not.
  const arrays = [deltas(v4Starts), v4Labels, deltas(v6High), v6Low, v6Labels, numbers]
  const parts = arrays.map(array => Buffer.from(array.buffer, array.byteOffset, array.byteLength))
  const whole = Buffer.concat([Buffer.from(`${JSON.stringify(first)}\n`), ...parts, names])
  return gzipSync(whole, { level: COMPRESSION_LEVEL })
}

/** @throws {GeoError} */
export function readTable(file: Buffer): { readonly table: RangeTable; readonly header: TableHeader } {
  let whole: Buffer
  try {
    whole = gunzipSync(file, { maxOutputLength: MAX_GEO_FILE_BYTES })
  } catch (error) {
    throw new GeoError('The table is damaged: it cannot be decompressed.', { cause: error })
  }
  const end = whole.subarray(0, MAX_HEADER_BYTES).indexOf(10)
  const header = end < 0 ? null : headerOf(whole.toString('utf8', 0, end))
  if (header === null) throw new GeoError('The table is damaged, or of another version.')
  const { v4, v6, labels: labelCount, source } = header
  let at = end + 1
  const array = (count: number): Uint32Array => {
    if (at + 4 * count > whole.length) throw new GeoError('The table is cut off.')
    // Copied, so that it is aligned and the rest can be freed.
    const copy = Uint8Array.prototype.slice.call(whole, at, at + 4 * count)
    at += 4 * count
    return new Uint32Array(copy.buffer, copy.byteOffset, count)
  }
  const v4Starts = sums(array(v4))
  const v4Labels = array(v4)
  const v6High = sums(array(v6))
  const v6Low = array(v6)
  const v6Labels = array(v6)
  const numbers = array(labelCount)
  const names = whole.toString('utf8', at).split('\n')
  if (names.length !== labelCount) throw new GeoError('The table is damaged: names are missing.')
  const labels: RangeLabel[] = names.map((name, index) => ({ number: numbers[index] ?? 0, name }))
  return { table: new RangeTable({ v4Starts, v4Labels, v6High, v6Low, v6Labels, labels }), header: { source } }
}

function headerOf(line: string): { v4: number; v6: number; labels: number; source: string } | null {
  let fields: Partial<Record<string, unknown>>
  try {
    fields = JSON.parse(line) as Partial<Record<string, unknown>>
  } catch {
    return null
  }
  const { format, v4, v6, labels, source } = fields
  if (format !== FORMAT || typeof source !== 'string') return null
  if (!isCount(v4, MAX_GEO_RANGES * 2) || !isCount(v6, MAX_GEO_RANGES * 2) || !isCount(labels, MAX_GEO_LABELS + 1))
    return null
  return { v4, v6, labels, source }
}

const isCount = (value: unknown, most: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most

function deltas(values: Uint32Array): Uint32Array {
  return values.map((value, index) => value - (index === 0 ? 0 : (values[index - 1] ?? 0)))
}

function sums(values: Uint32Array): Uint32Array {
  for (let at = 1; at < values.length; at++) values[at] = (values[at] ?? 0) + (values[at - 1] ?? 0)
  return values
}
