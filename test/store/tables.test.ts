/** What goes into the store comes out of it, after it was closed too. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { AddressRow as BookRow } from '../../src-main/addressbook/index.ts'
import type { SampleStore } from '../../src-main/client/history.ts'
import type { SettingsStore } from '../../src-main/client/settings.ts'
import type { BanStore, RuleStore } from '../../src-main/reputation/index.ts'
import type { Store } from '../../src-main/store/index.ts'
import type { NodeRow } from '../../src-main/store/rows.ts'
import { address, ban, pin } from './rows.ts'
import { storeBench } from './support.ts'

const bench = storeBench()

/** Closes and opens again. */
function reopened(store: Store): Store {
  store.close()
  return bench().open()
}

describe('what the user decided', () => {
  it('settings are JSON values by key', () => {
    let store = bench().open()
    const values = { port: 8333, on: false, name: 'Käfer', list: ['a', 'b'], none: null, __proto__: 1 }
    store.settings.set(values)
    store.settings.set({ port: 1, gone: 'soon' })
    store.settings.remove(['gone', 'never there'])
    store = reopened(store)
    expect(store.settings.all()).toEqual({ ...values, port: 1 })
  })

  it('rules are replaced by name and cleared together', () => {
    let store = bench().open()
    store.rules.upsert({ name: 'b', persistent: 1, transient: 2, isOn: true })
    store.rules.upsert({ name: 'b', persistent: 3, transient: 0, isOn: false })
    store = reopened(store)
    expect(store.rules.all()).toEqual([{ name: 'b', persistent: 3, transient: 0, isOn: false }])
    store.rules.clear()
    expect(reopened(store).rules.all()).toEqual([])
  })

  it('bans keep every field, and count refusals', () => {
    let store = bench().open()
    const rows = [ban(1), ban(2, { kind: 'subnet', by: 'user', rule: null, score: null, evidence: 'said so' }), ban(3)]
    store.bans.upsert(rows)
    store.bans.countRefusals(
      new Map([
        ['ban-2', 5],
        ['unknown', 1],
      ]),
    )
    store.bans.remove(['ban-3'])
    store = reopened(store)
    expect(store.bans.all()).toEqual([rows[0], { ...rows[1], refused: 5 }])
  })

  it('bans are stored all or none', () => {
    const store = bench().open()
    const broken = { ...ban(2), kind: 'planet' as 'address' }
    expect(() => store.bans.upsert([ban(1), broken])).toThrow()
    expect(store.bans.all()).toEqual([])
    expect(store.status().isDurable).toBe(true)
  })

  it('pins and secrets', () => {
    let store = bench().open()
    store.pins.upsert(pin(1))
    store.pins.upsert(pin(2))
    store.pins.upsert({ ...pin(1), note: 'changed' })
    store.pins.remove(['pin-2'])
    store.secrets.set('seal', Uint8Array.of(0, 255, 7))
    store = reopened(store)
    expect(store.pins.all()).toEqual([{ ...pin(1), note: 'changed' }])
    expect(store.secrets.get('seal')).toEqual(Uint8Array.of(0, 255, 7))
    expect(store.secrets.get('other')).toBeNull()
  })
})

