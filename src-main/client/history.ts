/**
 * Peers, traffic and bans over time: one sample a second in memory, coarser ones in the store, so that the plots of
 * the window reach back 24 hours and survive restarts.
 */
import type { Sample } from '../../src-preload/contract.ts'
import type { Clock } from '../time/index.ts'

/** Where samples are kept; appends are written behind. */
export interface SampleStore {
  append(sample: Sample): void
  /** Samples since a time, averaged over steps of `stepMs`, oldest first. */
  query(sinceMs: number, stepMs: number): readonly Sample[]
}

/** Spans that can be asked for, with the step that keeps them at 720 samples or fewer. */
export const SPANS = {
  '1m': { spanMs: 60_000, stepMs: 1_000 },
  '5m': { spanMs: 300_000, stepMs: 1_000 },
  '30m': { spanMs: 1_800_000, stepMs: 5_000 },
  '3h': { spanMs: 10_800_000, stepMs: 15_000 },
  '24h': { spanMs: 86_400_000, stepMs: 120_000 },
} as const
export type Span = keyof typeof SPANS

/** Seconds kept in memory at full resolution: the two short spans. */
const RECENT_SAMPLES = 300
/** Every so many seconds one averaged sample goes to the store: the step of the 30-minute span. */
const STORED_EVERY = 5

/** What `history` asks for once a second. Byte counts only grow. */
export interface Counts {
  readonly inbound: number
  readonly outbound: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** Bans made since start. */
  readonly bansMade: number
}

export interface History {
  /** Rates over the last few seconds, bytes a second. */
  readonly rates: { readonly in: number; readonly out: number }
  readonly latest: Sample | null
  query(span: Span): { stepMs: number; samples: Sample[] }
  close(): void
}

export function createHistory(
  clock: Clock,
  store: SampleStore,
  count: () => Counts,
  onSample: (sample: Sample) => void,
): History {
  const recent: Sample[] = []
  let pending: Sample[] = []
  let before = count()
  let beforeAt = clock.monotonic()
  let smoothIn = 0
  let smoothOut = 0

  const timer = clock.every(1000, () => {
    const now = count()
    const at = clock.monotonic()
    const seconds = Math.max(0.001, (at - beforeAt) / 1000)
    const sample: Sample = {
      at: Math.round(clock.now()),
      inbound: now.inbound,
      outbound: now.outbound,
      rateIn: Math.max(0, now.bytesIn - before.bytesIn) / seconds,
      rateOut: Math.max(0, now.bytesOut - before.bytesOut) / seconds,
      bans: Math.max(0, now.bansMade - before.bansMade),
    }
    before = now
    beforeAt = at
    // An exponential mean over about three seconds: quick enough to follow, slow enough to read.
    smoothIn += (sample.rateIn - smoothIn) * 0.4
    smoothOut += (sample.rateOut - smoothOut) * 0.4
    recent.push(sample)
    if (recent.length > RECENT_SAMPLES) recent.shift()
    pending.push(sample)
    if (pending.length >= STORED_EVERY) {
      store.append(average(pending))
      pending = []
    }
    onSample(sample)
  })

  return {
    get rates() {
      return { in: smoothIn, out: smoothOut }
    },
    get latest() {
      return recent.at(-1) ?? null
    },
    query: span => {
      const { spanMs, stepMs } = SPANS[span]
      const since = clock.now() - spanMs
      if (stepMs === 1000) return { stepMs, samples: recent.filter(sample => sample.at >= since) }
      const stored = store.query(since, stepMs)
      return { stepMs, samples: stored.slice(-720) }
    },
    close: () => timer.cancel(),
  }
}

/** The mean of levels and rates, the sum of bans, at the time of the last. `samples` is not empty. */
function average(samples: readonly Sample[]): Sample {
  const mean = (value: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + value(sample), 0) / samples.length
  return {
    at: samples.at(-1)?.at ?? 0,
    inbound: mean(sample => sample.inbound),
    outbound: mean(sample => sample.outbound),
    rateIn: mean(sample => sample.rateIn),
    rateOut: mean(sample => sample.rateOut),
    bans: samples.reduce((sum, sample) => sum + sample.bans, 0),
  }
}
