/** The SOCKS5 dialog against a proxy of our own that answers, stops, and talks nonsense at every place. */
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { inspect } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { VirtualClock } from '../../src-main/time/index.ts'
import { DialError, parseAddress } from '../../src-main/transport/index.ts'
import type { Connection, Dialer, Route } from '../../src-main/transport/index.ts'
import { socks5Dialer } from '../../src-main/transport/socks5.ts'
import type { SocksCredentials } from '../../src-main/transport/socks-dialog.ts'
import { startSocksServer } from '../support/socks-server.ts'
import { collect, until } from './dialer-compliance.ts'

const SECRET = 'very-secret-password'
const CREDENTIALS: SocksCredentials = { user: 'rabbit', password: SECRET }
const TARGET = parseAddress('peer.example:8333')

const METHOD_NONE = [5, 0]
const METHOD_PASSWORD = [5, 2]
const AUTH_OK = [1, 0]
const REPLY_OK = [5, 0, 0, 1, 127, 0, 0, 1, 0, 80]
const NAME_REPLY = [5, 0, 0, 3, 3, 97, 98, 99, 0, 80]
const IPV6_REPLY = [5, 0, 0, 4, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 0, 80]

const openSockets = (): number => process.getActiveResourcesInfo().filter(name => name === 'TCPSocketWrap').length

/** A proxy that gives the next of its answers whenever something arrives; `afterwards` is what it does after the last. */
class Script {
  readonly clock = new VirtualClock()
  readonly received: Buffer[] = []
  #server: Server | null = null
  #sockets = new Set<Socket>()

  async start(answers: readonly (readonly number[])[], afterwards: 'stay' | 'close' | 'reset'): Promise<Route> {
    const server = createServer(socket => {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      const left = [...answers]
      const goOn = (): void => {
        const answer = left.shift()
        if (answer !== undefined && answer.length > 0) socket.write(Uint8Array.from(answer))
        if (left.length > 0 || afterwards === 'stay') return
        if (afterwards === 'close') socket.end()
        else socket.resetAndDestroy()
      }
      socket.on('data', chunk => {
        this.received.push(chunk)
        goOn()
      })
    })
    this.#server = server
    server.listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    return { kind: 'socks5', proxy: 'proxy', host: '127.0.0.1', port: (server.address() as AddressInfo).port }
  }

