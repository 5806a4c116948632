import { expect, it } from 'vitest'
import { bitcoinTarget } from './bitcoin-target.ts'
import { fuzz } from './harness.ts'

it('a Bitcoin session survives a hundred thousand spoilt conversations, and answers each breach by its rule', () => {
  const report = fuzz(bitcoinTarget, 100_000, 20_260_101)
  expect(report.outcomes.get('nothing wrong')).toBeGreaterThan(5000)
  for (const rule of [
    'bad-magic',
    'bad-checksum',
    'malformed-message',
    'garbage-before-version',
    'oversized-message',
  ]) {
    expect(report.outcomes.get(rule), rule).toBeGreaterThan(100)
  }
  expect([...report.outcomes.keys()].filter(outcome => outcome.startsWith('ended: connection'))).toEqual([])
  expect(report.growthBytes).toBeLessThan(64 * 1024 * 1024)
}, 120_000)
