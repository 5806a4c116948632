/** What goes on in Tor, kept from its events for the window: circuits, streams, bandwidth. Bounded. */
import { BANDWIDTH_SECONDS, MAX_TOR_ACTIVITY } from './limits.ts'
import type { Circuit, Stream, TorEvent } from './parse.ts'

export interface Bandwidth {
  /** Bytes since we listen, Tor's own overhead included. */
  readonly read: number
  readonly written: number
  /** Bytes of each of the last seconds, newest last. */
  readonly seconds: readonly { readonly read: number; readonly written: number }[]
}

const OVER = new Set(['FAILED', 'CLOSED'])

export class Activity {
  readonly #circuits = new Map<string, Circuit>()
  readonly #streams = new Map<string, Stream>()
  readonly #seconds: { read: number; written: number }[] = []
  #read = 0
  #written = 0

  /** Takes an event in; tells whose picture has changed. */
  apply(event: TorEvent): 'circuits' | 'bandwidth' | null {
    switch (event.kind) {
      case 'circuit':
        this.addCircuit(event.circuit)
        return 'circuits'
      case 'stream':
        this.addStream(event.stream)
        return 'circuits'
      case 'bandwidth':
        this.#read += event.read
        this.#written += event.written
        this.#seconds.push({ read: event.read, written: event.written })
        if (this.#seconds.length > BANDWIDTH_SECONDS) this.#seconds.shift()
        return 'bandwidth'
      case 'bootstrap':
      case 'status':
      case 'descriptor':
      case 'log':
        return null
      default:
        return event satisfies never
    }
  }

  addCircuit(circuit: Circuit): void {
    const isOver = circuit.state === 'failed' || circuit.state === 'closed'
    const socksUser = circuit.socksUser ?? this.#circuits.get(circuit.id)?.socksUser ?? null
    keep(this.#circuits, circuit.id, isOver ? null : { ...circuit, socksUser })
  }

  /**
   * Later events of a stream tell less than its first: what is known stays. Tor builds circuits ahead and tells nothing
   * when one is given to certain credentials; the first stream on it does.
   */
  addStream(stream: Stream): void {
    const known = this.#streams.get(stream.id)
    const merged: Stream = {
      ...stream,
      source: stream.source ?? known?.source ?? null,
      socksUser: stream.socksUser ?? known?.socksUser ?? null,
    }
    keep(this.#streams, stream.id, OVER.has(stream.state) ? null : merged)
    const circuit = merged.circuit === null ? undefined : this.#circuits.get(merged.circuit)
    if (circuit !== undefined && circuit.socksUser === null && merged.socksUser !== null)
      this.#circuits.set(circuit.id, { ...circuit, socksUser: merged.socksUser })
  }

  circuits(): readonly Circuit[] {
    return [...this.#circuits.values()]
  }

  streams(): readonly Stream[] {
    return [...this.#streams.values()]
  }

  bandwidth(): Bandwidth {
    return { read: this.#read, written: this.#written, seconds: [...this.#seconds] }
  }
}

function keep<T>(map: Map<string, T>, id: string, value: T | null): void {
  if (value === null) {
    map.delete(id)
    return
  }
  map.set(id, value)
  if (map.size <= MAX_TOR_ACTIVITY) return
  const [oldest] = map.keys()
  if (oldest !== undefined) map.delete(oldest)
}
