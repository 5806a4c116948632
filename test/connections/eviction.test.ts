/** Eviction by merit: what protects a peer, in Core's order, and who goes. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EvictionCandidate } from '../../src-main/connections/eviction.ts'
import { decideEviction } from '../../src-main/connections/eviction.ts'

/** A peer without any merit: late, far, useless, of a group of its own. */
const plain = (n: number, changes: Partial<EvictionCandidate> = {}): EvictionCandidate => ({
  id: `p${String(n).padStart(4, '0')}`,
  group: `g${n}`,
  keyedGroup: 0,
  connectedAt: 1_000_000 + n,
  minPingMs: 1000,
  lastBlockAt: 0,
  lastTransactionAt: 0,
  relaysTransactions: true,
  isExempt: false,
  isDiscouraged: false,
  overlay: null,
  ...changes,
})
const crowd = (count: number, changes: (n: number) => Partial<EvictionCandidate> = () => ({})): EvictionCandidate[] =>
  Array.from({ length: count }, (_, n) => plain(n, changes(n)))

describe('eviction', () => {
  it('nobody goes while all are protected, and it says so', () => {
    for (const count of [0, 1, 4, 20]) {
      const plan = decideEviction(crowd(count))
      expect(plan.victim).toBeNull()
      expect(plan.reason).toMatch(/refused/)
    }
  })

  it('someone goes from 21 ordinary peers on: 20 places are protected, and half of the rest', () => {
    expect(decideEviction(crowd(21)).victim).not.toBeNull()
  })

  // 60 candidates; the one at the end is the youngest and would go.
  const last = 59
  for (const [protection, changes] of [
    ['group', { keyedGroup: 99 }],
    ['ping', { minPingMs: 1 }],
    ['transaction', { lastTransactionAt: 99 }],
    ['block', { lastBlockAt: 99 }],
    ['blocks-only', { relaysTransactions: false, lastBlockAt: 99 }],
    ['exempt', { isExempt: true }],
  ] as const) {
    it(`the youngest goes unless protected by ${protection}`, () => {
      // Others hold every other merit, so that this one alone decides.
      const others = crowd(60)
      expect(decideEviction(others).victim).toBe(`p00${last}`)
      const plan = decideEviction([...others.slice(0, last), plain(last, changes)])
      expect(plan.victim).toBe(`p00${last - 1}`)
      expect(plan.protectedBy.get(`p00${last}`)).toBe(protection)
    })
  }

  it('protects 4 by group, 8 by ping, 4 by transactions, 8 without transaction relay, 4 by blocks, then half by age', () => {
    const plan = decideEviction(crowd(100, n => ({ relaysTransactions: n % 2 === 0 })))
    const counts = new Map<string, number>()
    for (const protection of plan.protectedBy.values()) counts.set(protection, (counts.get(protection) ?? 0) + 1)
    expect(Object.fromEntries(counts)).toEqual({
      group: 4,
      ping: 8,
      transaction: 4,
      'blocks-only': 8,
      block: 4,
      age: 36,
    })
  })

  it('the oldest half of those left stays', () => {
    const plan = decideEviction(crowd(120))
    const byAge = [...plan.protectedBy].filter(([, protection]) => protection === 'age').map(([id]) => id)
    expect(byAge).toHaveLength(50)
    // The first 20 are protected by the other merits, on which all tie: ties go to the older.
    expect(byAge).toEqual(
      crowd(120)
        .slice(20, 70)
        .map(one => one.id),
    )
  })

  it('up to a quarter of those left is kept for overlay peers, the rarest overlay first', () => {
    const overlays = ['onion', 'onion', 'onion', 'i2p'] as const
    // The youngest 40 are overlay peers: by age alone none would stay.
    const plan = decideEviction(crowd(120, n => ({ overlay: n < 80 ? null : (overlays[n % 4] ?? null) })))
    const kept = [...plan.protectedBy]
      .filter(([, protection]) => protection === 'overlay')
      .map(([id]) => Number(id.slice(1)))
    expect(kept).toHaveLength(25)
    expect(kept.filter(n => overlays[n % 4] === 'i2p')).toHaveLength(10)
    expect(kept.filter(n => overlays[n % 4] === 'onion')).toHaveLength(15)
  })

  it('the youngest of the largest group goes', () => {
    const peers = crowd(100, n => ({ group: n >= 70 && n < 90 ? 'crowded' : `g${n}` }))
    const plan = decideEviction(peers)
    expect(plan.victim).toBe('p0089')
    expect(plan.reason).toContain('crowded')
  })

  it('of groups of one size the one with the youngest member loses it', () => {
    const peers = crowd(100, n => ({ group: n >= 60 ? `pair${n % 20}` : `g${n}` }))
    expect(decideEviction(peers).victim).toBe('p0099')
  })

  it('a discouraged peer goes before any other', () => {
    const peers = crowd(100, n => ({ isDiscouraged: n === 75, group: n >= 90 ? 'crowded' : `g${n}` }))
    const plan = decideEviction(peers)
    expect(plan.victim).toBe('p0075')
    expect(plan.reason).toMatch(/^It misbehaved/)
  })

  it('an attacker who opens many connections evicts his own', () => {
    // 100 honest peers with merits of all kinds, then 400 of one /16 that are better at nothing but number.
    const honest = crowd(100, n => ({ minPingMs: 10 + n, lastBlockAt: n }))
    const attackers = Array.from({ length: 400 }, (_, n) => plain(1000 + n, { group: 'attacker', minPingMs: 500 }))
    let peers = [...honest, ...attackers]
    for (let round = 0; round < 300; round++) {
      const { victim } = decideEviction(peers)
      expect(victim?.startsWith('p1')).toBe(true)
      peers = peers.filter(one => one.id !== victim)
    }
  })

  it('the decision does not depend on the order of the peers, and never names a protected or exempt one', () => {
    const candidate = fc.record({
      group: fc.constantFrom('a', 'b', 'c', 'd'),
      keyedGroup: fc.nat(5),
      connectedAt: fc.nat(50),
      minPingMs: fc.option(fc.nat(50)),
      lastBlockAt: fc.nat(3),
      lastTransactionAt: fc.nat(3),
      relaysTransactions: fc.boolean(),
      isExempt: fc.boolean(),
      isDiscouraged: fc.boolean(),
      overlay: fc.constantFrom(null, 'onion' as const, 'i2p' as const, 'cjdns' as const, 'local' as const),
    })
    fc.assert(
      fc.property(fc.array(candidate, { maxLength: 120 }), fc.infiniteStream(fc.nat()), (parts, order) => {
        const peers = parts.map((part, n) => ({ ...part, id: `p${n}` }))
        const plan = decideEviction(peers)
        const shuffled = peers.map(peer => [order.next().value as number, peer] as const).sort((a, b) => a[0] - b[0])
        expect(decideEviction(shuffled.map(([, peer]) => peer)).victim).toBe(plan.victim)
        if (plan.victim === null) expect(plan.protectedBy.size).toBe(peers.length)
        else expect(plan.protectedBy.has(plan.victim)).toBe(false)
        for (const peer of peers) if (peer.isExempt) expect(plan.protectedBy.get(peer.id)).toBe('exempt')
      }),
      { numRuns: 300 },
    )
  })

  it('ten thousand candidates are decided on in well under a second', () => {
    const peers = crowd(10_000, n => ({ group: `g${n % 500}`, keyedGroup: n % 500, minPingMs: n % 997 }))
    const start = process.cpuUsage()
    expect(decideEviction(peers).victim).not.toBeNull()
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(500)
  })
})