  dialer(credentials: SocksCredentials | null = null): Dialer {
    const keeper = {
      clock: this.clock,
      totals: { bytesRead: 0, bytesWritten: 0 },
      opened: () => {},
      closed: () => {},
    }
    return socks5Dialer(keeper, () => credentials, {
      clock: this.clock,
      resolveProxy: () => Promise.reject(new Error('no look-up')),
      witness: () => {},
    })
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise(resolve => (this.#server === null ? resolve(null) : this.#server.close(resolve)))
  }
}

let script: Script | null = null
afterEach(async () => {
  await script?.stop()
  script = null
  await until(() => openSockets() === 0)
})

/** Dials through a script and gives the error, or the connection's early bytes. */
async function dialThrough(
  answers: readonly (readonly number[])[],
  afterwards: 'stay' | 'close' | 'reset',
  credentials: SocksCredentials | null = null,
): Promise<DialError | Connection> {
  await script?.stop()
  script = new Script()
  const route = await script.start(answers, afterwards)
  const { clock } = script
  let outcome: DialError | Connection | null = null as DialError | Connection | null
  script
    .dialer(credentials)
    .dial(TARGET, route, { timeoutMs: 10_000 })
    .then(
      connection => (outcome = connection),
      (error: unknown) => {
        if (!(error instanceof DialError)) throw error
        outcome = error
      },
    )
  const answered = answers.length
  await until(() => outcome !== null || (script?.received.length ?? 0) >= answered)
  // The script has said all it will say: let the bytes arrive, then let time pass.
  for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
  if (outcome === null && afterwards === 'stay') await clock.run(10_000)
  await until(() => outcome !== null)
  if (outcome === null) throw new Error('unreachable')
  expect(clock.pendingTimers).toBe(0)
  return outcome
}

const errorOf = (outcome: DialError | Connection): DialError => {
  if (outcome instanceof DialError) return outcome
  outcome.destroy()
  throw new Error('connected')
}

describe('SOCKS5 dialog', () => {
  it.each([
    [0x01, 'proxy-refused'],
    [0x02, 'proxy-refused'],
    [0x03, 'unreachable'],
    [0x04, 'unreachable'],
    [0x05, 'refused'],
    [0x06, 'unreachable'],
    [0x07, 'proxy-refused'],
    [0x08, 'proxy-refused'],
    [0x09, 'proxy-refused'],
    [0xf0, 'unreachable'],
    [0xf1, 'unreachable'],
    [0xf2, 'unreachable'],
    [0xf3, 'unreachable'],
    [0xf4, 'proxy-refused'],
    [0xf5, 'proxy-refused'],
    [0xf6, 'unknown-host'],
    [0xf7, 'timeout'],
    [0xff, 'proxy-refused'],
  ])('turns reply %i into %s with a sentence that names the target and the code', async (status, code) => {
    const error = errorOf(await dialThrough([METHOD_NONE, [5, status, 0, 1, 0, 0, 0, 0, 0, 0]], 'close'))
    expect(error.code).toBe(code)
    expect(error.message).toMatch(/\.$/)
    expect(error.message).not.toContain('undefined')
    expect(error.message).not.toContain('TARGET')
    expect(error.message).toContain(status.toString(16).padStart(2, '0'))
    if (status !== 7) expect(error.message).toContain('peer.example:8333')
  })

  it.each([
    ['no SOCKS proxy', [[72, 84, 84, 80]], null, 'proxy-protocol', 'not a SOCKS5 proxy'],
    ['SOCKS4', [[4, 0]], null, 'proxy-protocol', 'not a SOCKS5 proxy'],
    ['no method left', [[5, 255]], null, 'proxy-auth', 'lets nobody in'],
    ['a password asked of us', [[5, 2]], null, 'proxy-auth', 'asks for a user name'],
    ['a method not offered', [[5, 1]], CREDENTIALS, 'proxy-protocol', 'not offered'],
    ['a wrong password', [METHOD_PASSWORD, [1, 1]], CREDENTIALS, 'proxy-auth', 'does not accept'],
    ['a wrong version of the password', [METHOD_PASSWORD, [5, 0]], CREDENTIALS, 'proxy-protocol', 'version 5'],
    ['a wrong version of the reply', [METHOD_NONE, [4, 0]], null, 'proxy-protocol', 'byte 04'],
    ['an unknown address type', [METHOD_NONE, [5, 0, 0, 2, 1]], null, 'proxy-protocol', 'unknown type 02'],
    ['an answer before the question', [[...METHOD_NONE, ...REPLY_OK]], null, 'proxy-protocol', 'before it was asked'],
    [
      'a reply before the password',
      [METHOD_PASSWORD, [...AUTH_OK, ...REPLY_OK]],
      CREDENTIALS,
      'proxy-protocol',
      'before',
    ],
  ] as const)('complains at once about %s', async (_what, answers, credentials, code, part) => {
    const error = errorOf(await dialThrough(answers, 'stay', credentials))
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(part)])
  })

  const DIALOGS: readonly (readonly [string, readonly (readonly number[])[], SocksCredentials | null])[] = [
    ['without password', [METHOD_NONE, REPLY_OK], null],
    ['with password', [METHOD_PASSWORD, AUTH_OK, REPLY_OK], CREDENTIALS],
    ['with a name in the reply', [METHOD_NONE, NAME_REPLY], null],
    ['with IPv6 in the reply', [METHOD_NONE, IPV6_REPLY], null],
  ]

  /** The first `count` bytes of a dialog. */
  const cut = (answers: readonly (readonly number[])[], count: number): number[][] => {
    let left = count
    return answers
      .map(answer => {
        const part = answer.slice(0, left)
        left -= part.length
        return part
      })
      .filter((part, index) => part.length > 0 || index === 0)
  }

  it.each(DIALOGS)(
    'never hangs when the proxy stops after any byte of a dialog %s',
    async (_name, answers, credentials) => {
      const length = answers.flat().length
      for (let count = 0; count < length; count++) {
        const silent = errorOf(await dialThrough(cut(answers, count), 'stay', credentials))
        expect([count, silent.code]).toEqual([count, 'timeout'])
        const closed = errorOf(await dialThrough(cut(answers, count), 'close', credentials))
        expect([count, closed.code, closed.message]).toEqual([
          count,
          'proxy-protocol',
          expect.stringContaining('closed'),
        ])
        const reset = errorOf(await dialThrough(cut(answers, count), 'reset', credentials))
        expect([count, reset.code]).toEqual([count, 'proxy-protocol'])
      }
    },
  )

  it.each(DIALOGS)('survives any wrong byte at any place of a dialog %s', async (_name, answers, credentials) => {
    for (const [step, answer] of answers.entries()) {
      for (const place of answer.keys()) {
        for (const wrong of [0x00, 0x01, 0x03, 0x7f, 0xff]) {
          const changed = answers.map(each => [...each])
          changed[step]?.splice(place, 1, wrong)
          const outcome = await dialThrough(changed, 'close', credentials)
          if (outcome instanceof DialError) {
            expect(['proxy-protocol', 'proxy-auth', 'proxy-refused', 'unreachable', 'refused', 'timeout']).toContain(
              outcome.code,
            )
            expect(inspect(outcome, { depth: 10 })).not.toContain(SECRET)
          } else {
            outcome.destroy()
          }
        }
      }
    }
  })

  it.each([
    ['in one piece with the reply', [METHOD_NONE, [...REPLY_OK, 1, 2, 3]]],
    ['behind a name', [METHOD_NONE, [...NAME_REPLY, 1, 2, 3]]],
    ['behind IPv6', [METHOD_NONE, [...IPV6_REPLY, 1, 2, 3]]],
  ])('keeps bytes that come %s, also when the proxy closes right after', async (_how, answers) => {
    const connection = await dialThrough(answers, 'close')
    if (connection instanceof DialError) throw connection
    expect(connection.bytesRead).toBe(0)
    for (let turn = 0; turn < 10; turn++) await new Promise(resolve => setImmediate(resolve))
    const heard = collect(connection)
    await until(() => heard.closed.length === 1)
    expect([...heard.bytes()]).toEqual([1, 2, 3])
    expect(connection.bytesRead).toBe(3)
    expect(heard.closed[0]?.by).toBe('remote')
  })

  it('gives an empty start when nothing comes with the reply', async () => {
    const connection = await dialThrough([METHOD_NONE, REPLY_OK], 'stay')
    if (connection instanceof DialError) throw connection
    expect(connection.localAddress).toBe(null)
    const heard = collect(connection)
    connection.destroy()
    await until(() => heard.closed.length === 1)
    expect(heard.bytes()).toHaveLength(0)
  })

  it('hands names over unresolved, international ones as punycode, and sends the credentials', async () => {
    const proxy = await startSocksServer({ connectTo: () => null })
    script = new Script()
    const dialer = script.dialer(CREDENTIALS)
    const route: Route = { kind: 'socks5', proxy: 'proxy', host: '127.0.0.1', port: proxy.port }
    for (const text of ['bücher.example:1', '192.0.2.7:2', '[2001:db8::7]:3', `${'a'.repeat(63)}.example:4`]) {
      const controller = new AbortController()
      const before = proxy.requests.length
      const dial = dialer.dial(parseAddress(text), route, { signal: controller.signal })
      dial.catch(() => {})
      await until(() => proxy.requests.length > before)
      controller.abort()
      await expect(dial).rejects.toMatchObject({ code: 'cancelled' })
    }
    expect(proxy.requests).toEqual([
      { host: 'xn--bcher-kva.example', port: 1, user: 'rabbit', password: SECRET, command: 1 },
      { host: '192.0.2.7', port: 2, user: 'rabbit', password: SECRET, command: 1 },
      { host: '20010db8000000000000000000000007', port: 3, user: 'rabbit', password: SECRET, command: 1 },
      { host: `${'a'.repeat(63)}.example`, port: 4, user: 'rabbit', password: SECRET, command: 1 },
    ])
    await proxy.close()
  })

  it.each([
    ['', 'p', 'user name'],
    ['u', '', 'password'],
    ['u'.repeat(256), 'p', 'user name'],
    ['u', 'é'.repeat(128), 'password'],
  ])('refuses credentials out of bounds before it dials (%#)', async (user, password, part) => {
    script = new Script()
    const route = await script.start([METHOD_PASSWORD], 'stay')
    const error = await script
      .dialer({ user, password })
      .dial(TARGET, route, {})
      .then(errorOf, (caught: DialError) => caught)
    expect([error.code, error.message]).toEqual(['proxy-auth', expect.stringContaining(part)])
    if (password !== 'p' && password !== '') expect(error.message).not.toContain(password)
    expect(script.received).toEqual([])
  })

  it('takes credentials of 255 bytes', async () => {
    const proxy = await startSocksServer({ connectTo: () => null })
    script = new Script()
    const credentials = { user: 'u'.repeat(255), password: `${'é'.repeat(127)}p` }
    const controller = new AbortController()
    const dial = script
      .dialer(credentials)
      .dial(TARGET, { kind: 'socks5', proxy: 'p', host: '127.0.0.1', port: proxy.port }, { signal: controller.signal })
    dial.catch(() => {})
    await until(() => proxy.requests.length === 1)
    expect(proxy.requests[0]).toMatchObject(credentials)
    controller.abort()
    await dial.catch(() => {})
    await proxy.close()
  })

  it('says which proxy cannot be reached', async () => {
    script = new Script()
    const route = await script.start([], 'stay')
    await script.stop()
    const { clock } = script
    const error = await script
      .dialer()
      .dial(TARGET, route, {})
      .then(errorOf, (caught: DialError) => caught)
    expect([error.code, error.message]).toEqual([
      'proxy-unreachable',
      expect.stringMatching(/proxy at 127\.0\.0\.1:\d+ cannot/),
    ])
    expect(clock.pendingTimers).toBe(0)
    script = null
  })

  it('refuses a route that is none of its own', async () => {
    script = new Script()
    await expect(script.dialer().dial(TARGET, { kind: 'direct' }, {})).rejects.toMatchObject({ code: 'blocked' })
  })
})
