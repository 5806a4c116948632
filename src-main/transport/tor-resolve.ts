/**
 * Names looked up by Tor: RESOLVE (F0) and RESOLVE_PTR (F1) of Tor's socks-extensions. The answer may be IPv4, IPv6 or,
 * for RESOLVE_PTR, a name; it is read exactly as long as its type says.
 */
import { parseAddress } from './address.ts'
import type { Address } from './address.ts'
import { DialError } from './dialer.ts'
import { withDeadline } from './errors.ts'
import { canonicalHostName } from './hostname.ts'
import { groupsOf, parseIPv4, printIPv4, printIPv6, bytesOf, parseIPv6 } from './ip.ts'
import { TOR_LOOKUP_TIMEOUT_MS } from './limits.ts'
import type { ProxySettings } from './policy.ts'
import { askOver, greeting, passwordRequest } from './socks-ask.ts'
import { CONNECT_REPLIES, checkCredentials } from './socks-dialog.ts'
import type { SocksCredentials, SocksReplies } from './socks-dialog.ts'
import { connectProxy } from './socks5.ts'
import type { ProxyAccess } from './socks5.ts'

const RESOLVE = 0xf0
const RESOLVE_PTR = 0xf1
const TYPE_IPV4 = 1
const TYPE_NAME = 3
const TYPE_IPV6 = 4

/** Replies to RESOLVE and RESOLVE_PTR: Tor's socks-extensions §3, with the words that fit a name. */
const LOOKUP_REPLIES: SocksReplies = {
  ...CONNECT_REPLIES,
  0x01: ['proxy-refused', 'Tor failed to look up TARGET; it may not be connected to its network'],
  0x02: ['proxy-refused', 'The rules of the proxy do not allow TARGET to be looked up'],
  0x03: ['unreachable', 'Tor reaches no relay that could look up TARGET'],
  // What Tor says of every name that the exit relay could not resolve.
  0x04: ['unknown-host', 'Tor found nothing about TARGET'],
  0x05: ['refused', 'The exit relay refused to look up TARGET'],
  0x06: ['timeout', 'Looking up TARGET took Tor too long'],
  0x07: ['proxy-refused', 'The proxy does not look names up, so it is not Tor; TARGET was asked for'],
  0x08: ['proxy-refused', 'The proxy does not know names like TARGET'],
}

/** What Tor answered: addresses as text, or a name. */
export type TorAnswer = { readonly kind: 'address' | 'name'; readonly text: string }

/** The RESOLVE request for a host name. @throws {DialError} for names that must not be asked for */
export function resolveRequest(host: string): Uint8Array {
  if (/\.(onion|exit|i2p)\.?$/i.test(host))
    throw new DialError(
      'blocked',
      `${host} is not a name that can be looked up: onion services are dialed by their name.`,
    )
  const checked = canonicalHostName(host)
  if ('reason' in checked) throw new DialError('unknown-host', `${host} ${checked.reason}.`)
  const name = new TextEncoder().encode(checked.name)
  return Uint8Array.of(5, RESOLVE, 0, TYPE_NAME, name.length, ...name, 0, 0)
}

/** The RESOLVE_PTR request for an IP address. @throws {DialError} for whatever is none */
export function resolvePtrRequest(ip: string): Uint8Array {
  const ipv4 = parseIPv4(ip)
  if (ipv4 !== null)
    return Uint8Array.of(
      5,
      RESOLVE_PTR,
      0,
      TYPE_IPV4,
      ipv4 >>> 24,
      (ipv4 >>> 16) & 255,
      (ipv4 >>> 8) & 255,
      ipv4 & 255,
      0,
      0,
    )
  const groups = parseIPv6(ip)
  if (groups === null) throw new DialError('unknown-host', `${ip} is not an IP address.`)
  return Uint8Array.of(5, RESOLVE_PTR, 0, TYPE_IPV6, ...bytesOf(groups), 0, 0)
}

/** Reads a whole, successful reply. @throws {DialError} `proxy-protocol` */
export function readAnswer(reply: Uint8Array): TorAnswer {
  const [, , , type = 0, length = 0] = reply
  if (type === TYPE_IPV4) {
    const [a = 0, b = 0, c = 0, d = 0] = reply.subarray(4, 8)
    return { kind: 'address', text: printIPv4(((a << 24) | (b << 16) | (c << 8) | d) >>> 0) }
  }
  if (type === TYPE_IPV6) return { kind: 'address', text: printIPv6(groupsOf(reply.subarray(4, 20))) }
  const name = new TextDecoder('latin1').decode(reply.subarray(5, 5 + length))
  const checked = canonicalHostName(name)
  if ('reason' in checked) throw new DialError('proxy-protocol', 'Tor answered with something that is not a host name.')
  return { kind: 'name', text: checked.name }
}

export interface TorLookup {
  readonly signal?: AbortSignal | undefined
  /** Milliseconds; 30 000 when absent. */
  readonly timeoutMs?: number | undefined
  readonly credentials: SocksCredentials | null
}

/** Asks Tor; rejects with a `DialError`: unknown-host, proxy-unreachable, proxy-protocol, proxy-auth, timeout, ... */
export async function askTor(
  proxy: ProxySettings,
  request: Uint8Array,
  what: string,
  { signal, timeoutMs = TOR_LOOKUP_TIMEOUT_MS, credentials }: TorLookup,
  access: ProxyAccess,
): Promise<TorAnswer> {
  if (credentials !== null) checkCredentials(credentials)
  const at: Address = parseAddress(proxy.host, { defaultPort: proxy.port })
  const describe = (): string => `${proxy.name} did not look ${what} up within ${timeoutMs / 1000} s.`
  return withDeadline(access.clock, { signal, timeoutMs }, describe, async scope => {
    const socket = await connectProxy(at, scope, access)
    try {
      const asker = askOver(socket, credentials !== null, scope, LOOKUP_REPLIES)
      const [, method] = await asker.ask('method', greeting(credentials === null, credentials !== null), 'the greeting')
      if (method === 2 && credentials !== null)
        await asker.ask('authentication', passwordRequest(credentials), 'the password')
      return readAnswer(await asker.ask('reply', request, what))
    } finally {
      socket.destroy()
    }
  })
}
