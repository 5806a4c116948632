/** The ban score: btcd's four cases, the known values of the specification, and the formula over random histories. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_SCORE_PART, SCORE_LIFETIME_S, ZERO_SCORE, increase, scoreAt } from '../../src-main/reputation/index.ts'

const START = 1_700_000_000

describe("btcd's cases", () => {
  it('decays: (100, 50) is 150, 125 a minute later and 100 after seven', () => {
    const score = increase(ZERO_SCORE, 100, 50, START)
    expect(scoreAt(score, START)).toBe(150)
    expect(scoreAt(score, START + 60)).toBe(125)
    expect(scoreAt(score, START + 7 * 60)).toBe(100)
  })

  it('forgets the transient part after its lifetime: 2^32-1 is 3 at 1800 s and 0 at 1801 s', () => {
    const score = increase(ZERO_SCORE, 0, 2 ** 32 - 1, START)
    expect(scoreAt(score, START)).toBe(2 ** 32 - 1)
    expect(scoreAt(score, START + SCORE_LIFETIME_S)).toBe(3)
    expect(scoreAt(score, START + SCORE_LIFETIME_S + 1)).toBe(0)
  })

  it('starts again from zero', () => {
    expect(scoreAt(ZERO_SCORE, START)).toBe(0)
    expect(scoreAt(increase(ZERO_SCORE, 100, 0, START), START)).toBe(100)
    expect(scoreAt(ZERO_SCORE, START)).toBe(0)
  })

  it('prints as a plain whole number', () => {
    expect(String(scoreAt(increase(ZERO_SCORE, 100, 50, START), START))).toBe('150')
  })
})

describe('where Warren differs from btcd', () => {
  it('a persistent increase does not bring back what has decayed, and leaves the time stamp alone', () => {
    const before = increase(ZERO_SCORE, 0, 80, START)
    const after = increase(before, 10, 0, START + 120)
    expect(after.lastUnix).toBe(START)
    expect(scoreAt(after, START + 120)).toBe(30)
  })

  it('parts saturate where a 32-bit counter would wrap', () => {
    const full = increase(ZERO_SCORE, MAX_SCORE_PART, MAX_SCORE_PART, START)
    expect(scoreAt(increase(full, 1, 1, START), START)).toBe(2 * MAX_SCORE_PART)
  })
})

describe('edges', () => {
  it.each([
    ['below 1 counts as nothing', { persistent: 7, transient: 0.99, lastUnix: START }, START, 7],
    ['in the future counts as nothing', { persistent: 7, transient: 50, lastUnix: START + 1 }, START, 7],
    ['exactly 1 counts', { persistent: 0, transient: 1, lastUnix: START }, START, 1],
  ])('a transient part %s', (_name, score, unix, expected) => {
    expect(scoreAt(score, unix)).toBe(expected)
  })

  it('a transient increase after the lifetime begins anew', () => {
    const old = increase(ZERO_SCORE, 0, 1_000_000_000, START)
    expect(increase(old, 0, 5, START + SCORE_LIFETIME_S + 1).transient).toBe(5)
    expect(increase(old, 0, 5, START + SCORE_LIFETIME_S).transient).toBeGreaterThan(5)
  })

  it('a second increase in the same second adds without decay', () => {
    expect(scoreAt(increase(increase(ZERO_SCORE, 0, 33, START), 0, 33, START), START)).toBe(66)
  })
})

it('equals the formula in floating point for any history', () => {
  const step = fc.record({
    wait: fc.integer({ min: 0, max: 2500 }),
    persistent: fc.integer({ min: 0, max: 200 }),
    transient: fc.integer({ min: 0, max: 100_000 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.integer({ min: 0, max: 2500 }), (steps, lastWait) => {
      let score = ZERO_SCORE
      let unix = START
      let persistent = 0
      let transient = 0
      let at = 0
      for (const one of steps) {
        unix += one.wait
        score = increase(score, one.persistent, one.transient, unix)
        persistent += one.persistent
        if (one.transient > 0) {
          const age = unix - at
          if (age > 1800) transient = 0
          else if (transient > 1) transient *= 2 ** (-age / 60)
          transient += one.transient
          at = unix
        }
      }
      unix += lastWait
      const age = unix - at
      const left = transient < 1 || age > 1800 ? 0 : transient * 2 ** (-age / 60)
      const exact = persistent + left
      // The result is truncated; rounding of the last bit may differ between 2^x and e^x.
      expect(scoreAt(score, unix)).toBeLessThanOrEqual(exact + 1e-6)
      expect(scoreAt(score, unix)).toBeGreaterThan(exact - 1 - 1e-6)
    }),
  )
})
