/** The pure decisions of the connection manager, as tables. */
import { describe, expect, it } from 'vitest'
import type { AdmissionFacts, AdmissionLimits } from '../../src-main/connections/admission.ts'
import { admit } from '../../src-main/connections/admission.ts'
import type { DialFacts, DialTarget, HandshakeFacts } from '../../src-main/connections/checks.ts'
import { checkDial, checkHandshake, explainDial } from '../../src-main/connections/checks.ts'
import { DIAL_REFUSALS } from '../../src-main/connections/codes.ts'
import type { DialSnapshot } from '../../src-main/connections/dials.ts'
import { decideDials } from '../../src-main/connections/dials.ts'
import { decideRandomDrop } from '../../src-main/connections/drop.ts'
import { dialedShare } from '../../src-main/connections/index.ts'
import { pickCandidate } from '../../src-main/connections/picks.ts'
import { decideResolveDelay, decideRetry, jittered, poisson } from '../../src-main/connections/retry.ts'
import { seededRandom } from '../../src-main/time/index.ts'
import { QueueBook, at } from './support.ts'

const FREE: DialFacts = {
  isSelf: false,
  isDialing: false,
  isConnected: false,
  isPendingInbound: false,
  isAllowed: true,
  dialedMsAgo: null,
  isBanned: false,
  blockedReason: null,
  takenGroup: null,
}
const TARGET: DialTarget = { address: at('192.0.2.1'), identity: null, kind: 'automatic' }

/** Each alone makes its check fail. */
const FAULTS: Readonly<Record<(typeof DIAL_REFUSALS)[number], Partial<DialFacts>>> = {
  self: { isSelf: true },
  'no-port': {},
  'already-dialing': { isDialing: true },
  'already-connected': { isConnected: true },
  'pending-inbound': { isPendingInbound: true },
  'not-allowed': { isAllowed: false },
  'recently-dialed': { dialedMsAgo: 10_000 },
  banned: { isBanned: true },
  'blocked-by-route': { blockedReason: 'There is no onion route.' },
  'duplicate-group': { takenGroup: '192.0' },
}
const faulty = (from: number): { target: DialTarget; facts: DialFacts } => {
  const codes = DIAL_REFUSALS.slice(from)
  const facts: DialFacts = Object.assign({}, FREE, ...codes.map(code => FAULTS[code]))
  return { target: codes.includes('no-port') ? { ...TARGET, address: at('192.0.2.1:0') } : TARGET, facts }
}

describe('the checks before a dial', () => {
  it('an address with nothing against it may be dialed', () => {
    expect(checkDial(TARGET, FREE, true)).toBeNull()
  })

  for (const [index, code] of DIAL_REFUSALS.entries()) {
    it(`"${code}" is named when it and every later check fails: place ${index + 1} in the order`, () => {
      const { target, facts } = faulty(index)
      expect(checkDial(target, facts, true)?.code).toBe(code)
    })

    it(`"${code}" alone refuses, with a sentence`, () => {
      const target = code === 'no-port' ? faulty(0).target : TARGET
      const refusal = checkDial(target, { ...FREE, ...FAULTS[code] }, true)
      expect(refusal?.code).toBe(code)
      expect(refusal?.text).toMatch(/^[A-Z].*\.$/)
    })
  }

  it('the explanation lists every check in order with its verdict in a sentence', () => {
    const { target, facts } = faulty(7)
    const checks = explainDial(target, facts, true)
    expect(checks.map(check => check.check)).toEqual(DIAL_REFUSALS)
    expect(checks.map(check => check.passes)).toEqual([...DIAL_REFUSALS.keys()].map(index => index < 7))
    for (const { text } of checks) expect(text).toMatch(/^[A-Z].*\.$/)
  })

  for (const [kind, historyBinds, code] of [
    ['automatic', false, 'recently-dialed'],
    ['feeler', false, 'recently-dialed'],
    ['permanent', false, null],
    ['permanent', true, 'recently-dialed'],
    ['manual', true, null],
  ] as const) {
    it(`the dial history ${code === null ? 'lets' : 'holds'} a ${kind} request ${historyBinds ? 'where it binds all' : 'elsewhere'}`, () => {
      expect(checkDial({ ...TARGET, kind }, { ...FREE, dialedMsAgo: 1000 }, historyBinds)?.code ?? null).toBe(code)
    })
  }

  it('only automatic requests mind the group, and I2P needs no port', () => {
    for (const kind of ['permanent', 'manual', 'feeler', 'one-shot'] as const)
      expect(checkDial({ ...TARGET, kind }, { ...FREE, takenGroup: '192.0' }, false)).toBeNull()
    const i2p = at(`${'a'.repeat(52)}.b32.i2p`)
    expect(i2p.port).toBe(0)
    expect(checkDial({ ...TARGET, address: i2p }, FREE, false)).toBeNull()
  })
})

