/**
 * The route policy: for every kind of address, how it is reached, or why not. Pure functions, one table; whatever opens
 * a socket, asks a name server or listens goes by what these say. A configured proxy never yields a direct route.
 */
import type { Address } from './address.ts'
import { isLoopback } from './reach.ts'
import type { Route, RouteDecision } from './route.ts'

/** A SOCKS5 proxy as the settings name it. */
export interface ProxySettings {
  /** For people: "proxy", "Tor". */
  readonly name: string
  /** IP address or host name of the proxy itself; a name is resolved by the system. */
  readonly host: string
  readonly port: number
  /** User name and password, 1 to 255 bytes each; both or neither. */
  readonly user?: string
  readonly password?: string
}

export interface RoutePolicy {
  /** Null dials directly. */
  readonly proxy: ProxySettings | null
  /** May peers at such addresses be dialed at all? */
  readonly ipv4: boolean
  readonly ipv6: boolean
  /** May the system resolve host names? Without effect when a proxy does it. */
  readonly hostNames: boolean
}

const DIRECT: Route = { kind: 'direct' }

const blocked = (reason: string): RouteDecision => ({ kind: 'blocked', reason })

/** How to reach an address under a policy. */
export function decideRoute(address: Address, policy: RoutePolicy): RouteDecision {
  if (address.kind === 'i2p') return blocked('There is no route to I2P addresses.')
  if (address.kind === 'cjdns') return blocked('There is no route to CJDNS addresses.')
  if (address.port === 0) return blocked('The address names no port.')
  if (address.host === '0.0.0.0' || address.host === '::')
    return blocked('Nobody can be reached at the unspecified address.')
  if (address.kind === 'ipv4' && !policy.ipv4) return blocked('IPv4 is switched off in the settings.')
  if (address.kind === 'ipv6' && !policy.ipv6) return blocked('IPv6 is switched off in the settings.')
  if (policy.proxy !== null) {
    const { name, host, port } = policy.proxy
    return { kind: 'socks5', proxy: name, host, port }
  }
  if (address.kind === 'onion') return blocked('There is no onion route: onion addresses need Tor as proxy.')
  if (address.kind === 'host' && !policy.hostNames)
    return blocked('Looking up host names is switched off in the settings.')
  return DIRECT
}

/** Who may turn a host name into addresses. */
export type LookupDecision = { readonly kind: 'system' } | { readonly kind: 'blocked'; readonly reason: string }

/** May a host name (a DNS seed, a peer's name) be looked up, and by whom? */
export function decideLookup(policy: RoutePolicy): LookupDecision {
  if (policy.proxy !== null) {
    return {
      kind: 'blocked',
      reason: `Names are not looked up by the system while everything goes through ${policy.proxy.name}; they can be dialed through it.`,
    }
  }
  if (!policy.hostNames) return { kind: 'blocked', reason: 'Looking up host names is switched off in the settings.' }
  return { kind: 'system' }
}

/** Why listening at an address would go around the policy, or null. Behind a proxy only this machine may connect. */
export function decideListen(address: Address, policy: RoutePolicy): string | null {
  if (policy.proxy === null || isLoopback(address)) return null
  return `While everything goes through ${policy.proxy.name}, Warren listens on loopback addresses only, not on ${address.key}.`
}

/** Are two routes the same way? */
export function isSameRoute(a: Route, b: RouteDecision): boolean {
  if (a.kind === 'direct' || b.kind !== 'socks5') return a.kind === b.kind
  return a.proxy === b.proxy && a.host === b.host && a.port === b.port
}
