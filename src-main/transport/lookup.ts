/** Host names to addresses by the system's resolver: asks the policy first, bounds time, number and concurrency. */
import { lookup as dnsLookup } from 'node:dns/promises'
import type { Clock } from '../time/index.ts'
import { AddressError, parseAddress } from './address.ts'
import type { Address } from './address.ts'
import { DialError } from './dialer.ts'
import { abortOf, lookupError, withDeadline } from './errors.ts'
import type { LedgerSubject } from './ledger.ts'
import { LOOKUP_TIMEOUT_MS, MAX_LOOKUP_ADDRESSES, MAX_PENDING_LOOKUPS } from './limits.ts'
import { decideLookup, decideRoute, decideSeeds } from './policy.ts'
import type { ProxySettings, RoutePolicy } from './policy.ts'

/** The system's resolver, or a stand-in: IP addresses of a name as text. Rejects with an error that has a `code`. */
export type SystemResolver = (host: string) => Promise<readonly string[]>

/** `getaddrinfo`: hosts file, mDNS and all else that the machine is set up to ask. Order as the system gives it. */
export const systemResolver: SystemResolver = async host =>
  (await dnsLookup(host, { all: true, order: 'verbatim' })).map(found => found.address)

export interface LookupOptions {
  /** Port that the addresses get, 1 to 65535. */
  readonly port: number
  readonly signal?: AbortSignal | undefined
  /** Milliseconds; when absent 5000, through Tor 30 000. */
  readonly timeoutMs?: number
  /** DNS seeds have a row of their own in the policy. */
  readonly purpose?: 'seed'
  /** The network that asks: for isolation by network, and for the ledger. */
  readonly network?: string
}

/** Resolves a name; rejects with a `DialError`: blocked, unknown-host, timeout, cancelled, unreachable, local-limit, failed. */
export type Lookup = (host: string, options: LookupOptions) => Promise<readonly Address[]>

export interface LookupParts {
  readonly clock: Clock
  readonly resolver: SystemResolver
  readonly policy: () => RoutePolicy
  /** Asks a Tor: IP addresses of a name as text. */
  readonly askTor: (proxy: ProxySettings, host: string, options: LookupOptions) => Promise<readonly string[]>
  /** Keeps the books. */
  readonly noted: <T>(by: 'system' | 'tor', subject: LedgerSubject, reason: string, work: Promise<T>) => Promise<T>
}

/** A look-up that goes by the policy. Addresses that the policy would not dial are left out. */
export function createLookup({ clock, resolver, policy, askTor, noted }: LookupParts): Lookup {
  const ask = boundedResolver(clock, resolver)
  return async (host, options) => {
    const name = hostName(host, options.port)
    const decision = options.purpose === 'seed' ? decideSeeds(policy()) : decideLookup(policy())
    if (decision.kind === 'blocked') throw new DialError('blocked', decision.reason)
    if (decision.kind === 'one-shot') {
      throw new DialError('blocked', `DNS seeds are not looked up but dialed through ${decision.proxy.name}.`)
    }
    const subject = { target: name.host, network: options.network }
    const found =
      decision.kind === 'system'
        ? await noted('system', subject, 'The system looks names up.', ask(name.host, options))
        : addressesOf(
            await noted(
              'tor',
              subject,
              `${decision.proxy.name} looks names up.`,
              askTor(decision.proxy, name.host, options),
            ),
            options.port,
          )
    // Asked again: the policy may have changed while we waited.
    const allowed = found.filter(address => decideRoute(address, policy()).kind !== 'blocked')
    if (allowed.length === 0) {
      throw new DialError('unknown-host', `${host} has no address that the route settings allow to dial.`)
    }
    return allowed
  }
}

/** Asks the resolver under a time limit, and no more than `MAX_PENDING_LOOKUPS` times at once. The policy is not asked. */
export function boundedResolver(clock: Clock, resolver: SystemResolver): Lookup {
  let pending = 0
  return async (host, { port, signal, timeoutMs = LOOKUP_TIMEOUT_MS }) => {
    if (pending >= MAX_PENDING_LOOKUPS) throw new DialError('local-limit', 'Too many host names are being looked up.')
    const describe = (): string => `Looking up ${host} took longer than ${timeoutMs / 1000} s.`
    const texts = await withDeadline(clock, { signal, timeoutMs }, describe, scope => {
      pending += 1
      // A look-up cannot be taken back: an abandoned one counts until the system has answered it.
      const answer = resolver(host).finally(() => (pending -= 1))
      return Promise.race([answer, abortOf(scope)])
    }).catch((error: unknown) => {
      throw error instanceof DialError ? error : lookupError(error, host)
    })
    return addressesOf(texts, port)
  }
}

/** The addresses without doubles, and without what is no address. */
function addressesOf(texts: readonly string[], port: number): readonly Address[] {
  const byKey = new Map<string, Address>()
  for (const text of texts.slice(0, MAX_LOOKUP_ADDRESSES)) {
    try {
      const address = parseAddress(text, { defaultPort: port })
      if (address.kind === 'ipv4' || address.kind === 'ipv6') byKey.set(address.key, address)
    } catch (error) {
      // Link-local answers with a zone, and whatever else a hosts file holds.
      if (!(error instanceof AddressError)) throw error
    }
  }
  return [...byKey.values()]
}

/** The host as an address of kind `host`; onion and I2P names never reach a name server (RFC 7686). */
function hostName(host: string, port: number): Address {
  try {
    const address = parseAddress(host, { defaultPort: port })
    if (address.kind === 'host' && address.port === port) return address
  } catch (error) {
    if (!(error instanceof AddressError)) throw error
    throw new DialError('unknown-host', error.message, error)
  }
  throw new DialError('blocked', `${host} is not a host name that a name server could know.`)
}
