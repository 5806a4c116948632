import { expect, it } from 'vitest'
import { discoveryTarget } from './discovery-target.ts'
import { fuzzWithPromises } from './harness.ts'

it('discovery survives ten thousand spoilt packets, records and entries', async () => {
  const report = await fuzzWithPromises(discoveryTarget, 10_000, 20_260_102)
  for (const outcome of [
    'v4: v4 bad-form',
    'v4: taken',
    'sealed: v5 bad-form',
    'sealed: taken',
    'header: v5 bad-header',
    'no RLP',
    'RLP',
  ])
    expect(report.outcomes.get(outcome), outcome).toBeGreaterThan(5)
  expect(report.growthBytes).toBeLessThan(32 * 1024 * 1024)
}, 120_000)
