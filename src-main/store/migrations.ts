/**
 * The schema, as the numbered steps that lead to it: a step that has been released is never changed, a new one is added.
 * Tables are STRICT, so that what a damaged file makes up is refused when it is salvaged.
 */
import type Database from 'better-sqlite3'
import { DamageError } from './error.ts'

export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL CHECK (json_valid(value))) STRICT, WITHOUT ROWID;
  CREATE TABLE rules (
    name TEXT PRIMARY KEY, persistent INTEGER NOT NULL, transient INTEGER NOT NULL,
    isOn INTEGER NOT NULL CHECK (isOn IN (0, 1))
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE bans (
    id TEXT PRIMARY KEY, target TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('address', 'endpoint', 'subnet')),
    createdAt REAL NOT NULL, until REAL NOT NULL, reason TEXT NOT NULL,
    "by" TEXT NOT NULL CHECK ("by" IN ('rule', 'user', 'import')),
    rule TEXT, evidence TEXT, score REAL, network TEXT, agent TEXT, refused INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE pins (
    id TEXT PRIMARY KEY, network TEXT NOT NULL, address TEXT NOT NULL,
    isPinned INTEGER NOT NULL CHECK (isPinned IN (0, 1)), isTrusted INTEGER NOT NULL CHECK (isTrusted IN (0, 1)),
    addedAt REAL NOT NULL, note TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE secrets (name TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE anchors (
    network TEXT NOT NULL, place INTEGER NOT NULL, address TEXT NOT NULL, PRIMARY KEY (network, place)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE addresses (
    network TEXT NOT NULL, key TEXT NOT NULL, source TEXT NOT NULL, services TEXT NOT NULL, seenAt REAL NOT NULL,
    lastTryAt REAL NOT NULL, lastSuccessAt REAL NOT NULL, failures INTEGER NOT NULL, isTried INTEGER NOT NULL,
    buckets TEXT NOT NULL, PRIMARY KEY (network, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE bucketVersions (network TEXT PRIMARY KEY, version TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE samples (
    at INTEGER PRIMARY KEY, inbound REAL NOT NULL, outbound REAL NOT NULL, rateIn REAL NOT NULL, rateOut REAL NOT NULL,
    bans REAL NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE nodes (
    network TEXT NOT NULL, id TEXT NOT NULL, ip TEXT NOT NULL, node TEXT, lastPingAt REAL NOT NULL,
    lastPongAt REAL NOT NULL, findFailures INTEGER NOT NULL, findFailuresV5 INTEGER NOT NULL,
    PRIMARY KEY (network, id, ip)
  ) STRICT, WITHOUT ROWID;
  `,
]

/** A table of the current schema. */
export interface Table {
  readonly name: string
  readonly primaryKey: readonly string[]
  readonly columns: readonly string[]
}

/** Tables whose rows are carried over from a damaged database. Addresses and samples come again by themselves. */
export const SALVAGED = ['settings', 'rules', 'bans', 'pins', 'secrets', 'anchors'] as const

/** Brings a database to the newest version, or, for tests, to an older one: all steps or none. */
export function migrate(db: Database.Database, to = MIGRATIONS.length): void {
  const from = versionOf(db)
  if (from >= to) return
  if (from < 0) throw new DamageError(`A database of version ${from}.`)
  db.transaction(() => {
    for (const step of MIGRATIONS.slice(from, to)) db.exec(step)
    db.pragma(`user_version = ${to}`)
  }).immediate()
}

export const versionOf = (db: Database.Database): number => Number(db.pragma('user_version', { simple: true }))

/** The tables there are. */
export function readTables(db: Database.Database): Table[] {
  const names = db
    .prepare<[], { name: string }>(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .all()
  return names.map(({ name }) => {
    const columns = db
      .prepare<[string], { name: string; pk: number }>(`SELECT name, pk FROM pragma_table_info(?)`)
      .all(name)
    return {
      name,
      columns: columns.map(column => column.name),
      primaryKey: columns.filter(column => column.pk > 0).map(column => column.name),
    }
  })
}

/** A name as SQL takes it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