describe('the checks after a handshake', () => {
  const FINE: HandshakeFacts = {
    isTrusted: false,
    isInbound: true,
    peers: 0,
    maxPeers: 10,
    inbound: 0,
    maxInbound: 5,
    isConnected: false,
    isSelf: false,
  }
  for (const [name, facts, code] of [
    ['nothing against it', {}, null],
    ['all places taken', { peers: 10 }, 'too-many-peers'],
    ['all inbound places taken', { inbound: 5 }, 'too-many-inbound'],
    ['all inbound places taken, but we called', { inbound: 5, isInbound: false }, null],
    ['connected already', { isConnected: true }, 'already-connected'],
    ['ourselves', { isSelf: true }, 'self'],
    ['everything at once', { peers: 10, inbound: 5, isConnected: true, isSelf: true }, 'too-many-peers'],
    ['all but the first', { inbound: 5, isConnected: true, isSelf: true }, 'too-many-inbound'],
    ['the last two', { isConnected: true, isSelf: true }, 'already-connected'],
    ['trusted, no place free', { isTrusted: true, peers: 10, inbound: 5 }, null],
    ['trusted, connected already', { isTrusted: true, peers: 10, isConnected: true }, 'already-connected'],
    ['trusted, ourselves', { isTrusted: true, isSelf: true }, 'self'],
    ['no limits', { peers: 1000, inbound: 1000, maxPeers: null, maxInbound: null }, null],
  ] as const) {
    it(`${name}: ${code ?? 'stays'}`, () => {
      expect(checkHandshake({ ...FINE, ...facts })?.code ?? null).toBe(code)
    })
  }
})

