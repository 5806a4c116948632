import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { seededRandom, VirtualClock } from '../../src-main/time/index.ts'
import { askProtocolInfo, openControl } from '../../src-main/tor/control.ts'
import type { Control } from '../../src-main/tor/control.ts'
import { MAX_CONTROL_QUEUE } from '../../src-main/tor/limits.ts'
import type { TorError } from '../../src-main/tor/errors.ts'
import type { TorEvent } from '../../src-main/tor/parse.ts'
import type { LocalTarget } from '../../src-main/transport/index.ts'
import { FakeTor, errorOf } from './fake-tor.ts'
import type { FakeTorOptions } from './fake-tor.ts'

const target: LocalTarget = { kind: 'tcp', host: '127.0.0.1', port: 9051 }
const dir = mkdtempSync(join(tmpdir(), 'warren-tor-'))
afterAll(() => rmSync(dir, { recursive: true }))
const cookie = Uint8Array.from({ length: 32 }, (_, index) => index * 7)
const cookieFile = join(dir, 'cookie')
writeFileSync(cookieFile, cookie)
writeFileSync(join(dir, 'long'), new Uint8Array(33))

function stage(options: FakeTorOptions = {}): {
  tor: FakeTor
  clock: VirtualClock
  events: TorEvent[]
  broken: TorError[]
  open: (credentials?: { password?: string; cookieFile?: string }, signal?: AbortSignal) => Promise<Control>
} {
  const tor = new FakeTor(options)
  const clock = new VirtualClock()
  const events: TorEvent[] = []
  const broken: TorError[] = []
  return {
    tor,
    clock,
    events,
    broken,
    open: ({ password, cookieFile } = {}, signal) =>
      openControl(
        { clock, random: seededRandom(1), connect: tor.connect },
        target,
        { password: password ?? null, cookieFile: cookieFile ?? null },
        { onEvent: event => events.push(event), onBroken: error => broken.push(error) },
        signal,
      ),
  }
}

const ALL = 'COOKIE,SAFECOOKIE,HASHEDPASSWORD'

