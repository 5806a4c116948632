/**
 * A network in memory, in the time of an injected clock: connections with latency, addresses that refuse or never
 * answer. A dialer like the others (it passes their compliance suite), for simulations of thousands of peers.
 */
import type { Clock, Timer } from '../../src-main/time/index.ts'
import { DialError, parseAddress } from '../../src-main/transport/index.ts'
import type {
  Address,
  CloseReason,
  Connection,
  ConnectionHandlers,
  DialOptions,
  Dialer,
  Direction,
  Route,
} from '../../src-main/transport/index.ts'

const HIGH_MARK_BYTES = 65_536
const LINGER_MS = 2000
const DIAL_TIMEOUT_MS = 30_000
const FIN = Symbol('FIN')
const REMOTE: CloseReason = { by: 'remote', text: 'The other end closed the connection.' }

let lastId = 1_000_000_000

class MemoryConnection implements Connection {
  readonly id = ++lastId
  readonly address: Address
  readonly localAddress: Address
  readonly route: Route
  readonly direction: Direction
  readonly openedAt: number
  bytesRead = 0
  bytesWritten = 0
  queuedBytes = 0
  readonly #clock: Clock
  readonly #latencyMs: number
  readonly #onOver: () => void
  readonly #inbox: (Uint8Array | typeof FIN)[] = []
  #far: MemoryConnection | null = null
  #handlers: ConnectionHandlers | null = null
  #isPaused = false
  #needsDrain = false
  #finSent = false
  #reason: CloseReason | null = null
  #isOver = false
  #linger: Timer | null = null

  constructor(
    clock: Clock,
    latencyMs: number,
    ends: { address: Address; localAddress: Address; route: Route; direction: Direction },
    onOver: () => void,
  ) {
    this.#clock = clock
    this.#latencyMs = latencyMs
    this.#onOver = onOver
    this.address = ends.address
    this.localAddress = ends.localAddress
    this.route = ends.route
    this.direction = ends.direction
    this.openedAt = clock.now()
  }

  join(far: MemoryConnection): void {
    this.#far = far
  }

  get isClosed(): boolean {
    return this.#reason !== null
  }

