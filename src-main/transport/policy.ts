/**
 * The route policy: for every kind of address, how it is reached, or why not. Pure functions, one table; whatever opens
 * a socket, asks a name server or listens goes by what these say. While everything goes through a proxy, nothing yields
 * a direct route. The switches are btcd's: `--proxy`, `--onion`, `--noonion`, `--torisolation`.
 */
import type { Address } from './address.ts'
import { isLoopback } from './reach.ts'
import type { Route, RouteDecision } from './route.ts'

/** A SOCKS5 proxy as the settings name it. */
export interface ProxySettings {
  /** For people: "the proxy", "Tor". */
  readonly name: string
  /** IP address or host name of the proxy itself; a name is resolved by the system. */
  readonly host: string
  /** 0 while the proxy is not there yet: everything that must go through it waits, and nothing goes another way. */
  readonly port: number
  /** It is Tor: it takes onion addresses, looks names up, and keeps dials with different credentials apart. */
  readonly isTor: boolean
  /** User name and password, 1 to 255 bytes each; both or neither. */
  readonly user?: string
  readonly password?: string
}

/** What may share a circuit through Tor: everything, one dial, all dials to a peer, all dials of a network. */
export type Isolation = 'off' | 'dial' | 'peer' | 'network'

export interface RoutePolicy {
  /** Everything goes through it; null dials directly. */
  readonly proxy: ProxySettings | null
  /** Onion addresses go through it; null leaves them to `proxy`, if that is Tor. */
  readonly onionProxy: ProxySettings | null
  /** May onion peers be dialed at all? */
  readonly onion: boolean
  readonly isolation: Isolation
  /** May the system look DNS seeds up where no proxy can, although everything else goes through one? */
  readonly systemDnsForSeeds: boolean
  /** May peers at such addresses be dialed at all? */
  readonly ipv4: boolean
  readonly ipv6: boolean
  /** May the system resolve host names? Without effect when a proxy does it. */
  readonly hostNames: boolean
}

/** Everything direct, nothing switched off. */
export const OPEN_POLICY: RoutePolicy = {
  proxy: null,
  onionProxy: null,
  onion: true,
  isolation: 'off',
  systemDnsForSeeds: false,
  ipv4: true,
  ipv6: true,
  hostNames: true,
}

const DIRECT: Route = { kind: 'direct' }

const blocked = (reason: string): { readonly kind: 'blocked'; readonly reason: string } => ({ kind: 'blocked', reason })

/** The route through a proxy, or a refusal while it is not there. */
function through({ name, host, port, isTor }: ProxySettings): RouteDecision {
  if (port === 0) return blocked(`${name} is not ready, and nothing goes around it.`)
  return { kind: isTor ? 'tor' : 'socks5', proxy: name, host, port }
}

/** How onion addresses are reached. */
function decideOnion(policy: RoutePolicy): RouteDecision {
  if (!policy.onion) return blocked('Onion peers are switched off in the settings.')
  if (policy.onionProxy !== null) return through(policy.onionProxy)
  if (policy.proxy === null) return blocked('There is no onion route: onion addresses need Tor.')
  if (!policy.proxy.isTor) return blocked(`There is no onion route: ${policy.proxy.name} is not Tor.`)
  return through(policy.proxy)
}

const NO_FAMILY = 'A host name leads to IPv4 and IPv6 addresses, and both are switched off in the settings.'

/** How to reach an address under a policy. Addresses of this machine are no exception, as in btcd. */
export function decideRoute(address: Address, policy: RoutePolicy): RouteDecision {
  if (address.kind === 'i2p') return blocked('There is no route to I2P addresses.')
  if (address.kind === 'cjdns') return blocked('There is no route to CJDNS addresses.')
  if (address.port === 0) return blocked('The address names no port.')
  if (address.host === '0.0.0.0' || address.host === '::')
    return blocked('Nobody can be reached at the unspecified address.')
  if (address.kind === 'ipv4' && !policy.ipv4) return blocked('IPv4 is switched off in the settings.')
  if (address.kind === 'ipv6' && !policy.ipv6) return blocked('IPv6 is switched off in the settings.')
  if (address.kind === 'onion') return decideOnion(policy)
  if (address.kind === 'host' && !policy.ipv4 && !policy.ipv6) return blocked(NO_FAMILY)
  if (policy.proxy !== null) return through(policy.proxy)
  if (address.kind === 'host' && !policy.hostNames)
    return blocked('Looking up host names is switched off in the settings.')
  return DIRECT
}

/** Who may turn a host name into addresses: the system, or a Tor by its RESOLVE. */
export type LookupDecision =
  | { readonly kind: 'system' }
  | { readonly kind: 'resolve'; readonly proxy: ProxySettings }
  | { readonly kind: 'blocked'; readonly reason: string }

