/**
 * Fuzzing shared by all protocols: takes good inputs, spoils them in the ways that break parsers, feeds them to a
 * target, and watches memory. Everything follows from one seed, so a find can be repeated.
 */
import type { RandomSource } from '../../src-main/time/index.ts'
import { seededRandom } from '../../src-main/time/index.ts'

/** Values that sit on the edges of length fields. */
const EDGES = [0, 1, 0x7f, 0x80, 0xfc, 0xfd, 0xfe, 0xff]

function once(bytes: Uint8Array, random: RandomSource): Uint8Array {
  const at = random.below(bytes.length + 1)
  switch (random.below(8)) {
    case 0: // one bit
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
      return bytes
    case 1: // an edge value
      if (at < bytes.length) bytes[at] = EDGES[random.below(EDGES.length)] ?? 0
      return bytes
    case 2: // a 16 or 32 bit edge value
      for (let index = at; index < Math.min(bytes.length, at + 2 + 2 * random.below(2)); index++) bytes[index] = 0xff
      return bytes
    case 3: // cut short
      return bytes.slice(0, at)
    case 4: // cut out
      return Uint8Array.from([
        ...bytes.subarray(0, at),
        ...bytes.subarray(Math.min(bytes.length, at + random.below(16))),
      ])
    case 5: // doubled
      return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(Math.max(0, at - random.below(64)))])
    case 6: // something strange put in
      return Uint8Array.from([...bytes.subarray(0, at), ...random.bytes(1 + random.below(8)), ...bytes.subarray(at)])
    default: // a stretch of noise
      bytes.set(random.bytes(Math.min(bytes.length - at, random.below(12))), at)
      return bytes
  }
}

/** A spoilt copy: one to six changes. */
export function mutate(bytes: Uint8Array, random: RandomSource): Uint8Array {
  let spoilt: Uint8Array = bytes.slice()
  for (let count = 1 + random.below(6); count > 0; count--) spoilt = once(spoilt, random)
  return spoilt
}

/** Fed one input at a time; throws when something is wrong. Returns a word on what came of it, for the tally. */
export type FuzzTarget = (random: RandomSource) => string

export interface FuzzReport {
  readonly runs: number
  readonly seconds: number
  /** How often each outcome came. */
  readonly outcomes: ReadonlyMap<string, number>
  /** Largest growth of heap and buffers over the level after warming up, bytes. */
  readonly growthBytes: number
}

/** A find, with what repeats it. */
export class FuzzFind extends Error {
  override readonly name = 'FuzzFind'
}

const level = (): number => {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** @throws {FuzzFind} at the first input that the target does not survive */
export function fuzz(target: FuzzTarget, runs: number, seed: number): FuzzReport {
  const fuzzing = inTurns(target, runs, seed)
  for (;;) {
    const turn = fuzzing.next()
    if (turn.done === true) return turn.value
  }
}

/** The same for a target whose promises want to go on: they may after every twenty inputs. */
export async function fuzzWithPromises(target: FuzzTarget, runs: number, seed: number): Promise<FuzzReport> {
  const fuzzing = inTurns(target, runs, seed)
  for (;;) {
    const turn = fuzzing.next()
    if (turn.done === true) return turn.value
    await new Promise(resolve => setImmediate(resolve))
  }
}

const TURN = 20

function* inTurns(target: FuzzTarget, runs: number, seed: number): Generator<void, FuzzReport> {
  const outcomes = new Map<string, number>()
  const started = performance.now()
  let baseline = 0
  let growthBytes = 0
  for (let run = 0; run < runs; run++) {
    const runSeed = (seed + run) >>> 0
    try {
      const outcome = target(seededRandom(runSeed))
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    } catch (error) {
      throw new FuzzFind(`run ${run}: repeat with --runs 1 --seed ${runSeed}`, { cause: error })
    }
    if (run % TURN === TURN - 1) yield
    if (run === Math.min(2000, runs >> 1)) baseline = level()
    else if (run % 50_000 === 49_999) growthBytes = Math.max(growthBytes, level() - baseline)
  }
  return { runs, seconds: (performance.now() - started) / 1000, outcomes, growthBytes }
}

/** `--runs N --seed S` of the command line. */
export function fuzzOptions(defaults: { readonly runs: number }): { readonly runs: number; readonly seed: number } {
  const valueOf = (name: string): number | null => {
    const at = process.argv.indexOf(name)
    const value = at < 0 ? NaN : Number(process.argv[at + 1])
    return Number.isInteger(value) && value >= 0 ? value : null
  }
  return { runs: valueOf('--runs') ?? defaults.runs, seed: valueOf('--seed') ?? Date.now() % 2 ** 32 }
}

export function printReport(what: string, seed: number, report: FuzzReport): void {
  const rate = Math.round(report.runs / report.seconds)
  console.log(`${what}: ${report.runs} inputs from seed ${seed} in ${report.seconds.toFixed(1)} s (${rate} a second)`)
  console.log(`memory over the level after warming up: ${(report.growthBytes / 1e6).toFixed(1)} MB at most`)
  const sorted = [...report.outcomes].sort((a, b) => b[1] - a[1])
  for (const [outcome, count] of sorted.slice(0, 60)) console.log(`${String(count).padStart(9)}  ${outcome}`)
}