  open(handlers: ConnectionHandlers): void {
    if (this.#handlers !== null) throw new Error('The connection has an owner already.')
    this.#handlers = handlers
    if (this.#isOver) queueMicrotask(() => this.#tellClosed())
    else this.#deliver()
  }

  write(bytes: Uint8Array): boolean {
    if (this.#reason !== null) return true
    const copy = Uint8Array.from(bytes)
    this.queuedBytes += copy.length
    this.#send(copy)
    this.#needsDrain ||= this.queuedBytes >= HIGH_MARK_BYTES
    return !this.#needsDrain
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#deliver()
  }

  close(text = 'Closed by us.'): void {
    if (this.#reason !== null) return
    this.#reason = { by: 'local', text }
    this.#finish()
    this.resume()
  }

  destroy(text = 'Closed by us.'): void {
    if (this.#isOver) return
    this.#reason ??= { by: 'local', text }
    this.#finish()
    this.#clock.after(0, () => this.#end())
  }

  #send(item: Uint8Array | typeof FIN): void {
    const far = this.#far
    this.#clock.after(this.#latencyMs, () => far?.arrive(item))
  }

  #finish(): void {
    if (this.#finSent) return
    this.#finSent = true
    this.#send(FIN)
    this.#linger = this.#clock.after(LINGER_MS, () => this.#end())
  }

  arrive(item: Uint8Array | typeof FIN): void {
    if (this.#isOver) return
    this.#inbox.push(item)
    this.#deliver()
  }

  #deliver(): void {
    while ((this.#handlers !== null || this.#reason !== null) && !this.#isPaused) {
      const item = this.#inbox.shift()
      if (item === undefined) return
      if (item === FIN) {
        this.#reason ??= REMOTE
        this.#finish()
        this.#end()
        return
      }
      this.#far?.delivered(item.length)
      if (this.#reason !== null) continue
      this.bytesRead += item.length
      this.#handlers?.data(item)
    }
  }

  delivered(bytes: number): void {
    if (this.#isOver) return
    this.queuedBytes -= bytes
    this.bytesWritten += bytes
    if (this.queuedBytes > 0 || !this.#needsDrain) return
    this.#needsDrain = false
    if (this.#reason === null) this.#handlers?.drain?.()
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.queuedBytes = 0
    this.#inbox.length = 0
    this.#linger?.cancel()
    this.#onOver()
    this.#tellClosed()
  }

  #tellClosed(): void {
    if (this.#reason !== null) this.#handlers?.closed(this.#reason)
  }
}

/** What dialing an address meets when nobody listens there; `silent` never answers. */
export type Absence = 'refused' | 'unreachable' | 'silent'

export interface MemoryNetOptions {
  readonly clock: Clock
  /** One way, milliseconds; a dial takes two ways. 10 when absent. */
  readonly latencyMs?: number
  /** For addresses where nobody listens and nothing else was said. `refused` when absent. */
  readonly absence?: Absence
}

export class MemoryNet implements Dialer {
  /** Connections open now, both ends counted. */
  openConnections = 0
  readonly #clock: Clock
  readonly #latencyMs: number
  readonly #absence: Absence
  readonly #listeners = new Map<string, (far: Connection) => void>()
  readonly #absences = new Map<string, Absence>()
  #lastPort = 1023

  constructor({ clock, latencyMs = 10, absence = 'refused' }: MemoryNetOptions) {
    this.#clock = clock
    this.#latencyMs = latencyMs
    this.#absence = absence
  }

  /** Takes connections to an address until the returned function is called. */
  listen(address: Address, onConnection: (far: Connection) => void): () => void {
    this.#listeners.set(address.key, onConnection)
    return () => void this.#listeners.delete(address.key)
  }

  /** Says what dialing an address meets while nobody listens there. */
  setAbsence(address: Address, absence: Absence): void {
    this.#absences.set(address.key, absence)
  }

  /** Both ends of a new connection from one address to another. */
  connect(from: Address, to: Address, route: Route = { kind: 'direct' }): { near: Connection; far: Connection } {
    const onOver = (): void => void (this.openConnections -= 1)
    this.openConnections += 2
    const near = new MemoryConnection(
      this.#clock,
      this.#latencyMs,
      { address: to, localAddress: from, route, direction: 'outbound' },
      onOver,
    )
    const far = new MemoryConnection(
      this.#clock,
      this.#latencyMs,
      { address: from, localAddress: to, route: { kind: 'direct' }, direction: 'inbound' },
      onOver,
    )
    near.join(far)
    far.join(near)
    return { near, far }
  }

  dial(
    address: Address,
    route: Route,
    { signal, timeoutMs = DIAL_TIMEOUT_MS }: DialOptions,
    from?: Address,
  ): Promise<Connection> {
    return new Promise((resolve, reject) => {
      let answer: Timer | null = null
      const settle = (): void => {
        answer?.cancel()
        deadline.cancel()
        signal?.removeEventListener('abort', onAbort)
      }
      const fail = (error: DialError): void => {
        settle()
        reject(error)
      }
      const onAbort = (): void => fail(new DialError('cancelled', 'The dial was cancelled.'))
      const deadline = this.#clock.after(timeoutMs, () =>
        fail(new DialError('timeout', `${address.key} did not answer within ${timeoutMs / 1000} s.`)),
      )
      if (signal?.aborted) {
        onAbort()
        return
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      const absence = this.#absences.get(address.key) ?? this.#absence
      if (!this.#listeners.has(address.key) && absence === 'silent') return
      answer = this.#clock.after(2 * this.#latencyMs, () => {
        const accept = this.#listeners.get(address.key)
        if (accept === undefined) {
          fail(
            new DialError(
              absence === 'unreachable' ? 'unreachable' : 'refused',
              `${address.key} refused the connection.`,
            ),
          )
          return
        }
        settle()
        const { near, far } = this.connect(from ?? this.#ownAddress(), address, route)
        accept(far)
        resolve(near)
      })
    })
  }

  #ownAddress(): Address {
    this.#lastPort = this.#lastPort >= 65_535 ? 1024 : this.#lastPort + 1
    return parseAddress(`127.0.0.1:${this.#lastPort}`)
  }
}
