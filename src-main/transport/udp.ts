/**
 * UDP sockets, the only place that imports `node:dgram`. One socket serves several protocols: each datagram goes to the
 * first consumer that knows it by its first bytes, into a bounded queue of its own, so that a flood of one kind cannot
 * hold up the others or the event loop.
 */
import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { parseAddress, withPort } from './address.ts'
import type { Address } from './address.ts'
import {
  MAX_UDP_CONSUMERS,
  UDP_BATCH_DATAGRAMS,
  UDP_MAX_DATAGRAM_BYTES,
  UDP_QUEUE_BYTES,
  UDP_QUEUE_DATAGRAMS,
  UDP_SEND_QUEUE_BYTES,
} from './limits.ts'
import { ListenError, listenError } from './listener.ts'
import { decideUdp } from './policy.ts'
import type { RoutePolicy } from './policy.ts'
import { socketAddress } from './socket-connection.ts'

/** One protocol on a shared socket. No handler may throw. */
export interface UdpConsumer {
  /** For people and the log: "discovery", "uTP". */
  readonly name: string
  /** Is this datagram ours? Looks at the first bytes only, without any work worth mentioning. */
  accepts(datagram: Uint8Array, from: Address): boolean
  /** A datagram, ours to keep. Called in order, a batch in each turn of the event loop. */
  received(datagram: Uint8Array, from: Address): void
  /** The socket has been closed; called once, last. `text` is a sentence for people. */
  closed?(text: string): void
}

export interface UdpCounts {
  datagramsIn: number
  datagramsOut: number
  bytesIn: number
  bytesOut: number
  /** Nobody's, or too long. */
  unclaimed: number
  /** Not taken in because a consumer's queue was full. */
  dropped: number
  /** Not sent: the system's queue was full, the address is of another family, or the system refused. */
  unsent: number
}

/** One consumer's hold on a socket. */
export interface UdpPort {
  /** Where the socket listens, with the port that the system chose for 0. */
  readonly address: Address
  /**
   * Hands a datagram to the system; the bytes must not be changed afterwards. False: it was not sent, and will not be.
   * True says nothing about arrival.
   */
  send(datagram: Uint8Array, to: Address): boolean
  /** Hears nothing any more; the socket stays open for the others. */
  detach(): void
}

export interface UdpSocket {
  readonly address: Address
  readonly counts: Readonly<UdpCounts>
  readonly isClosed: boolean
  /** Adds a consumer; the first one that accepts a datagram gets it. @throws {ListenError} when closed or full */
  attach(consumer: UdpConsumer): UdpPort
  /** Resolves when the port is free. */
  close(): Promise<void>
}

export interface UdpOptions {
  /** An IP address of this machine; `0.0.0.0` and `::` for all of its family. */
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
}

/** Why the policy forbids a UDP socket at a local address, or null. Loopback is no exception: one answer is easier to prove. */
export function refuseUdp(local: Address, policy: RoutePolicy): string | null {
  if (local.kind === 'ipv4' && !policy.ipv4) return 'IPv4 is switched off in the settings.'
  if (local.kind === 'ipv6' && !policy.ipv6) return 'IPv6 is switched off in the settings.'
  return decideUdp(policy)
}

/** The address that UDP options name. @throws {ListenError} when it is none of a machine's */
export function udpAddress({ host, port }: UdpOptions): Address {
  const address = withPort(parseAddress(host, { defaultPort: 0 }), port)
  if (address.kind === 'ipv4' || address.kind === 'ipv6') return address
  throw new ListenError('no-such-address', `Cannot use UDP at ${address.key}: give an IP address of this machine.`)
}

interface Totals {
  bytesRead: number
  bytesWritten: number
}

/** Binds a socket; the policy has been asked, and the witness is told. @throws {ListenError} */
export async function bindUdp(
  asked: Address,
  totals: Totals,
  witness: (local: Address) => void,
  onClosed: (socket: OpenUdp) => void,
): Promise<OpenUdp> {
  try {
    witness(asked)
  } catch (error) {
    throw new ListenError('blocked', error instanceof Error ? error.message : String(error), error)
  }
  const isIPv4 = asked.kind === 'ipv4'
  const socket = createSocket({
    type: isIPv4 ? 'udp4' : 'udp6',
    ipv6Only: !isIPv4,
    // Destinations are always numeric; the default would ask the resolver's thread pool about each.
    lookup: (host, _options, done) => done(null, host, isIPv4 ? 4 : 6),
  })
  return new Promise((resolve, reject) => {
    const onStartError = (error: NodeJS.ErrnoException): void => {
      socket.close()
      reject(listenError(error, asked))
    }
    socket.once('error', onStartError)
    socket.bind({ address: asked.host, port: asked.port, exclusive: true }, () => {
      socket.off('error', onStartError)
      resolve(new OpenUdp(socket, withPort(asked, socket.address().port), totals, onClosed))
    })
  })
}

