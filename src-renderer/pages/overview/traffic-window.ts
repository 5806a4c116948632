/**
 * The samples a plot shows: those of the history that was asked for, and after them the live ones, averaged over the
 * same step. Pure. The object changes only when something to draw was added, so that a plot of a day is drawn again
 * every two minutes, not every second.
 */
import type { Input, Sample } from '../../../src-preload/contract.ts'

export type Span = Input<'traffic.history'>['span']

/** Milliseconds a span covers. */
export const SPAN_MS: Readonly<Record<Span, number>> = {
  '1m': 60_000,
  '5m': 300_000,
  '30m': 1_800_000,
  '3h': 10_800_000,
  '24h': 86_400_000,
}
export const SPANS = Object.keys(SPAN_MS) as Span[]

export interface TrafficWindow {
  readonly spanMs: number
  readonly stepMs: number
  /** Oldest first; never changed in place. */
  readonly samples: readonly Sample[]
  /** Live samples of the step that is not over yet. */
  readonly pending: readonly Sample[]
}

export function windowOf(spanMs: number, stepMs: number, samples: readonly Sample[]): TrafficWindow {
  return { spanMs, stepMs, samples, pending: [] }
}

const FIELDS = ['inbound', 'outbound', 'rateIn', 'rateOut', 'bans'] as const

function average(samples: readonly Sample[]): Sample | undefined {
  const last = samples.at(-1)
  if (last === undefined) return undefined
  const mean = { ...last }
  for (const field of FIELDS) mean[field] = samples.reduce((sum, each) => sum + each[field], 0) / samples.length
  return mean
}

/** Adds a live sample. Those that are no newer than what is held are dropped: gauges may repeat. */
export function addSample(held: TrafficWindow, sample: Sample): TrafficWindow {
  const newest = held.pending.at(-1)?.at ?? held.samples.at(-1)?.at ?? 0
  if (sample.at <= newest) return held
  const pending = [...held.pending, sample]
  // Samples come once a second and a little late; half a second of slack keeps the steps even.
  const begun = pending[0]?.at ?? sample.at
  if (sample.at - begun < held.stepMs - 1500) return { ...held, pending }
  const done = average(pending)
  const since = sample.at - held.spanMs
  const kept = held.samples.filter(each => each.at >= since)
  return { ...held, pending: [], samples: done === undefined ? kept : [...kept, done] }
}
