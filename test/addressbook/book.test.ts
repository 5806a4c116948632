/** The rules of the address book in virtual time: what gets in, what moves, what is chosen, what is told. */
import { describe, expect, it } from 'vitest'
import { believedTime } from '../../src-main/addressbook/index.ts'
import { chanceOf, whyTerrible } from '../../src-main/addressbook/quality.ts'
import { DAY, HOUR, MINUTE, SECOND, at, fixture, ipv4 } from './helpers.ts'

describe('what gets in', () => {
  it('an address is told, known, and said to be new', () => {
    const { book, tell } = fixture()
    expect(tell(at('1.2.3.4'))).toBe(1)
    expect(book.get(at('1.2.3.4'))).toMatchObject({ table: 'new', group: '1.2.0.0/16', source: '9.9.9.9:8333' })
    expect(book.get(at('1.2.3.4:1'))).toBeNull()
    expect(book.stats()).toMatchObject({ total: 1, new: 1, tried: 0, groups: 1 })
  })

  it('not one without a port, of an unwanted kind, or that the network refuses', () => {
    const { book, tell } = fixture({ kinds: ['ipv4'], accepts: address => address.host !== '1.2.3.4' })
    for (const address of ['1.2.3.5:0', '[2001:db8::1]:8333', '1.2.3.4:8333']) expect(tell(at(address))).toBe(0)
    expect(book.size).toBe(0)
  })

  it('takes the penalty off what a third party tells, and not off what a peer tells of itself', () => {
    const { book, clock } = fixture()
    const now = clock.now()
    const told = (host: string) => ({ address: at(host), services: 0n, seenAt: now })
    book.add([told('1.2.3.4'), told('9.9.9.9')], at('9.9.9.9:4444'), 2 * HOUR)
    expect(book.get(at('1.2.3.4'))?.seenAt).toBe(now - 2 * HOUR)
    expect(book.get(at('9.9.9.9'))?.seenAt).toBe(now)
  })

  it.each([
    ['from before 1973', 100_000_000 * SECOND, -5 * DAY],
    ['over ten minutes ahead', Date.UTC(2026, 0, 1) + 10 * MINUTE + 1, -5 * DAY],
    ['ten minutes ahead', Date.UTC(2026, 0, 1) + 10 * MINUTE, 10 * MINUTE],
    ['plain', Date.UTC(2026, 0, 1) - DAY, -DAY],
  ])('a time stamp %s is believed or replaced', (_name, seenAt, expectedOffset) => {
    expect(believedTime(seenAt, Date.UTC(2026, 0, 1))).toBe(Date.UTC(2026, 0, 1) + expectedOffset)
  })

  it('the time stamp moves in steps of an hour when online, of a day otherwise', () => {
    const { book, clock, tell } = fixture()
    tell(at('1.2.3.4'), { ageMs: 3 * HOUR })
    const first = book.get(at('1.2.3.4'))?.seenAt
    tell(at('1.2.3.4'), { ageMs: 2 * HOUR })
    expect(book.get(at('1.2.3.4'))?.seenAt).toBe(first)
    tell(at('1.2.3.4'), { ageMs: HOUR })
    expect(book.get(at('1.2.3.4'))?.seenAt).toBe(clock.now() - HOUR)
  })

  it('services add up, and are set by the handshake', () => {
    const { book, tell } = fixture()
    tell(at('1.2.3.4'), { services: 1n })
    tell(at('1.2.3.4'), { services: 8n })
    expect(book.get(at('1.2.3.4'))?.services).toBe(9n)
    book.setServices(at('1.2.3.4'), 1033n)
    expect(book.get(at('1.2.3.4'))?.services).toBe(1033n)
  })

  it('an address told by many stands in eight places at most, each half as likely as the last', () => {
    const { book, clock } = fixture()
    const tellers: number[] = []
    for (let n = 0; n < 4000; n++) {
      clock.advance(2 * SECOND)
      book.add([{ address: at('1.2.3.4'), services: 0n, seenAt: clock.now() }], ipv4(n + 1000), 2 * HOUR)
      tellers[book.get(at('1.2.3.4'))?.references ?? 0] ??= n + 1
    }
    expect(book.get(at('1.2.3.4'))?.references).toBe(8)
    // The eighth place took 2^7 tries on average; far fewer would mean that the odds do not fall.
    expect((tellers[8] ?? 0) - (tellers[7] ?? 0)).toBeGreaterThan(10)
    expect(book.explain(at('1.2.3.4')).buckets).toHaveLength(8)
  })

  it('a full place is taken only from a terrible address, or from one that stands elsewhere too', () => {
    const { book, clock, tell } = fixture()
    for (let n = 0; n < 3000; n++) tell(ipv4(n, 3000))
    const full = book.size
    // One group told by one source group reaches one bucket of 64.
    expect(full).toBeLessThanOrEqual(64)
    for (let n = 3000; n < 6000; n++) tell(ipv4(n, 6000))
    expect(book.get(ipv4(0, 3000))).not.toBeNull()
    clock.advance(31 * DAY)
    const before = new Set(book.search({ limit: 500 }).entries.map(entry => entry.address.key))
    for (let n = 6000; n < 12_000; n++) tell(at(`1.0.${(n >>> 8) & 255}.${n & 255}`))
    const after = book.search({ limit: 500 }).entries.filter(entry => before.has(entry.address.key))
    expect(after.length).toBeLessThan(before.size / 4)
  })
})

