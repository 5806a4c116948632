/** The score as drawn agrees with the formula of the client, in the values btcd's tests know. */
import { describe, expect, it } from 'vitest'
import { backBelow, replay, scoreAt, scoreCurve, type ScoreState } from '../../src-renderer/pages/peers/score-curve.ts'
import { quality, quartiles } from '../../src-renderer/pages/peers/quality.ts'

const MINUTE = 60_000
const T0 = 1_000_000_000
const state = (fields: Partial<ScoreState>): ScoreState => ({
  persistent: 0,
  transient: 0,
  at: T0,
  halfLifeMs: MINUTE,
  lifetimeMs: 30 * MINUTE,
  warnAt: 50,
  banAbove: 100,
  events: [],
  ...fields,
})
const event = (at: number, persistent: number, transient: number, before: number, after: number) => ({
  at,
  rule: 'r',
  evidence: 'e',
  message: null,
  persistent,
  transient,
  before,
  after,
})

describe('the score at a time', () => {
  it.each([
    [0, 150],
    [MINUTE, 125],
    [7 * MINUTE, 100],
  ])('of 100 lasting and 50 decaying after %d ms is %d', (dt, expected) => {
    const held = state({ persistent: 100, transient: 50 })
    expect(scoreAt(held, T0 + dt, held)).toBe(expected)
  })

  it('counts the decaying part through its lifetime and not a second longer', () => {
    const held = state({ transient: 2 ** 32 - 1 })
    expect(scoreAt(held, T0 + 1_800_000, held)).toBe(3)
    expect(scoreAt(held, T0 + 1_801_000, held)).toBe(0)
  })
})

describe('when it is back below a line', () => {
  it('is the moment from which the formula says so, and not before', () => {
    const held = state({ persistent: 20, transient: 200 })
    const at = backBelow(held, 100, T0)
    if (typeof at !== 'number') throw new Error('expected a time')
    expect(scoreAt(held, Math.ceil(at) + 1, held)).toBeLessThanOrEqual(100)
    expect(scoreAt(held, Math.floor(at) - 1, held)).toBeGreaterThan(100)
  })

  it.each([
    ['is nothing when it is not above', state({ transient: 80 }), null],
    ['is never when the lasting part alone is above', state({ persistent: 101 }), 'never'],
    ['is the end of the lifetime at the latest', state({ persistent: 100, transient: 2 ** 40 }), T0 + 30 * MINUTE],
  ])('%s', (_, held, expected) => {
    expect(backBelow(held, 100, T0)).toBe(expected)
  })
})

describe('the curve', () => {
  const held = state({
    persistent: 20,
    transient: 40,
    at: T0 + 2 * MINUTE,
    events: [event(T0, 0, 40, 0, 40), event(T0 + MINUTE, 20, 0, 20, 40), event(T0 + 2 * MINUTE, 0, 30, 30, 60)],
  })

  it('replays each event on what had decayed until then', () => {
    expect(replay(held).map(({ persistent, transient }) => [persistent, transient])).toEqual([
      [0, 40],
      [20, 20],
      [20, 40],
    ])
  })

  it('shows each jump as two points at one time, and splits past from future at now', () => {
    const now = T0 + 3 * MINUTE
    const curve = scoreCurve(held, T0 - 1000, now, T0 + 6 * MINUTE)
    const atSecond = curve.x.flatMap((at, index) => (at === T0 + 2 * MINUTE ? [curve.past[index]] : []))
    expect(atSecond).toEqual([30, 60])
    expect(curve.x).toEqual([...curve.x].sort((a, b) => a - b))
    const split = curve.x.indexOf(now)
    expect(curve.past[split]).toBe(40)
    expect(curve.coming[split]).toBe(40)
    expect(curve.past[split + 1]).toBeNull()
    expect(curve.coming[split - 1]).toBeNull()
    expect(curve.coming.at(-1)).toBe(22)
  })
})

describe('quality dots', () => {
  it('compare with the other peers, in quarters', () => {
    const quarters = quartiles([10, 20, 30, 40, 50, 60, 70, 80])
    if (quarters === null) throw new Error('expected quarters')
    expect([10, 35, 55, 80].map(ping => quality(ping, quarters))).toEqual([4, 3, 2, 1])
  })

  it('say nothing with fewer than four peers', () => {
    expect(quartiles([1, 2, 3])).toBeNull()
  })
})
