/**
 * Streams to programs on this machine that serve us, such as Tor's control port. They never leave the machine, so the
 * route policy has no say; that is why only loopback addresses and unix sockets are taken, and never a name.
 */
import { Socket } from 'node:net'
import type { Clock } from '../time/index.ts'
import { parseAddress } from './address.ts'
import { DialError } from './dialer.ts'
import { connectError, socketErrorText, withDeadline } from './errors.ts'
import { isLoopback } from './reach.ts'
import { SOCKET_OPTIONS } from './socket-connection.ts'

/** Where a program of this machine listens: an IP address out of 127.0.0.0/8 or ::1, or the path of a unix socket. */
export type LocalTarget =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

/** What the one owner of a local stream hears. */
export interface LocalStreamHandlers {
  data(chunk: Uint8Array): void
  /** The stream has ended, and not by `destroy`; called once, last. `text` is a sentence. */
  closed(text: string): void
}

export interface LocalStream {
  /** Names the owner and starts the flow of bytes; nothing is read before. */
  open(handlers: LocalStreamHandlers): void
  /** Queues bytes; the caller bounds what it asks. Ignored when closed. */
  write(bytes: Uint8Array): void
  /** Ends at once. */
  destroy(): void
}

/** `127.0.0.1:9051`, `[::1]:9051` or `/run/tor/control`. */
export function printLocalTarget(target: LocalTarget): string {
  if (target.kind === 'unix') return target.path
  return target.host.includes(':') ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`
}

/**
 * Connects to a program on this machine. Rejects with a `DialError`: `blocked` when the target is not of this machine;
 * leaves no socket behind.
 */
export async function connectLocal(
  target: LocalTarget,
  options: { readonly clock: Clock; readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<LocalStream> {
  const where = printLocalTarget(target)
  const goal = checkedGoal(target, where)
  return withDeadline(
    options.clock,
    options,
    () => `${where} did not answer.`,
    signal =>
      new Promise((resolve, reject) => {
        const socket = new Socket(SOCKET_OPTIONS)
        socket.pause()
        const onAbort = (): void => {
          socket.destroy()
          reject(signal.reason as Error)
        }
        const onError = (error: Error): void => {
          signal.removeEventListener('abort', onAbort)
          reject(missing(error, where) ?? connectError(error, where))
        }
        socket.once('error', onError)
        socket.once('connect', () => {
          signal.removeEventListener('abort', onAbort)
          socket.off('error', onError)
          resolve(streamOver(socket))
        })
        signal.addEventListener('abort', onAbort, { once: true })
        socket.connect(goal)
      }),
  )
}

function checkedGoal(target: LocalTarget, where: string): { path: string } | { host: string; port: number } {
  if (target.kind === 'unix') {
    if (target.path.startsWith('/')) return { path: target.path }
    throw new DialError('blocked', `${where} is not the path of a unix socket: that begins with a slash.`)
  }
  let address
  try {
    address = parseAddress(target.host, { defaultPort: target.port })
  } catch (error) {
    throw new DialError('blocked', `${where} is not an address of this machine.`, error)
  }
  const isIp = address.kind === 'ipv4' || address.kind === 'ipv6'
  if (!isIp || !isLoopback(address) || address.port === 0)
    throw new DialError('blocked', `${where} is not an address of this machine: that is 127.0.0.1 or ::1, with a port.`)
  return { host: address.host, port: address.port }
}

const missing = (error: Error, where: string): DialError | null =>
  'code' in error && error.code === 'ENOENT'
    ? new DialError('refused', `${where} does not exist; nothing listens there.`, error)
    : null

function streamOver(socket: Socket): LocalStream {
  let handlers: LocalStreamHandlers | null = null
  let ending: string | null = null
  let isOver = false
  const end = (text: string): void => {
    ending ??= text
    socket.destroy()
    if (handlers === null || isOver) return
    isOver = true
    handlers.closed(ending)
  }
  socket.on('error', error => end(socketErrorText(error)))
  socket.on('close', () => end('The other end closed the connection.'))
  return {
    open(owner) {
      handlers = owner
      if (ending !== null) {
        queueMicrotask(() => end(''))
        return
      }
      socket.on('data', (chunk: Uint8Array) => {
        if (!isOver) owner.data(chunk)
      })
      socket.resume()
    },
    write(bytes) {
      if (!socket.destroyed) socket.write(bytes)
    },
    destroy() {
      isOver = true
      socket.destroy()
    },
  }
}
