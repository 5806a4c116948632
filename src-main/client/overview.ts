/** The client at a glance: counts, rates, slots, and the pulse of this process. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Overview, Payload } from '../../src-preload/contract.ts'
import type { Reputation } from '../reputation/index.ts'
import type { Clock } from '../time/index.ts'
import type { Transport } from '../transport/index.ts'
import type { History } from './history.ts'
import type { NetworkRuntime } from './runtime.ts'

type Runtimes = ReadonlyMap<string, NetworkRuntime>

/** The event loop's delay is told as the 99th of a hundred over this span, milliseconds. */
const VITALS_EVERY_MS = 10_000

/** How late the event loop is, measured by the system beside it. */
export function watchVitals(clock: Clock): { loopDelayMs(): number; close(): void } {
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  let p99 = 0
  const timer = clock.every(VITALS_EVERY_MS, () => {
    p99 = Math.max(0, delay.percentile(99) / 1e6 - 10)
    delay.reset()
  })
  return {
    loopDelayMs: () => p99,
    close: () => {
      timer.cancel()
      delay.disable()
    },
  }
}

export function sumOf(runtimes: Runtimes, value: (runtime: NetworkRuntime) => number): number {
  let total = 0
  for (const runtime of runtimes.values()) total += value(runtime)
  return total
}

interface OverviewParts {
  readonly clock: Clock
  readonly runtimes: Runtimes
  readonly reputation: Reputation
  readonly transport: Transport
  readonly history: History
  readonly isOnline: boolean
  readonly loopDelayMs: number
}

export function overviewOf(parts: OverviewParts): Overview {
  const { clock, runtimes, reputation, transport, history, isOnline, loopDelayMs } = parts
  const sum = (value: (runtime: NetworkRuntime) => number): number => sumOf(runtimes, value)
  const day = clock.now() - 86_400_000
  const { bytesRead, bytesWritten } = transport.totals()
  const slots = [...runtimes.values()].flatMap(runtime => runtime.manager.slots())
  const used = (kind: string): number => slots.reduce((total, slot) => total + (slot.kind === kind ? slot.used : 0), 0)
  const limit = (kind: string): number =>
    slots.reduce((total, slot) => total + (slot.kind === kind ? (slot.limit ?? 0) : 0), 0)
  return {
    at: Math.round(clock.now()),
    inbound: sum(one => one.count('inbound')),
    outbound: sum(one => one.count('outbound')),
    handshaking: sum(one => one.watches.size - one.count('inbound') - one.count('outbound')),
    dialing: used('dialing'),
    waiting: sum(one => one.manager.requests().filter(request => request.nextTryAt !== null).length),
    targetOutbound: limit('outbound'),
    maxInbound: limit('inbound'),
    known: sum(one => one.book.size),
    bans: reputation.bans.size,
    bansToday: reputation.bans.countSince(day),
    rateIn: history.rates.in,
    rateOut: history.rates.out,
    bytesIn: bytesRead,
    bytesOut: bytesWritten,
    isOnline,
    loopDelayMs,
    memoryBytes: process.memoryUsage.rss(),
  }
}

export function slotsOf(runtimes: Runtimes): Payload<'slots'> {
  const refusals: Record<string, number> = {}
  for (const runtime of runtimes.values()) {
    for (const [code, count] of Object.entries(runtime.manager.refusals()))
      refusals[code] = (refusals[code] ?? 0) + count
  }
  return { slots: [...runtimes.values()].flatMap(runtime => runtime.slots()), refusals }
}