interface Waiting {
  readonly datagram: Uint8Array
  readonly from: Address
}

/** A consumer and what waits for it. */
interface Seat {
  readonly consumer: UdpConsumer
  queue: Waiting[]
  queuedBytes: number
}

export class OpenUdp implements UdpSocket {
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
  readonly #socket: Socket
  readonly #totals: Totals
  readonly #onClosed: (socket: OpenUdp) => void
  readonly #seats: Seat[] = []
  #drain: NodeJS.Immediate | null = null
  #closing: Promise<void> | null = null

  constructor(socket: Socket, address: Address, totals: Totals, onClosed: (socket: OpenUdp) => void) {
    this.#socket = socket
    this.address = address
    this.#totals = totals
    this.#onClosed = onClosed
    socket.on('message', ({ buffer, byteOffset, length }, remote) =>
      // A plain array: `slice` of a Buffer would not copy.
      this.#arrived(new Uint8Array(buffer, byteOffset, length), remote.address, remote.port),
    )
    // ICMP errors come here on some systems; a datagram that is lost says nothing about the socket.
    socket.on('error', () => (this.counts.unsent += 1))
  }

  get isClosed(): boolean {
    return this.#closing !== null
  }

  attach(consumer: UdpConsumer): UdpPort {
    if (this.#closing !== null) throw new ListenError('blocked', 'The UDP socket has been closed.')
    if (this.#seats.length >= MAX_UDP_CONSUMERS)
      throw new ListenError('local-limit', `A UDP socket serves ${MAX_UDP_CONSUMERS} protocols at most.`)
    const seat: Seat = { consumer, queue: [], queuedBytes: 0 }
    this.#seats.push(seat)
    return {
      address: this.address,
      send: (datagram, to) => this.#seats.includes(seat) && this.#send(datagram, to),
      detach: () => {
        const index = this.#seats.indexOf(seat)
        if (index >= 0) this.#seats.splice(index, 1)
      },
    }
  }

  close(text = 'The UDP socket was closed.'): Promise<void> {
    this.#closing ??= new Promise<void>(resolve => {
      if (this.#drain !== null) clearImmediate(this.#drain)
      const seats = this.#seats.splice(0)
      this.#socket.close(() => {
        this.#onClosed(this)
        for (const { consumer } of seats) consumer.closed?.(text)
        resolve()
      })
    })
    return this.#closing
  }

  #arrived(datagram: Uint8Array, host: string, port: number): void {
    this.counts.datagramsIn += 1
    this.counts.bytesIn += datagram.length
    this.#totals.bytesRead += datagram.length
    const from = socketAddress(host, port)
    const seat =
      from === null || datagram.length > UDP_MAX_DATAGRAM_BYTES
        ? undefined
        : this.#seats.find(({ consumer }) => consumer.accepts(datagram, from))
    if (from === null || seat === undefined) {
      this.counts.unclaimed += 1
      return
    }
    if (seat.queue.length >= UDP_QUEUE_DATAGRAMS || seat.queuedBytes + datagram.length > UDP_QUEUE_BYTES) {
      this.counts.dropped += 1
      return
    }
    seat.queue.push({ datagram, from })
    seat.queuedBytes += datagram.length
    this.#drain ??= setImmediate(() => this.#deliver())
  }

  /** One batch for each consumer, then the event loop goes on. */
  #deliver(): void {
    this.#drain = null
    for (const seat of this.#seats) {
      for (const { datagram, from } of seat.queue.splice(0, UDP_BATCH_DATAGRAMS)) {
        seat.queuedBytes -= datagram.length
        if (this.#seats.includes(seat)) seat.consumer.received(datagram, from)
      }
    }
    if (this.#closing === null && this.#seats.some(seat => seat.queue.length > 0))
      this.#drain ??= setImmediate(() => this.#deliver())
  }

  #send(datagram: Uint8Array, to: Address): boolean {
    const isOurs = to.kind === this.address.kind && to.port > 0 && datagram.length <= UDP_MAX_DATAGRAM_BYTES
    if (!isOurs || this.#socket.getSendQueueSize() > UDP_SEND_QUEUE_BYTES) {
      this.counts.unsent += 1
      return false
    }
    try {
      this.#socket.send(datagram, to.port, to.host, error => {
        if (error !== null) this.counts.unsent += 1
      })
    } catch {
      this.counts.unsent += 1
      return false
    }
    this.counts.datagramsOut += 1
    this.counts.bytesOut += datagram.length
    this.#totals.bytesWritten += datagram.length
    return true
  }
}
