/** The ways out as the settings name them: kept proxies, Tor, and the route policy that results. */
import type { Settings } from '../../src-preload/contract.ts'
import { OPEN_POLICY, parseAddress } from '../transport/index.ts'
import type { Isolation, ProxySettings, RoutePolicy } from '../transport/index.ts'
import type { Proxies } from './proxies.ts'

/** Where Tor takes dials; null until it is known. */
export type TorSocks = { readonly host: string; readonly port: number } | null

/** Tor as a proxy: at port 0 while it is not ready, so that nothing goes another way meanwhile. */
const torProxy = (socks: TorSocks): ProxySettings => ({
  name: 'Tor',
  host: socks?.host ?? '127.0.0.1',
  port: socks?.port ?? 0,
  isTor: true,
})

interface ProxyFields {
  readonly title: string
  readonly text: string
  readonly user: string
  readonly password: string
  readonly isTor: boolean
}

/** A proxy by HOST:PORT or by the name it is kept under; one that is gone stands at port 0 and refuses everything. */
function proxyOf({ title, text, user, password, isTor }: ProxyFields, proxies: Proxies): ProxySettings | null {
  if (text === '') return null
  const kept = proxies.find(text)
  if (kept === null && !text.includes(':'))
    return { name: `the proxy ${text}, which is gone,`, host: '127.0.0.1', port: 0, isTor }
  const { host, port } = parseAddress(kept?.endpoint ?? text)
  const login = kept ?? { user, password }
  const credentials = login.user === '' ? {} : { user: login.user, password: login.password }
  return { name: kept?.name ?? title, host, port, isTor, ...credentials }
}

export function routePolicyOf(settings: Settings, proxies: Proxies, torSocks: TorSocks): RoutePolicy {
  const usesTor = settings['tor.mode'] !== 'off'
  const carries = usesTor ? settings['tor.carries'] : 'nothing'
  const proxy = proxyOf(
    {
      title: 'the proxy',
      text: settings['routes.proxy'],
      user: settings['routes.proxyUser'],
      password: settings['routes.proxyPassword'],
      isTor: settings['routes.proxyIsTor'],
    },
    proxies,
  )
  const onionProxy = proxyOf(
    {
      title: 'the onion proxy',
      text: settings['routes.onionProxy'],
      user: settings['routes.onionUser'],
      password: settings['routes.onionPassword'],
      isTor: true,
    },
    proxies,
  )
  return {
    ...OPEN_POLICY,
    proxy: carries === 'everything' ? torProxy(torSocks) : proxy,
    onionProxy: carries === 'everything' ? null : carries === 'onion' ? torProxy(torSocks) : onionProxy,
    onion: settings['routes.onion'],
    isolation: settings['routes.isolation'] as Isolation,
    systemDnsForSeeds: settings['routes.systemDnsForSeeds'],
    ipv4: settings['routes.ipv4'],
    ipv6: settings['routes.ipv6'],
    hostNames: settings['routes.hostNames'],
  }
}

/** What a kept proxy carries under the settings. */
export function carriedBy(name: string, settings: Settings): 'everything' | 'onion' | 'nothing' {
  const byTor = settings['tor.mode'] === 'off' ? 'nothing' : settings['tor.carries']
  if (settings['routes.proxy'] === name && byTor !== 'everything') return 'everything'
  return settings['routes.onionProxy'] === name && byTor === 'nothing' ? 'onion' : 'nothing'
}