/** The Tor that looks names up while everything goes through a proxy, ready or not. */
const resolverOf = ({ onion, onionProxy, proxy }: RoutePolicy): ProxySettings | null =>
  onion ? ([onionProxy, proxy].find(one => one?.isTor === true) ?? null) : null

/** May a host name be looked up, and by whom? */
export function decideLookup(policy: RoutePolicy): LookupDecision {
  if (!policy.ipv4 && !policy.ipv6) return blocked(NO_FAMILY)
  if (policy.proxy === null) {
    if (!policy.hostNames) return blocked('Looking up host names is switched off in the settings.')
    return { kind: 'system' }
  }
  const resolver = resolverOf(policy)
  if (resolver !== null) {
    return resolver.port === 0
      ? blocked(`${resolver.name} is not ready, and nothing goes around it.`)
      : { kind: 'resolve', proxy: resolver }
  }
  return blocked(
    `Names are not looked up by the system while everything goes through ${policy.proxy.name}; they can be dialed through it.`,
  )
}

/** How DNS seeds are asked: by a look-up, or dialed through the proxy as peers that are asked for addresses and left. */
export type SeedDecision = LookupDecision | { readonly kind: 'one-shot'; readonly proxy: ProxySettings }

export function decideSeeds(policy: RoutePolicy): SeedDecision {
  const lookup = decideLookup(policy)
  if (lookup.kind !== 'blocked' || policy.proxy === null || lookup.reason === NO_FAMILY) return lookup
  // What is not ready yet is waited for; nobody else is asked meanwhile.
  if (policy.proxy.port === 0 || resolverOf(policy) !== null) return lookup
  return policy.systemDnsForSeeds ? { kind: 'system' } : { kind: 'one-shot', proxy: policy.proxy }
}

/** Why no UDP packet may leave, or null. */
export function decideUdp(policy: RoutePolicy): string | null {
  return policy.proxy === null ? null : `UDP is off: it cannot go through ${policy.proxy.name}.`
}

/** Why listening at an address would go around the policy, or null. Behind a proxy only this machine may connect. */
export function decideListen(address: Address, policy: RoutePolicy): string | null {
  if (policy.proxy === null || isLoopback(address)) return null
  return `While everything goes through ${policy.proxy.name}, Warren listens on loopback addresses only, not on ${address.key}.`
}

/** Are two routes the same way? What may share a circuit is not looked at. */
export function isSameRoute(a: Route, b: RouteDecision): boolean {
  if (a.kind === 'direct' || b.kind === 'direct' || b.kind === 'blocked') return a.kind === b.kind
  return a.kind === b.kind && a.proxy === b.proxy && a.host === b.host && a.port === b.port
}

/** One cell of the table that people see: what is done with a kind of target. */
export interface PolicyCell {
  readonly row: 'ipv4' | 'ipv6' | 'host' | 'onion' | 'seeds' | 'udp' | 'listen'
  readonly does: 'direct' | 'proxy' | 'tor' | 'system' | 'resolve' | 'one-shot' | 'any' | 'loopback' | 'off'
  /** Name of the proxy, where one is used. */
  readonly through: string | null
  /** Why not; null where something is done. */
  readonly reason: string | null
}

const cell = (
  row: PolicyCell['row'],
  does: PolicyCell['does'],
  name: string | null = null,
  reason: string | null = null,
): PolicyCell => ({ row, does, through: name, reason })

/** What is done with an address, as a cell. */
export function routeCell(row: PolicyCell['row'], decision: RouteDecision): PolicyCell {
  if (decision.kind === 'blocked') return cell(row, 'off', null, decision.reason)
  if (decision.kind === 'direct') return cell(row, 'direct')
  return cell(row, decision.kind === 'tor' ? 'tor' : 'proxy', decision.proxy)
}

function seedCell(decision: SeedDecision): PolicyCell {
  if (decision.kind === 'blocked') return cell('seeds', 'off', null, decision.reason)
  return cell('seeds', decision.kind, decision.kind === 'system' ? null : decision.proxy.name)
}

/** The whole table. `samples` are one address of each kind, whose routes stand for their kind. */
export function policyTable(
  policy: RoutePolicy,
  samples: Readonly<Record<'ipv4' | 'ipv6' | 'host' | 'onion', Address>>,
): readonly PolicyCell[] {
  const udp = decideUdp(policy)
  return [
    ...(['ipv4', 'ipv6', 'host', 'onion'] as const).map(row => routeCell(row, decideRoute(samples[row], policy))),
    seedCell(decideSeeds(policy)),
    udp === null ? cell('udp', 'direct') : cell('udp', 'off', null, udp),
    policy.proxy === null ? cell('listen', 'any') : cell('listen', 'loopback'),
  ]
}