describe('admission of inbound connections', () => {
  const LIMITS: AdmissionLimits = {
    maxInbound: 10,
    maxPeers: 20,
    hardCap: 30,
    maxHalfOpen: 5,
    halfOpenPerPrefix: 2,
    maxPerPrefix: 3,
  }
  const FINE: AdmissionFacts = {
    isClosed: false,
    isBanned: false,
    isAllowed: true,
    isTrusted: false,
    triedRecently: false,
    standsForMany: false,
    halfOpen: 0,
    halfOpenOfPrefix: 0,
    inboundOfPrefix: 0,
    inbound: 0,
    peers: 0,
    connections: 0,
    judgesRoomLater: false,
  }
  for (const [name, facts, limits, expected] of [
    ['with room', {}, {}, 'admit'],
    ['while closing', { isClosed: true, isBanned: true }, {}, 'refuse closed'],
    ['banned, before all else', { isBanned: true, isAllowed: false, triedRecently: true }, {}, 'refuse banned'],
    ['outside the allowed networks', { isAllowed: false, triedRecently: true }, {}, 'refuse not-allowed'],
    ['with inbound off', {}, { maxInbound: 0 }, 'refuse inbound-off'],
    ['trusted, with inbound off', { isTrusted: true }, { maxInbound: 0 }, 'admit'],
    ['again within 30 s', { triedRecently: true, halfOpen: 5 }, {}, 'refuse too-many-attempts'],
    ['with 5 half-open', { halfOpen: 5, halfOpenOfPrefix: 2 }, {}, 'refuse half-open'],
    ['with 5 half-open and no limit', { halfOpen: 5 }, { maxHalfOpen: null }, 'admit'],
    ['with 2 half-open of its subnet', { halfOpenOfPrefix: 2, inboundOfPrefix: 3 }, {}, 'refuse half-open-prefix'],
    [
      'trusted, with 2 half-open of its subnet',
      { halfOpenOfPrefix: 2, isTrusted: true },
      {},
      'refuse half-open-prefix',
    ],
    ['with 3 of its subnet', { inboundOfPrefix: 3, inbound: 10 }, {}, 'refuse prefix'],
    ['with 3 of its host, which stands for many', { inboundOfPrefix: 3, standsForMany: true }, {}, 'admit'],
    ['trusted, with 3 of its subnet', { inboundOfPrefix: 3, isTrusted: true }, {}, 'admit'],
    ['at the hard cap', { connections: 30, inbound: 10 }, {}, 'refuse hard-cap'],
    ['trusted, at the hard cap', { connections: 30, isTrusted: true }, {}, 'evict anyone hard-cap'],
    ['with all inbound places taken', { inbound: 10, peers: 20 }, {}, 'evict too-many-inbound'],
    ['with all places taken', { peers: 20 }, {}, 'evict too-many-peers'],
    ['trusted, with all places taken', { inbound: 10, peers: 20, isTrusted: true }, {}, 'admit'],
    ['with all places taken, judged later', { inbound: 10, peers: 20, judgesRoomLater: true }, {}, 'admit'],
    ['without limits', { inbound: 1e6, peers: 1e6 }, { maxInbound: null, maxPeers: null, hardCap: 1e9 }, 'admit'],
  ] as const) {
    it(`${name}: ${expected}`, () => {
      const decision = admit({ ...FINE, ...facts }, { ...LIMITS, ...limits })
      const who = decision.kind === 'evict' && decision.anyone ? ' anyone' : ''
      expect(`${decision.kind}${who}${decision.kind === 'admit' ? '' : ` ${decision.code}`}`).toBe(expected)
      if (decision.kind !== 'admit') expect(decision.text).toMatch(/^[A-Z0-9].*\.$/)
    })
  }
})