describe('what is forgotten', () => {
  const now = Date.UTC(2026, 0, 1)
  const fine = { seenAt: now - HOUR, lastTryAt: 0, lastSuccessAt: 0, failures: 0 }
  it.each([
    ['nothing known against it', {}, null],
    ['seen 30 days ago', { seenAt: now - 30 * DAY }, null],
    ['seen over 30 days ago', { seenAt: now - 30 * DAY - 1 }, 'unseen'],
    ['ten minutes in the future', { seenAt: now + 10 * MINUTE }, null],
    ['over ten minutes in the future', { seenAt: now + 10 * MINUTE + 1 }, 'future'],
    ['never worked in two tries', { failures: 2 }, null],
    ['never worked in three tries', { failures: 3 }, 'never-worked'],
    ['nine failures since a success 8 days ago', { failures: 9, lastSuccessAt: now - 8 * DAY }, null],
    ['ten failures since a success 7 days ago', { failures: 10, lastSuccessAt: now - 7 * DAY }, null],
    ['ten failures since a success 8 days ago', { failures: 10, lastSuccessAt: now - 8 * DAY }, 'failing'],
    ['all that, but tried within the last minute', { failures: 99, seenAt: 0, lastTryAt: now - MINUTE }, null],
  ])('%s', (_name, change, expected) => {
    expect(whyTerrible({ ...fine, ...change }, now)).toBe(expected)
  })
})

describe('the chance of being chosen', () => {
  const now = Date.UTC(2026, 0, 1)
  it.each([
    ['is whole at first', 0, 0, 1],
    ['falls by 0.66 a failure', 0, 3, 0.66 ** 3],
    ['falls for eight failures at most', 0, 50, 0.66 ** 8],
    ['is a hundredth within ten minutes of a try', now - 10 * MINUTE + 1, 0, 0.01],
    ['recovers ten minutes after a try', now - 10 * MINUTE, 1, 0.66],
  ])('%s', (_name, lastTryAt, failures, expected) => {
    expect(chanceOf(lastTryAt, failures, now)).toBeCloseTo(expected, 12)
  })
})

describe('attempts and successes', () => {
  it('failures count once per success anywhere, and only when they are said to count', () => {
    const { book, clock, tell } = fixture()
    const address = at('1.2.3.4')
    tell(address)
    tell(at('4.3.2.1'))
    const failures = () => book.get(address)?.failures
    book.attempt(address, false)
    expect(failures()).toBe(0)
    book.attempt(address, true)
    book.attempt(address, true)
    expect(failures()).toBe(1)
    clock.advance(MINUTE)
    book.good(at('4.3.2.1'))
    clock.advance(MINUTE)
    book.attempt(address, true)
    expect(failures()).toBe(2)
    book.good(address)
    expect(failures()).toBe(0)
  })

  it('a success moves an address into the tried table and leaves its time stamp alone', () => {
    const { book, tell } = fixture()
    tell(at('1.2.3.4'), { ageMs: HOUR })
    const seenAt = book.get(at('1.2.3.4'))?.seenAt
    expect(book.good(at('1.2.3.4'))).toBe(true)
    expect(book.good(at('1.2.3.4'))).toBe(false)
    expect(book.get(at('1.2.3.4'))).toMatchObject({ table: 'tried', references: 0, seenAt })
    expect(book.stats()).toMatchObject({ total: 1, new: 0, tried: 1 })
    expect(tell(at('1.2.3.4'), { source: '7.7.7.7' })).toBe(0)
  })

  it('a session that ends well moves the time stamp when it is twenty minutes old', () => {
    const { book, clock, tell } = fixture()
    tell(at('1.2.3.4'))
    const seenAt = clock.now()
    clock.advance(20 * MINUTE)
    book.connected(at('1.2.3.4'))
    expect(book.get(at('1.2.3.4'))?.seenAt).toBe(seenAt)
    clock.advance(1)
    book.connected(at('1.2.3.4'))
    expect(book.get(at('1.2.3.4'))?.seenAt).toBe(clock.now())
  })

  it('says nothing about addresses it does not know', () => {
    const { book } = fixture()
    book.attempt(at('1.2.3.4'), true)
    book.connected(at('1.2.3.4'))
    expect(book.good(at('1.2.3.4'))).toBe(false)
    expect(book.forget(at('1.2.3.4'))).toBe(false)
    expect(book.select()).toBeNull()
    expect(book.explain(at('1.2.3.4'))).toMatchObject({ entry: null, mayDial: false, chance: 0 })
  })
})

