import { expect, it } from 'vitest'
import { fuzz } from './harness.ts'
import { torControlTarget } from './tor-control-target.ts'

it("the reader of Tor's control port survives fifty thousand spoilt answers", () => {
  const report = fuzz(torControlTarget, 50_000, 20_260_101)
  const outcomes = [...report.outcomes]
  for (const outcome of [
    'event: circuit',
    'event: bootstrap',
    'event: log',
    'an answer 2xx',
    'an answer with circuits',
  ])
    expect(report.outcomes.get(outcome), outcome).toBeGreaterThan(100)
  const broken = outcomes.filter(([outcome]) => outcome.startsWith('broken')).reduce((sum, [, count]) => sum + count, 0)
  expect(broken).toBeGreaterThan(1000)
  expect(report.growthBytes).toBeLessThan(64 * 1024 * 1024)
}, 60_000)
