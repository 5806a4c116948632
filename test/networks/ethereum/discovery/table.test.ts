import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BUCKET_SIZE, MAX_REPLACEMENTS } from '../../../../src-main/networks/ethereum/discovery/limits.ts'
import { compareDistance, hex, logDistance, mayRelay } from '../../../../src-main/networks/ethereum/discovery/node.ts'
import type { DiscoveredNode } from '../../../../src-main/networks/ethereum/discovery/node.ts'
import { NodeTable } from '../../../../src-main/networks/ethereum/discovery/table.ts'
import { VirtualClock, seededRandom } from '../../../../src-main/time/index.ts'
import { parseAddress, prefixKey } from '../../../../src-main/transport/index.ts'

const SELF = new Uint8Array(32)

/** A node at a distance from us: 256 for the far half of all identities. */
function node(index: number, where: string, distance = 256, seq = 0n): DiscoveredNode {
  const idBytes = seededRandom(index).bytes(32)
  const lead = Math.floor((256 - distance) / 8)
  idBytes.fill(0, 0, lead)
  const bit = 7 - ((256 - distance) % 8)
  idBytes[lead] = (1 << bit) | ((idBytes[lead] ?? 0) & ((1 << bit) - 1))
  return {
    id: hex(idBytes),
    idBytes,
    publicKey: new Uint8Array(64),
    udp: parseAddress(where),
    tcpPort: 1,
    seq,
    record: null,
  }
}

function stand() {
  const clock = new VirtualClock()
  const dead = new Set<string>()
  const pings: string[] = []
  const failures = new Map<string, number>()
  const stored: string[] = []
  const seqs = new Map<string, DiscoveredNode>()
  const refresh = { end: (): void => {} }
  const table = new NodeTable({
    clock,
    random: seededRandom(5),
    network: {
      self: () => SELF,
      ping: asked => {
        pings.push(asked.id)
        return dead.has(asked.id)
          ? Promise.reject(new Error('silence'))
          : Promise.resolve(seqs.get(asked.id)?.seq ?? 0n)
      },
      requestRecord: asked => Promise.resolve(seqs.get(asked.id) ?? asked),
      refresh: () => new Promise(resolve => (refresh.end = resolve)),
      seeds: () => [],
      findFailures: asked => failures.get(asked.id) ?? 0,
      setFindFailures: (asked, count) => void failures.set(asked.id, count),
      store: each => void stored.push(each.id),
      changed: () => {},
    },
  })
  const ids = (): string[] => table.buckets.flatMap(({ entries }) => entries.map(entry => entry.node.id))
  return { clock, dead, pings, stored, seqs, refresh, table, ids, failures }
}

