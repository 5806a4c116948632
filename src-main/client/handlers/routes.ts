/** Proxies, the route policy as a table, and the privacy ledger. */
import type { LedgerRecord, ProxyRecord, Settings, SettingsPatch } from '../../../src-preload/contract.ts'
import { RequestError } from '../../../src-preload/contract/port.ts'
import { AddressError, parseAddress, policyTable, routeCell } from '../../transport/index.ts'
import type { Transport } from '../../transport/index.ts'
import { checkedCredentials, checkedEndpoint } from '../proxies.ts'
import type { KeptProxy } from '../proxies.ts'
import { checkPatch } from '../settings.ts'
import { carriedBy, routePolicyOf } from '../ways.ts'
import type { Context, Handlers } from './context.ts'

/** One address of each kind: its route stands for its kind. Documentation ranges (RFC 5737, 3849, 2606). */
export const SAMPLES = {
  ipv4: parseAddress('192.0.2.1:8333'),
  ipv6: parseAddress('[2001:db8::1]:8333'),
  host: parseAddress('peer.example:8333'),
  onion: parseAddress('pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion:8333'),
} as const

export function presentLedger(transport: Transport): LedgerRecord {
  const { dials, lookups, refused, refusals, entries, contradictions } = transport.ledger()
  const begun = (counts: Readonly<Record<string, { readonly begun: number }>>): Record<string, number> =>
    Object.fromEntries(Object.entries(counts).map(([route, count]) => [route, count.begun]))
  return {
    entries: entries.map(entry => ({ ...entry, at: Math.round(entry.at) })),
    dials: begun(dials),
    lookups: begun(lookups),
    refused,
    refusals: [...refusals],
    contradictions: contradictions.map(({ at, text }) => ({ at: Math.round(at), text })),
  }
}

export function routeHandlers(context: Context): Handlers {
  const { transport, settingsService, proxies, tor } = context
  const present = ({ name, endpoint, user, password }: KeptProxy): ProxyRecord => ({
    name,
    endpoint,
    user,
    hasPassword: password !== '',
    carries: carriedBy(name, settingsService.current),
  })
  const named = (name: string): KeptProxy => {
    const kept = proxies.find(name)
    if (kept === null)
      throw new RequestError('not-found', `No proxy is kept under the name ${name}.`, { name: 'there is none' })
    return kept
  }

  return {
    'proxies.list': () => ({ proxies: proxies.list().map(present) }),
    'proxies.save': ({ name, endpoint, user, password }) => {
      const saved = proxies.save({ name, endpoint, user, password })
      context.applyRoutes()
      return { proxy: present(saved) }
    },
    'proxies.remove': ({ name }) => {
      const { current } = settingsService
      if (current['routes.proxy'] === name || current['routes.onionProxy'] === name)
        throw new RequestError('in-use', `${name} is in use: choose another way first.`)
      proxies.remove(name)
      return {}
    },
    'proxies.test': ({ name, endpoint, user, password }) => {
      const asked = name === undefined ? null : named(name)
      if (asked === null && endpoint === undefined)
        throw new RequestError('invalid-input', 'Name a kept proxy or an address.', { endpoint: 'which one?' })
      const { host, port } = parseAddress(asked?.endpoint ?? checkedEndpoint(endpoint ?? ''))
      const login = checkedCredentials(asked?.user ?? user, asked?.password ?? password)
      return transport.probe({ host, port, credentials: login.user === '' ? null : login })
    },
    'routes.table': ({ changes }) => {
      const wanted: Settings = {
        ...settingsService.current,
        ...(checkPatch(changes as SettingsPatch, settingsService.known) as Partial<Settings>),
      }
      // What would be done once Tor is ready, which it may not be yet.
      const socks = tor.socks() ?? { host: '127.0.0.1', port: 9050 }
      return {
        now: [...policyTable(transport.policy, SAMPLES)],
        proposed: [...policyTable(routePolicyOf(wanted, proxies, socks), SAMPLES)],
      }
    },
    'routes.explain': ({ address: text }) => {
      try {
        const address = parseAddress(text, { defaultPort: 8333 })
        const row = address.kind === 'i2p' || address.kind === 'cjdns' ? 'host' : address.kind
        const { does, through, reason } = routeCell(row, transport.decide(address))
        return { address: address.key, does, through, reason }
      } catch (error) {
        if (error instanceof AddressError)
          throw new RequestError('bad-address', error.message, { address: error.message })
        throw error
      }
    },
    'ledger.get': () => presentLedger(transport),
  }
}
