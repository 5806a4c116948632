/** RESOLVE against a server of our own that stops after every byte of the dialog, says too much, or never ends. */
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { VirtualClock } from '../../src-main/time/index.ts'
import { DialError } from '../../src-main/transport/index.ts'
import type { SocksCredentials } from '../../src-main/transport/socks-dialog.ts'
import { askTor, resolvePtrRequest, resolveRequest } from '../../src-main/transport/tor-resolve.ts'
import type { TorAnswer } from '../../src-main/transport/tor-resolve.ts'
import { until } from './dialer-compliance.ts'

type Ending = 'stay' | 'silence' | 'close' | 'reset'
const PASSWORD: SocksCredentials = { user: 'rabbit', password: 'very-secret' }
const ADDRESS_4 = [5, 0, 0, 1, 192, 0, 2, 7, 0, 0]
const ADDRESS_6 = [5, 0, 0, 4, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0]
const NAME = [5, 0, 0, 3, 12, ...Buffer.from('peer.example'), 0, 0]

let server: Server | null = null
const sockets = new Set<Socket>()
afterEach(() => stop())

async function stop(): Promise<void> {
  const stopping = server
  server = null
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  await new Promise(resolve => (stopping === null ? resolve(null) : stopping.close(resolve)))
}

/** Gives the next answer to whatever arrives; afterwards it stays (and time passes: `silence`), closes, or resets. */
async function start(answers: readonly (readonly number[])[], ending: Ending): Promise<number> {
  await stop()
  const started = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    const left = [...answers]
    socket.on('data', () => {
      const answer = left.shift()
      if (answer !== undefined && answer.length > 0) socket.write(Uint8Array.from(answer))
      if (left.length > 0 || ending === 'stay' || ending === 'silence') return
      if (ending === 'close') socket.end()
      else socket.resetAndDestroy()
    })
  }).listen(0, '127.0.0.1')
  server = started
  await new Promise(resolve => started.once('listening', resolve))
  return (started.address() as AddressInfo).port
}

async function ask(
  answers: readonly (readonly number[])[],
  ending: Ending,
  {
    credentials = null,
    request = resolveRequest('a.example'),
  }: { credentials?: SocksCredentials | null; request?: Uint8Array } = {},
): Promise<TorAnswer | DialError> {
  const clock = new VirtualClock()
  const proxy = { name: 'Tor', host: '127.0.0.1', port: await start(answers, ending), isTor: true }
  const access = { clock, witness: () => {}, resolveProxy: () => Promise.reject(new Error('no look-up')) }
  let outcome = null as TorAnswer | DialError | null
  askTor(proxy, request, 'a.example', { credentials, timeoutMs: 10_000 }, access).then(
    answer => (outcome = answer),
    (error: unknown) => {
      if (!(error instanceof DialError)) throw error
      outcome = error
    },
  )
  if (ending === 'silence') {
    // The server has said all it will say once the bytes have had time to arrive; then virtual time passes.
    await until(() => sockets.size > 0)
    for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
    await clock.run(10_000)
  }
  await until(() => outcome !== null)
  if (outcome === null) throw new Error('unreachable')
  expect(clock.pendingTimers).toBe(0)
  return outcome
}

const DIALOGS = [
  ['without password', [[5, 0], ADDRESS_4], null],
  ['with password', [[5, 2], [1, 0], ADDRESS_4], PASSWORD],
  ['with IPv6 in the reply', [[5, 0], ADDRESS_6], null],
  ['with a name in the reply', [[5, 0], NAME], null],
] as const

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

describe('RESOLVE', () => {
  it.each(DIALOGS)(
    'never hangs when the server stops after any byte of a dialog %s',
    async (_name, answers, credentials) => {
      for (let count = 0; count < answers.flat().length; count++) {
        const [silent, closed, reset] = [
          await ask(cut(answers, count), 'silence', { credentials }),
          await ask(cut(answers, count), 'close', { credentials }),
          await ask(cut(answers, count), 'reset', { credentials }),
        ]
        expect([count, silent]).toMatchObject([count, { code: 'timeout', message: expect.stringContaining('10 s') }])
        expect([count, closed]).toMatchObject([
          count,
          { code: 'proxy-protocol', message: expect.stringContaining('closed') },
        ])
        expect([count, reset]).toMatchObject([count, { code: 'proxy-protocol' }])
      }
    },
  )

  it.each(DIALOGS)('reads the whole answer of a dialog %s', async (_name, answers, credentials) => {
    expect(await ask(answers, 'stay', { credentials })).toHaveProperty('text')
  })

  it('gives names for RESOLVE_PTR, in IPv4 and IPv6', async () => {
    for (const ip of ['192.0.2.7', '2001:db8::9']) {
      const answer = await ask([[5, 0], NAME], 'close', { request: resolvePtrRequest(ip) })
      expect(answer).toEqual({ kind: 'name', text: 'peer.example' })
    }
  })

  it.each([
    ['the reply comes with the greeting', [[5, 0, ...ADDRESS_4]], null, 'before it was asked'],
    [
      'the reply comes with the login',
      [
        [5, 2],
        [1, 0, ...ADDRESS_4],
      ],
      PASSWORD,
      'before it was asked',
    ],
    [
      'more than the reply comes',
      [
        [5, 0],
        [...ADDRESS_4, 0],
      ],
      null,
      'more than its answer',
    ],
    ['a password is asked for', [[5, 2]], null, 'asks for a user name'],
    [
      'the login is refused',
      [
        [5, 2],
        [1, 1],
      ],
      PASSWORD,
      'does not accept',
    ],
  ] as const)('complains when %s, and shows no password', async (_when, answers, credentials, part) => {
    const error = await ask(answers, 'stay', { credentials })
    expect(error).toMatchObject({ message: expect.stringContaining(part) })
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('very-secret')
  })

  it('answers or complains in words, whatever bytes come in whatever pieces', async () => {
    const bytes = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 40 })
    const reply = fc.oneof(
      bytes,
      fc
        .tuple(fc.constantFrom(0, 4, 0xf0), fc.constantFrom(1, 3, 4, 9), bytes)
        .map(([status, type, rest]) => [5, status, 0, type, ...rest]),
    )
    await fc.assert(
      fc.asyncProperty(reply, fc.boolean(), async (bytes, isSplit) => {
        const outcome = await ask(isSplit ? [[5, 0], bytes.slice(0, 5)] : [[5, 0], bytes], 'close')
        if (outcome instanceof DialError) expect(outcome.message).toMatch(/^[A-Z].*\.$/)
        else expect(outcome.text.length).toBeLessThanOrEqual(253)
      }),
      { numRuns: 150 },
    )
  })
})
