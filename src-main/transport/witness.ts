/**
 * A second look, apart from the route policy: whoever opens a socket or asks the system for a name tells it here, at
 * the last moment. What the settings do not account for is recorded as a contradiction and does not happen.
 */
import type { Address } from './address.ts'
import { DialError } from './dialer.ts'
import type { SystemResolver } from './lookup.ts'
import { isLoopback } from './reach.ts'
import type { ProxySettings, RoutePolicy } from './policy.ts'
import type { Witness } from './tcp.ts'

export interface TransportWitness {
  /** A socket is about to connect. @throws {DialError} `blocked` */
  readonly socket: Witness
  /** The system's resolver, watched: for peers' names, and for the names of proxies. */
  systemResolver(resolver: SystemResolver): SystemResolver
  proxyResolver(resolver: SystemResolver): SystemResolver
  /** Why a proxy's address may not be looked at, or null. */
  whyNotProbe(target: Address): string | null
  /** Lets a person's own test of a proxy pass while it lasts. */
  whileProbing<T>(target: Address, work: () => Promise<T>): Promise<T>
}

export function createWitness(policy: () => RoutePolicy, contradict: (text: string) => void): TransportWitness {
  /** IP addresses that the names of proxies were resolved to. */
  const proxyAddresses = new Set<string>()
  const probed = new Set<string>()

  const proxies = (): readonly ProxySettings[] => [policy().proxy, policy().onionProxy].filter(proxy => proxy !== null)

  const isProxy = (target: Address): boolean =>
    proxies().some(
      ({ host, port }) =>
        port === target.port &&
        (host === target.host || `[${host}]` === target.host || proxyAddresses.has(target.host)),
    )

  const forbid = (text: string): never => {
    contradict(text)
    throw new DialError('blocked', text)
  }

  return {
    socket: target => {
      if (policy().proxy === null || isProxy(target) || probed.has(target.key)) return
      forbid(
        `A socket to ${target.key} was about to be opened although everything goes through ${policy().proxy?.name ?? ''}.`,
      )
    },
    systemResolver: resolver => async host => {
      const { proxy, systemDnsForSeeds, hostNames } = policy()
      const isAllowed = proxy === null ? hostNames : systemDnsForSeeds
      return isAllowed
        ? resolver(host)
        : forbid(`The system was about to be asked for ${host} although names must not be looked up.`)
    },
    proxyResolver: resolver => async host => {
      const found = await resolver(host)
      if (proxies().some(proxy => proxy.host === host)) for (const ip of found) proxyAddresses.add(ip)
      return found
    },
    whyNotProbe: target => {
      const { proxy } = policy()
      if (proxy === null || isLoopback(target) || isProxy(target)) return null
      return `While everything goes through ${proxy.name}, only proxies of this machine can be tested.`
    },
    whileProbing: async (target, work) => {
      probed.add(target.key)
      try {
        return await work()
      } finally {
        probed.delete(target.key)
      }
    },
  }
}
