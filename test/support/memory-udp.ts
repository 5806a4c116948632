/**
 * Datagrams in memory, in the time of an injected clock, lost, doubled and overtaken as the street does it: for
 * simulations of many UDP peers. Anybody may claim any source address, as on the street.
 */
import type { Clock, RandomSource } from '../../src-main/time/index.ts'
import { ListenError } from '../../src-main/transport/index.ts'
import type { Address, UdpConsumer, UdpCounts, UdpSocket } from '../../src-main/transport/index.ts'

export interface UdpWeather {
  /** One way, at least, ms. */
  readonly latencyMs: number
  /** Added at random, ms: what makes datagrams overtake each other. */
  readonly jitterMs: number
  /** Shares from 0 to 1. */
  readonly loss: number
  readonly duplicates: number
}

const FAIR: UdpWeather = { latencyMs: 20, jitterMs: 0, loss: 0, duplicates: 0 }

class MemorySocket implements UdpSocket {
  readonly address: Address
  readonly counts: UdpCounts = {
    datagramsIn: 0,
    datagramsOut: 0,
    bytesIn: 0,
    bytesOut: 0,
    unclaimed: 0,
    dropped: 0,
    unsent: 0,
  }
  isClosed = false
  readonly #consumers: UdpConsumer[] = []
  readonly #network: MemoryUdp

  constructor(network: MemoryUdp, address: Address) {
    this.#network = network
    this.address = address
  }

  attach(consumer: UdpConsumer): ReturnType<UdpSocket['attach']> {
    if (this.isClosed) throw new ListenError('blocked', 'The UDP socket has been closed.')
    this.#consumers.push(consumer)
    return {
      address: this.address,
      send: (datagram, to) => {
        if (this.isClosed || !this.#consumers.includes(consumer) || to.kind !== this.address.kind) return false
        this.counts.datagramsOut += 1
        this.counts.bytesOut += datagram.length
        this.#network.inject(datagram, this.address, to)
        return true
      },
      detach: () => {
        const index = this.#consumers.indexOf(consumer)
        if (index >= 0) this.#consumers.splice(index, 1)
      },
    }
  }

  arrived(datagram: Uint8Array, from: Address): void {
    if (this.isClosed) return
    this.counts.datagramsIn += 1
    this.counts.bytesIn += datagram.length
    const consumer = this.#consumers.find(each => each.accepts(datagram, from))
    if (consumer === undefined) this.counts.unclaimed += 1
    else consumer.received(datagram, from)
  }

  close(text = 'The UDP socket was closed.'): Promise<void> {
    if (!this.isClosed) {
      this.isClosed = true
      this.#network.forget(this.address)
      for (const consumer of this.#consumers.splice(0)) consumer.closed?.(text)
    }
    return Promise.resolve()
  }
}

export class MemoryUdp {
  readonly #clock: Clock
  readonly #random: RandomSource
  readonly #sockets = new Map<string, MemorySocket>()
  weather: UdpWeather
  /** Datagrams sent into the network, and the bytes of them. */
  readonly sent = { datagrams: 0, bytes: 0 }

  constructor(clock: Clock, random: RandomSource, weather: Partial<UdpWeather> = {}) {
    this.#clock = clock
    this.#random = random
    this.weather = { ...FAIR, ...weather }
  }

  open(address: Address): UdpSocket {
    if (this.#sockets.has(address.key)) throw new ListenError('in-use', `${address.key} is taken.`)
    const socket = new MemorySocket(this, address)
    this.#sockets.set(address.key, socket)
    return socket
  }

  /** A datagram on its way; `from` is whatever the sender claims. */
  inject(datagram: Uint8Array, from: Address, to: Address): void {
    this.sent.datagrams += 1
    this.sent.bytes += datagram.length
    const { latencyMs, jitterMs, loss, duplicates } = this.weather
    if (this.#random.float() < loss) return
    for (let copies = this.#random.float() < duplicates ? 2 : 1; copies > 0; copies--) {
      const copy = datagram.slice()
      this.#clock.after(latencyMs + jitterMs * this.#random.float(), () =>
        this.#sockets.get(to.key)?.arrived(copy, from),
      )
    }
  }

  forget(address: Address): void {
    this.#sockets.delete(address.key)
  }
}
