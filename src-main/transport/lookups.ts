/** Everything that may be asked about names, as the transport offers it: by the policy, watched, in the ledger. */
import type { Clock } from '../time/index.ts'
import type { Address } from './address.ts'
import { DialError } from './dialer.ts'
import type { Ledger } from './ledger.ts'
import { createLookup } from './lookup.ts'
import type { LookupOptions, SystemResolver } from './lookup.ts'
import { decideLookup } from './policy.ts'
import type { RoutePolicy } from './policy.ts'
import type { SocksCredentials } from './socks-dialog.ts'
import type { TorLookups } from './tor-lookups.ts'
import { createTxtLookup } from './txt.ts'

export interface Lookups {
  /** IP addresses of a host name, at most 256. Rejects with a `DialError`. */
  lookup(host: string, options: LookupOptions): Promise<readonly Address[]>
  /** TXT records of a host name, at most 16. Rejects with a `DialError`; through Tor they cannot be asked for. */
  lookupTxt(host: string, signal?: AbortSignal): Promise<readonly string[]>
  /** The name of an IP address, asked of the Tor that the policy names. Rejects with a `DialError`. */
  lookupName(ip: string, signal?: AbortSignal): Promise<string>
  /**
   * Addresses of a name, asked of the Tor that the policy names, whoever else may look names up; with a user name and
   * password of the caller's, whose circuit can be told by them. Rejects with a `DialError`.
   */
  resolveByTor(host: string, credentials: SocksCredentials, signal?: AbortSignal): Promise<readonly string[]>
}

export interface LookupsParts {
  readonly clock: Clock
  readonly ledger: Ledger
  readonly policy: () => RoutePolicy
  /** The system's resolvers, watched. */
  readonly resolver: SystemResolver
  readonly txtResolver: SystemResolver
  readonly torLookups: TorLookups
  /** @throws {DialError} once the transport has been closed */
  readonly checkOpen: () => void
}

export function createLookups(parts: LookupsParts): Lookups {
  const { clock, ledger, policy, resolver, torLookups } = parts
  const byPolicy = createLookup({
    clock,
    resolver,
    policy,
    askTor: (proxy, host, { signal, timeoutMs, network }) =>
      torLookups.addressesOf(proxy, host, { signal, timeoutMs, network }),
    noted: (by, subject, reason, work) => ledger.lookup(by, subject, reason, work),
  })
  const txtByPolicy = createTxtLookup({
    clock,
    resolver: parts.txtResolver,
    policy,
    noted: (host, reason, work) => ledger.lookup('system', { target: host }, reason, work),
  })

  /** Does what is asked, and puts it in the ledger when it is refused. */
  async function ask<T>(
    target: string,
    { network, signal }: { readonly network?: string | undefined; readonly signal?: AbortSignal | undefined },
    work: () => Promise<T>,
  ): Promise<T> {
    parts.checkOpen()
    try {
      return await work()
    } catch (error) {
      const isRefusal = error instanceof DialError && error.code === 'blocked' && signal?.aborted !== true
      if (isRefusal) ledger.refuse('lookup', { target, network }, error.message)
      throw error
    }
  }

  return {
    lookup: (host, options) => ask(host, options, () => byPolicy(host, options)),
    lookupTxt: (host, signal) => ask(host, { signal }, () => txtByPolicy(host, signal)),
    lookupName: (ip, signal) =>
      ask(ip, { signal }, async () => {
        const decision = decideLookup(policy())
        if (decision.kind === 'blocked') throw new DialError('blocked', decision.reason)
        if (decision.kind === 'system') throw new DialError('blocked', 'Names of addresses are asked of Tor only.')
        const { proxy } = decision
        const asked = torLookups.nameOf(proxy, ip, { signal })
        return ledger.lookup('tor', { target: ip }, `${proxy.name} looks names up.`, asked)
      }),
    resolveByTor: (host, credentials, signal) =>
      ask(host, { signal }, async () => {
        const { onionProxy, proxy } = policy()
        const tor = [onionProxy, proxy].find(one => one?.isTor === true)
        if (tor === undefined || tor === null || tor.port === 0)
          throw new DialError('blocked', 'Nothing goes through Tor, so Tor is asked for no name.')
        const asked = torLookups.addressesOf(tor, host, { signal, credentials })
        return ledger.lookup('tor', { target: host }, 'Asked by the test of Tor.', asked)
      }),
  }
}
