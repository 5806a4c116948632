/**
 * A second look, apart from the route policy: whoever opens a socket, listens, or asks the system for a name tells it
 * here, at the last moment. What the settings do not account for is recorded as a contradiction and does not happen.
 * Nothing here asks the functions of `policy.ts`: a fault in them must not hide itself.
 */
import type { Address } from './address.ts'
import type { Connection } from './connection.ts'
import { DialError } from './dialer.ts'
import type { SystemResolver } from './lookup.ts'
import { isLoopback } from './reach.ts'
import type { ProxySettings, RoutePolicy } from './policy.ts'
import type { Witness } from './tcp.ts'

export interface TransportWitness {
  /** A socket is about to connect. @throws {DialError} `blocked` */
  readonly socket: Witness
  /** A socket is about to listen, or to take datagrams, at a local address. @throws {DialError} `blocked` */
  bound(kind: 'listen' | 'udp', local: Address): void
  /** A connection has been made, by whichever dialer or listener: null, or why it must end. */
  connection(connection: Connection): string | null
  /** The system's resolver, watched: for peers' names, and for the names of proxies. */
  systemResolver(resolver: SystemResolver): SystemResolver
  proxyResolver(resolver: SystemResolver): SystemResolver
  /** Why a proxy's address may not be looked at, or null. */
  whyNotProbe(target: Address): string | null
  /** Lets a person's own test of a proxy pass while it lasts. */
  whileProbing<T>(target: Address, work: () => Promise<T>): Promise<T>
}

interface Endpoint {
  readonly host: string
  readonly port: number
}

export function createWitness(policy: () => RoutePolicy, contradict: (text: string) => void): TransportWitness {
  /** IP addresses that the names of proxies were resolved to, by name. */
  const resolved = new Map<string, readonly string[]>()
  const probed = new Set<Endpoint>()

  const proxies = (): readonly ProxySettings[] => [policy().proxy, policy().onionProxy].filter(proxy => proxy !== null)

  const isAt = (target: Endpoint, { host, port }: Endpoint): boolean =>
    port === target.port &&
    (host === target.host || host === `[${target.host}]` || resolved.get(host)?.includes(target.host) === true)
  const isProxy = (target: Endpoint): boolean => proxies().some(proxy => isAt(target, proxy))
  const isProbed = (target: Endpoint): boolean => [...probed].some(endpoint => isAt(target, endpoint))

  const forbid = (text: string): never => {
    contradict(text)
    throw new DialError('blocked', text)
  }

  return {
    socket: target => {
      if (isProxy(target) || isProbed(target)) return
      const { proxy, ipv4, ipv6 } = policy()
      if (proxy !== null)
        forbid(`A socket to ${target.key} was about to be opened although everything goes through ${proxy.name}.`)
      if (target.kind === 'ipv4' ? !ipv4 : !ipv6)
        forbid(`A socket to ${target.key} was about to be opened although such addresses are switched off.`)
    },
    bound: (kind, local) => {
      const { proxy } = policy()
      if (proxy === null || (kind === 'listen' && isLoopback(local))) return
      const what = kind === 'listen' ? 'A socket was about to listen' : 'A UDP socket was about to be opened'
      forbid(`${what} at ${local.key} although everything goes through ${proxy.name}.`)
    },
    connection: ({ address, direction, localAddress, route }) => {
      const { proxy } = policy()
      if (proxy === null) return null
      let isFit = true
      if (direction === 'inbound') isFit = localAddress === null || isLoopback(localAddress)
      else isFit = route.kind !== 'direct' && isProxy(route)
      if (isFit) return null
      const text = `A connection ${direction === 'inbound' ? 'from' : 'to'} ${address.key} was made although everything goes through ${proxy.name}.`
      contradict(text)
      return text
    },
    systemResolver: resolver => async host => {
      const { proxy, onionProxy, onion, systemDnsForSeeds, hostNames } = policy()
      const hasTor = onion && (proxy?.isTor === true || onionProxy?.isTor === true)
      const isAllowed = proxy === null ? hostNames : systemDnsForSeeds && !hasTor
      return isAllowed
        ? resolver(host)
        : forbid(`The system was about to be asked for ${host} although names must not be looked up.`)
    },
    proxyResolver: resolver => async host => {
      const isKnown = (): boolean => [...proxies(), ...probed].some(endpoint => endpoint.host === host)
      if (!isKnown()) forbid(`The system was about to be asked for ${host} as a proxy, and it is none.`)
      const found = await resolver(host)
      for (const name of resolved.keys())
        if (![...proxies(), ...probed].some(endpoint => endpoint.host === name)) resolved.delete(name)
      if (isKnown()) resolved.set(host, found)
      return found
    },
    whyNotProbe: target => {
      const { proxy } = policy()
      if (proxy === null || isLoopback(target) || isProxy(target)) return null
      return `While everything goes through ${proxy.name}, only proxies of this machine can be tested.`
    },
    whileProbing: async ({ host, port }, work) => {
      const endpoint = { host, port }
      probed.add(endpoint)
      try {
        return await work()
      } finally {
        probed.delete(endpoint)
      }
    },
  }
}
