/**
 * Listens on one or several addresses and hands over inbound connections. Admission is decided by the remote's address
 * before a connection object exists and before anything is read.
 */
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import type { Log } from '../log/index.ts'
import type { Timer } from '../time/index.ts'
import type { Address } from './address.ts'
import type { Connection } from './connection.ts'
import type { Route } from './route.ts'
import { ACCEPT_RETRY_MS, LISTEN_BACKLOG, MAX_LISTEN_ADDRESSES } from './limits.ts'
import { SOCKET_OPTIONS, SocketConnection, guardSocket, socketAddress } from './socket-connection.ts'
import type { ConnectionKeeper } from './socket-connection.ts'

export type ListenErrorCode =
  | 'blocked' // the route policy, or the transport has been closed
  | 'in-use'
  | 'forbidden'
  | 'no-such-address'
  | 'local-limit'
  | 'failed'

/** Listening that did not begin. `message` is a sentence for people and names the address. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
  readonly code: ListenErrorCode

  constructor(code: ListenErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

export interface ListenOptions {
  /** How those who come get here: `tor` for the listener behind an onion service. Direct when absent. */
  readonly route?: Route
  /** Gets every admitted connection; must not throw, and may destroy it. */
  onConnection(connection: Connection): void
  /** False closes the socket at once: nothing is read, no connection is made. Everybody is admitted when absent. */
  admit?(address: Address): boolean
  /** Listening at an address ended while we wanted it, or works again: `error` is null then. */
  onTrouble?(address: Address, error: ListenError | null): void
}

export interface Listener {
  /** Where it listens, with the ports that the system chose for 0. */
  readonly addresses: readonly Address[]
  /** Sockets handed over and sockets closed on arrival (not admitted, or paused), since it began. */
  readonly counts: { readonly accepted: number; readonly turnedAway: number }
  /** Closes whatever arrives on arrival, until `resume`. */
  pause(): void
  resume(): void
  /** Resolves when the ports are free. Connections that were handed over live on. */
  close(): Promise<void>
}

const LISTEN_ERRORS: Readonly<Record<string, readonly [ListenErrorCode, string]>> = {
  EADDRINUSE: ['in-use', 'another program uses it already'],
  EACCES: ['forbidden', 'the system does not allow it (ports below 1024 are often reserved)'],
  EPERM: ['forbidden', 'the system does not allow it'],
  EADDRNOTAVAIL: ['no-such-address', 'this machine has no such address'],
  EAFNOSUPPORT: ['no-such-address', 'this machine does not know that kind of address'],
  EINVAL: ['no-such-address', 'the system does not take that address'],
  EMFILE: ['local-limit', 'too many files and sockets are open'],
  ENFILE: ['local-limit', 'too many files and sockets are open on this machine'],
  ENOBUFS: ['local-limit', 'the system is out of network memory'],
}

/** What the system said about listening, for people. */
export function listenError(error: NodeJS.ErrnoException, address: Address): ListenError {
  const [code, why] = LISTEN_ERRORS[error.code ?? ''] ?? ['failed', `the system says ${error.code ?? error.message}`]
  return new ListenError(code, `Cannot listen on ${address.key}: ${why}.`, error)
}

export interface ListenerParts {
  readonly keeper: ConnectionKeeper
  /** Told of every address before a socket listens there; throws a `DialError` where none may. */
  readonly witness: (local: Address) => void
  readonly log: Log
}

const DIRECT = { kind: 'direct' } as const

