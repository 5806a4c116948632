/** From a breach to its end: what each rule adds, and when a peer is kept, warned, disconnected or banned. */
import { describe, expect, it } from 'vitest'
import { RULES, ReputationError, decideBanTarget, decideVerdict } from '../../src-main/reputation/index.ts'
import { DAY, at, fixture } from './helpers.ts'

describe('what a breach adds', () => {
  it.each([
    ['mempool-request', 1, 0, 33],
    ['getdata-load', 505, 0, 0],
    ['getdata-load', 506, 0, 1],
    ['getdata-load', 50_000, 0, 99],
    ['notfound-blocks', 3, 60, 0],
    ['notfound-transactions', 3, 0, 30],
    ['bloom-not-offered', 1, 100, 0],
    ['bad-checksum', 50, 10, 20],
  ])('%s × %i adds (%i, %i)', (rule, count, persistent, transient) => {
    const { peer } = fixture()
    const verdict = peer('1.2.3.4').apply({ rule, evidence: 'as tested', count })
    expect(verdict.event).toMatchObject({ persistent, transient, before: 0, after: persistent + transient })
  })

  it('every rule has a name of its own and a sentence', () => {
    expect(new Set(RULES.map(rule => rule.name)).size).toBe(RULES.length)
    for (const rule of RULES) {
      expect(rule.name).toMatch(/^[a-z]+(-[a-z]+)*$/)
      expect(rule.summary).toMatch(/^[A-Z].*\.$/)
      expect(rule.persistent + rule.transient).toBeGreaterThan(0)
    }
  })
})

describe('the verdict', () => {
  const settings = { isBanningOn: true, banAbove: 100 }
  it.each([
    ['half of the line is kept', 50, false, settings, false, 'keep'],
    ['above half is warned', 51, false, settings, false, 'warn'],
    ['the line itself is warned', 100, false, settings, false, 'warn'],
    ['above the line is banned', 101, false, settings, false, 'ban'],
    ['a breach that ends the session disconnects', 1, true, settings, false, 'disconnect'],
    ['above the line it bans all the same', 101, true, settings, false, 'ban'],
    ['whitelisted is warned only', 500, false, settings, true, 'warn'],
    ['whitelisted loses a session that cannot go on', 500, true, settings, true, 'disconnect'],
    ['with banning off it is warned only', 500, false, { ...settings, isBanningOn: false }, false, 'warn'],
    ['a line of 1000 bans above 1000', 1000, false, { ...settings, banAbove: 1000 }, false, 'warn'],
  ] as const)('%s', (_name, after, disconnects, inForce, isWhitelisted, expected) => {
    expect(decideVerdict(after, { disconnects }, inForce, isWhitelisted)).toBe(expected)
  })
})

describe('a session', () => {
  it('that breaks a rule again and again is warned, then banned for a day, with the cause kept', () => {
    const { peer, reputation, clock, bans } = fixture()
    const score = peer('1.2.3.4:50123')
    const actions = [1, 2, 3, 4].map(() =>
      score.apply({ rule: 'mempool-request', evidence: 'mempool', message: 'mempool' }),
    )
    expect(actions.map(verdict => verdict.action)).toEqual(['keep', 'warn', 'warn', 'ban'])
    const [ban] = reputation.bans.list()
    expect(ban).toMatchObject({
      target: '1.2.3.4',
      kind: 'address',
      until: clock.now() + DAY,
      by: 'rule',
      rule: 'mempool-request',
      score: 132,
      agent: '/Satoshi:30.0.0/',
    })
    expect(bans.rows.get(ban?.id ?? '')).toEqual(ban)
    expect(reputation.bans.isBanned(at('1.2.3.4:1'))).toBe(true)
    expect(score.apply({ rule: 'mempool-request', evidence: 'again' })).toMatchObject({
      action: 'disconnect',
      event: null,
    })
  })

  it('that waits between breaches is never banned', () => {
    const { peer, clock } = fixture()
    const score = peer('1.2.3.4')
    for (let n = 0; n < 50; n++) {
      expect(score.apply({ rule: 'mempool-request', evidence: '' }).action).not.toBe('ban')
      clock.advance(60_000)
    }
  })

  it('a single bloom message ends the session without a ban, as in btcd', () => {
    const { peer, reputation } = fixture()
    expect(peer('1.2.3.4').apply({ rule: 'bloom-not-offered', evidence: '' }).action).toBe('disconnect')
    expect(reputation.bans.size).toBe(0)
  })

  it('one oversized message is enough, as in Core', () => {
    const { peer } = fixture()
    expect(peer('1.2.3.4').apply({ rule: 'oversized-addr', evidence: '1001 addresses' }).action).toBe('ban')
  })

  it('keeps its latest 200 increases, their words cut and without control characters', () => {
    const { peer } = fixture()
    const score = peer('1.2.3.4', { isWhitelisted: true })
    for (let n = 0; n < 250; n++) score.apply({ rule: 'bad-pong', evidence: `${n}\u0000${'x'.repeat(1000)}` })
    expect(score.events()).toHaveLength(200)
    expect(score.events()[0]?.evidence.startsWith('50\uFFFD')).toBe(true)
    expect(score.events()[0]?.evidence).toHaveLength(300)
  })

  it('gives the curve that its score follows', () => {
    const { peer, clock } = fixture()
    const score = peer('1.2.3.4')
    score.apply({ rule: 'bad-checksum', evidence: '' })
    expect(score.curve()).toMatchObject({ persistent: 10, transient: 20, at: clock.now(), warnAt: 50, banAbove: 100 })
    clock.advance(60_000)
    expect(score.score()).toBe(20)
    expect(score.curve().transient).toBe(20)
  })

  it('is scored once at a time, and found by its key until it closes', () => {
    const { reputation, peer } = fixture()
    const score = peer('1.2.3.4')
    expect(reputation.get('session-1')).toBe(score)
    expect(() => reputation.open('session-1', {} as never)).toThrow(RangeError)
    score.close()
    expect(reputation.get('session-1')).toBeNull()
  })

  it('heeds settings and the whitelist as they change', () => {
    const { reputation, peer } = fixture()
    const score = peer('1.2.3.4')
    score.setWhitelisted(true)
    expect(score.apply({ rule: 'oversized-addr', evidence: '' }).action).toBe('warn')
    score.setWhitelisted(false)
    reputation.configure({ isBanningOn: true, banAbove: 1000, banMs: DAY })
    expect(score.apply({ rule: 'oversized-addr', evidence: '' }).action).toBe('keep')
  })
})

