/** Stream isolation: which user name and password a dial through Tor gets, so that Tor keeps it apart from others. */
import { createHmac } from 'node:crypto'
import type { RandomSource } from '../time/index.ts'
import type { ProxySettings, RoutePolicy } from './policy.ts'
import type { SocksCredentials } from './socks-dialog.ts'

/** Bytes of each random user name and password, written in hex. Source: btcd `--torisolation`, go-socks. */
const CREDENTIAL_BYTES = 8

/** What a dial is, for deciding what it may share a circuit with. */
export interface Dialed {
  /** Address or name. */
  readonly target: string
  /** `bitcoin/mainnet`, where a network dials. */
  readonly network: string | undefined
}

/** The proxy whose dials are kept apart: the onion proxy if there is one, else the proxy, if it is Tor. Source: btcd. */
export function isolatedProxy({ isolation, onionProxy, proxy }: RoutePolicy): ProxySettings | null {
  const chosen = onionProxy ?? proxy
  return isolation === 'off' || chosen === null || !chosen.isTor ? null : chosen
}

export interface Isolator {
  /** Credentials for one dial through a proxy; null when it is to get none. */
  credentials(proxy: ProxySettings, policy: RoutePolicy, dialed: Dialed): SocksCredentials | null
}

export function createIsolator(random: RandomSource): Isolator {
  /** Of this run: nobody can tell from credentials which peer they are for. */
  const secret = random.bytes(32)
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
  const keyed = (text: string): SocksCredentials => {
    const hash = createHmac('sha256', secret).update(text).digest()
    return {
      user: hex(hash.subarray(0, CREDENTIAL_BYTES)),
      password: hex(hash.subarray(CREDENTIAL_BYTES, 2 * CREDENTIAL_BYTES)),
    }
  }
  return {
    credentials: (proxy, policy, { target, network }) => {
      const { user, password } = proxy
      if (isolatedProxy(policy)?.name !== proxy.name)
        return user === undefined && password === undefined ? null : { user: user ?? '', password: password ?? '' }
      if (policy.isolation === 'peer') return keyed(`peer ${target}`)
      if (policy.isolation === 'network') return keyed(`network ${network ?? ''}`)
      return { user: hex(random.bytes(CREDENTIAL_BYTES)), password: hex(random.bytes(CREDENTIAL_BYTES)) }
    },
  }
}