describe('authentication', () => {
  it('uses nothing where nothing is asked', async () => {
    const { open, tor } = stage()
    expect((await open({ password: 'x' })).version).toBe('0.4.9.11')
    expect(tor.commands).toEqual(['PROTOCOLINFO 1', 'AUTHENTICATE'])
  })

  it('proves the cookie without sending it, and takes the password where one is given', async () => {
    const safe = stage({ methods: ALL, cookie, cookieFile })
    await safe.open()
    expect(safe.tor.commands.join('\n')).toContain('AUTHCHALLENGE SAFECOOKIE')
    expect(safe.tor.commands.join('\n')).not.toContain(Buffer.from(cookie).toString('hex'))
    const word = stage({ methods: ALL, cookie, cookieFile, password: "a 'b" })
    await word.open({ password: "a 'b" })
    expect(word.tor.commands.at(-1)).toBe(`AUTHENTICATE "a 'b"`)
  })

  const failures: readonly [string, FakeTorOptions, { password?: string; cookieFile?: string }, string, RegExp][] = [
    [
      'a wrong password',
      { methods: ALL, password: 'right' },
      { password: 'wrong' },
      'password-wrong',
      /does not take this password/,
    ],
    ['no password', { methods: 'HASHEDPASSWORD' }, {}, 'password-missing', /wants a password/],
    [
      'no password, and a cookie that cannot be read',
      { methods: ALL, cookieFile: join(dir, 'none') },
      {},
      'password-missing',
      /wants a password/,
    ],
    [
      'a cookie file that is not there',
      { methods: 'COOKIE,SAFECOOKIE', cookieFile: join(dir, 'none') },
      {},
      'cookie-unreadable',
      /does not exist/,
    ],
    [
      'a cookie file of another length',
      { methods: 'SAFECOOKIE', cookieFile: join(dir, 'long') },
      {},
      'cookie-unreadable',
      /33 bytes/,
    ],
    [
      'a cookie file named by half a path',
      { methods: 'SAFECOOKIE', cookieFile: 'cookie' },
      {},
      'cookie-unreadable',
      /whole path/,
    ],
    [
      'a folder for a cookie file',
      { methods: 'SAFECOOKIE', cookieFile: dir },
      {},
      'cookie-unreadable',
      /is not a file/,
    ],
    [
      'a Tor that does not know the cookie',
      { methods: 'SAFECOOKIE', cookieFile, cookie, hasWrongProof: true },
      {},
      'cookie-wrong',
      /another Tor/,
    ],
    [
      'a Tor with another cookie',
      { methods: 'SAFECOOKIE', cookie: new Uint8Array(32) },
      { cookieFile },
      'cookie-wrong',
      /another Tor/,
    ],
    ['the plain cookie method alone', { methods: 'COOKIE', cookieFile, cookie }, {}, 'auth-unsupported', /no way in/],
    [
      'a web server',
      { answer: () => 'HTTP/1.1 400 Bad Request\r\n' },
      {},
      'control-protocol',
      /not Tor's control port/,
    ],
    [
      'a mail server',
      { answer: () => '502 Command not implemented\r\n' },
      {},
      'control-protocol',
      /is not Tor's control port/,
    ],
    ['a port that hangs up', { answer: () => 'close' as const }, {}, 'control-closed', /closed its control connection/],
    [
      'nonsense to the challenge',
      {
        methods: 'SAFECOOKIE',
        cookieFile,
        answer: command => (command.startsWith('AUTHCH') ? '250 AUTHCHALLENGE SERVERHASH=00\r\n' : undefined),
      },
      {},
      'control-protocol',
      /makes no sense/,
    ],
  ]
  it.each(failures)(
    'says what is wrong with %s, and leaves nothing open',
    async (_, options, credentials, code, text) => {
      const { open, tor, clock } = stage(options)
      const error = await errorOf(open(credentials))
      expect(error.code).toBe(code)
      expect(error.message).toMatch(text)
      await clock.run(0)
      expect(tor.sessions.every(session => !session.isOpen)).toBe(true)
      expect(clock.pendingTimers).toBe(0)
    },
  )

  it('gives up on a port that keeps silent, and can be cancelled while it waits', async () => {
    const silent = stage({ answer: () => null })
    const opening = errorOf(silent.open())
    await silent.clock.run(15_000)
    expect((await opening).code).toBe('control-timeout')
    const abort = new AbortController()
    const cancelling = errorOf(silent.open({}, abort.signal))
    await silent.clock.run(1)
    abort.abort()
    expect((await cancelling).code).toBe('cancelled')
    expect(silent.clock.pendingTimers).toBe(0)
    expect(silent.tor.sessions.every(session => !session.isOpen)).toBe(true)
  })

  it('can ask what a port is without telling it anything', async () => {
    const tor = new FakeTor({ methods: ALL, cookieFile: '/x' })
    const parts = { clock: new VirtualClock(), random: seededRandom(1), connect: tor.connect }
    expect(await askProtocolInfo(parts, target)).toEqual({
      version: '0.4.9.11',
      methods: new Set(['COOKIE', 'SAFECOOKIE', 'HASHEDPASSWORD']),
      cookieFile: '/x',
    })
    expect(tor.commands).toEqual(['PROTOCOLINFO 1'])
    expect(tor.sessions.some(session => session.isOpen)).toBe(false)
  })
})

