/** TXT records of a name by the system's resolver, for lists of nodes in DNS: asks the policy first, bounds time and number. */
import { resolveTxt } from 'node:dns/promises'
import type { Clock } from '../time/index.ts'
import { DialError } from './dialer.ts'
import { abortOf, lookupError, withDeadline } from './errors.ts'
import { canonicalHostName } from './hostname.ts'
import { LOOKUP_TIMEOUT_MS, MAX_PENDING_LOOKUPS, MAX_TXT_RECORDS } from './limits.ts'
import type { SystemResolver } from './lookup.ts'
import { decideLookup } from './policy.ts'
import type { RoutePolicy } from './policy.ts'

/** Asks the name servers that the machine is set up to ask: records, each with its parts joined. */
export const systemTxtResolver: SystemResolver = async host => (await resolveTxt(host)).map(parts => parts.join(''))

export interface TxtLookupParts {
  readonly clock: Clock
  readonly resolver: SystemResolver
  readonly policy: () => RoutePolicy
  /** Keeps the books. */
  readonly noted: <T>(host: string, reason: string, work: Promise<T>) => Promise<T>
}

/** At most 16 records. Rejects with a `DialError`: Tor, which has no way to ask, is `blocked`. */
export type TxtLookup = (host: string, signal?: AbortSignal) => Promise<readonly string[]>

export function createTxtLookup({ clock, resolver, policy, noted }: TxtLookupParts): TxtLookup {
  let pending = 0
  return async (host, signal) => {
    const checked = canonicalHostName(host)
    if ('reason' in checked) throw new DialError('unknown-host', `"${host.slice(0, 80)}" ${checked.reason}.`)
    const decision = decideLookup(policy())
    if (decision.kind === 'blocked') throw new DialError('blocked', decision.reason)
    if (decision.kind === 'resolve')
      throw new DialError('blocked', `${decision.proxy.name} looks up addresses only, no lists of nodes.`)
    if (pending >= MAX_PENDING_LOOKUPS) throw new DialError('local-limit', 'Too many host names are being looked up.')
    const describe = (): string => `Looking up ${host} took longer than ${LOOKUP_TIMEOUT_MS / 1000} s.`
    const asked = withDeadline(clock, { signal, timeoutMs: LOOKUP_TIMEOUT_MS }, describe, scope => {
      pending += 1
      // A look-up cannot be taken back: an abandoned one counts until the system has answered it.
      const answer = resolver(checked.name).finally(() => (pending -= 1))
      return Promise.race([answer, abortOf(scope)])
    }).catch((error: unknown) => {
      throw error instanceof DialError ? error : lookupError(error, host)
    })
    const records = await noted(host, 'The system looks names up.', asked)
    return records.slice(0, MAX_TXT_RECORDS)
  }
}
