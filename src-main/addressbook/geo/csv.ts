/**
 * Ranges from CSV text as ip-location-db publishes it: `first,last,CC` or `first,last,number,"name"`, addresses as text
 * or as decimal numbers.
 */
import { AddressError, addressBytes, parseAddress } from '../../transport/index.ts'
import type { RangeBuilder } from './builder.ts'
import { GeoError } from './error.ts'

/** Longest line that makes sense, characters. */
const MAX_LINE = 1000

type Bound = { readonly is6: false; readonly value: bigint } | { readonly is6: true; readonly value: bigint } | null

/** Text to address: IPv4 as a number, IPv6 as its first 64 bits; null for one that no range table holds (mapped IPv4). */
function boundOf(text: string): Bound {
  if (/^\d{1,39}$/.test(text)) {
    const value = BigInt(text)
    return value > 0xffff_ffffn ? { is6: true, value: value >> 64n } : { is6: false, value }
  }
  const address = parseAddress(text, { defaultPort: 0 })
  const bytes = addressBytes(address)
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (address.kind === 'ipv4') return text.includes(':') ? null : { is6: false, value: BigInt(words.getUint32(0)) }
  return address.kind === 'ipv6' || address.kind === 'cjdns' ? { is6: true, value: words.getBigUint64(0) } : null
}

/**
 * Adds every line to the builder; `kind` says what the third column is.
 * @throws {GeoError} with the line that makes no sense
 */
export function readCsv(text: string, kind: 'country' | 'asn', builder: RangeBuilder): void {
  let line = 0
  for (let from = 0; from < text.length;) {
    line++
    let to = text.indexOf('\n', from)
    if (to < 0) to = text.length
    const row = text.slice(from, Math.min(to, from + MAX_LINE)).trimEnd()
    from = to + 1
    if (row === '') continue
    try {
      readLine(row, kind, builder)
    } catch (error) {
      if (!(error instanceof GeoError) && !(error instanceof AddressError)) throw error
      throw new GeoError(`Line ${line}: ${error.message}`, { cause: error })
    }
  }
}

function readLine(row: string, kind: 'country' | 'asn', builder: RangeBuilder): void {
  const second = row.indexOf(',') + 1
  const third = row.indexOf(',', second) + 1
  if (second === 0 || third === 0) throw new GeoError('Expected first,last and what the range says.')
  const first = boundOf(row.slice(0, second - 1))
  const last = boundOf(row.slice(second, third - 1))
  if (first === null || last === null) return
  if (first.is6 !== last.is6) throw new GeoError('The range begins and ends in different families.')
  const label = labelOf(row.slice(third), kind, builder)
  if (first.is6) builder.add6(first.value, last.value, label)
  else builder.add4(first.value, last.value, label)
}

function labelOf(rest: string, kind: 'country' | 'asn', builder: RangeBuilder): number {
  if (kind === 'country') {
    const code = rest.trim().replaceAll('"', '').toUpperCase()
    if (!/^[A-Z]{2}$/.test(code)) throw new GeoError(`"${code.slice(0, 20)}" is not a country code of two letters.`)
    return builder.label(0, code)
  }
  const comma = rest.indexOf(',')
  const digits = (comma < 0 ? rest : rest.slice(0, comma)).trim()
  const number = /^(?:AS)?\d{1,10}$/i.test(digits) ? Number(digits.replace(/^AS/i, '')) : NaN
  if (!(number <= 0xffff_ffff))
    throw new GeoError(`"${digits.slice(0, 20)}" is not the number of an autonomous system.`)
  if (number === 0) return 0
  const name = comma < 0 ? '' : rest.slice(comma + 1).trim()
  return builder.label(number, name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name)
}
