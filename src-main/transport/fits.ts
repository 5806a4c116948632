/** What of that which stands under one route policy may stand under the next. */
import type { Address } from './address.ts'
import type { Connection } from './connection.ts'
import { isIsolatedEnough } from './isolation.ts'
import { decideListen, decideRoute, isSameRoute } from './policy.ts'
import type { RoutePolicy } from './policy.ts'
import type { Route } from './route.ts'

/** May an open connection stay under a policy? What was direct does not stay open when everything goes through a proxy. */
export function stillFits(connection: Connection, policy: RoutePolicy): boolean {
  const local = connection.localAddress
  if (connection.direction === 'inbound') return local === null || decideListen(local, policy) === null
  // A host name was dialed by one of its addresses; our own end tells of which family.
  if (local?.kind === 'ipv4' && !policy.ipv4) return false
  if (local?.kind === 'ipv6' && !policy.ipv6) return false
  return routeFits(connection.route, connection.address, policy)
}

/** Would a policy choose this route for an address, and keep it as far apart? */
export const routeFits = (route: Route, address: Address, policy: RoutePolicy): boolean =>
  isSameRoute(route, decideRoute(address, policy)) && isIsolatedEnough(route, policy)
