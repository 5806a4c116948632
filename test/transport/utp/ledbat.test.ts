import { describe, expect, it } from 'vitest'
import { MAX_RTO_MS, MAX_WINDOW_BYTES } from '../../../src-main/transport/utp/limits.ts'
import { Ledbat } from '../../../src-main/transport/utp/ledbat.ts'
import { RoundTrip } from '../../../src-main/transport/utp/round-trip.ts'

/** Acks as many packets as a full window had, each with this delay, to a sender that fills its window again at once. */
function fullRound(ledbat: Ledbat, delayUs: number, nowMs: number): void {
  for (let left = ledbat.windowBytes; left >= 1400; left -= 1400) {
    ledbat.acked({ ackedBytes: 1400, inFlightBytes: ledbat.windowBytes, delayUs, nowMs })
  }
}

describe('LEDBAT', () => {
  it('doubles each round while there is no queue, up to its bound', () => {
    const ledbat = new Ledbat(1400)
    fullRound(ledbat, 5000, 0)
    expect(ledbat.windowBytes).toBe(5600)
    for (let round = 1; round < 20; round++) fullRound(ledbat, 5000, round)
    expect(ledbat.windowBytes).toBe(MAX_WINDOW_BYTES)
  })

  it('shrinks while the queue is above 100 ms, and grows below, by 3000 bytes a round at most', () => {
    const ledbat = new Ledbat(1400)
    for (let round = 0; round < 6; round++) fullRound(ledbat, 5000, round)
    fullRound(ledbat, 205_000, 10)
    const high = ledbat.windowBytes
    fullRound(ledbat, 205_000, 20)
    const low = ledbat.windowBytes
    expect(low).toBeLessThan(high)
    fullRound(ledbat, 5000, 30)
    fullRound(ledbat, 5000, 40)
    expect(ledbat.windowBytes).toBeGreaterThan(low)
    expect(ledbat.windowBytes).toBeLessThanOrEqual(low + 6000)
  })

  it('does not grow while the window is not filled', () => {
    const ledbat = new Ledbat(1400)
    for (let round = 0; round < 4; round++) fullRound(ledbat, 5000, round)
    const before = ledbat.windowBytes
    ledbat.acked({ ackedBytes: 1400, inFlightBytes: 1400, delayUs: 5000, nowMs: 10 })
    expect(ledbat.windowBytes).toBe(before)
  })

  it('halves at most once in a round trip, and never goes below two packets', () => {
    const ledbat = new Ledbat(1400)
    for (let round = 0; round < 4; round++) fullRound(ledbat, 5000, round)
    const before = ledbat.windowBytes
    expect([ledbat.lost(100, 50), ledbat.lost(149, 50)]).toEqual([true, false])
    expect(ledbat.windowBytes).toBe(before / 2)
    ledbat.timedOut(200)
    expect(ledbat.windowBytes).toBe(2800)
  })

  it('measures the queue across the wrap of 32-bit clocks, after drift, and forgets minima after ten minutes', () => {
    const ledbat = new Ledbat(1400)
    fullRound(ledbat, 2 ** 32 - 10_000, 0)
    for (let i = 0; i < 4; i++) ledbat.acked({ ackedBytes: 0, inFlightBytes: 0, delayUs: 20_000, nowMs: 1 })
    expect(ledbat.queueingUs).toBe(30_000)
    ledbat.drifted(10_000)
    expect(ledbat.queueingUs).toBe(20_000)
    for (let minute = 1; minute <= 10; minute++) {
      ledbat.acked({ ackedBytes: 0, inFlightBytes: 0, delayUs: 20_000, nowMs: minute * 60_000 })
    }
    expect(ledbat.queueingUs).toBe(0)
  })
})

describe('the retransmission time-out', () => {
  it('is 1 s at first, follows the measurements down to 500 ms, doubles up to a bound, and recovers', () => {
    const roundTrip = new RoundTrip()
    expect([roundTrip.meanMs, roundTrip.timeoutMs]).toEqual([null, 1000])
    roundTrip.measured(20)
    expect([roundTrip.meanMs, roundTrip.timeoutMs]).toEqual([20, 500])
    roundTrip.timedOut()
    expect(roundTrip.timeoutMs).toBe(1000)
    for (let i = 0; i < 50; i++) roundTrip.timedOut()
    expect(roundTrip.timeoutMs).toBe(MAX_RTO_MS)
    roundTrip.measured(400)
    roundTrip.measured(400)
    expect(roundTrip.timeoutMs).toBeGreaterThan(500)
    expect(roundTrip.timeoutMs).toBeLessThan(1000)
  })
})
