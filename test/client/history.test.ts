import { describe, expect, it } from 'vitest'
import type { Sample } from '../../src-preload/contract.ts'
import { createHistory } from '../../src-main/client/history.ts'
import { VirtualClock } from '../../src-main/time/index.ts'

describe('history', () => {
  it('samples rates once a second and stores the mean of five', () => {
    const clock = new VirtualClock()
    const stored: Sample[] = []
    let bytesIn = 0
    const history = createHistory(
      clock,
      { append: sample => void stored.push(sample), query: () => stored },
      () => ({ inbound: 2, outbound: 3, bytesIn: (bytesIn += 1000), bytesOut: 0, bansMade: 0 }),
      () => {},
    )
    clock.advance(10_000)
    expect(history.latest).toMatchObject({ inbound: 2, outbound: 3, rateIn: 1000, rateOut: 0 })
    expect(stored.length).toBe(2)
    expect(stored[0]?.rateIn).toBeCloseTo(1000)
    expect(history.query('1m').samples.length).toBe(10)
    history.close()
    expect(clock.pendingTimers).toBe(0)
  })

  it('keeps no more than five minutes in memory', () => {
    const clock = new VirtualClock()
    const history = createHistory(
      clock,
      { append: () => {}, query: () => [] },
      () => ({ inbound: 0, outbound: 0, bytesIn: 0, bytesOut: 0, bansMade: 0 }),
      () => {},
    )
    clock.advance(1_000_000)
    expect(history.query('5m').samples.length).toBe(300)
    history.close()
  })
})
