/**
 * Country and autonomous system of an address, by tables that ship with Warren or that the user has put in their
 * place. Approximate, as all such tables are, and never needed: without them everything is unknown.
 */
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Address } from '../../transport/index.ts'
import { RangeBuilder } from './builder.ts'
import { readCsv } from './csv.ts'
import { GeoError } from './error.ts'
import { MAX_GEO_FILE_BYTES } from './limits.ts'
import { readMmdb } from './mmdb.ts'
import type { RangeTable } from './ranges.ts'
import { readTable } from './table-file.ts'

/** Names of the tables made at build time. */
export const COUNTRY_TABLE = 'country.table'
export const ASN_TABLE = 'asn.table'

/** What the makers of the tables ask to be said, and Warren shows. */
export const GEO_ATTRIBUTIONS: readonly string[] = [
  'Countries: geo-whois-asn-country by ip-location-db, from the registries’ data (NRO); CC0 1.0.',
  'Autonomous systems: asn by ip-location-db, from RouteViews (www.routeviews.org), DB-IP (IP Geolocation by DB-IP, db-ip.com) and the NRO, modified; CC BY 4.0.',
]

export interface Geo {
  /** ISO 3166-1 alpha-2, or null. */
  country(address: Address): string | null
  asn(address: Address): { readonly number: number; readonly name: string } | null
  /** Where the tables come from, for people; empty when there is none. */
  readonly countrySource: string
  readonly asnSource: string
  /** Is one of them the user's own file? */
  readonly isUserFile: boolean
  /** When the older of the tables was made, milliseconds since the epoch; null where nobody says. */
  readonly madeAt: number | null
  /** Changes whenever the table of autonomous systems does: the address book then makes its groups anew. */
  readonly groupVersion: string
  /** What could not be used, a sentence each. */
  readonly problems: readonly string[]
  /** Memory of the tables, bytes. */
  readonly bytes: number
}

export interface GeoOptions {
  /** Files of the user's, `.mmdb` or `.csv`, that take the place of ours; those that do not exist are passed over. */
  readonly userFiles?: { readonly country?: readonly string[]; readonly asn?: readonly string[] }
}

interface Loaded {
  readonly table: RangeTable
  readonly source: string
  readonly version: string
  readonly isUserFile: boolean
  readonly madeAt: number | null
}

/**
 * Loads the tables of a folder, or the user's in their place. Never fails: what cannot be used is named in `problems`,
 * and what is missing is unknown. A user's file takes up to a second or two of work, so load before serving.
 */
export async function loadGeoTables(folder: string, options: GeoOptions = {}): Promise<Geo> {
  const problems: string[] = []
  const load = async (kind: 'country' | 'asn', name: string): Promise<Loaded | null> => {
    for (const path of options.userFiles?.[kind] ?? []) {
      const loaded = await attempt(path, problems, (file, madeAt) => ({
        table: readUserFile(path, file, kind),
        madeAt,
        source: path.replace(/^.*[\\/]/, ''),
        version: versionOf(file),
        isUserFile: true,
      }))
      if (loaded !== null) return loaded
    }
    return attempt(join(folder, name), problems, file => {
      const { table, header } = readTable(file)
      return {
        table,
        source: header.source,
        version: versionOf(file),
        isUserFile: false,
        madeAt: dayIn(header.source),
      }
    })
  }
  return createGeo(await load('country', COUNTRY_TABLE), await load('asn', ASN_TABLE), problems)
}

function createGeo(countries: Loaded | null, systems: Loaded | null, problems: readonly string[]): Geo {
  return {
    country: address => countries?.table.find(address)?.name ?? null,
    asn: address => systems?.table.find(address) ?? null,
    countrySource: countries?.source ?? '',
    asnSource: systems?.source ?? '',
    isUserFile: (countries?.isUserFile ?? false) || (systems?.isUserFile ?? false),
    madeAt: olderOf(countries?.madeAt ?? null, systems?.madeAt ?? null),
    groupVersion: systems?.version ?? 'none',
    problems,
    bytes: (countries?.table.bytes ?? 0) + (systems?.table.bytes ?? 0),
  }
}

const olderOf = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b)

/** Knows nothing: what there is before, or without, any table. */
export const NO_GEO: Geo = createGeo(null, null, [])

const versionOf = (file: Buffer): string => createHash('sha256').update(file).digest('hex').slice(0, 16)

/** The day in which a source ends: `ip-location-db asn, 2026-06-17`. */
function dayIn(source: string): number | null {
  const time = Date.parse(/\b\d{4}-\d{2}-\d{2}$/.exec(source)?.[0] ?? '')
  return Number.isNaN(time) ? null : time
}

/**
 * Reads a file and makes something of it, with the time of its last change; null when it is not there, or is no good,
 * which is noted.
 */
async function attempt(
  path: string,
  problems: string[],
  use: (file: Buffer, changedAt: number) => Loaded,
): Promise<Loaded | null> {
  try {
    const { size, mtimeMs } = await stat(path)
    if (size > MAX_GEO_FILE_BYTES) throw new GeoError(`It is larger than ${MAX_GEO_FILE_BYTES / 1024 / 1024} MB.`)
    return use(await readFile(path), mtimeMs)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') problems.push(`${path} cannot be used. ${message}`)
    return null
  }
}

/** @throws {GeoError} */
function readUserFile(path: string, file: Buffer, kind: 'country' | 'asn'): RangeTable {
  const builder = new RangeBuilder()
  if (path.toLowerCase().endsWith('.csv')) readCsv(file.toString('utf8'), kind, builder)
  else readMmdb(file, kind, builder)
  return builder.build()
}
