/** Requests of discovery v4 that wait for their answers, matched by who, from where, and what. */
import type { Clock, Timer } from '../../../../time/index.ts'
import type { Address } from '../../../../transport/index.ts'
import { DiscoveryError } from '../error.ts'
import { CLOCK_DOUBT_TIMEOUTS, V4_REPLY_MS } from '../limits.ts'
import type { V4Packet } from './packets.ts'

/** What an answer was to a request: `none` of its business, `more` to come, `done`. */
export type Match = 'none' | 'more' | 'done'

interface Waiting {
  accept(packet: V4Packet): Match
  end(error: DiscoveryError | null): void
}

export class PendingReplies {
  readonly #clock: Clock
  readonly #doubtClock: () => void
  readonly #waiting = new Map<string, Set<Waiting>>()
  #timeoutsInARow = 0
  #isClosed = false

  /** @param doubtClock many nodes in a row did not answer: our clock may be wrong, so that they think our packets expired */
  constructor(clock: Clock, doubtClock: () => void) {
    this.#clock = clock
    this.#doubtClock = doubtClock
  }

  /**
   * Waits half a second for answers of a type; `accept` is asked about each. Resolves when it says `done`, and also at
   * the end of the time when something was accepted. Rejects with `timeout` or `closed`.
   */
  wait(id: string, at: Address, type: V4Packet['type'], accept: (packet: V4Packet) => Match): Promise<void> {
    if (this.#isClosed) return Promise.reject(closedError())
    const key = keyOf(id, at, type)
    return new Promise((resolve, reject) => {
      const timing: { timer: Timer | null } = { timer: null }
      let isAnswered = false
      const waiting: Waiting = {
        accept: packet => {
          const match = accept(packet)
          isAnswered ||= match !== 'none'
          return match
        },
        end: error => {
          timing.timer?.cancel()
          const group = this.#waiting.get(key)
          group?.delete(waiting)
          if (group?.size === 0) this.#waiting.delete(key)
          if (error === null || (isAnswered && error.code === 'timeout')) resolve()
          else reject(error)
        },
      }
      const group = this.#waiting.get(key) ?? new Set()
      this.#waiting.set(key, group.add(waiting))
      timing.timer = this.#clock.after(V4_REPLY_MS, () => {
        if (!isAnswered && ++this.#timeoutsInARow > CLOCK_DOUBT_TIMEOUTS) {
          this.#timeoutsInARow = 0
          this.#doubtClock()
        }
        waiting.end(new DiscoveryError('timeout', 'The node did not answer.'))
      })
    })
  }

  /** An answer has come; false: nobody asked for it. */
  answered(id: string, from: Address, packet: V4Packet): boolean {
    let isWanted = false
    for (const waiting of this.#waiting.get(keyOf(id, from, packet.type)) ?? []) {
      this.#timeoutsInARow = 0
      const match = waiting.accept(packet)
      isWanted ||= match !== 'none'
      if (match === 'done') waiting.end(null)
    }
    return isWanted
  }

  isWaiting(id: string, at: Address, type: V4Packet['type']): boolean {
    return this.#waiting.has(keyOf(id, at, type))
  }

  /** All requests fail. */
  close(): void {
    this.#isClosed = true
    for (const group of this.#waiting.values()) for (const waiting of group) waiting.end(closedError())
  }
}

/** The port does not count: behind some NATs answers come from another. */
const keyOf = (id: string, { host }: Address, type: V4Packet['type']): string => `${id}|${host}|${type}`

const closedError = (): DiscoveryError => new DiscoveryError('closed', 'Discovery has been stopped.')
