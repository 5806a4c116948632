/** What the client has seen and would see again: addresses, the peers it had last, and samples for the plots. */
import type { Log } from '../log/index.ts'
import type { Clock } from '../time/index.ts'
import type { Engine } from './engine.ts'
import { ADDRESS_CHUNK, MAX_LOADED_ADDRESSES, MAX_SAMPLE_AGE_MS } from './limits.ts'
import type { AddressRow, SampleRow } from './rows.ts'

export interface AddressesTable {
  load(network: string): AddressRow[]
  /** Inserts or replaces; a transaction for each thousand. */
  save(network: string, rows: readonly AddressRow[]): void
  remove(network: string, keys: readonly string[]): void
  /** Forgets all addresses of a network. */
  clear(network: string): void
  /** What the buckets of this network's rows were computed with; null when nobody said. */
  bucketVersion(network: string): string | null
  setBucketVersion(network: string, version: string): void
}

type StoredAddress = [string, string, string, number, number, number, number, number, string]

export function addressesTable(engine: Engine): AddressesTable {
  const inChunks = <Item>(items: readonly Item[], write: (chunk: readonly Item[]) => void): void => {
    for (let at = 0; at < items.length; at += ADDRESS_CHUNK) write(items.slice(at, at + ADDRESS_CHUNK))
  }
  return {
    load: network =>
      engine
        .allRaw<StoredAddress>(
          `SELECT key, source, services, seenAt, lastTryAt, lastSuccessAt, failures, isTried, buckets
           FROM addresses WHERE network = ? LIMIT ${MAX_LOADED_ADDRESSES}`,
          network,
        )
        .map(readAddress),
    save: (network, rows) =>
      inChunks(rows, chunk =>
        engine.write('addresses.save', run => {
          for (const row of chunk)
            run(
              `INSERT OR REPLACE INTO addresses
               (network, key, source, services, seenAt, lastTryAt, lastSuccessAt, failures, isTried, buckets)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
              network,
              row.key,
              row.source,
              row.services.toString(),
              row.seenAt,
              row.lastTryAt,
              row.lastSuccessAt,
              row.failures,
              Number(row.isTried),
              row.buckets.join(),
            )
        }),
      ),
    remove: (network, keys) =>
      inChunks(keys, chunk =>
        engine.write('addresses.remove', run => {
          for (const key of chunk) run('DELETE FROM addresses WHERE network = ? AND key = ?', network, key)
        }),
      ),
    clear: network => engine.write('addresses.clear', run => run('DELETE FROM addresses WHERE network = ?', network)),
    bucketVersion: network =>
      engine.all<{ version: string }>('SELECT version FROM bucketVersions WHERE network = ?', network)[0]?.version ??
      null,
    setBucketVersion: (network, version) =>
      engine.write('addresses.setBucketVersion', run =>
        run('INSERT OR REPLACE INTO bucketVersions (network, version) VALUES (?, ?)', network, version),
      ),
  }
}

function readAddress(row: StoredAddress): AddressRow {
  const [key, source, services, seenAt, lastTryAt, lastSuccessAt, failures, isTried, buckets] = row
  return {
    key,
    source,
    services: /^\d{1,20}$/.test(services) ? BigInt(services) : 0n,
    seenAt,
    lastTryAt,
    lastSuccessAt,
    failures,
    isTried: isTried === 1,
    buckets: buckets === '' ? [] : buckets.split(',').map(Number),
  }
}

export interface AnchorsTable {
  /** Replaces those of the network. */
  set(network: string, addresses: readonly string[]): void
  /** Gives them and forgets them: anchors that bring the client down are not tried at the next start. */
  take(network: string): string[]
}

export function anchorsTable(engine: Engine): AnchorsTable {
  return {
    set: (network, addresses) =>
      engine.write('anchors.set', run => {
        run('DELETE FROM anchors WHERE network = ?', network)
        for (const [place, address] of addresses.entries())
          run('INSERT INTO anchors (network, place, address) VALUES (?, ?, ?)', network, place, address)
      }),
    take: network => {
      const rows = engine.all<{ address: string }>(
        'SELECT address FROM anchors WHERE network = ? ORDER BY place',
        network,
      )
      if (rows.length > 0) engine.write('anchors.take', run => run('DELETE FROM anchors WHERE network = ?', network))
      return rows.map(row => row.address)
    },
  }
}

export interface SamplesTable {
  /** Written at once: one comes every few seconds. Never throws. */
  append(sample: SampleRow): void
  /** Samples since a time, the mean of each step (bans: the sum) at the time of its last, oldest first. */
  query(sinceMs: number, stepMs: number): SampleRow[]
}

export function samplesTable(engine: Engine, clock: Clock, log: Log): SamplesTable {
  return {
    append: ({ at, inbound, outbound, rateIn, rateOut, bans }) => {
      const now = Math.round(clock.now())
      try {
        engine.write('samples.append', run => {
          run(
            'INSERT OR REPLACE INTO samples (at, inbound, outbound, rateIn, rateOut, bans) VALUES (?, ?, ?, ?, ?, ?)',
            Math.round(at),
            inbound,
            outbound,
            rateIn,
            rateOut,
            bans,
          )
          // Those from the future too: the clock has been set back.
          run('DELETE FROM samples WHERE at < ? OR at > ?', now - MAX_SAMPLE_AGE_MS, now + MAX_SAMPLE_AGE_MS)
        })
      } catch (error) {
        // A plot with a gap is no reason to stop a client.
        log.warn('A sample could not be kept.', { why: String(error) })
      }
    },
    query: (sinceMs, stepMs) =>
      engine.all<SampleRow>(
        `SELECT max(at) AS at, avg(inbound) AS inbound, avg(outbound) AS outbound, avg(rateIn) AS rateIn,
                avg(rateOut) AS rateOut, sum(bans) AS bans
         FROM samples WHERE at >= ? GROUP BY CAST(at AS INTEGER) / CAST(? AS INTEGER) ORDER BY 1`,
        Math.round(sinceMs),
        Math.max(1, Math.round(stepMs)),
      ),
  }
}
