import { describe, expect, it } from 'vitest'
import { silentLog } from '../../../../src-main/log/index.ts'
import { BOOT_DATA } from '../../../../src-main/networks/ethereum/discovery/boot-data.ts'
import { parseLink } from '../../../../src-main/networks/ethereum/discovery/dns-tree.ts'
import { recordText, signRecord } from '../../../../src-main/networks/ethereum/discovery/enr.ts'
import { PacketLimiter } from '../../../../src-main/networks/ethereum/discovery/limiter.ts'
import { NodeDb } from '../../../../src-main/networks/ethereum/discovery/node-db.ts'
import type { NodeRow } from '../../../../src-main/networks/ethereum/discovery/node-db.ts'
import { hex, parseNode, recordNode } from '../../../../src-main/networks/ethereum/discovery/node.ts'
import { uint } from '../../../../src-main/networks/ethereum/discovery/rlp-items.ts'
import { VirtualClock, seededRandom } from '../../../../src-main/time/index.ts'
import { parseAddress } from '../../../../src-main/transport/index.ts'
import { keyOf } from './stand.ts'

const HOUR = 3_600_000

describe('what is remembered of nodes', () => {
  const node = (index: number) =>
    recordNode(signRecord(keyOf(index), 1n, { ip: Uint8Array.of(8, 8, index, 8), udp: uint(30303) }))

  function stand(rows: readonly NodeRow[] = []) {
    const clock = new VirtualClock()
    const saved = new Map<string, NodeRow>(rows.map(row => [`${row.id}|${row.ip}`, row]))
    const db = new NodeDb({
      clock,
      random: seededRandom(1),
      log: silentLog,
      repository: {
        load: () => [...saved.values()],
        save: each => each.forEach(row => saved.set(`${row.id}|${row.ip}`, row)),
        remove: keys => keys.forEach(({ id, ip }) => saved.delete(`${id}|${ip}`)),
      },
    })
    return { clock, db, saved }
  }

  it('is written behind, given as seeds for five days, and forgotten a day after its last answer', () => {
    const { clock, db, saved } = stand()
    for (let index = 1; index <= 40; index++) {
      const each = node(index)
      db.ponged(each.id, each.udp)
      if (index <= 35) db.store(each)
    }
    db.pinged(node(50).id, node(50).udp)
    expect(saved.size).toBe(0)
    clock.advance(30_000)
    expect(saved.size).toBe(40)
    const seeds = db.seeds(30, 5 * 24 * HOUR)
    expect(new Set(seeds.map(({ id }) => id)).size).toBe(30)
    db.close()
    const later = stand([...saved.values()])
    later.clock.advance(4 * 24 * HOUR)
    expect(later.db.seeds(100, 5 * 24 * HOUR).length).toBe(35)
    expect(later.db.isBonded(node(1).id, node(1).udp)).toBe(false)
    later.db.ponged(node(1).id, node(1).udp)
    later.clock.advance(HOUR)
    expect(later.saved.size).toBe(1)
    later.clock.advance(2 * 24 * HOUR)
    expect(later.saved.size).toBe(0)
    later.db.close()
  })

  it('keeps those with a proof from being pushed out by those without', () => {
    const { db } = stand()
    const proven = node(1)
    db.ponged(proven.id, proven.udp)
    for (let index = 0; index < 5000; index++) db.pinged(`${index}`, parseAddress('9.9.9.9:1'))
    expect(db.isBonded(proven.id, proven.udp)).toBe(true)
    expect(db.size).toBe(2049)
    expect(db.isBonded(proven.id, parseAddress('8.8.1.9:30303'))).toBe(false)
    db.close()
  })

  it('counts failures apart for each version, and forgives a store that fails', () => {
    const clock = new VirtualClock()
    const fail = (): never => {
      throw new Error('the disk is full')
    }
    const db = new NodeDb({
      clock,
      random: seededRandom(1),
      log: silentLog,
      repository: { load: fail, save: fail, remove: fail },
    })
    const each = node(3)
    db.ponged(each.id, each.udp)
    db.setFindFailures(each.id, each.udp, 4, 3)
    db.setFindFailures(each.id, each.udp, 5, 1)
    expect([db.findFailures(each.id, each.udp, 4), db.findFailures(each.id, each.udp, 5)]).toEqual([3, 1])
    clock.advance(60_000)
    db.close()
  })
})

describe('limits on work', () => {
  it('are held for a prefix and for all, and come back with time', () => {
    const clock = new VirtualClock()
    const limiter = new PacketLimiter(clock)
    const count = (text: string, times: number): number =>
      Array.from({ length: times }, () => limiter.allows(parseAddress(text))).filter(Boolean).length
    expect(count('1.1.1.1:1', 100)).toBe(60)
    expect(count('1.1.1.2:1', 100)).toBe(0)
    expect(count('1.1.2.1:1', 100)).toBe(60)
    expect(count('10.0.0.1:1', 2000)).toBe(280)
    clock.advance(1000)
    expect(count('1.1.1.1:1', 100)).toBe(20)
  })
})

describe('boot data', () => {
  it('can be read, every line', () => {
    for (const { nodes, nodesV5, lists } of Object.values(BOOT_DATA)) {
      for (const text of nodes) expect(parseNode(text).tcpPort).toBe(30303)
      for (const text of nodesV5) expect(recordText(parseNode(text).record ?? signRecord(keyOf(1), 1n, {}))).toBe(text)
      for (const text of lists) expect(parseLink(text).domain).toMatch(/ethdisco\.net$/)
    }
    expect(hex(parseNode(BOOT_DATA.mainnet.nodes[0] ?? '').publicKey)).toMatch(/^d860a01f/)
  })
})
