/** The direct dialer: TCP to IP addresses, and to host names by the system's resolver and happy eyeballs. */
import type { Dialer } from './dialer.ts'
import { withDeadline } from './errors.ts'
import { DIAL_TIMEOUT_MS } from './limits.ts'
import { SocketConnection } from './socket-connection.ts'
import type { ConnectionKeeper } from './socket-connection.ts'
import { connectTcp, endIfAborted } from './tcp.ts'
import type { ResolveHost, Witness } from './tcp.ts'

/** A dialer for `direct` routes. The connection keeps the address that was dialed, also when that is a host name. */
export function directDialer(keeper: ConnectionKeeper, resolveHost: ResolveHost, witness: Witness): Dialer {
  const { clock } = keeper
  return {
    dial: (address, route, { signal, timeoutMs = DIAL_TIMEOUT_MS, from }) =>
      withDeadline(
        clock,
        { signal, timeoutMs },
        () => `${address.key} did not answer within ${timeoutMs / 1000} s.`,
        async scope => {
          const socket = await connectTcp(address, scope, { clock, resolveHost, witness, from })
          endIfAborted(socket, scope)
          return new SocketConnection(socket, keeper, address, route, 'outbound')
        },
      ),
  }
}
