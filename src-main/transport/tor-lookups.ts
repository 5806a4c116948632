/**
 * Look-ups through Tor, as the transport does them: no more than the system gets at once, kept apart as dials are, and
 * ended when the policy knows that Tor no more.
 */
import type { Address } from './address.ts'
import { DialError } from './dialer.ts'
import { isProxyOf } from './isolation.ts'
import type { Isolator } from './isolation.ts'
import type { Leashes } from './leash.ts'
import { MAX_PENDING_LOOKUPS } from './limits.ts'
import type { ProxySettings, RoutePolicy } from './policy.ts'
import type { ProxyAccess } from './socks5.ts'
import type { SocksCredentials } from './socks-dialog.ts'
import { askTor, resolvePtrRequest, resolveRequest } from './tor-resolve.ts'
import type { TorAnswer } from './tor-resolve.ts'

export interface TorLookupParts {
  readonly access: ProxyAccess
  readonly isolator: Isolator
  readonly leashes: Leashes
  readonly policy: () => RoutePolicy
}

export interface AskedTor {
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number | undefined
  readonly network?: string | undefined
  /** In place of those that the policy gives. */
  readonly credentials?: SocksCredentials
}

export interface TorLookups {
  /** IP addresses of a name, as text; none when Tor answers with something else. Rejects with a `DialError`. */
  addressesOf(proxy: ProxySettings, host: string, options: AskedTor): Promise<readonly Address['host'][]>
  /** The name of an IP address. Rejects with a `DialError`. */
  nameOf(proxy: ProxySettings, ip: string, options: AskedTor): Promise<string>
}

export function createTorLookups({ access, isolator, leashes, policy }: TorLookupParts): TorLookups {
  let pending = 0

  async function ask(
    proxy: ProxySettings,
    request: Uint8Array,
    target: string,
    { signal, timeoutMs, network, credentials: given }: AskedTor,
  ): Promise<TorAnswer> {
    if (pending >= MAX_PENDING_LOOKUPS) throw new DialError('local-limit', 'Too many names are being looked up.')
    const where = { proxy: proxy.name, host: proxy.host, port: proxy.port }
    const fits = (): boolean => [policy().proxy, policy().onionProxy].some(one => one !== null && isProxyOf(one, where))
    const credentials = given ?? isolator.credentials(proxy, policy(), { target, network })
    pending += 1
    try {
      return await leashes.run({ kind: 'lookup', target, network, fits }, signal, scope =>
        askTor(proxy, request, target, { signal: scope, timeoutMs, credentials }, access),
      )
    } finally {
      pending -= 1
    }
  }

  return {
    addressesOf: async (proxy, host, options) => {
      const { kind, text } = await ask(proxy, resolveRequest(host), host, options)
      return kind === 'address' ? [text] : []
    },
    nameOf: async (proxy, ip, options) => {
      const { kind, text } = await ask(proxy, resolvePtrRequest(ip), ip, options)
      if (kind === 'name') return text
      throw new DialError('proxy-protocol', 'Tor answered with an address instead of a name.')
    },
  }
}
