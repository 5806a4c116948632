/** What is at the other end of a proxy's address? Asked by a button; nothing is dialed or looked up through it. */
import { parseAddress } from './address.ts'
import { DialError } from './dialer.ts'
import { withDeadline } from './errors.ts'
import { PROBE_TIMEOUT_MS } from './limits.ts'
import { askOver, greeting, passwordRequest } from './socks-ask.ts'
import type { SocksAsker } from './socks-ask.ts'
import { checkCredentials } from './socks-dialog.ts'
import type { SocksCredentials } from './socks-dialog.ts'
import { connectProxy } from './socks5.ts'
import type { ProxyAccess } from './socks5.ts'
import { readAnswer } from './tor-resolve.ts'

export interface ProxyProbe {
  readonly isReachable: boolean
  readonly isSocks5: boolean
  /** `none`: takes anyone; `accepted`, `refused`: our password; `needed`: it wants one and was given none. */
  readonly password: 'none' | 'accepted' | 'refused' | 'needed' | 'unknown'
  /** Null when it could not be told. */
  readonly isTor: boolean | null
  /** Time to the answer to the greeting, milliseconds. */
  readonly ms: number
  /** A sentence for people. */
  readonly text: string
}

/** Nobody's address. Source: RFC 5737. */
const TEST_NET = '192.0.2.1'

/**
 * RESOLVE of what is an address already. Tor gives it back at once, connected or not, and writes nothing in its log; a
 * proxy that does not know the command refuses it (07) or hangs up. No name leaves either of them.
 */
const TOR_QUESTION = Uint8Array.of(5, 0xf0, 0, 3, TEST_NET.length, ...new TextEncoder().encode(TEST_NET), 0, 0)

const SAID: Readonly<Record<ProxyProbe['password'], string>> = {
  none: 'it takes everybody without a password',
  accepted: 'it accepts the password',
  refused: 'it does not accept the user name and password',
  needed: 'it wants a user name and a password',
  unknown: 'it lets nobody in by a way that Warren knows',
}

/** Never rejects but when the signal is aborted: what went wrong is the result. */
export async function probeProxy(
  endpoint: { readonly host: string; readonly port: number; readonly credentials: SocksCredentials | null },
  access: ProxyAccess,
  signal?: AbortSignal,
): Promise<ProxyProbe> {
  const { credentials } = endpoint
  const { clock } = access
  const startedAt = clock.monotonic()
  let ms = 0
  let isReachable = false
  let isSocks5 = false
  const result = (password: ProxyProbe['password'], isTor: boolean | null, text: string): ProxyProbe => ({
    isReachable,
    isSocks5,
    password,
    isTor,
    ms: Math.round(ms),
    text,
  })
  try {
    if (credentials !== null) checkCredentials(credentials)
    const at = parseAddress(endpoint.host, { defaultPort: endpoint.port })
    const describe = (): string => `${at.key} did not answer within ${PROBE_TIMEOUT_MS / 1000} s.`
    return await withDeadline(clock, { signal, timeoutMs: PROBE_TIMEOUT_MS }, describe, async scope => {
      const socket = await connectProxy(at, scope, access)
      isReachable = true
      try {
        const asker = askOver(socket, credentials !== null, scope)
        const password = await logIn(asker, credentials)
        isSocks5 = true
        ms = clock.monotonic() - startedAt
        if (password !== 'none' && password !== 'accepted')
          return result(password, null, `${at.key} is a SOCKS5 proxy, and ${SAID[password]}.`)
        const isTor = await asksLikeTor(asker, scope)
        const kind = isTor === true ? 'Tor' : isTor === false ? 'a SOCKS5 proxy, and not Tor' : 'a SOCKS5 proxy'
        return result(password, isTor, `${at.key} is ${kind}; ${SAID[password]}.`)
      } finally {
        socket.destroy()
      }
    })
  } catch (error) {
    if (signal?.aborted === true) throw error
    return result('unknown', null, error instanceof Error ? error.message : String(error))
  }
}

async function logIn(asker: SocksAsker, credentials: SocksCredentials | null): Promise<ProxyProbe['password']> {
  try {
    const [, method] = await asker.ask('method', greeting(true, credentials !== null), 'the greeting')
    if (method === 0 || credentials === null) return 'none'
    await asker.ask('authentication', passwordRequest(credentials), 'the password')
    return 'accepted'
  } catch (error) {
    if (!(error instanceof DialError) || error.code !== 'proxy-auth') throw error
    if (credentials === null) return 'needed'
    return error.message.includes('lets nobody in') ? 'unknown' : 'refused'
  }
}

async function asksLikeTor(asker: SocksAsker, scope: AbortSignal): Promise<boolean | null> {
  try {
    const { text } = readAnswer(await asker.ask('reply', TOR_QUESTION, 'a look-up'))
    return text === TEST_NET ? true : null
  } catch (error) {
    if (scope.aborted) throw error
    return false
  }
}
