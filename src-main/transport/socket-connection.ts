/**
 * A `Connection` over a TCP socket. Ten thousand may be idle at once, so listeners are shared functions that find
 * their connection through one property of the socket, and a timer exists only while a connection closes.
 * (Static read buffers by `onread` were measured and save nothing on idle sockets.)
 */
import type { Socket } from 'node:net'
import type { Clock, Timer } from '../time/index.ts'
import { parseAddress } from './address.ts'
import type { Address } from './address.ts'
import type { CloseReason, Connection, ConnectionHandlers, Direction } from './connection.ts'
import { socketErrorText } from './errors.ts'
import { CLOSE_LINGER_MS, WRITE_HIGH_MARK_BYTES } from './limits.ts'
import type { Route } from './route.ts'

/** What connections of one transport share. */
export interface ConnectionKeeper {
  readonly clock: Clock
  /** Payload bytes of all connections, ever; connections add to it. */
  readonly totals: { bytesRead: number; bytesWritten: number }
  opened(connection: Connection): void
  closed(connection: Connection): void
}

const OWNER = Symbol('connection')

interface OwnedSocket extends Socket {
  [OWNER]?: SocketConnection
}

/** Options for every socket and server. A FIN of the other end ends our side too once our queue is sent. */
export const SOCKET_OPTIONS = { allowHalfOpen: false, noDelay: true, highWaterMark: WRITE_HIGH_MARK_BYTES } as const

function onData(this: OwnedSocket, chunk: Uint8Array): void {
  this[OWNER]?.received(chunk)
}
function onDrain(this: OwnedSocket): void {
  this[OWNER]?.drained()
}
function onEnd(this: OwnedSocket): void {
  this[OWNER]?.remoteEnded()
}
function onClose(this: OwnedSocket): void {
  this[OWNER]?.socketClosed()
}

function onError(this: OwnedSocket, error: NodeJS.ErrnoException): void {
  this[OWNER]?.failed(error)
}

/** Hears every error of a socket from its making on, so that none is unhandled; tells the connection once there is one. */
export function guardSocket(socket: Socket): void {
  socket.on('error', onError)
}

let lastId = 0

/** An IP address as a socket names it (with a zone when link-local), or null when it names none any more. */
export function socketAddress(host: string | undefined, port: number | undefined): Address | null {
  if (host === undefined || port === undefined) return null
  const zoneAt = host.indexOf('%')
  return parseAddress(zoneAt < 0 ? host : host.slice(0, zoneAt), { defaultPort: port })
}

export class SocketConnection implements Connection {
  readonly id = ++lastId
  readonly address: Address
  readonly route: Route
  readonly direction: Direction
  readonly openedAt: number
  readonly #socket: OwnedSocket
  readonly #keeper: ConnectionKeeper
  #handlers: ConnectionHandlers | null = null
  #bytesRead = 0
  #accepted = 0
  /** Set when it is known why it ends; the first cause stays. */
  #reason: CloseReason | null = null
  #isOver = false
  #linger: Timer | null = null

  /** Takes over a connected, paused socket that has been guarded. */
  constructor(socket: Socket, keeper: ConnectionKeeper, address: Address, route: Route, direction: Direction) {
    this.#socket = socket
    this.#keeper = keeper
    this.address = address
    this.route = route
    this.direction = direction
    this.openedAt = keeper.clock.now()
    this.#socket[OWNER] = this
    socket.on('close', onClose)
    keeper.opened(this)
    if (socket.closed) this.socketClosed()
  }

  get localAddress(): Address | null {
    return this.route.kind === 'direct' ? socketAddress(this.#socket.localAddress, this.#socket.localPort) : null
  }

  get bytesRead(): number {
    return this.#bytesRead
  }

  /** Bytes that a reset of the connection swallowed count as written. */
  get bytesWritten(): number {
    return this.#accepted - this.queuedBytes
  }

  get queuedBytes(): number {
    return this.#socket.destroyed ? 0 : this.#socket.writableLength
  }

  get isClosed(): boolean {
    return this.#reason !== null
  }

  open(handlers: ConnectionHandlers): void {
    if (this.#handlers !== null) throw new Error('The connection has an owner already.')
    this.#handlers = handlers
    if (this.#isOver) {
      queueMicrotask(() => this.#tellClosed())
      return
    }
    this.#socket.on('data', onData)
    this.#socket.on('drain', onDrain)
    this.#socket.on('end', onEnd)
    this.#socket.resume()
  }

  write(bytes: Uint8Array): boolean {
    // True when closed: no `drain` will come that anybody could wait for.
    if (this.#reason !== null) return true
    if (bytes.length === 0) return !this.#socket.writableNeedDrain
    this.#accepted += bytes.length
    this.#keeper.totals.bytesWritten += bytes.length
    return this.#socket.write(bytes)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    if (this.#handlers !== null) this.#socket.resume()
  }

  close(text = 'Closed by us.'): void {
    if (this.#reason !== null) return
    this.#reason = { by: 'local', text }
    this.#socket.end()
    // What still arrives is thrown away, but has to be read for the FIN behind it to be seen.
    this.#socket.resume()
    this.#armLinger()
  }

  destroy(text = 'Closed by us.'): void {
    if (this.#isOver) return
    this.#reason ??= { by: 'local', text }
    this.#dropSocket()
  }

  /** For the socket's listeners only. */
  received(chunk: Uint8Array): void {
    if (this.#reason !== null) return
    this.#bytesRead += chunk.length
    this.#keeper.totals.bytesRead += chunk.length
    this.#handlers?.data(chunk)
  }

  /** For the socket's listeners only. */
  drained(): void {
    if (this.#reason === null) this.#handlers?.drain?.()
  }

  /** For the socket's listeners only: FIN. Node sends what is queued and our FIN; a peer that does not read gets 2 s. */
  remoteEnded(): void {
    this.#reason ??= { by: 'remote', text: 'The other end closed the connection.' }
    this.#armLinger()
  }

  /** For the socket's listeners only. */
  failed(error: NodeJS.ErrnoException): void {
    this.#reason ??= { by: 'error', text: socketErrorText(error) }
  }

  /** For the socket's listeners only. */
  socketClosed(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#reason ??= { by: 'remote', text: 'The other end closed the connection.' }
    this.#linger?.cancel()
    this.#linger = null
    this.#keeper.closed(this)
    this.#tellClosed()
  }

  #armLinger(): void {
    this.#linger ??= this.#keeper.clock.after(CLOSE_LINGER_MS, () => this.#dropSocket())
  }

  /** Queued bytes are lost: they were never handed to the system and do not count as written. */
  #dropSocket(): void {
    this.#accepted -= this.queuedBytes
    this.#socket.destroy()
  }

  #tellClosed(): void {
    const reason = this.#reason
    if (reason !== null) this.#handlers?.closed(reason)
  }
}