describe('whom a ban may name', () => {
  const onion = 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion:8333'
  it.each([
    ['a peer that came in directly, by its address', '1.2.3.4:5', 'inbound', false, 'address', '1.2.3.4'],
    ['a peer that we dialed, by its address', '1.2.3.4:8333', 'outbound', false, 'address', '1.2.3.4'],
    ['a peer that we dialed through a proxy, by its address', onion, 'outbound', true, 'address', onion.slice(0, -5)],
    ['nobody who came in through a proxy or onion service', '1.2.3.4:5', 'inbound', true, null, null],
    ['nobody who came in from 127.0.0.1', '127.0.0.1:5', 'inbound', false, null, null],
    ['nobody who came in from ::1', '[::1]:5', 'inbound', false, null, null],
    ['a peer on 127.0.0.2 and on, by its address', '127.0.0.7:5', 'inbound', false, 'address', '127.0.0.7'],
    ['a peer that we dialed on 127.0.0.1, by its port', '127.0.0.1:5', 'outbound', false, 'endpoint', '127.0.0.1:5'],
    ['a peer that we dialed on localhost, by its port', 'localhost:5', 'outbound', false, 'endpoint', 'localhost:5'],
  ] as const)('%s', (_name, address, direction, isProxied, kind, text) => {
    const target = decideBanTarget({ address: at(address), direction, isProxied })
    expect(target).toEqual(kind === null ? null : { kind, text })
  })

  it('who cannot be named is only disconnected', () => {
    const { peer, reputation } = fixture()
    const verdict = peer('127.0.0.1:5').apply({ rule: 'oversized-inv', evidence: '' })
    expect(verdict).toMatchObject({ action: 'disconnect', ban: null })
    expect(verdict.text).toContain('stands for more than this peer')
    expect(reputation.bans.size).toBe(0)
  })
})

describe('rules as the user sets them', () => {
  it('change what a breach adds, durably, and go back', () => {
    const { reputation, rules, peer } = fixture()
    const changed = reputation.rules.set({ name: 'bad-pong', persistent: 101, transient: 0, isOn: true })
    expect(changed).toMatchObject({ persistent: 101, transient: 0, isOn: true })
    expect(rules.rows.get('bad-pong')).toMatchObject({ persistent: 101 })
    expect(peer('1.2.3.4').apply({ rule: 'bad-pong', evidence: '' }).action).toBe('ban')
    const back = reputation.rules.reset().find(state => state.rule.name === 'bad-pong')
    expect(back).toMatchObject({ persistent: 0, transient: 5, hits: 1 })
    expect(rules.rows.size).toBe(0)
  })

  it('weigh by number with the changed value too', () => {
    const { reputation, peer } = fixture()
    reputation.rules.set({ name: 'getdata-load', persistent: 0, transient: 50_000, isOn: true })
    expect(peer('1.2.3.4').apply({ rule: 'getdata-load', evidence: '', count: 7 }).event?.transient).toBe(7)
  })

  it('that are off add nothing and count nothing, and unknown ones are no harm', () => {
    const { reputation, peer } = fixture()
    reputation.rules.set({ name: 'oversized-inv', persistent: 101, transient: 0, isOn: false })
    const score = peer('1.2.3.4')
    expect(score.apply({ rule: 'oversized-inv', evidence: '' })).toMatchObject({ action: 'keep', event: null })
    expect(score.apply({ rule: 'no-such-rule', evidence: '' })).toMatchObject({ action: 'keep', event: null })
    expect(reputation.rules.list().every(state => state.hits === 0)).toBe(true)
  })

  it.each([
    ['no-such-rule', 1, 1, 'unknown-rule'],
    ['bad-pong', -1, 0, 'bad-rule'],
    ['bad-pong', 0, 0.5, 'bad-rule'],
    ['bad-pong', 100_001, 0, 'bad-rule'],
  ])('refuse %s (%d, %d)', (name, persistent, transient, code) => {
    const { reputation } = fixture()
    const set = (): unknown => reputation.rules.set({ name, persistent, transient, isOn: true })
    expect(set).toThrow(ReputationError)
    expect(set).toThrow(expect.objectContaining({ code }) as Error)
  })
})
