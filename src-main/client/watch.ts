/** What is kept about a session beside what the session itself knows: its rates, its messages by kind, its story. */
import type { ManagedSession } from '../connections/index.ts'
import { MAX_MESSAGE_KINDS, MAX_TIMELINE, TICK_PARTS } from './limits.ts'

interface KindCount {
  countIn: number
  bytesIn: number
  countOut: number
  bytesOut: number
}

/** One per session; made when the session is added, dropped when it is removed. */
export class PeerWatch {
  readonly managed: ManagedSession
  /** Looked up once: the tables do not change while a session lasts. */
  readonly place: { readonly country: string | null; readonly asn: number | null }
  /** Bytes a second, smoothed over about three seconds. */
  rateIn = 0
  rateOut = 0
  #bytesIn = 0
  #bytesOut = 0
  #kinds: Map<string, KindCount> | null = null
  #timeline: { at: number; text: string }[] | null = null

  constructor(managed: ManagedSession, place: PeerWatch['place']) {
    this.managed = managed
    this.place = place
  }

  /** Called once a second. True when something that the table shows has changed. */
  tick(): boolean {
    const { bytesRead, bytesWritten } = this.managed.connection
    const gotIn = bytesRead - this.#bytesIn
    const gotOut = bytesWritten - this.#bytesOut
    const isStill = gotIn === 0 && gotOut === 0 && this.rateIn === 0 && this.rateOut === 0
    this.#bytesIn = bytesRead
    this.#bytesOut = bytesWritten
    if (isStill) return false
    this.rateIn = settle(this.rateIn, gotIn)
    this.rateOut = settle(this.rateOut, gotOut)
    return true
  }

  message(direction: 'in' | 'out', kind: string, bytes: number): void {
    this.#kinds ??= new Map()
    let count = this.#kinds.get(kind)
    if (count === undefined) {
      if (this.#kinds.size >= MAX_MESSAGE_KINDS) return
      count = { countIn: 0, bytesIn: 0, countOut: 0, bytesOut: 0 }
      this.#kinds.set(kind, count)
    }
    if (direction === 'in') {
      count.countIn += 1
      count.bytesIn += bytes
    } else {
      count.countOut += 1
      count.bytesOut += bytes
    }
  }

  tell(at: number, text: string): void {
    this.#timeline ??= []
    this.#timeline.push({ at: Math.round(at), text })
    if (this.#timeline.length > MAX_TIMELINE) this.#timeline.shift()
  }

  messages(): ({ kind: string } & KindCount)[] {
    return Array.from(this.#kinds ?? [], ([kind, count]) => ({ kind, ...count }))
  }

  timeline(): { at: number; text: string }[] {
    return [...(this.#timeline ?? [])]
  }
}

/** The watches of all sessions by the manager's id, measured in turns: ten thousand must not change in one moment. */
export class Watches extends Map<string, PeerWatch> {
  readonly #parts: readonly Set<PeerWatch>[] = Array.from({ length: TICK_PARTS }, () => new Set())
  #tickAt = 0
  #addAt = 0

  add(watch: PeerWatch): PeerWatch {
    this.set(watch.managed.id, watch)
    this.#addAt = (this.#addAt + 1) % TICK_PARTS
    this.#parts[this.#addAt]?.add(watch)
    return watch
  }

  override delete(id: string): boolean {
    const watch = this.get(id)
    if (watch !== undefined) for (const part of this.#parts) part.delete(watch)
    return super.delete(id)
  }

  override clear(): void {
    for (const part of this.#parts) part.clear()
    super.clear()
  }

  /** Measures the next part, to be called every `TICK_MS`. Gives the ids of those whose record has changed. */
  tick(): string[] {
    this.#tickAt = (this.#tickAt + 1) % TICK_PARTS
    const changed: string[] = []
    for (const watch of this.#parts[this.#tickAt] ?? []) if (watch.tick()) changed.push(watch.managed.id)
    return changed
  }
}

/** Moves 40 % of the way a second; below one byte a second is nothing. */
function settle(rate: number, bytes: number): number {
  const next = rate + (bytes - rate) * 0.4
  return next < 1 ? 0 : next
}
