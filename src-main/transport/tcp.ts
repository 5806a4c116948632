/** Opens TCP sockets: the one place in Warren where an outbound connection begins. */
import { Socket } from 'node:net'
import type { Clock } from '../time/index.ts'
import type { Address } from './address.ts'
import { DialError } from './dialer.ts'
import { connectError } from './errors.ts'
import { interleaveFamilies, raceAttempts } from './happy-eyeballs.ts'
import { CONNECTION_ATTEMPT_DELAY_MS, MAX_DIALED_ADDRESSES } from './limits.ts'
import { SOCKET_OPTIONS, guardSocket } from './socket-connection.ts'

/** Turns a host name into IP addresses with the name's port; rejects with a `DialError`. */
export type ResolveHost = (name: Address, signal: AbortSignal) => Promise<readonly Address[]>

/** Told of every socket before it connects; throws a `DialError` where it must not. */
export type Witness = (target: Address) => void

/**
 * Connects to an IP address, or to a host name by happy eyeballs. Gives a connected, paused socket from which nothing
 * has been read; rejects with a `DialError`, or with the signal's reason, and leaves no socket behind.
 */
export async function connectTcp(
  target: Address,
  signal: AbortSignal,
  {
    clock,
    resolveHost,
    witness,
    from,
  }: {
    readonly clock: Clock
    readonly resolveHost: ResolveHost
    readonly witness: Witness
    readonly from?: string | undefined
  },
): Promise<Socket> {
  const connectIp = (ip: Address, scope: AbortSignal): Promise<Socket> => openSocket(ip, scope, witness, from)
  if (isIp(target)) return connectIp(target, signal)
  if (target.kind !== 'host') throw new DialError('blocked', `${target.key} cannot be dialed directly.`)
  const found = await resolveHost(target, signal)
  const candidates = interleaveFamilies(found.filter(isIp)).slice(0, MAX_DIALED_ADDRESSES)
  try {
    return await raceAttempts(candidates, connectIp, {
      clock,
      staggerMs: CONNECTION_ATTEMPT_DELAY_MS,
      signal,
      discard: socket => socket.destroy(),
    })
  } catch (error) {
    if (!(error instanceof AggregateError)) throw error
    const last: unknown = error.errors.at(-1)
    if (!(last instanceof DialError))
      throw new DialError('unknown-host', `${target.host} has no address that may be dialed.`)
    if (error.errors.length === 1) throw last
    throw new DialError(
      last.code,
      `None of the ${error.errors.length} addresses of ${target.host} answered; the last: ${last.message}`,
      error,
    )
  }
}

/** A promise is heard a moment after it is settled, and the policy may change in between: the socket must not live on. */
export function endIfAborted(socket: Socket, signal: AbortSignal): void {
  if (!signal.aborted) return
  socket.destroy()
  throw signal.reason
}

/** Anything else handed to `connect` would make Node ask a name server behind the policy's back. */
const isIp = ({ kind }: Address): boolean => kind === 'ipv4' || kind === 'ipv6' || kind === 'cjdns'

function openSocket(target: Address, signal: AbortSignal, witness: Witness, from: string | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error)
      return
    }
    witness(target)
    const socket = new Socket(SOCKET_OPTIONS)
    // Paused before it connects: Node would start to read at once.
    socket.pause()
    const settle = (): void => {
      signal.removeEventListener('abort', onAbort)
      socket.off('connect', onConnect)
      socket.off('error', onError)
    }
    const onConnect = (): void => {
      settle()
      resolve(socket)
    }
    const onError = (error: Error): void => {
      settle()
      reject(connectError(error, target.key))
    }
    const onAbort = (): void => {
      settle()
      socket.destroy()
      reject(signal.reason as Error)
    }
    guardSocket(socket)
    socket.once('error', onError)
    socket.once('connect', onConnect)
    signal.addEventListener('abort', onAbort, { once: true })
    socket.connect({ host: target.host, port: target.port, ...(from === undefined ? {} : { localAddress: from }) })
  })
}
