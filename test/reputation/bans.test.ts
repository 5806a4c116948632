/** The list of bans: whom it covers, until when, what it keeps, what it gives away and takes in. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BanChange } from '../../src-main/reputation/index.ts'
import { ReputationError, parseBanTarget } from '../../src-main/reputation/index.ts'
import { parseSubnet, subnetContains } from '../../src-main/transport/index.ts'
import { DAY, HOUR, at, banStore, fixture } from './helpers.ts'

const userBan = (target: string, until: number, reason = 'spam') => ({
  target: parseBanTarget(target),
  until,
  by: 'user' as const,
  reason,
})

describe('whom a ban covers', () => {
  it.each([
    ['1.2.3.4', 'address', '1.2.3.4:9', '1.2.3.5:9'],
    ['1.2.3.4:8333', 'endpoint', '1.2.3.4:8333', '1.2.3.4:8334'],
    ['1.2.0.0/16', 'subnet', '1.2.255.1:1', '1.3.0.1:1'],
    ['1.2.3.4/32', 'address', '1.2.3.4:9', '1.2.3.5:9'],
    ['0.0.0.0/0', 'subnet', '9.9.9.9:1', '[2001:db8::1]:1'],
    ['2001:db8::/32', 'subnet', '[2001:db8:ffff::1]:1', '[2001:db9::1]:1'],
    ['::1', 'address', '[::1]:1', '[::2]:1'],
    ['seed.example.org', 'address', 'seed.example.org:1', 'x.seed.example.org:1'],
  ])('%s (%s) covers %s and not %s', (target, kind, covered, free) => {
    const { reputation, clock } = fixture()
    const ban = reputation.bans.add(userBan(target, clock.now() + HOUR))
    expect(ban.kind).toBe(kind)
    expect(reputation.bans.find(at(covered))?.id).toBe(ban.id)
    expect(reputation.bans.isBanned(at(free))).toBe(false)
  })

  it.each(['', '1.2.3', '1.2.3.4/33', '1.2.3.4/8', 'http://x', '1.2.3.4:99999'])(
    '"%s" is refused with a reason',
    text => {
      expect(() => parseBanTarget(text)).toThrow(ReputationError)
      expect(() => parseBanTarget(text)).toThrow(expect.objectContaining({ code: 'bad-target' }) as Error)
    },
  )

  it('is what a look through all subnets would say', () => {
    const octet = fc.integer({ min: 0, max: 3 })
    const v4 = fc.tuple(octet, octet, octet, octet).map(parts => parts.join('.'))
    const v6 = fc.tuple(octet, octet, octet).map(([a, b, c]) => `2001:db8:${a}::${b}:${c}`)
    const range = fc.tuple(fc.oneof(v4, v6), fc.integer({ min: 0, max: 128 })).map(([host, bits]) => {
      const width = host.includes(':') ? 128 : 32
      // The host with the bits after the prefix cleared, by way of the error that names it.
      try {
        return parseSubnet(`${host}/${Math.min(bits, width)}`)
      } catch (error) {
        return parseSubnet(/meant: (\S+)\.$/.exec((error as Error).message)?.[1] ?? host)
      }
    })
    fc.assert(
      fc.property(
        fc.array(range, { maxLength: 30 }),
        fc.array(fc.oneof(v4, v6), { maxLength: 20 }),
        (ranges, hosts) => {
          const { reputation, clock } = fixture()
          for (const one of ranges) reputation.bans.add(userBan(one.text, clock.now() + HOUR))
          for (const host of hosts) {
            const address = at(host.includes(':') ? `[${host}]:1` : host)
            expect(reputation.bans.isBanned(address)).toBe(ranges.some(one => subnetContains(one, address)))
          }
          reputation.bans.lift(reputation.bans.list().map(ban => ban.id))
          for (const host of hosts)
            expect(reputation.bans.isBanned(at(host.includes(':') ? `[${host}]:1` : host))).toBe(false)
          reputation.close()
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('time', () => {
  it('a ban ends on its own, with one timer for all', () => {
    const { reputation, clock, bans } = fixture()
    for (let n = 1; n <= 100; n++) reputation.bans.add(userBan(`1.2.3.${n}`, clock.now() + n * 1000))
    expect(clock.pendingTimers).toBe(1)
    const removed: string[] = []
    reputation.bans.onChange(change => removed.push(...change.removed))
    clock.advance(50_000)
    expect(reputation.bans.size).toBe(50)
    expect(removed).toHaveLength(50)
    expect(bans.rows.size).toBe(50)
    expect(reputation.bans.isBanned(at('1.2.3.50'))).toBe(false)
    expect(reputation.bans.isBanned(at('1.2.3.51'))).toBe(true)
    reputation.close()
    expect(clock.pendingTimers).toBe(0)
  })

  it('extending keeps the first cause, and never shortens', () => {
    const { reputation, clock } = fixture()
    const first = reputation.bans.add({ ...userBan('1.2.3.4', clock.now() + HOUR, 'first'), evidence: 'seen' })
    clock.advance(1000)
    const longer = reputation.bans.add(userBan('1.2.3.4', clock.now() + DAY, 'second'))
    expect(longer).toEqual({ ...first, until: clock.now() + DAY })
    expect(reputation.bans.add(userBan('1.2.3.4', clock.now() + 5))).toEqual(longer)
    clock.advance(HOUR)
    expect(reputation.bans.isBanned(at('1.2.3.4'))).toBe(true)
    expect(reputation.bans.size).toBe(1)
  })

  it('extending for ever costs no memory of the timers', () => {
    const { reputation, clock } = fixture()
    for (let n = 0; n < 10_000; n++) reputation.bans.add(userBan('1.2.3.4', clock.now() + HOUR + n))
    clock.advance(HOUR + 10_000)
    expect(reputation.bans.size).toBe(0)
  })
})

describe('what survives', () => {
  it('a restart finds the bans that are still in force', () => {
    const store = banStore()
    const { reputation, clock } = fixture({ bans: store })
    reputation.bans.add(userBan('1.2.3.4', clock.now() + HOUR))
    reputation.bans.add(userBan('1.2.0.0/16', clock.now() + DAY))
    const ban = reputation.bans.add(userBan('5.5.5.5:1', clock.now() + DAY))
    store.rows.set('broken', { ...ban, id: 'broken', target: 'nonsense//', until: clock.now() + DAY })
    reputation.close()
    clock.advance(2 * HOUR)
    const again = fixture({ bans: store, clock }).reputation
    expect(again.bans.size).toBe(2)
    expect(again.bans.isBanned(at('1.2.3.4'))).toBe(true)
    expect(store.rows.size).toBe(2)
  })

  it('refusals are counted, and written every five seconds and at the end', () => {
    const { reputation, clock, bans } = fixture()
    const { id } = reputation.bans.add(userBan('1.2.3.4', clock.now() + HOUR))
    for (let n = 0; n < 1000; n++) reputation.bans.countRefusal(id)
    expect(reputation.bans.get(id)?.refused).toBe(1000)
    expect(bans.rows.get(id)?.refused).toBe(0)
    clock.advance(5000)
    expect(bans.rows.get(id)?.refused).toBe(1000)
    reputation.bans.countRefusal(id)
    reputation.close()
    expect(bans.rows.get(id)?.refused).toBe(1001)
  })

  it('a store that fails leaves the ban in force', () => {
    const { reputation, clock, bans } = fixture()
    bans.isFailing = true
    reputation.bans.add(userBan('1.2.3.4', clock.now() + HOUR))
    expect(reputation.bans.isBanned(at('1.2.3.4'))).toBe(true)
  })
})

describe('lifting and putting back', () => {
  it('gives back what was there, with its cause', () => {
    const { reputation, clock, bans } = fixture()
    const ban = reputation.bans.add(userBan('1.2.0.0/16', clock.now() + HOUR))
    const changes: BanChange[] = []
    reputation.bans.onChange(change => changes.push(change))
    const lifted = reputation.bans.lift([ban.id, ban.id, 'no-such-ban'])
    expect(lifted).toEqual([ban])
    expect(reputation.bans.isBanned(at('1.2.3.4'))).toBe(false)
    expect(reputation.bans.restore(lifted)).toBe(1)
    expect(reputation.bans.list()).toEqual([ban])
    expect(bans.rows.get(ban.id)).toEqual(ban)
    expect(changes).toEqual([
      { added: [], changed: [], removed: [ban.id] },
      { added: [ban], changed: [], removed: [] },
    ])
  })

  it('merges with a ban made meanwhile, leaves what has run out, and refuses nonsense whole', () => {
    const { reputation, clock } = fixture()
    const long = reputation.bans.add(userBan('1.2.3.4', clock.now() + DAY, 'old'))
    const short = reputation.bans.add(userBan('1.2.3.5', clock.now() + 1000))
    const lifted = reputation.bans.lift([long.id, short.id])
    const fresh = reputation.bans.add(userBan('1.2.3.4', clock.now() + HOUR, 'new'))
    clock.advance(2000)
    expect(() => reputation.bans.restore([...lifted, { ...long, target: '1.2.3.4/8' }])).toThrow(ReputationError)
    expect(reputation.bans.list()).toEqual([fresh])
    expect(reputation.bans.restore(lifted)).toBe(1)
    expect(reputation.bans.list()).toEqual([{ ...fresh, until: long.until }])
  })
})

describe('when the list is full', () => {
  it('an automatic ban takes the place of the automatic one that ends soonest; a person is told', () => {
    const { reputation, clock, peer, bans } = fixture({ maxBans: 3 })
    reputation.bans.add(userBan('9.9.9.9', clock.now() + 1000))
    peer('1.1.1.1').apply({ rule: 'oversized-inv', evidence: '' })
    clock.advance(100)
    peer('2.2.2.2').apply({ rule: 'oversized-inv', evidence: '' })
    clock.advance(100)
    expect(peer('3.3.3.3').apply({ rule: 'oversized-inv', evidence: '' }).action).toBe('ban')
    expect(reputation.bans.list().map(ban => ban.target)).toEqual(['3.3.3.3', '2.2.2.2', '9.9.9.9'])
    expect(bans.rows.size).toBe(3)
    expect(() => reputation.bans.add(userBan('4.4.4.4', clock.now() + HOUR))).toThrow(
      expect.objectContaining({ code: 'full' }) as Error,
    )
  })

  it('of bans by people, an automatic one is not made and the peer only disconnected', () => {
    const { reputation, clock, peer } = fixture({ maxBans: 1 })
    reputation.bans.add(userBan('9.9.9.9', clock.now() + DAY))
    const verdict = peer('1.1.1.1').apply({ rule: 'oversized-inv', evidence: '' })
    expect(verdict.action).toBe('disconnect')
    expect(verdict.text).toContain('at most 1 bans')
  })
})

describe('lists as text', () => {
  it('what is exported can be imported elsewhere, causes and all', () => {
    const one = fixture()
    one.reputation.bans.add(userBan('1.2.3.4', one.clock.now() + HOUR, 'rude'))
    one.reputation.bans.add(userBan('2001:db8::/32', one.clock.now() + DAY))
    one.peer('5.6.7.8').apply({ rule: 'oversized-inv', evidence: '50 001 entries' })
    const { text, count } = one.reputation.bans.export()
    expect(count).toBe(3)
    const two = fixture({ clock: one.clock })
    expect(two.reputation.bans.import(text)).toEqual({ added: 3, merged: 0, expired: 0 })
    const plain = (bans: typeof one.reputation.bans) =>
      new Set(
        bans.list().map(({ target, until, reason, rule, evidence }) => [target, until, reason, rule, evidence].join()),
      )
    expect(plain(two.reputation.bans)).toEqual(plain(one.reputation.bans))
    expect(two.bans.rows.size).toBe(3)
    expect(two.reputation.bans.import(text)).toEqual({ added: 0, merged: 3, expired: 0 })
  })

  it("takes Bitcoin Core's banlist.json", () => {
    const { reputation, clock } = fixture()
    const now = clock.now() / 1000
    const text = JSON.stringify({
      banned_nets: [
        { version: 1, ban_created: now - 100, banned_until: now + 86_400, address: '203.0.113.0/24' },
        { version: 1, ban_created: now - 100, banned_until: now + 86_400, address: '198.51.100.7/32' },
        { version: 1, ban_created: now - 100, banned_until: now - 50, address: '2001:db8::1/128' },
        { version: 1, ban_created: now - 100, banned_until: now + 86_500, address: '203.0.113.0/24' },
      ],
    })
    expect(reputation.bans.import(text)).toEqual({ added: 2, merged: 1, expired: 1 })
    expect(reputation.bans.find(at('203.0.113.9'))).toMatchObject({
      kind: 'subnet',
      until: clock.now() + 86_500_000,
      createdAt: clock.now() - 100_000,
      by: 'import',
    })
    expect(reputation.bans.find(at('198.51.100.7'))?.kind).toBe('address')
  })

  const core = (change: object): string =>
    JSON.stringify({
      banned_nets: [
        { version: 1, ban_created: 1, banned_until: 4e9, address: '1.2.3.4' },
        { version: 1, ban_created: 1, banned_until: 4e9, address: '1.2.3.4', ...change },
      ],
    })
  it.each([
    ['no JSON', 'hello', 'bad-import', 'not JSON'],
    ['no object', '[]', 'bad-import', 'not a JSON object'],
    ['another object', '{"bans":[]}', 'bad-import', 'no list of bans'],
    ['a later version', '{"format":"warren-bans","version":2,"bans":[]}', 'bad-import', 'version 2'],
    ['an entry that is none', '{"format":"warren-bans","version":1,"bans":[7]}', 'bad-import', 'Entry 1: It is not'],
    ['a bad address', core({ address: '1.2.3.444' }), 'bad-import', 'Entry 2: "1.2.3.444"'],
    ['a subnet with host bits', core({ address: '1.2.3.4/8' }), 'bad-import', 'Entry 2: '],
    ['no address', core({ address: 7 }), 'bad-import', 'Entry 2: Its "address" is missing.'],
    ['a bad time', core({ banned_until: '7' }), 'bad-import', 'Entry 2: Its "banned_until"'],
    ['a negative time', core({ banned_until: -1 }), 'bad-import', 'Entry 2: Its "banned_until"'],
    ['an unknown version of an entry', core({ version: 3 }), 'bad-import', 'Entry 2: Its "version"'],
    ['too much text', ' '.repeat(5_000_000), 'bad-import', 'longer than'],
  ])('refuses %s whole, and says why', (_name, text, code, words) => {
    const { reputation, bans } = fixture()
    const take = (): unknown => reputation.bans.import(text)
    expect(take).toThrow(expect.objectContaining({ code }) as Error)
    expect(take).toThrow(words)
    expect(reputation.bans.size).toBe(0)
    expect(bans.rows.size).toBe(0)
  })

  it('refuses a list that does not fit, whole', () => {
    const { reputation, clock } = fixture({ maxBans: 1 })
    const entry = (address: string) => ({ version: 1, ban_created: 1, banned_until: clock.now() / 1000 + 9, address })
    const text = JSON.stringify({ banned_nets: [entry('1.1.1.1'), entry('2.2.2.2')] })
    expect(() => reputation.bans.import(text)).toThrow(expect.objectContaining({ code: 'full' }) as Error)
    expect(reputation.bans.size).toBe(0)
  })
})
