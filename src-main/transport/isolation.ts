/** Stream isolation: which user name and password a dial through Tor gets, so that Tor keeps it apart from others. */
import { createHmac } from 'node:crypto'
import type { RandomSource } from '../time/index.ts'
import type { ProxySettings, RoutePolicy } from './policy.ts'
import type { Route } from './route.ts'
import type { SocksCredentials } from './socks-dialog.ts'

/** Bytes of each random user name and password, written in hex. Source: btcd `--torisolation`, go-socks. */
const CREDENTIAL_BYTES = 8

/** What a dial is, for deciding what it may share a circuit with. */
export interface Dialed {
  /** Address or name. */
  readonly target: string
  /** `bitcoin/mainnet`, where a network dials. */
  readonly network: string | undefined
}

type ProxyRoute = Extract<Route, { kind: 'socks5' | 'tor' }>

/** Names are for people, and two proxies may bear the same. */
export const isProxyOf = (
  { name, host, port }: ProxySettings,
  route: { readonly proxy: string; readonly host: string; readonly port: number },
): boolean => name === route.proxy && host === route.host && port === route.port

/**
 * The proxy whose dials are kept apart: the onion proxy if there is one in use, else the proxy, if it is Tor. Source:
 * btcd.
 */
export function isolatedProxy({ isolation, onion, onionProxy, proxy }: RoutePolicy): ProxySettings | null {
  const chosen = (onion ? onionProxy : null) ?? proxy
  return isolation === 'off' || chosen === null || !chosen.isTor ? null : chosen
}

/** What a dial through a proxy may share a circuit with under a policy; undefined: everything. */
function isolationKey(proxy: ProxySettings | null, policy: RoutePolicy, dialed: Dialed): string | undefined {
  const isolated = isolatedProxy(policy)
  if (proxy === null || isolated === null) return undefined
  if (!isProxyOf(isolated, { proxy: proxy.name, host: proxy.host, port: proxy.port })) return undefined
  if (policy.isolation === 'peer') return `peer ${dialed.target}`
  return policy.isolation === 'network' ? `network ${dialed.network ?? ''}` : 'dial'
}

/** The proxy of a route, as the policy knows it now; null when it knows it no more. */
export const proxyOf = (route: ProxyRoute, { proxy, onionProxy }: RoutePolicy): ProxySettings | null =>
  [onionProxy, proxy].find(one => one !== null && isProxyOf(one, route)) ?? null

/** A decided route with what this dial may share a circuit with. */
export function isolateRoute(route: Route, policy: RoutePolicy, dialed: Dialed): Route {
  if (route.kind === 'direct') return route
  const isolation = isolationKey(proxyOf(route, policy), policy, dialed)
  return isolation === undefined ? route : { ...route, isolation }
}

/** Is a connection kept apart as the policy wants it by now? One that shares with nobody always is. */
export function isIsolatedEnough(route: Route, policy: RoutePolicy): boolean {
  if (route.kind === 'direct' || route.isolation === 'dial') return true
  const wanted = isolationKey(proxyOf(route, policy), policy, { target: '', network: undefined })
  return wanted === undefined || wanted.split(' ')[0] === route.isolation?.split(' ')[0]
}

export interface Isolator {
  /** Credentials for one dial or look-up through a proxy; null when it is to get none. */
  credentials(proxy: ProxySettings, policy: RoutePolicy, dialed: Dialed): SocksCredentials | null
}

export function createIsolator(random: RandomSource): Isolator {
  /** Of this run: nobody can tell from credentials which peer they are for. */
  const secret = random.bytes(32)
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
  const keyed = (text: string): SocksCredentials => {
    const hash = createHmac('sha256', secret).update(text).digest()
    return {
      user: hex(hash.subarray(0, CREDENTIAL_BYTES)),
      password: hex(hash.subarray(CREDENTIAL_BYTES, 2 * CREDENTIAL_BYTES)),
    }
  }
  return {
    credentials: (proxy, policy, dialed) => {
      const key = isolationKey(proxy, policy, dialed)
      if (key === 'dial')
        return { user: hex(random.bytes(CREDENTIAL_BYTES)), password: hex(random.bytes(CREDENTIAL_BYTES)) }
      if (key !== undefined) return keyed(key)
      const { user, password } = proxy
      return user === undefined && password === undefined ? null : { user: user ?? '', password: password ?? '' }
    },
  }
}