describe('an open control port', () => {
  it('answers what it is asked, in order, with events between', async () => {
    const { open, tor, events } = stage({
      info: {
        'circuit-status':
          '1 BUILT $AA~relay PURPOSE=GENERAL SOCKS_USERNAME="u" SOCKS_PASSWORD="secret"\n2 LAUNCHED PURPOSE=GENERAL',
        'stream-status': '7 SUCCEEDED 1 192.0.2.1:8333 SOURCE_ADDR=127.0.0.1:5000',
        'net/listeners/socks': '"unix:/run/tor/socks" "127.0.0.1:4321"',
      },
      conf: { SocksPort: ['9050 NoIsolateSOCKSAuth', '"9052 \\"x\\""'] },
      answer: command =>
        command === 'GETINFO version' ? '650 BW 1 2\r\n250-version=0.4\r\n650 BW 3 4\r\n250 OK\r\n' : undefined,
    })
    const control = await open()
    const [version, circuits, streams, socks, conf, none, phase] = await Promise.all([
      control.getInfo('version'),
      control.circuits(),
      control.streams(),
      control.socks(),
      control.getConf('SocksPort'),
      control.getConf('Bridge'),
      control.bootstrap(),
    ])
    expect(version.get('version')).toBe('0.4')
    expect(circuits.map(({ id, state, socksUser }) => [id, state, socksUser])).toEqual([
      ['1', 'built', 'u'],
      ['2', 'launched', null],
    ])
    expect(JSON.stringify(circuits)).not.toContain('secret')
    expect(streams).toMatchObject([{ circuit: '1', target: '192.0.2.1:8333', source: '127.0.0.1:5000' }])
    expect(socks).toEqual({ host: '127.0.0.1', port: 4321 })
    expect(conf).toEqual(['9050 NoIsolateSOCKSAuth', '9052 "x"'])
    expect(none).toEqual([])
    expect(phase).toMatchObject({ progress: 100, tag: 'done' })
    await control.listen(['BW'])
    tor.session.send('650 BW 5 6\r\n')
    await Promise.resolve()
    await Promise.resolve()
    expect(events.map(event => (event.kind === 'bandwidth' ? event.read : null))).toEqual([1, 3, 5])
  })

  it('tells what Tor refuses, and lives on', async () => {
    const { open } = stage()
    const control = await open()
    const error = await errorOf(control.getInfo('no/such/key'))
    expect(error.code).toBe('control-refused')
    expect(error.message).toBe('Tor answered 552: Unrecognized key "no/such/key".')
    expect((await control.getInfo('circuit-status')).size).toBe(1)
  })

  it('lets no line end into a request', async () => {
    const { open, tor } = stage()
    const control = await open()
    expect((await errorOf(control.deleteOnion('a\r\nSIGNAL HALT'))).code).toBe('control-protocol')
    expect(tor.commands).not.toContain('SIGNAL HALT')
  })

  it('ends at nonsense, at silence and when hung up on, and tells every waiting request so', async () => {
    const lies = stage()
    const first = await lies.open()
    lies.tor.session.send('250 nobody asked\r\n')
    await lies.clock.run(0)
    expect(lies.broken.map(({ code }) => code)).toEqual(['control-protocol'])
    expect((await errorOf(first.circuits())).code).toBe('control-protocol')

    const silent = stage({ answer: command => (command.startsWith('GETINFO') ? null : undefined) })
    const second = await silent.open()
    const asked = [errorOf(second.circuits()), errorOf(second.streams())]
    await silent.clock.run(15_000)
    expect((await Promise.all(asked)).map(({ code }) => code)).toEqual(['control-timeout', 'control-timeout'])
    expect(silent.broken).toHaveLength(1)

    const gone = stage()
    await gone.open()
    gone.tor.session.hangUp()
    await gone.clock.run(0)
    expect(gone.broken.map(({ code }) => code)).toEqual(['control-closed'])

    const ours = stage()
    const last = await ours.open()
    last.close()
    await ours.clock.run(0)
    expect(ours.broken).toEqual([])
    expect(ours.clock.pendingTimers).toBe(0)
  })

  it('lets only so many requests wait', async () => {
    const { open, clock } = stage({ answer: command => (command.startsWith('GETINFO') ? null : undefined) })
    const control = await open()
    const asked = Array.from({ length: MAX_CONTROL_QUEUE }, () => errorOf(control.circuits()))
    expect((await errorOf(control.circuits())).code).toBe('control-busy')
    await clock.run(15_000)
    await Promise.all(asked)
  })

  it('says when a new identity will act: at once, then at most every ten seconds', async () => {
    const { open, tor, clock } = stage()
    const control = await open()
    expect(await control.newIdentity()).toBe(0)
    clock.advance(4000)
    expect(await control.newIdentity()).toBe(6000)
    clock.advance(1000)
    expect(await control.newIdentity()).toBe(5000)
    expect(tor.commands.filter(command => command === 'SIGNAL NEWNYM')).toHaveLength(2)
    clock.advance(20_000)
    expect(await control.newIdentity()).toBe(0)
    expect(tor.commands.filter(command => command === 'SIGNAL NEWNYM')).toHaveLength(3)
  })

  it('adds and deletes onion services', async () => {
    const { open, tor } = stage({ onion: { key: 'ED25519-V3:abc', serviceId: 'x'.repeat(56) } })
    const control = await open()
    const request = { key: null, port: 8333, target: '127.0.0.1:1234', clients: ['aa'] }
    expect(await control.addOnion(request)).toEqual({ serviceId: 'x'.repeat(56), key: 'ED25519-V3:abc' })
    await control.deleteOnion('x'.repeat(56))
    expect(await control.addOnion({ ...request, key: 'ED25519-V3:abc', clients: [] })).toMatchObject({ key: null })
    await control.addClientKey('x'.repeat(56), 'KEY=')
    await control.takeOwnership()
    await control.shutdown()
    expect(tor.commands.slice(2)).toEqual([
      'ADD_ONION NEW:ED25519-V3 Flags=V3Auth Port=8333,127.0.0.1:1234 ClientAuthV3=aa',
      `DEL_ONION ${'x'.repeat(56)}`,
      'ADD_ONION ED25519-V3:abc Port=8333,127.0.0.1:1234',
      `ONION_CLIENT_AUTH_ADD ${'x'.repeat(56)} x25519:KEY=`,
      'TAKEOWNERSHIP',
      'SIGNAL SHUTDOWN',
    ])
  })
})