describe('which dials begin', () => {
  const IDLE: DialSnapshot = {
    now: 1000,
    waiting: [],
    dialing: 0,
    dialingAutomatic: 0,
    readyAutomatic: 0,
    readyAsked: 0,
    restingUntil: [],
    target: 4,
    maxDialing: 5,
    dialsPerSlot: 1,
    sharesTarget: false,
    mayPick: true,
    feelerAt: null,
    isFeelerOut: false,
  }
  const GETH = { dialsPerSlot: 2, sharesTarget: true } as const
  const permanent = (id: string, dueAt = 0) => ({ id, kind: 'permanent' as const, dueAt, order: Number(id) })
  for (const [name, changes, expected] of [
    ['the target is filled', {}, { automatic: 4 }],
    ['what is dialed or connected counts', { dialing: 1, dialingAutomatic: 1, readyAutomatic: 2 }, { automatic: 1 }],
    ['never past the target', { readyAutomatic: 5 }, { automatic: 0 }],
    ['nothing without an address book', { mayPick: false }, { automatic: 0 }],
    ['at most the pending limit', { target: 100 }, { automatic: 5 }],
    [
      'what was asked for goes first',
      { target: 100, waiting: [permanent('1'), permanent('2')] },
      { requests: ['1', '2'], automatic: 3 },
    ],
    [
      'what was asked for comes on top',
      { readyAutomatic: 4, waiting: [permanent('1')] },
      { requests: ['1'], automatic: 0 },
    ],
    ['asked-for peers do not count', { readyAsked: 3 }, { automatic: 4 }],
    ['resting slots stay empty', { restingUntil: [1500, 2000, 900] }, { automatic: 2, wakeAt: 1500 }],
    ['what is not due waits', { readyAutomatic: 4, waiting: [permanent('1', 5000)] }, { requests: [], wakeAt: 5000 }],
    [
      'manual, then permanent by due time, then one-shot',
      {
        target: 0,
        waiting: [
          { id: 'o', kind: 'one-shot', dueAt: 0, order: 1 },
          permanent('3', 900),
          permanent('2', 800),
          { id: 'm', kind: 'manual', dueAt: 1000, order: 9 },
        ],
      },
      { requests: ['m', '2', '3', 'o'] },
    ],
    [
      'no room, no dial, no alarm',
      { dialing: 5, waiting: [permanent('1')] },
      { requests: [], automatic: 0, wakeAt: null },
    ],
    ['go-ethereum: two dials for each free slot', { ...GETH, readyAutomatic: 2 }, { automatic: 4 }],
    [
      'go-ethereum: dials under way count',
      { ...GETH, readyAutomatic: 3, dialing: 1, dialingAutomatic: 1 },
      { automatic: 1 },
    ],
    ['go-ethereum: asked-for peers fill the target', { ...GETH, readyAutomatic: 2, readyAsked: 1 }, { automatic: 2 }],
    [
      'go-ethereum: asked-for peers take the same slots first',
      { ...GETH, readyAutomatic: 3, waiting: [permanent('1'), permanent('2'), permanent('3')] },
      { requests: ['1', '2'], automatic: 0 },
    ],
    [
      'go-ethereum: full means nobody is dialed',
      { ...GETH, readyAsked: 4, waiting: [permanent('1')] },
      { requests: [], automatic: 0 },
    ],
    ['a feeler that is due, once the target is met', { readyAutomatic: 4, feelerAt: 900 }, { feeler: true }],
    ['a feeler that is not due', { readyAutomatic: 4, feelerAt: 1100 }, { feeler: false, wakeAt: 1100 }],
    ['no feeler before the target is met', { readyAutomatic: 3, feelerAt: 900 }, { feeler: false, automatic: 1 }],
    ['one feeler at a time', { readyAutomatic: 4, feelerAt: 900, isFeelerOut: true }, { feeler: false }],
    ['no feeler where nothing is wanted', { target: 0, feelerAt: 900 }, { feeler: false }],
  ] as const) {
    it(name, () => {
      expect(decideDials({ ...IDLE, ...changes })).toMatchObject(expected)
    })
  }

  it("the dialed share is go-ethereum's: a third, at least one, none of none", () => {
    expect([0, 1, 2, 3, 10, 50].map(max => dialedShare(max, 3))).toEqual([0, 1, 1, 1, 3, 16])
  })
})

describe('delays', () => {
  it('attempt n waits n times 5 s, at most 5 min', () => {
    expect([1, 2, 3, 59, 60, 61, 1000].map(attempt => decideRetry(attempt, 5000, 300_000))).toEqual([
      5000, 10_000, 15_000, 295_000, 300_000, 300_000, 300_000,
    ])
  })

  it('an endpoint that cannot be resolved is asked for after 60 s, doubling to 1 h', () => {
    expect([1, 2, 3, 6, 7, 50].map(decideResolveDelay)).toEqual([
      60_000, 120_000, 240_000, 1_920_000, 3_600_000, 3_600_000,
    ])
  })

  it('jitter moves a delay by at most its share, both ways; none moves nothing', () => {
    const random = seededRandom(1)
    const delays = Array.from({ length: 1000 }, () => jittered(1000, 0.2, random))
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(800)
    expect(Math.max(...delays)).toBeLessThanOrEqual(1200)
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(390)
    expect(jittered(1000, 0, random)).toBe(1000)
  })

  it('feelers come at times that nobody foresees, two minutes apart in the mean', () => {
    const random = seededRandom(1)
    const delays = Array.from({ length: 5000 }, () => poisson(120_000, random, false))
    const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length
    expect(Math.abs(mean - 120_000)).toBeLessThan(6000)
    expect(poisson(120_000, random, true)).toBe(120_000)
  })
})

