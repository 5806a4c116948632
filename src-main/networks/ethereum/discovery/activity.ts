/** What discovery does, counted and remembered a little, for people to see: packets, refusals, lookups, who answered. */
import type { Clock } from '../../../time/index.ts'
import type { Address } from '../../../transport/index.ts'

/** Answers remembered. Source: ours. */
const MAX_ANSWERS = 100

type Version = 4 | 5

export interface Answer {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly version: Version
  readonly id: string
  readonly address: string
  readonly request: string
  /** Null: it did not answer. */
  readonly ms: number | null
}

export interface ActivityView {
  /** By version and type, such as `v4 ping`. */
  readonly heard: Readonly<Record<string, number>>
  /** By version and code, such as `v4 expired`. */
  readonly refused: Readonly<Record<string, number>>
  readonly lookups: Readonly<Record<Version, number>>
  readonly asked: number
  readonly answered: number
  /** The last hundred, newest first. */
  readonly answers: readonly Answer[]
}

const count = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1)

export class Activity {
  readonly #clock: Clock
  readonly #heard = new Map<string, number>()
  readonly #refused = new Map<string, number>()
  readonly #lookups: Record<Version, number> = { 4: 0, 5: 0 }
  readonly #answers: Answer[] = []
  #asked = 0
  #answered = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A packet in good form; `type` is one of the protocol's own words. */
  heard(version: Version, type: string): void {
    count(this.#heard, `v${version} ${type}`)
  }

  /** A packet that was not acted on; `code` is one of ours. */
  refused(version: Version, code: string): void {
    count(this.#refused, `v${version} ${code}`)
  }

  lookup(version: Version): void {
    this.#lookups[version] += 1
  }

  answered(version: Version, request: string, id: string, { key }: Address, ms: number): void {
    this.#answered += 1
    this.#note({ at: this.#clock.now(), version, id, address: key, request, ms })
  }

  missed(version: Version, request: string, id: string, { key }: Address): void {
    this.#note({ at: this.#clock.now(), version, id, address: key, request, ms: null })
  }

  view(): ActivityView {
    return {
      heard: Object.fromEntries(this.#heard),
      refused: Object.fromEntries(this.#refused),
      lookups: { ...this.#lookups },
      asked: this.#asked,
      answered: this.#answered,
      answers: this.#answers.toReversed(),
    }
  }

  #note(answer: Answer): void {
    this.#asked += 1
    this.#answers.push(answer)
    if (this.#answers.length > MAX_ANSWERS) this.#answers.shift()
  }
}
