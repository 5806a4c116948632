/** The dialer for `socks5` and `tor` routes: names and addresses go to the proxy as they are, nothing is looked up here. */
import type { Socket } from 'node:net'
import type { Clock } from '../time/index.ts'
import { parseAddress } from './address.ts'
import type { Address } from './address.ts'
import { DialError } from './dialer.ts'
import type { Dialer } from './dialer.ts'
import { withDeadline } from './errors.ts'
import { DIAL_TIMEOUT_MS } from './limits.ts'
import type { Route } from './route.ts'
import { SocketConnection } from './socket-connection.ts'
import type { ConnectionKeeper } from './socket-connection.ts'
import { askProxy, checkCredentials } from './socks-dialog.ts'
import type { SocksCredentials } from './socks-dialog.ts'
import { connectTcp, endIfAborted } from './tcp.ts'
import type { ResolveHost, Witness } from './tcp.ts'

export type ProxyRoute = Extract<Route, { kind: 'socks5' | 'tor' }>

/** What is needed to get to a proxy. */
export interface ProxyAccess {
  readonly clock: Clock
  /** Resolves the host name of the proxy itself, never that of a peer. */
  readonly resolveProxy: ResolveHost
  readonly witness: Witness
}

/** A connected, paused socket to the proxy; what stands between is told as the proxy's fault, not the peer's. */
export async function connectProxy(proxy: Address, scope: AbortSignal, access: ProxyAccess): Promise<Socket> {
  const { clock, resolveProxy, witness } = access
  try {
    return await connectTcp(proxy, scope, { clock, resolveHost: resolveProxy, witness })
  } catch (error) {
    throw scope.aborted ? error : proxyUnreachable(proxy.key, error)
  }
}

/**
 * @param credentialsFor user name and password for one dial, or null
 */
export function socks5Dialer(
  keeper: ConnectionKeeper,
  credentialsFor: (route: ProxyRoute, target: Address, network: string | undefined) => SocksCredentials | null,
  access: ProxyAccess,
): Dialer {
  const { clock } = keeper
  return {
    dial: async (address, route, { signal, timeoutMs = DIAL_TIMEOUT_MS, network }) => {
      if (route.kind === 'direct')
        throw new DialError('blocked', `A SOCKS5 proxy cannot be dialed by a ${route.kind} route.`)
      const credentials = credentialsFor(route, address, network)
      if (credentials !== null) checkCredentials(credentials)
      const proxy = parseAddress(route.host, { defaultPort: route.port })
      let isConnected = false
      const describeTimeout = (): string =>
        isConnected
          ? `The proxy at ${proxy.key} gave no connection to ${address.key} within ${timeoutMs / 1000} s.`
          : `The proxy at ${proxy.key} did not answer within ${timeoutMs / 1000} s.`
      return withDeadline(clock, { signal, timeoutMs }, describeTimeout, async scope => {
        const socket = await connectProxy(proxy, scope, access)
        isConnected = true
        await askProxy(socket, { target: address, credentials, timeoutMs }, scope)
        endIfAborted(socket, scope)
        return new SocketConnection(socket, keeper, address, route, 'outbound')
      })
    },
  }
}

/** Our own lack of sockets stays what it is, and so does a refusal of ours. */
function proxyUnreachable(proxy: string, error: unknown): unknown {
  if (!(error instanceof DialError) || error.code === 'local-limit' || error.code === 'blocked') return error
  return new DialError('proxy-unreachable', `The proxy at ${proxy} cannot be reached: ${error.message}`, error)
}
