/** Countries and autonomous systems: what is built, what is found, and files that are damaged, hostile or foreign. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import type { Response } from 'mmdb-lib'
import { Reader } from 'mmdb-lib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NO_GEO, loadGeoTables } from '../../src-main/addressbook/index.ts'
import { RangeBuilder } from '../../src-main/addressbook/geo/builder.ts'
import { readCsv } from '../../src-main/addressbook/geo/csv.ts'
import { GeoError } from '../../src-main/addressbook/geo/error.ts'
import { readMmdb } from '../../src-main/addressbook/geo/mmdb.ts'
import type { RangeTable } from '../../src-main/addressbook/geo/ranges.ts'
import { readTable, writeTable } from '../../src-main/addressbook/geo/table-file.ts'
import { seededRandom } from '../../src-main/time/index.ts'
import { ipAddress } from '../../src-main/transport/index.ts'
import { at } from './helpers.ts'

const require = createRequire(import.meta.url)
const countryFile = require
  .resolve('@ip-location-db/geo-whois-asn-country-mmdb/package.json')
  .replace('package.json', 'geo-whois-asn-country.mmdb')

const fromCsv = (text: string, kind: 'country' | 'asn' = 'asn'): RangeTable => {
  const builder = new RangeBuilder()
  readCsv(text, kind, builder)
  return builder.build()
}

describe('CSV', () => {
  const table = fromCsv(
    [
      '1.0.0.0,1.0.0.255,13335,"Cloudflare, Inc."',
      '16778240,16779263,38803,Gtelecom "Pty" Ltd',
      '2001:db8::,2001:db8:1:ffff:ffff:ffff:ffff:ffff,64500,Six',
      '55827575822966466661959896531774472192,55827575822967675587779511160949178367,64501,',
      '255.255.255.0,255.255.255.255,64502,"He said ""hi"""',
      '',
    ].join('\r\n'),
  )
  it.each([
    ['1.0.0.0', 13_335, 'Cloudflare, Inc.'],
    ['1.0.0.255', 13_335, 'Cloudflare, Inc.'],
    ['1.0.4.1', 38_803, 'Gtelecom "Pty" Ltd'],
    ['255.255.255.255', 64_502, 'He said "hi"'],
    ['[2001:db8:1:ffff::1]:1', 64_500, 'Six'],
    ['[2a00::1]:1', 64_501, ''],
  ])('%s is of AS%i', (address, number, name) => {
    expect(table.find(at(address))).toEqual({ number, name })
  })

  it.each(['0.0.0.0', '1.0.1.0', '0.255.255.255', '1.0.8.0', '255.255.254.255', '[2001:db8:2::]:1', '[2000::]:1'])(
    '%s is of none',
    address => expect(table.find(at(address))).toBeNull(),
  )

  it('knows nothing of names and overlays', () => {
    expect(table.find(at('seed.example.org'))).toBeNull()
    expect(table.find(at('[fc00::1]:1'))).toBeNull()
  })

  it.each([
    ['1.0.0.0', 'Line 1: Expected'],
    ['1.0.0.0,1.0.0.255,1,A\n1.0.0,1.0.0.9,2,B', 'Line 2: "1.0.0" is not an IPv4'],
    ['1.0.0.9,1.0.0.0,1,A', 'ends before it begins'],
    ['1.0.0.0,2001:db8::,1,A', 'different families'],
    ['1.0.0.0,1.0.0.255,nine,A', '"nine" is not the number'],
    ['1.0.0.0,1.0.0.255,99999999999,A', 'is not the number'],
  ])('%j is refused in words', (text, words) => {
    expect(() => fromCsv(text)).toThrow(GeoError)
    expect(() => fromCsv(text)).toThrow(words)
  })

  it('refuses countries that are none', () => {
    expect(fromCsv('1.0.0.0,1.0.0.255,au', 'country').find(at('1.0.0.7'))?.name).toBe('AU')
    expect(() => fromCsv('1.0.0.0,1.0.0.255,Australia', 'country')).toThrow('two letters')
  })
})

it('finds what a look through all ranges finds, also when they overlap in order, and after a file in between', () => {
  const range = fc.record({
    gap: fc.integer({ min: 0, max: 5 }),
    length: fc.integer({ min: 1, max: 9 }),
    asn: fc.integer({ min: 1, max: 4 }),
  })
  fc.assert(
    fc.property(fc.array(range, { maxLength: 40 }), fc.boolean(), (parts, is6) => {
      const builder = new RangeBuilder()
      const plain = new Map<number, number>()
      let next = 0
      for (const { gap, length, asn } of parts) {
        const first = next + gap
        next = first + length
        const label = builder.label(asn, `name ${asn}`)
        if (is6) builder.add6(BigInt(first), BigInt(next - 1), label)
        else builder.add4(BigInt(first), BigInt(next - 1), label)
        for (let value = first; value < next; value++) plain.set(value, asn)
      }
      const { table } = readTable(writeTable(builder.build(), { source: 'test' }))
      for (let value = 0; value < next + 5; value++) {
        const bytes = new Uint8Array(is6 ? 16 : 4)
        new DataView(bytes.buffer).setUint32(is6 ? 4 : 0, value)
        if (is6) bytes[15] = 9
        if (is6 && value === 0) continue
        expect(table.find(ipAddress(bytes, 1))?.number).toBe(plain.get(value))
      }
    }),
    { numRuns: 100 },
  )
})

describe('MaxMind DB files', () => {
  let file: Buffer
  let table: RangeTable
  beforeAll(async () => {
    file = await readFile(countryFile)
    const builder = new RangeBuilder()
    readMmdb(file, 'country', builder)
    table = builder.build()
  })

  it('say of any address what another reader says', () => {
    const reader = new Reader<Response & { country_code: string }>(file)
    const random = seededRandom(7)
    let known = 0
    for (let n = 0; n < 20_000; n++) {
      const is6 = n % 2 === 1
      const bytes = random.bytes(is6 ? 16 : 4)
      // Where IPv6 is in use: 2000::/4 and a little.
      if (is6) bytes.set([0x20 | (n & 0xf), n & 0xff], 0)
      const address = ipAddress(bytes, 1)
      // 6to4 and Teredo carry IPv4: one table says what it is of, the other nothing.
      if (address.host.startsWith('2002:') || address.host.startsWith('2001:0:')) continue
      const expected = reader.get(address.host)?.country_code
      if (expected !== undefined) known++
      expect([address.host, table.find(address)?.name]).toEqual([address.host, expected])
    }
    expect(known).toBeGreaterThan(5000)
  })

  it('do not hold what is not asked for', () => {
    expect(() => readMmdb(file, 'asn', new RangeBuilder())).toThrow('names no autonomous systems')
  })

  it.each([
    ['nothing', () => Buffer.alloc(0), 'not a MaxMind DB'],
    ['text', () => Buffer.from('hello'), 'not a MaxMind DB'],
    ['the end alone', () => file.subarray(-500), 'cut off'],
  ])('that are %s are refused in words', (_name, make, words) => {
    expect(() => readMmdb(make(), 'country', new RangeBuilder())).toThrow(GeoError)
    expect(() => readMmdb(make(), 'country', new RangeBuilder())).toThrow(words)
  })

  it('that are damaged at random are refused or read, and nothing else happens', () => {
    const tiny = tinyMmdb()
    expect(countryOf(tiny)).toBe('AU')
    const random = seededRandom(11)
    for (let n = 0; n < 20_000; n++) {
      const damaged = Buffer.from(tiny)
      for (let k = 0; k <= n % 4; k++) damaged[random.below(damaged.length)] = random.below(256)
      try {
        readMmdb(damaged, 'country', new RangeBuilder())
      } catch (error) {
        if (!(error instanceof GeoError)) throw error
      }
    }
  })

  it('whose pointers or trees run in circles come to an end', () => {
    const circle = tinyMmdb(Buffer.from([0x20, 0x00]))
    expect(() => countryOf(circle)).toThrow('too large')
    // A map of maps of maps by pointers: 2^12 values from 40 bytes.
    const bomb: number[] = []
    for (let level = 0; level < 12; level++) {
      const next = 8 * (level + 1)
      bomb.push(0xe2, 0x41, 0x61, 0x20, next, 0x41, 0x62, 0x20, next)
      bomb.length = next
      bomb.fill(0x20, 8 * level + 8)
    }
    expect(() => countryOf(tinyMmdb(Buffer.from(bomb)))).toThrow(GeoError)
    const loop = tinyMmdb(undefined, [0, 0])
    expect(() => countryOf(loop)).toThrow(GeoError)
  })
})

/** A file of one node whose left half is AU, and its metadata. */
function tinyMmdb(
  record = Buffer.concat([
    Buffer.from([0xe1, 0x4c]),
    Buffer.from('country_code'),
    Buffer.from([0x42]),
    Buffer.from('AU'),
  ]),
  children?: [number, number],
): Buffer {
  const text = (value: string): Buffer => Buffer.concat([Buffer.from([0x40 | value.length]), Buffer.from(value)])
  const uint16 = (value: number): Buffer => Buffer.from([0xa2, value >> 8, value & 255])
  const uint32 = (value: number): Buffer => Buffer.from([0xc1, value])
  const [left, right] = children ?? [1 + 16, 1]
  return Buffer.concat([
    Buffer.from([0, 0, left, 0, 0, right]),
    Buffer.alloc(16),
    record,
    Buffer.from('abcdef4d61784d696e642e636f6d', 'hex'),
    Buffer.from([0xe3]),
    text('node_count'),
    uint32(1),
    text('record_size'),
    uint16(24),
    text('ip_version'),
    uint16(4),
  ])
}

