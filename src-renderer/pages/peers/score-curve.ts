/**
 * The ban score over time, as the client computes it: score(t) = persistent + trunc(transient · 2^(−dt/halfLife)), the
 * transient part ignored below 1 and after its lifetime (btcd's DynamicBanScore). Pure: what the drawer draws.
 */
import type { PeerDetail, ScoreEvent } from '../../../src-preload/contract.ts'

export type ScoreState = PeerDetail['score']

interface Parts {
  readonly persistent: number
  readonly transient: number
  readonly at: number
}

/** What is left of a transient part after `dt` milliseconds; 0 when it no longer counts. */
function decayed(transient: number, dt: number, state: Pick<ScoreState, 'halfLifeMs' | 'lifetimeMs'>): number {
  if (transient < 1 || dt < 0 || dt > state.lifetimeMs) return 0
  return transient * 2 ** (-dt / state.halfLifeMs)
}

/** The score at a time, a whole number. */
export function scoreAt(parts: Parts, at: number, state: Pick<ScoreState, 'halfLifeMs' | 'lifetimeMs'>): number {
  return parts.persistent + Math.trunc(decayed(parts.transient, at - parts.at, state))
}

/** The parts after each event, oldest first, begun from what the first event found. */
export function replay(state: ScoreState): readonly Parts[] {
  const first = state.events[0]
  if (first === undefined) return [{ persistent: state.persistent, transient: state.transient, at: state.at }]
  const added = state.events.reduce((sum, event) => sum + event.persistent, 0)
  const persistent = Math.max(0, state.persistent - added)
  let parts: Parts = { persistent, transient: Math.max(0, first.before - persistent), at: first.at }
  return state.events.map((event: ScoreEvent, index) => {
    const left = index === 0 ? parts.transient : decayed(parts.transient, event.at - parts.at, state)
    parts = { persistent: parts.persistent + event.persistent, transient: left + event.transient, at: event.at }
    return parts
  })
}

interface Curve {
  readonly x: readonly number[]
  /** Up to now; null after. */
  readonly past: readonly (number | null)[]
  /** What follows if nothing more happens; null before now. */
  readonly coming: readonly (number | null)[]
}

/** Points a curve has at most between its ends. */
const STEPS = 240

/** The curve from `from` to `to`, split at `now`, with every jump as two points. */
export function scoreCurve(state: ScoreState, from: number, now: number, to: number): Curve {
  const phases = replay(state)
  const x: number[] = []
  const past: (number | null)[] = []
  const coming: (number | null)[] = []
  const put = (at: number, value: number): void => {
    x.push(at)
    past.push(at <= now ? value : null)
    coming.push(at >= now ? value : null)
  }
  const valueAt = (at: number): number => {
    const phase = phases.findLast(each => each.at <= at)
    if (phase !== undefined) return scoreAt(phase, at, state)
    return state.events[0]?.before ?? 0
  }
  const times = new Set<number>([from, now, to])
  for (let step = 1; step < STEPS; step++) times.add(Math.round(from + ((to - from) * step) / STEPS))
  for (const phase of phases) times.add(phase.at)
  const jumps = new Map(state.events.map(event => [event.at, event.before]))
  for (const at of [...times].sort((a, b) => a - b)) {
    if (at < from || at > to) continue
    const before = jumps.get(at)
    if (before !== undefined) put(at, before)
    put(at, valueAt(at))
  }
  return { x, past, coming }
}

/**
 * When a score that is above a line will no longer be, if nothing more happens. `never` when the persistent part alone
 * is above it; null when it is not above.
 */
export function backBelow(state: ScoreState, line: number, now: number): number | 'never' | null {
  if (scoreAt(state, now, state) <= line) return null
  if (state.persistent > line) return 'never'
  // Above means trunc(transient · f) ≥ line − persistent + 1, so it ends when transient · f falls below that.
  const needed = line - state.persistent + 1
  const dt = state.halfLifeMs * Math.log2(state.transient / needed)
  return state.at + Math.min(Math.max(0, dt), state.lifetimeMs)
}