/** Listens on all addresses or on none. @throws {ListenError} */
export async function listenOn(
  addresses: readonly Address[],
  options: ListenOptions,
  parts: ListenerParts,
): Promise<Listener> {
  if (addresses.length === 0 || addresses.length > MAX_LISTEN_ADDRESSES) {
    throw new ListenError('failed', `A listener takes 1 to ${MAX_LISTEN_ADDRESSES} addresses, not ${addresses.length}.`)
  }
  const counts = { accepted: 0, turnedAway: 0 }
  let isPaused = false

  const onSocket = (socket: Socket): void => {
    const address = socketAddress(socket.remoteAddress, socket.remotePort)
    // No address: the other end has hung up already.
    if (address === null || isPaused || options.admit?.(address) === false) {
      counts.turnedAway += 1
      guardSocket(socket)
      socket.destroy()
      return
    }
    counts.accepted += 1
    guardSocket(socket)
    options.onConnection(new SocketConnection(socket, parts.keeper, address, options.route ?? DIRECT, 'inbound'))
  }

  const doors: Door[] = []
  const closeAll = async (): Promise<void> => {
    await Promise.all(doors.map(door => door.close()))
  }
  try {
    for (const address of addresses) {
      const door = new Door(address, onSocket, options, parts)
      await door.open()
      doors.push(door)
    }
  } catch (error) {
    await closeAll()
    throw error
  }
  return {
    addresses: doors.map(door => door.address),
    counts,
    pause: () => {
      isPaused = true
    },
    resume: () => {
      isPaused = false
    },
    close: closeAll,
  }
}

/** One listening address. When the system runs out of file descriptors it closes, and tries again after a while. */
class Door {
  readonly #onSocket: (socket: Socket) => void
  readonly #options: ListenOptions
  readonly #parts: ListenerParts
  #address: Address
  #server: Server | null = null
  #retry: Timer | null = null
  #isInTrouble = false
  #isClosed = false

  constructor(address: Address, onSocket: (socket: Socket) => void, options: ListenOptions, parts: ListenerParts) {
    this.#address = address
    this.#onSocket = onSocket
    this.#options = options
    this.#parts = parts
  }

  get address(): Address {
    return this.#address
  }

  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      const asked = this.#address
      if (asked.kind === 'host' || asked.kind === 'onion' || asked.kind === 'i2p') {
        reject(new ListenError('no-such-address', `Cannot listen on ${asked.key}: give an IP address of this machine.`))
        return
      }
      try {
        this.#parts.witness(asked)
      } catch (error) {
        reject(new ListenError('blocked', error instanceof Error ? error.message : String(error), error))
        return
      }
      const server = createServer({ ...SOCKET_OPTIONS, pauseOnConnect: true }, this.#onSocket)
      this.#server = server
      const onStartError = (error: Error): void => {
        this.#server = null
        reject(listenError(error, asked))
      }
      server.once('error', onStartError)
      server.listen(
        { host: asked.host, port: asked.port, ipv6Only: asked.kind !== 'ipv4', backlog: LISTEN_BACKLOG },
        () => {
          server.off('error', onStartError)
          if (this.#isClosed) {
            server.close()
            reject(new ListenError('blocked', 'The listener has been closed.'))
            return
          }
          server.on('error', error => this.#acceptFailed(error))
          const bound = server.address()
          if (bound !== null && typeof bound === 'object') {
            this.#address = socketAddress(asked.host, bound.port) ?? asked
          }
          resolve()
        },
      )
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#retry?.cancel()
    this.#retry = null
    this.#shut()
    // The port is free when the event loop has come round once.
    await new Promise(resolve => setImmediate(resolve))
  }

  #shut(): void {
    this.#server?.close()
    this.#server = null
  }

  /** `accept` failed, for want of file descriptors as a rule: left alone, the event loop would spin on it. */
  #acceptFailed(error: NodeJS.ErrnoException): void {
    this.#shut()
    if (!this.#isInTrouble) {
      this.#isInTrouble = true
      const trouble = listenError(error, this.#address)
      this.#parts.log.warn('Stopped accepting connections for a while', {
        address: this.#address.key,
        why: trouble.message,
      })
      this.#options.onTrouble?.(this.#address, trouble)
    }
    this.#retryLater()
  }

  #retryLater(): void {
    if (this.#isClosed) return
    this.#retry ??= this.#parts.keeper.clock.after(ACCEPT_RETRY_MS, () => {
      this.#retry = null
      this.open().then(
        () => this.#recovered(),
        () => this.#retryLater(),
      )
    })
  }

  #recovered(): void {
    this.#isInTrouble = false
    this.#parts.log.info('Accepting connections again', { address: this.#address.key })
    this.#options.onTrouble?.(this.#address, null)
  }
}
