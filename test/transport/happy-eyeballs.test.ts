import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../src-main/time/index.ts'
import { interleaveFamilies, raceAttempts } from '../../src-main/transport/happy-eyeballs.ts'
import { parseAddress } from '../../src-main/transport/index.ts'

/** What becomes of an attempt: connects or fails after so many milliseconds. */
type Fate = { readonly connects: number } | { readonly fails: number }

interface Race {
  /** `name@ms` for every start, and `name-ended@ms` for every attempt that was aborted. */
  readonly log: string[]
  readonly discarded: string[]
  readonly clock: VirtualClock
  readonly controller: AbortController
  readonly outcome: Promise<string>
}

function race(fates: Readonly<Record<string, Fate>>, ignoresAbort = false): Race {
  const clock = new VirtualClock()
  const controller = new AbortController()
  const log: string[] = []
  const discarded: string[] = []
  const attempt = (name: string, signal: AbortSignal): Promise<string> =>
    new Promise((resolve, reject) => {
      log.push(`${name}@${clock.monotonic()}`)
      const fate = fates[name] ?? { fails: 0 }
      const timer =
        'connects' in fate
          ? clock.after(fate.connects, () => resolve(name))
          : clock.after(fate.fails, () => reject(new Error(name)))
      if (ignoresAbort) return
      signal.addEventListener('abort', () => {
        timer.cancel()
        log.push(`${name}-ended@${clock.monotonic()}`)
        reject(new Error('aborted'))
      })
    })
  const outcome = raceAttempts(Object.keys(fates), attempt, {
    clock,
    staggerMs: 250,
    signal: controller.signal,
    discard: late => discarded.push(late),
  })
  outcome.catch(() => {})
  return { log, discarded, clock, controller, outcome }
}

describe('happy eyeballs', () => {
  it('starts with IPv6 and takes the families in turns', () => {
    const texts = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '2001:db8::1', '2001:db8::2']
    const turns = interleaveFamilies(texts.map(text => parseAddress(text, { defaultPort: 1 })))
    expect(turns.map(address => address.host)).toEqual([
      '2001:db8::1',
      '192.0.2.1',
      '2001:db8::2',
      '192.0.2.2',
      '192.0.2.3',
    ])
  })

  it('asks nobody else when the first answers within its head start', async () => {
    const { clock, outcome, log } = race({ a: { connects: 249 }, b: { connects: 1 } })
    await clock.run(1000)
    expect(await outcome).toBe('a')
    expect(log).toEqual(['a@0', 'a-ended@249'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('starts one every 250 ms, takes the first that connects and ends the others', async () => {
    const { clock, outcome, log } = race({ a: { connects: 5000 }, b: { connects: 400 }, c: { connects: 300 } })
    await clock.run(10_000)
    expect(await outcome).toBe('b')
    expect(log.slice(0, 3)).toEqual(['a@0', 'b@250', 'c@500'])
    expect(log.slice(3).sort()).toEqual(['a-ended@650', 'b-ended@650', 'c-ended@650'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('starts the next at once when one fails, and gives that one a whole head start', async () => {
    const { clock, outcome, log } = race({ a: { fails: 10 }, b: { connects: 5000 }, c: { connects: 100 } })
    await clock.run(10_000)
    expect(await outcome).toBe('c')
    expect(log.slice(0, 3)).toEqual(['a@0', 'b@10', 'c@260'])
  })

  it('fails when all have failed, with every error', async () => {
    const { clock, outcome } = race({ a: { fails: 300 }, b: { fails: 10 }, c: { fails: 10 } })
    await clock.run(10_000)
    await expect(outcome).rejects.toMatchObject({ errors: [{ message: 'b' }, { message: 'c' }, { message: 'a' }] })
    expect(clock.pendingTimers).toBe(0)
  })

  it('fails at once when there is nobody to ask', async () => {
    await expect(race({}).outcome).rejects.toBeInstanceOf(AggregateError)
  })

  it('ends everything when aborted', async () => {
    const { clock, outcome, log, controller } = race({
      a: { connects: 5000 },
      b: { connects: 5000 },
      c: { connects: 1 },
    })
    await clock.run(300)
    controller.abort(new Error('stop'))
    await expect(outcome).rejects.toThrow('stop')
    await clock.run(10_000)
    expect(log).toEqual(['a@0', 'b@250', 'a-ended@300', 'b-ended@300'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('gives back what connects after the race is over', async () => {
    const { clock, outcome, discarded } = race({ a: { connects: 400 }, b: { connects: 100 } }, true)
    await clock.run(1000)
    expect(await outcome).toBe('b')
    expect(discarded).toEqual(['a'])
  })
})