describe('the random drop', () => {
  const MINUTE = 60_000
  const peer = (id: string, direction: 'inbound' | 'outbound', ageMin: number, isExempt = false) => ({
    id,
    direction,
    connectedAt: 100 * MINUTE - ageMin * MINUTE,
    isExempt,
  })
  const peers = [
    peer('old-in', 'inbound', 50),
    peer('young-in', 'inbound', 9),
    peer('trusted-in', 'inbound', 50, true),
    peer('old-out', 'outbound', 50),
    peer('pinned-out', 'outbound', 50, true),
  ]
  const chosen = (isInboundFull: boolean, isOutboundFull: boolean): Set<string | null> => {
    const random = seededRandom(2)
    const snapshot = { now: 100 * MINUTE, peers, isInboundFull, isOutboundFull }
    return new Set(Array.from({ length: 50 }, () => decideRandomDrop(snapshot, random)))
  }
  it('takes any peer of a full direction but trusted, pinned and those under ten minutes', () => {
    expect(chosen(true, false)).toEqual(new Set(['old-in']))
    expect(chosen(false, true)).toEqual(new Set(['old-out']))
    expect(chosen(true, true)).toEqual(new Set(['old-in', 'old-out']))
    expect(chosen(false, false)).toEqual(new Set([null]))
  })
})

describe('which address is picked', () => {
  const NOW = 1_000_000_000
  const rules = {
    wantedServices: 0n,
    defaultPort: 8333,
    excludeGroups: new Set<string>(),
    newOnly: false,
    now: NOW,
    mayDial: () => true,
  }
  const book = (...entries: [text: string, minutesAgo: number][]): QueueBook => {
    const made = new QueueBook()
    for (const [text, minutes] of entries)
      made.queue.push({ address: at(text), lastTryAt: minutes === Infinity ? 0 : NOW - minutes * 60_000 })
    return made
  }
  for (const [name, made, expected] of [
    ['the first that fits', book(['192.0.2.1', Infinity], ['192.0.2.2', Infinity]), '192.0.2.1:8333'],
    [
      'not one tried in the last ten minutes while others are there',
      book(['192.0.2.1', 5], ['192.0.2.2', 11]),
      '192.0.2.2:8333',
    ],
    [
      'not an odd port while others are there',
      book(['192.0.2.1:22', Infinity], ['192.0.2.2', Infinity]),
      '192.0.2.2:8333',
    ],
    ['an odd port rather than one tried lately', book(['192.0.2.1', 5], ['192.0.2.2:22', Infinity]), '192.0.2.2:22'],
    [
      'of those tried lately the one tried longest ago',
      book(['192.0.2.1', 2], ['192.0.2.2', 9], ['192.0.2.3', 4]),
      '192.0.2.2:8333',
    ],
    ['nothing from an empty book', book(), null],
  ] as const) {
    it(name, () => expect(pickCandidate(made, rules)?.address.key ?? null).toBe(expected))
  }

  it('from pick 30 on tried lately is good enough, from pick 50 on any port', () => {
    const lately = book(...Array.from({ length: 60 }, (_, n): [string, number] => [`192.0.2.${n + 1}`, 5]))
    expect(pickCandidate(lately, rules)?.address.key).toBe('192.0.2.30:8333')
    const odd = book(...Array.from({ length: 60 }, (_, n): [string, number] => [`192.0.2.${n + 1}:22`, Infinity]))
    expect(pickCandidate(odd, rules)?.address.key).toBe('192.0.2.50:22')
  })

  it('what may not be dialed is never picked', () => {
    const made = book(['192.0.2.1', Infinity], ['192.0.2.2', Infinity])
    expect(pickCandidate(made, { ...rules, mayDial: address => address.host === '192.0.2.2' })?.address.key).toBe(
      '192.0.2.2:8333',
    )
  })
})