describe('choosing', () => {
  it('takes new and tried addresses equally often, however many there are of each', () => {
    const { book, tell } = fixture()
    for (let n = 0; n < 300; n++) tell(ipv4(n))
    for (let n = 0; n < 10; n++) book.good(ipv4(n))
    let tried = 0
    for (let n = 0; n < 4000; n++) if (book.select()?.table === 'tried') tried++
    expect(tried / 4000).toBeGreaterThan(0.45)
    expect(tried / 4000).toBeLessThan(0.55)
  })

  it('heeds kinds, services, groups, bans, the new table alone, and the last word', () => {
    const { book, tell } = fixture({ isBanned: address => address.host === '1.1.0.1' })
    const all = ['1.1.0.1', '1.2.0.1', '1.3.0.1', '[2001:db8::1]:8333']
    for (const address of all) tell(at(address), { services: address === '1.2.0.1' ? 9n : 1n })
    book.good(at('1.3.0.1'))
    const chosen = (options: Parameters<typeof book.select>[0]) =>
      new Set(Array.from({ length: 200 }, () => book.select(options)?.address.host))
    expect(chosen({})).toEqual(new Set(['1.2.0.1', '1.3.0.1', '2001:db8::1']))
    expect(chosen({ kinds: ['ipv6'] })).toEqual(new Set(['2001:db8::1']))
    expect(chosen({ kinds: ['onion'] })).toEqual(new Set([undefined]))
    expect(chosen({ wantedServices: 8n })).toEqual(new Set(['1.2.0.1']))
    expect(chosen({ newOnly: true })).toEqual(new Set(['1.2.0.1', '2001:db8::1']))
    expect(chosen({ excludeGroups: new Set(['1.2.0.0/16', '2001:0db8::/32']) })).toEqual(new Set(['1.3.0.1']))
    expect(chosen({ accepts: address => address.kind !== 'ipv4' })).toEqual(new Set(['2001:db8::1']))
    expect(chosen({ accepts: () => false })).toEqual(new Set([undefined]))
  })

  it('prefers what has not failed and was not tried just now, by the chance', () => {
    const { book, clock, tell } = fixture()
    const failing = at('1.1.0.1')
    tell(failing)
    tell(at('1.2.0.1'))
    for (let n = 0; n < 8; n++) {
      clock.advance(SECOND)
      book.good(at('5.5.5.5'))
      clock.advance(SECOND)
      book.attempt(failing, true)
    }
    clock.advance(HOUR)
    let chosen = 0
    for (let n = 0; n < 2000; n++) if (book.select()?.address.key === failing.key) chosen++
    // 0.66^8 = 0.036 against 1, with a little growth of the chance by being passed over.
    expect(chosen).toBeGreaterThan(10)
    expect(chosen).toBeLessThan(200)
  })
})

describe('explaining', () => {
  it('names each check with its verdict and the chance', () => {
    const { book, tell } = fixture({ isBanned: address => address.host === '1.1.0.1' })
    tell(at('1.1.0.1'))
    book.attempt(at('1.1.0.1'), true)
    const said = book.explain(at('1.1.0.1'))
    expect(said.mayDial).toBe(false)
    expect(said.chance).toBeCloseTo(0.0066, 10)
    expect(said.checks.filter(check => !check.passes).map(check => check.check)).toEqual([
      'banned',
      'recent',
      'failures',
    ])
    expect(said.buckets).toHaveLength(1)
  })
})

describe('telling others', () => {
  it('answers with 23 % of the book, the same for 21 hours at least to one kind of requester', () => {
    const { book, clock, tell } = fixture()
    for (let n = 0; n < 1000; n++) tell(ipv4(n))
    const known = book.size
    const first = book.answerFor('ipv4')
    expect(first).toHaveLength(Math.floor(known * 0.23))
    clock.advance(21 * HOUR - 1)
    expect(book.answerFor('ipv4').map(told => told.address.key)).toEqual(first.map(told => told.address.key))
    expect(book.answerFor('onion').map(told => told.address.key)).not.toEqual(first.map(told => told.address.key))
    clock.advance(6 * HOUR + 1)
    expect(book.answerFor('ipv4').map(told => told.address.key)).not.toEqual(first.map(told => told.address.key))
  })

  it('tells at most a thousand, and neither terrible nor banned ones', () => {
    const banned = new Set<string>()
    const { book, tell } = fixture({ isBanned: address => banned.has(address.key) })
    for (let n = 0; n < 8000; n++) tell(ipv4(n), { source: `9.${n % 200}.9.9`, ageMs: n % 2 === 0 ? 31 * DAY : 0 })
    const answer = book.answerFor('ipv4')
    expect(answer).toHaveLength(1000)
    expect(answer.every(told => book.get(told.address)?.isTerrible === false)).toBe(true)
    const [first] = answer
    banned.add(first?.address.key ?? '')
    expect(book.answerFor('ipv4')).toHaveLength(999)
  })
})
