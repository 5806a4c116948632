/** What the user decided and must not lose: settings, rules, bans, pins and secrets. Every change is durable on return. */
import type { Log } from '../log/index.ts'
import type { Engine } from './engine.ts'
import type { BanRow, PinRow, RuleRow } from './rows.ts'

export interface SettingsTable {
  /** Values as they were given, by key. */
  all(): Record<string, unknown>
  /** Values must be what JSON can hold. All of the changes or none. */
  set(changes: Readonly<Record<string, unknown>>): void
  remove(keys: readonly string[]): void
}

export function settingsTable(engine: Engine, log: Log): SettingsTable {
  return {
    all: () => {
      const values: [string, unknown][] = []
      for (const { key, value } of engine.all<{ key: string; value: string }>('SELECT key, value FROM settings')) {
        try {
          values.push([key, JSON.parse(value)])
        } catch {
          log.warn('A setting could not be read; its default is used.', { setting: key })
        }
      }
      return Object.fromEntries(values)
    },
    set: changes => {
      const rows = Object.entries(changes).map(([key, value]) => [key, JSON.stringify(value)])
      engine.write('settings.set', run => {
        for (const row of rows) run('INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)', ...row)
      })
    },
    remove: keys =>
      engine.write('settings.remove', run => {
        for (const key of keys) run('DELETE FROM settings WHERE key = ?', key)
      }),
  }
}

export interface RulesTable {
  all(): readonly RuleRow[]
  upsert(row: RuleRow): void
  clear(): void
}

export function rulesTable(engine: Engine): RulesTable {
  return {
    all: () =>
      engine
        .all<Omit<RuleRow, 'isOn'> & { isOn: number }>(
          'SELECT name, persistent, transient, isOn FROM rules ORDER BY name',
        )
        .map(row => ({ ...row, isOn: row.isOn === 1 })),
    upsert: ({ name, persistent, transient, isOn }) =>
      engine.write('rules.upsert', run =>
        run(
          'INSERT OR REPLACE INTO rules (name, persistent, transient, isOn) VALUES (?, ?, ?, ?)',
          name,
          persistent,
          transient,
          Number(isOn),
        ),
      ),
    clear: () => engine.write('rules.clear', run => run('DELETE FROM rules')),
  }
}

export interface BansTable {
  all(): readonly BanRow[]
  /** Inserts, or replaces those of the same id: all or none. */
  upsert(bans: readonly BanRow[]): void
  remove(ids: readonly string[]): void
  /** Adds to the counts of refusals, by id. */
  countRefusals(counts: ReadonlyMap<string, number>): void
}

export function bansTable(engine: Engine): BansTable {
  return {
    all: () =>
      engine.all<BanRow>(
        `SELECT id, target, kind, createdAt, until, reason, "by", rule, evidence, score, network, agent, refused
         FROM bans ORDER BY createdAt, id`,
      ),
    upsert: bans =>
      engine.write('bans.upsert', run => {
        for (const ban of bans)
          run(
            `INSERT OR REPLACE INTO bans
             (id, target, kind, createdAt, until, reason, "by", rule, evidence, score, network, agent, refused)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
            ban.id,
            ban.target,
            ban.kind,
            ban.createdAt,
            ban.until,
            ban.reason,
            ban.by,
            ban.rule,
            ban.evidence,
            ban.score,
            ban.network,
            ban.agent,
            ban.refused,
          )
      }),
    remove: ids =>
      engine.write('bans.remove', run => {
        for (const id of ids) run('DELETE FROM bans WHERE id = ?', id)
      }),
    countRefusals: counts =>
      engine.write('bans.countRefusals', run => {
        for (const [id, count] of counts) run('UPDATE bans SET refused = refused + ? WHERE id = ?', count, id)
      }),
  }
}

export interface PinsTable {
  /** In the order they were added. */
  all(): PinRow[]
  upsert(row: PinRow): void
  remove(ids: readonly string[]): void
}

export function pinsTable(engine: Engine): PinsTable {
  return {
    all: () =>
      engine
        .all<Omit<PinRow, 'isPinned' | 'isTrusted'> & { isPinned: number; isTrusted: number }>(
          'SELECT id, network, address, isPinned, isTrusted, addedAt, note FROM pins ORDER BY addedAt, id',
        )
        .map(row => ({ ...row, isPinned: row.isPinned === 1, isTrusted: row.isTrusted === 1 })),
    upsert: pin =>
      engine.write('pins.upsert', run =>
        run(
          `INSERT OR REPLACE INTO pins (id, network, address, isPinned, isTrusted, addedAt, note)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
          pin.id,
          pin.network,
          pin.address,
          Number(pin.isPinned),
          Number(pin.isTrusted),
          pin.addedAt,
          pin.note,
        ),
      ),
    remove: ids =>
      engine.write('pins.remove', run => {
        for (const id of ids) run('DELETE FROM pins WHERE id = ?', id)
      }),
  }
}

export interface SecretsTable {
  get(name: string): Uint8Array | null
  set(name: string, bytes: Uint8Array): void
}

export function secretsTable(engine: Engine): SecretsTable {
  return {
    get: name => {
      const [row] = engine.all<{ bytes: Uint8Array }>('SELECT bytes FROM secrets WHERE name = ?', name)
      return row === undefined ? null : new Uint8Array(row.bytes)
    },
    set: (name, bytes) =>
      engine.write('secrets.set', run =>
        run('INSERT OR REPLACE INTO secrets (name, bytes) VALUES (?, ?)', name, Buffer.from(bytes)),
      ),
  }
}
