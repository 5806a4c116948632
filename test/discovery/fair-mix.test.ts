/** The fair mix, after go-ethereum's cases for its own, in virtual time. */
import { describe, expect, it } from 'vitest'
import { FairMix } from '../../src-main/discovery/index.ts'
import type { MixSource } from '../../src-main/discovery/index.ts'
import { VirtualClock } from '../../src-main/time/index.ts'

/** Gives `name0`, `name1`, ...; each takes `delayMs` to come; ends after `count`. */
function source(clock: VirtualClock, name: string, delayMs = 0, count = Infinity): MixSource<string> {
  let given = 0
  return {
    next: () =>
      given >= count
        ? Promise.resolve(null)
        : new Promise(resolve => clock.after(delayMs, () => resolve(`${name}${given++}`))),
  }
}

const silent: MixSource<string> = { next: () => new Promise(() => {}) }

async function take(clock: VirtualClock, mix: FairMix<string>, count: number): Promise<(string | null)[]> {
  const taken: (string | null)[] = []
  const all = (async () => {
    while (taken.length < count) taken.push(await mix.next())
  })()
  await clock.run(3_600_000)
  await all
  return taken
}

describe('the fair mix', () => {
  it('takes from its sources in turn', async () => {
    const clock = new VirtualClock()
    const mix = new FairMix<string>(clock, -1)
    for (const name of ['a', 'b', 'c']) mix.add(source(clock, name))
    const taken = await take(clock, mix, 9)
    expect(taken.map(item => item?.charAt(0)).join('')).toBe('bcabcabca')
    mix.close()
  })

  it('strictly in turn, a source that is a hundred times quicker gets no more than the slow one', async () => {
    const clock = new VirtualClock()
    const mix = new FairMix<string>(clock, -1)
    mix.add(source(clock, 'q', 1))
    mix.add(source(clock, 's', 100))
    const taken = await take(clock, mix, 200)
    expect(taken.filter(item => item?.startsWith('s'))).toHaveLength(100)
    mix.close()
  })

  it('without fairness, whoever is ready is taken', async () => {
    const clock = new VirtualClock()
    const mix = new FairMix<string>(clock, 0)
    mix.add(source(clock, 'q', 1))
    mix.add(source(clock, 's', 1000))
    const taken = await take(clock, mix, 100)
    expect(taken.filter(item => item?.startsWith('s')).length).toBeLessThanOrEqual(2)
    mix.close()
  })

  it('a silent source holds the others up less and less: its time is halved with each wait in vain', async () => {
    const clock = new VirtualClock()
    const mix = new FairMix<string>(clock, 1000)
    mix.add(silent)
    mix.add(source(clock, 'a'))
    const times: number[] = []
    const all = (async () => {
      for (let n = 0; n < 9; n++) {
        await mix.next()
        times.push(clock.monotonic())
      }
    })()
    await clock.run(3_600_000)
    await all
    // Every second turn is the silent one's: 1000, 500, 250, 125 ms of waiting.
    expect(times).toEqual([0, 1000, 1000, 1500, 1500, 1750, 1750, 1875, 1875])
    mix.close()
  })

  it('a source that delivers again gets its whole time back', async () => {
    const clock = new VirtualClock()
    const mix = new FairMix<string>(clock, 100)
    mix.add(source(clock, 's', 90))
    mix.add(source(clock, 'q'))
    const taken = await take(clock, mix, 40)
    expect(taken.filter(item => item?.startsWith('s'))).toHaveLength(20)
    mix.close()
  })

  it('an empty mix waits for a source', async () => {
    const clock = new VirtualClock()
    const mix = new FairMix<string>(clock, 100)
    const first = mix.next()
    await clock.run(5000)
    mix.add(source(clock, 'a'))
    await clock.run(1)
    expect(await first).toBe('a0')
    mix.close()
  })

  it('a source that ends or fails is removed, and the others go on', async () => {
    const clock = new VirtualClock()
    const mix = new FairMix<string>(clock, -1)
    mix.add(source(clock, 'a', 0, 1))
    mix.add({ next: () => Promise.reject(new Error('broken')) })
    mix.add(source(clock, 'c'))
    const taken = await take(clock, mix, 5)
    expect(new Set(taken)).toEqual(new Set(['a0', 'c0', 'c1', 'c2', 'c3']))
    expect(mix.sources).toBe(1)
    mix.close()
  })

  it('closing ends what waits, aborts the sources, and takes no new ones', async () => {
    const clock = new VirtualClock()
    const mix = new FairMix<string>(clock, 100)
    let isAborted = false
    mix.add({
      next: signal =>
        new Promise(() => {
          signal.addEventListener('abort', () => (isAborted = true))
        }),
    })
    const waiting = mix.next()
    await clock.run(10)
    mix.close()
    expect(await waiting).toBeNull()
    expect(isAborted).toBe(true)
    mix.add(source(clock, 'a'))
    expect(await mix.next()).toBeNull()
    await clock.run(0)
    expect(mix.sources).toBe(0)
    expect(clock.pendingTimers).toBe(0)
  })
})
