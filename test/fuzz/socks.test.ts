import { expect, it } from 'vitest'
import { fuzz } from './harness.ts'
import { socksTarget } from './socks-target.ts'

it('the readers of SOCKS and RESOLVE survive fifty thousand spoilt answers', () => {
  const report = fuzz(socksTarget, 50_000, 20_260_101)
  for (const outcome of [
    'method: taken',
    'method: proxy-auth',
    'authentication: proxy-auth',
    'reply: address, ipv4',
    'reply: address, ipv6',
    'reply: name, host',
    'reply: unreachable',
    'reply: proxy-protocol',
    'reply: waits for more',
  ])
    expect(report.outcomes.get(outcome), outcome).toBeGreaterThan(100)
  expect(report.growthBytes).toBeLessThan(64 * 1024 * 1024)
}, 60_000)
