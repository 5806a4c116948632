/**
 * The stream of events to one page: gathered to 10 a second, numbered together with the page's replies, and never more
 * than the page acknowledges. A page that falls behind gets one snapshot, not a queue, so memory is bounded whatever it does.
 */
import { EVENTS, type EventName } from '../../src-preload/contract.ts'
import type { ClientPort, GaugeEvent, TableEvent } from '../../src-preload/contract/port.ts'
import type { Log } from '../log/index.ts'
import type { Clock, Timer } from '../time/index.ts'
import { LAG_AFTER_MS, MAX_UNACKNOWLEDGED, SEND_EVERY_MS } from './limits.ts'
import { TableDeltas } from './table-deltas.ts'

/** One event as it travels; `Emission` of the contract without its types tied together. */
export interface SentEvent {
  readonly seq: number
  readonly event: EventName
  readonly payload: unknown
}

export interface SubscriberParts {
  readonly client: Pick<ClientPort, 'gauge' | 'records' | 'record' | 'onChange'>
  readonly clock: Clock
  readonly log: Log
  /** Hands one batch to the shell. The page acknowledges its last `seq`. */
  readonly send: (batch: readonly SentEvent[]) => void
}

/** A gauge's place in the stream: only whether it has news. */
interface GaugeTopic {
  readonly kind: 'gauge'
  hasNews: boolean
}
interface TableTopic {
  readonly kind: 'table'
  readonly deltas: TableDeltas
}

const isEvent = (name: unknown): name is EventName => typeof name === 'string' && Object.hasOwn(EVENTS, name)

export class PageSubscriber {
  readonly #parts: SubscriberParts
  readonly #topics = new Map<EventName, GaugeTopic | TableTopic>()
  readonly #stopListening: () => void
  /** Last sequence number of each batch that is under way; at most `MAX_UNACKNOWLEDGED`. */
  #unacknowledged: number[] = []
  #seq = 0
  #acknowledged = 0
  #timer: Timer | null = null
  #sentAt = -Infinity
  #blockedAt: number | null = null
  #isClosed = false

  constructor(parts: SubscriberParts) {
    this.#parts = parts
    this.#stopListening = parts.client.onChange((event, ids) => this.#touch(event, ids))
  }

  /** The number for a reply to this page: replies and events are counted together. */
  nextSeq(): number {
    return ++this.#seq
  }

  /** Starts an event, or starts it anew with a snapshot. Whatever a page sends may come here: nonsense is logged. */
  subscribe(event: unknown): void {
    if (this.#isClosed) return
    if (!isEvent(event)) {
      this.#parts.log.warn('a page asked for an event that does not exist')
      return
    }
    const { client } = this.#parts
    if (EVENTS[event].delivery === 'delta') {
      const table = event as TableEvent
      const deltas = new TableDeltas(
        () => client.records(table),
        id => client.record(table, id),
      )
      this.#topics.set(event, { kind: 'table', deltas })
    } else {
      this.#topics.set(event, { kind: 'gauge', hasNews: true })
    }
    this.#schedule()
  }

  unsubscribe(event: unknown): void {
    if (!isEvent(event) || !this.#topics.delete(event))
      this.#parts.log.warn('a page left an event that it does not have')
  }

  /** The page has taken everything up to `seq`. A number that was never sent, or goes back, is logged and ignored. */
  acknowledge(seq: unknown): void {
    if (this.#isClosed) return
    if (typeof seq !== 'number' || !Number.isInteger(seq) || seq > this.#seq || seq < this.#acknowledged) {
      this.#parts.log.warn('a page acknowledged what it was not sent')
      return
    }
    this.#acknowledged = seq
    this.#unacknowledged = this.#unacknowledged.filter(last => last > seq)
    if (this.#blockedAt === null || this.#unacknowledged.length >= MAX_UNACKNOWLEDGED) return
    if (this.#parts.clock.monotonic() - this.#blockedAt >= LAG_AFTER_MS) this.#forgetWhatWasMissed()
    this.#blockedAt = null
    this.#schedule()
  }

  /** Stops everything; nothing is sent afterwards. */
  close(): void {
    this.#isClosed = true
    this.#stopListening()
    this.#timer?.cancel()
    this.#timer = null
    this.#topics.clear()
    this.#unacknowledged = []
  }

  #touch(event: EventName, ids: readonly string[] | undefined): void {
    const topic = this.#topics.get(event)
    if (topic === undefined) return
    if (topic.kind === 'gauge') topic.hasNews = true
    else topic.deltas.touch(ids)
    this.#schedule()
  }

  /** Tables that changed while the page was blocked start anew. */
  #forgetWhatWasMissed(): void {
    for (const topic of this.#topics.values()) if (topic.kind === 'table' && topic.deltas.hasNews) topic.deltas.reset()
  }

  #schedule(): void {
    if (this.#timer !== null || this.#isClosed || this.#blockedAt !== null) return
    const { clock } = this.#parts
    this.#timer = clock.after(this.#sentAt + SEND_EVERY_MS - clock.monotonic(), () => {
      this.#timer = null
      this.#flush()
    })
  }

  #flush(): void {
    const { clock, send } = this.#parts
    if (this.#unacknowledged.length >= MAX_UNACKNOWLEDGED) {
      this.#blockedAt ??= clock.monotonic()
      return
    }
    this.#sentAt = clock.monotonic()
    const batch: SentEvent[] = []
    for (const [event, topic] of this.#topics) {
      const payload = this.#payloadOf(event, topic)
      if (payload !== null) batch.push({ seq: this.nextSeq(), event, payload })
    }
    if (batch.length === 0) return
    this.#unacknowledged.push(this.#seq)
    send(batch)
  }

  #payloadOf(event: EventName, topic: GaugeTopic | TableTopic): unknown {
    if (topic.kind === 'table') return topic.deltas.hasNews ? topic.deltas.take() : null
    if (!topic.hasNews) return null
    topic.hasNews = false
    return this.#parts.client.gauge(event as GaugeEvent)
  }
}