function countryOf(file: Buffer): string | undefined {
  const builder = new RangeBuilder()
  readMmdb(file, 'country', builder)
  return builder.build().find(at('1.2.3.4'))?.name
}

describe('loading', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'warren-geo-'))
    await writeFile(
      join(folder, 'country.table'),
      writeTable(fromCsv('1.0.0.0,1.0.0.255,AU', 'country'), { source: 'A' }),
    )
    await writeFile(
      join(folder, 'asn.table'),
      writeTable(fromCsv('1.0.0.0,1.0.0.255,64500,B'), { source: 'B, 2026-06-17' }),
    )
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('gives country and autonomous system, and where they come from', async () => {
    const geo = await loadGeoTables(folder)
    expect(geo.country(at('1.0.0.9'))).toBe('AU')
    expect(geo.asn(at('1.0.0.9'))).toEqual({ number: 64_500, name: 'B' })
    expect(geo).toMatchObject({ countrySource: 'A', asnSource: 'B, 2026-06-17', isUserFile: false, problems: [] })
    expect(geo.madeAt).toBe(Date.UTC(2026, 5, 17))
  })

  it('knows nothing without tables, and says nothing of it', async () => {
    const geo = await loadGeoTables(join(folder, 'nowhere'))
    expect(geo.country(at('1.0.0.9'))).toBeNull()
    expect(geo).toMatchObject({ problems: [], groupVersion: NO_GEO.groupVersion, bytes: 0, madeAt: null })
  })

  it("takes the user's file in place of ours, and ours when it is no good, and says so", async () => {
    const good = join(folder, 'mine.csv')
    const bad = join(folder, 'asn.mmdb')
    await writeFile(good, '1.0.0.0,1.0.0.255,NZ')
    await writeFile(bad, 'nonsense')
    const geo = await loadGeoTables(folder, { userFiles: { country: [good], asn: [join(folder, 'none.csv'), bad] } })
    expect(geo.country(at('1.0.0.9'))).toBe('NZ')
    expect(geo.asn(at('1.0.0.9'))?.number).toBe(64_500)
    expect(geo).toMatchObject({ countrySource: 'mine.csv', isUserFile: true, madeAt: Date.UTC(2026, 5, 17) })
    expect(geo.problems).toEqual([expect.stringContaining('not a MaxMind DB file')])
  })

  it.each([
    ['no table at all', Buffer.from('hello'), 'decompressed'],
    ['a table cut off', writeTable(fromCsv('1.0.0.0,1.0.0.255,1,B'), { source: 'B' }).subarray(0, 40), 'decompressed'],
  ])('is not stopped by %s', async (_name, bytes, words) => {
    const place = await mkdtemp(join(tmpdir(), 'warren-geo-'))
    await writeFile(join(place, 'asn.table'), bytes)
    const geo = await loadGeoTables(place)
    expect(geo.asn(at('1.0.0.9'))).toBeNull()
    expect(geo.problems).toEqual([expect.stringContaining(words)])
    await rm(place, { recursive: true })
  })
})