describe('the node table', () => {
  it('takes two nodes of a /24 in a bucket and ten in all; those of local networks do not count', () => {
    const { table } = stand()
    for (let distance = 240; distance <= 256; distance++)
      for (let index = 0; index < 3; index++)
        table.addFound(node(1000 + 10 * distance + index, `8.8.8.${index + 1}:30303`, distance))
    expect(table.size).toBe(10)
    expect(Math.max(...table.buckets.map(({ entries }) => entries.length))).toBe(2)
    for (let index = 0; index < 10; index++) table.addFound(node(index, `192.168.1.${index + 1}:30303`))
    expect(table.buckets.at(-1)?.entries.length).toBeGreaterThanOrEqual(10)
    expect(table.addFound(node(50, '0.0.0.0:30303'))).toBe(false)
  })

  it('refuses whoever comes to it until it has looked around once', async () => {
    const { table, refresh, clock } = stand()
    const started = table.start()
    expect(table.addInbound(node(1, '1.1.1.1:30303'))).toBe(false)
    expect(table.addFound(node(2, '2.2.2.2:30303'))).toBe(true)
    await clock.run(1)
    refresh.end()
    await started
    expect(table.addInbound(node(1, '1.1.1.1:30303'))).toBe(true)
    table.close()
    expect(clock.pendingTimers).toBe(0)
  })

  it('keeps what lives: a new node waits when a bucket is full, and comes in when one dies', async () => {
    const { table, dead, clock, ids } = stand()
    const nodes = Array.from({ length: BUCKET_SIZE + MAX_REPLACEMENTS + 5 }, (_, index) =>
      node(index, `9.${index}.1.1:30303`),
    )
    for (const each of nodes) table.addFound(each)
    expect(ids()).toEqual(nodes.slice(0, BUCKET_SIZE).map(({ id }) => id))
    expect(table.buckets.at(-1)?.waiting.length).toBe(MAX_REPLACEMENTS)
    const [first] = nodes
    dead.add(first?.id ?? '')
    await clock.run(120_000)
    expect(table.size).toBe(BUCKET_SIZE)
    expect(ids()).not.toContain(first?.id)
    expect(table.buckets.at(-1)?.waiting.length).toBe(MAX_REPLACEMENTS - 1)
    table.close()
  })

  it('divides the credit of a silent node by three, and drops it when nothing is left', async () => {
    const { table, dead, clock, ids, stored } = stand()
    const only = node(1, '1.1.1.1:30303')
    table.addFound(only)
    await clock.run(60_000)
    const [entry] = table.buckets.at(-1)?.entries ?? []
    expect(entry?.isLive).toBe(true)
    expect(entry?.checks).toBeGreaterThan(5)
    expect(stored).toContain(only.id)
    dead.add(only.id)
    await clock.run(4500)
    expect(ids()).toEqual([only.id])
    await clock.run(60_000)
    expect(ids()).toEqual([])
    table.close()
  })

  it('asks for a newer record, and lets a node prove itself anew where it says to be', async () => {
    const { table, clock, seqs, dead } = stand()
    const old = node(1, '1.1.1.1:30303')
    table.addFound(old)
    await clock.run(4000)
    seqs.set(old.id, { ...node(1, '5.5.5.5:30303'), seq: 3n })
    dead.add('none')
    await clock.run(15_000)
    expect(table.get(old.id)?.udp.key).toBe('5.5.5.5:30303')
    expect(table.addFound({ ...old, seq: 2n })).toBe(false)
    expect(table.get(old.id)?.udp.key).toBe('5.5.5.5:30303')
    table.close()
  })

  it('drops a node that gives nothing five times, but not one of few', () => {
    const { table, ids } = stand()
    const nodes = [1, 2, 3].map(index => node(index, `1.${index}.1.1:30303`))
    for (const each of nodes) table.addFound(each)
    const [first] = nodes
    if (first === undefined) throw new Error('no node')
    for (let count = 0; count < 6; count++) table.queried(first, [])
    expect(ids().length).toBe(3)
    table.addFound(node(4, '1.4.1.1:30303'))
    table.queried(first, [])
    expect(ids()).not.toContain(first.id)
    table.close()
  })

  it('gives live nodes where there are any, the closest first', async () => {
    const { table, dead, clock } = stand()
    const target = seededRandom(77).bytes(32)
    for (let index = 0; index < 12; index++) {
      const each = node(index, `1.${index}.1.1:30303`, 256 - (index % 3))
      if (index % 2 === 0) dead.add(each.id)
      table.addFound(each)
    }
    expect(table.closest(target, 16, true).length).toBe(12)
    await clock.run(1500)
    const live = table.closest(target, 16, true)
    expect(live.every(({ id }) => !dead.has(id))).toBe(true)
    const sorted = [...live].sort((a, b) => compareDistance(target, a.idBytes, b.idBytes))
    expect(live).toEqual(sorted)
    table.close()
  })

  it('holds its bounds whatever comes and goes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(60), fc.nat(5), fc.nat(3), fc.constantFrom('found', 'inbound', 'queried', 'wait')), {
          maxLength: 120,
        }),
        async steps => {
          const { table, clock, refresh, dead } = stand()
          const started = table.start()
          await clock.run(1)
          refresh.end()
          await started
          for (const [index, net, host, what] of steps) {
            const each = node(index, `7.7.${net}.${host + 1}:30303`, 240 + (index % 17), BigInt(host))
            if (index % 5 === 0) dead.add(each.id)
            if (what === 'found') table.addFound(each)
            else if (what === 'inbound') table.addInbound(each)
            else if (what === 'queried') table.queried(each, [])
            else await clock.run(2000)
          }
          const perTable = new Map<string, number>()
          const seen = new Set<string>()
          for (const { entries, waiting } of table.buckets) {
            expect(entries.length).toBeLessThanOrEqual(BUCKET_SIZE)
            expect(waiting.length).toBeLessThanOrEqual(MAX_REPLACEMENTS)
            const perBucket = new Map<string, number>()
            for (const { id, udp } of [...entries.map(entry => entry.node), ...waiting]) {
              expect(seen.has(id)).toBe(false)
              seen.add(id)
              const key = prefixKey(udp)
              perBucket.set(key, (perBucket.get(key) ?? 0) + 1)
              perTable.set(key, (perTable.get(key) ?? 0) + 1)
            }
            expect(Math.max(0, ...perBucket.values())).toBeLessThanOrEqual(2)
          }
          expect(Math.max(0, ...perTable.values())).toBeLessThanOrEqual(10)
          table.close()
          expect(clock.pendingTimers).toBe(0)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('distances and relayed addresses', () => {
  it('are as Kademlia has them', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (a, b) => {
          const xor = a.reduce((sum, byte, index) => (sum << 8n) | BigInt(byte ^ (b[index] ?? 0)), 0n)
          expect(logDistance(a, b)).toBe(xor === 0n ? 0 : xor.toString(2).length)
          expect(logDistance(a, a)).toBe(0)
        },
      ),
    )
  })

  it.each([
    ['1.2.3.4', '5.6.7.8', true],
    ['1.2.3.4', '127.0.0.1', false],
    ['127.0.0.1', '127.0.0.1', true],
    ['1.2.3.4', '192.168.0.1', false],
    ['192.168.0.1', '10.0.0.1', true],
    ['192.168.0.1', '127.0.0.1', false],
    ['1.2.3.4', '0.0.0.0', false],
    ['1.2.3.4', '224.0.0.1', false],
    ['1.2.3.4', '192.0.2.1', false],
    ['192.168.0.1', '198.18.5.5', false],
    ['1.2.3.4', '255.255.255.255', false],
    ['[2a00::1]', '[2a00::2]', true],
    ['[2a00::1]', '[::]', false],
    ['[2a00::1]', '[2001:db8::1]', false],
    ['[2a00::1]', '[2002::1]', false],
    ['[2a00::1]', '[fe80::1]', false],
    ['[2a00::1]', '[ff02::1]', false],
    ['[::1]', '[::1]', true],
  ])('%s may tell of %s: %s', (sender, told, expected) => {
    expect(mayRelay(parseAddress(`${sender}:1`), parseAddress(`${told}:30303`))).toBe(expected)
  })
})
