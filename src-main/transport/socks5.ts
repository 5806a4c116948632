/** The dialer for `socks5` routes: names and addresses go to the proxy as they are, nothing is looked up here. */
import { parseAddress } from './address.ts'
import { DialError } from './dialer.ts'
import type { Dialer } from './dialer.ts'
import { withDeadline } from './errors.ts'
import { DIAL_TIMEOUT_MS } from './limits.ts'
import type { Route } from './route.ts'
import { SocketConnection } from './socket-connection.ts'
import type { ConnectionKeeper } from './socket-connection.ts'
import { askProxy, checkCredentials } from './socks-dialog.ts'
import type { SocksCredentials } from './socks-dialog.ts'
import { connectTcp } from './tcp.ts'
import type { ResolveHost } from './tcp.ts'

type SocksRoute = Extract<Route, { kind: 'socks5' }>

/**
 * @param credentialsFor user name and password for a proxy, or null; asked at every dial
 * @param resolveProxy resolves the host name of the proxy itself, never that of a peer
 */
export function socks5Dialer(
  keeper: ConnectionKeeper,
  credentialsFor: (route: SocksRoute) => SocksCredentials | null,
  resolveProxy: ResolveHost,
): Dialer {
  const { clock } = keeper
  return {
    dial: async (address, route, { signal, timeoutMs = DIAL_TIMEOUT_MS }) => {
      if (route.kind !== 'socks5')
        throw new DialError('blocked', `A SOCKS5 proxy cannot be dialed by a ${route.kind} route.`)
      const credentials = credentialsFor(route)
      if (credentials !== null) checkCredentials(credentials)
      const proxy = parseAddress(route.host, { defaultPort: route.port })
      let isConnected = false
      const describeTimeout = (): string =>
        isConnected
          ? `The proxy at ${proxy.key} gave no connection to ${address.key} within ${timeoutMs / 1000} s.`
          : `The proxy at ${proxy.key} did not answer within ${timeoutMs / 1000} s.`
      return withDeadline(clock, { signal, timeoutMs }, describeTimeout, async scope => {
        const socket = await connectTcp(proxy, scope, { clock, resolveHost: resolveProxy }).catch((error: unknown) => {
          throw scope.aborted ? error : proxyUnreachable(proxy.key, error)
        })
        isConnected = true
        await askProxy(socket, { target: address, credentials, timeoutMs }, scope)
        return new SocketConnection(socket, keeper, address, route, 'outbound')
      })
    },
  }
}

/** What stood between us and the proxy; our own lack of sockets stays what it is. */
function proxyUnreachable(proxy: string, error: unknown): unknown {
  if (!(error instanceof DialError) || error.code === 'local-limit') return error
  return new DialError('proxy-unreachable', `The proxy at ${proxy} cannot be reached: ${error.message}`, error)
}