describe('what the client has seen', () => {
  it('addresses by network, a hundred thousand of them', () => {
    let store = bench().open()
    const rows = Array.from({ length: 100_000 }, (_, n) => address(n))
    store.addresses.save('bitcoin', rows)
    store.addresses.save('ethereum', rows.slice(0, 3))
    store.addresses.setBucketVersion('bitcoin', 'v1')
    store = reopened(store)
    const loaded = store.addresses.load('bitcoin')
    const byKey = new Map(loaded.map(row => [row.key, row]))
    expect(byKey.size).toBe(rows.length)
    for (const row of [rows[0], rows[50_000], rows[99_999]]) expect(byKey.get(row?.key ?? '')).toEqual(row)
    expect(store.addresses.bucketVersion('bitcoin')).toBe('v1')
    expect(store.addresses.bucketVersion('ethereum')).toBeNull()

    store.addresses.remove(
      'bitcoin',
      rows.slice(0, 2500).map(row => row.key),
    )
    expect(store.addresses.load('bitcoin')).toHaveLength(97_500)
    store.addresses.clear('bitcoin')
    expect(store.addresses.load('bitcoin')).toEqual([])
    expect(store.addresses.load('ethereum')).toHaveLength(3)
  })

  it('anchors are taken once, in order', () => {
    let store = bench().open()
    store.anchors.set('bitcoin', ['z', 'a'])
    store.anchors.set('bitcoin', ['b', 'a'])
    store = reopened(store)
    expect(store.anchors.take('bitcoin')).toEqual(['b', 'a'])
    expect(reopened(store).anchors.take('bitcoin')).toEqual([])
  })

  it('samples are averaged by step, bans summed, and go after 25 hours', () => {
    let store = bench().open()
    const start = bench().clock.now()
    const sample = (at: number, n: number) => ({ at, inbound: n, outbound: 2, rateIn: 10 * n, rateOut: 0.5, bans: 1 })
    for (let n = 0; n < 6; n++) store.samples.append(sample(start + n * 5000, n))
    // As after a kill: another reader finds them though nobody has closed the store.
    const reader = new Database(bench().path, { readonly: true })
    expect(reader.prepare('SELECT count(*) FROM samples').pluck().get()).toBe(6)
    reader.close()
    store = reopened(store)
    expect(store.samples.query(start, 15_000)).toEqual([
      { at: start + 10_000, inbound: 1, outbound: 2, rateIn: 10, rateOut: 0.5, bans: 3 },
      { at: start + 25_000, inbound: 4, outbound: 2, rateIn: 40, rateOut: 0.5, bans: 3 },
    ])
    expect(store.samples.query(start + 15_000, 5000)).toHaveLength(3)
    bench().clock.advance(26 * 3_600_000)
    store.samples.append(sample(bench().clock.now(), 1))
    expect(store.samples.query(0, 1)).toHaveLength(1)
  })
})

describe('the tables', () => {
  it('are what the rooms above ask for', () => {
    const store = bench().open()
    const bans: BanStore = store.bans
    const rules: RuleStore = store.rules
    const settings: SettingsStore = store.settings
    const samples: SampleStore = store.samples
    const rows: readonly BookRow[] = store.addresses.load('bitcoin')
    store.addresses.save('bitcoin', rows)
    expect([bans.all(), rules.all(), settings.all(), samples.query(0, 1), rows]).toEqual([[], [], {}, [], []])
  })
})

describe('the folder', () => {
  it.skipIf(process.platform === 'win32')('is for the user alone', () => {
    const { dir, open } = bench()
    open().settings.set({ a: 1 })
    expect(statSync(dir).mode & 0o777).toBe(0o700)
    const names = readdirSync(dir)
    expect(names).toEqual(expect.arrayContaining(['warren.db', 'warren.db-wal', 'warren.lock']))
    // The lock takes no room: it must be had on a full disk too.
    expect(names).not.toContain('warren.lock-journal')
    for (const name of names) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600)
  })
})

describe('nodes of a DHT', () => {
  const node = (id: string, ip: string, lastPongAt: number): NodeRow => ({
    id,
    ip,
    node: lastPongAt > 0 ? `enode://${id}@${ip}:30303` : null,
    lastPingAt: 5,
    lastPongAt,
    findFailures: 1,
    findFailuresV5: 2,
  })

  it('are kept by network, identity and IP, heard last first', () => {
    let store = bench().open()
    store.nodes.save('ethereum/mainnet', [node('a', '1.1.1.1', 10), node('a', '1.1.1.2', 30), node('b', '1.1.1.1', 20)])
    store.nodes.save('ethereum/mainnet', [node('b', '1.1.1.1', 40)])
    store.nodes.save('ethereum/sepolia', [node('c', '::1', 0)])
    store.nodes.remove('ethereum/mainnet', [
      { id: 'a', ip: '1.1.1.1' },
      { id: 'a', ip: '9.9.9.9' },
    ])
    store = reopened(store)
    expect(store.nodes.load('ethereum/mainnet')).toEqual([node('b', '1.1.1.1', 40), node('a', '1.1.1.2', 30)])
    expect(store.nodes.load('ethereum/sepolia')).toEqual([node('c', '::1', 0)])
    expect(store.nodes.load('bitcoin/mainnet')).toEqual([])
  })
})
