/**
 * Builds the tables of countries and autonomous systems that Warren ships, from the packages that npm carries, into
 * the folder named (`out/tables` when none is): `npm run tables`. Does nothing when they are newer than their sources,
 * unless `--force` is given.
 */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RangeBuilder } from '../../src-main/addressbook/geo/builder.ts'
import { readCsv } from '../../src-main/addressbook/geo/csv.ts'
import { ASN_TABLE, COUNTRY_TABLE } from '../../src-main/addressbook/geo/geo.ts'
import { readMmdb } from '../../src-main/addressbook/geo/mmdb.ts'
import { writeTable } from '../../src-main/addressbook/geo/table-file.ts'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const require = createRequire(import.meta.url)

interface Source {
  readonly package: string
  readonly files: readonly string[]
  readonly output: string
  readonly read: (file: Buffer, builder: RangeBuilder) => void
}

const SOURCES: readonly Source[] = [
  {
    package: '@ip-location-db/geo-whois-asn-country-mmdb',
    files: ['geo-whois-asn-country.mmdb'],
    output: COUNTRY_TABLE,
    read: (file, builder) => readMmdb(file, 'country', builder),
  },
  {
    package: '@ip-location-db/asn',
    files: ['asn-ipv4-num.csv', 'asn-ipv6.csv'],
    output: ASN_TABLE,
    read: (file, builder) => readCsv(file.toString('utf8'), 'asn', builder),
  },
]

/** `2.3.2026061719` ends in the day it was made. */
function sourceName(name: string, version: string): string {
  const day = /\.(\d{4})(\d{2})(\d{2})\d*$/.exec(version)
  const shortName = name.replace('@ip-location-db/', 'ip-location-db ').replace(/-mmdb$/, '')
  return day === null ? `${shortName} ${version}` : `${shortName}, ${day[1]}-${day[2]}-${day[3]}`
}

const timeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

const words = process.argv.slice(2)
const isForced = words.includes('--force')
const folder = resolve(words.find(word => !word.startsWith('--')) ?? join(root, 'out/tables'))
mkdirSync(folder, { recursive: true })

for (const source of SOURCES) {
  const manifest = require.resolve(`${source.package}/package.json`)
  const output = join(folder, source.output)
  if (!isForced && timeOf(output) > timeOf(manifest)) continue
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  const started = performance.now()
  const builder = new RangeBuilder()
  for (const file of source.files) source.read(readFileSync(join(dirname(manifest), file)), builder)
  const table = builder.build()
  const bytes = writeTable(table, { source: sourceName(source.package, version) })
  // Whole or not at all: a build that is interrupted leaves no half of a table.
  writeFileSync(`${output}.new`, bytes)
  renameSync(`${output}.new`, output)
  const ranges = table.arrays.v4Starts.length + table.arrays.v6High.length
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(
    `${source.output}: ${ranges} ranges, ${table.arrays.labels.length - 1} names, ` +
      `${(table.bytes / 1e6).toFixed(1)} MB in memory, ${(bytes.length / 1e6).toFixed(1)} MB on disk, ${seconds} s`,
  )
}
