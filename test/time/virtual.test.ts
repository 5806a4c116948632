import { describe, expect, it } from 'vitest'
import { VirtualClock, seededRandom, sleep, systemRandom } from '../../src-main/time/index.ts'

describe('virtual clock', () => {
  it('fires timers in order of due time, then of arming', () => {
    const clock = new VirtualClock(0)
    const fired: string[] = []
    clock.after(20, () => fired.push('late'))
    clock.after(10, () => fired.push('first'))
    clock.after(10, () => fired.push('second'))
    clock.advance(15)
    expect(fired).toEqual(['first', 'second'])
    clock.advance(5)
    expect(fired).toEqual(['first', 'second', 'late'])
    expect(clock.now()).toBe(20)
  })

  it('repeats every period until cancelled, and leaves nothing behind', () => {
    const clock = new VirtualClock(0)
    let count = 0
    const timer = clock.every(100, () => (count += 1))
    clock.advance(1000)
    expect(count).toBe(10)
    timer.cancel()
    clock.advance(1000)
    expect(count).toBe(10)
    expect(clock.pendingTimers).toBe(0)
  })

  it('fires what a timer arms while time moves on', () => {
    const clock = new VirtualClock(0)
    const at: number[] = []
    const again = (): void => {
      at.push(clock.now())
      if (at.length < 5) clock.after(7, again)
    }
    clock.after(7, again)
    clock.advance(100)
    expect(at).toEqual([7, 14, 21, 28, 35])
  })

  it('lets promises run between timers', async () => {
    const clock = new VirtualClock(0)
    const order: string[] = []
    const wait = async (ms: number): Promise<void> => {
      await sleep(clock, ms)
      order.push(`slept ${ms}`)
    }
    const all = Promise.all([wait(300), wait(100)])
    await clock.run(300)
    await all
    expect(order).toEqual(['slept 100', 'slept 300'])
  })

  it('a sleep that is aborted rejects and disarms its timer', async () => {
    const clock = new VirtualClock(0)
    const abort = new AbortController()
    const slept = sleep(clock, 1000, abort.signal)
    abort.abort(new Error('stopped'))
    await expect(slept).rejects.toThrow('stopped')
    expect(clock.pendingTimers).toBe(0)
  })

  it('a wall clock jump moves no timer', () => {
    const clock = new VirtualClock(1000)
    let fired = false
    clock.after(50, () => (fired = true))
    clock.jumpWallClock(3_600_000)
    expect(fired).toBe(false)
    expect(clock.now()).toBe(3_601_000)
    clock.advance(50)
    expect(fired).toBe(true)
  })
})

describe('random sources', () => {
  it('a seed repeats itself', () => {
    const draw = (seed: number): number[] => {
      const random = seededRandom(seed)
      return Array.from({ length: 20 }, () => random.below(1000))
    }
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
  })

  for (const [name, random] of [
    ['system', systemRandom],
    ['seeded', seededRandom(7)],
  ] as const) {
    it(`${name}: below(6) hits each face about equally`, () => {
      const counts = Array.from({ length: 6 }, () => 0)
      for (let i = 0; i < 60_000; i++) {
        const face = random.below(6)
        counts[face] = (counts[face] ?? 0) + 1
      }
      for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(700)
    })

    it(`${name}: refuses a limit it cannot serve`, () => {
      expect(() => random.below(0)).toThrow(RangeError)
      expect(() => random.below(2 ** 33)).toThrow(RangeError)
    })
  }
})
