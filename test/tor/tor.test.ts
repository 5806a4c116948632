import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src-main/log/index.ts'
import type { Log } from '../../src-main/log/index.ts'
import { VirtualClock, seededRandom } from '../../src-main/time/index.ts'
import { decideState } from '../../src-main/tor/existing.ts'
import { TorError, createTor } from '../../src-main/tor/index.ts'
import type { Tor, TorConfig } from '../../src-main/tor/index.ts'
import { BOOTSTRAP_STUCK_MS, MAX_ONIONS, SOCKS_WATCH_MS, START_TIMEOUT_MS } from '../../src-main/tor/limits.ts'
import { FakeMachine, turnUntil } from './fake-machine.ts'
import { FakeTor, errorOf } from './fake-tor.ts'
import type { FakeTorOptions } from './fake-tor.ts'
import { madeOnion } from './onion-keys.ts'

const undo: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

const cookie = new Uint8Array(32).fill(5)
const MANAGED: TorConfig = { mode: 'managed', binary: null, bridges: '' }
const CONTROL = {
  target: { kind: 'tcp', host: '127.0.0.1', port: 9051 },
  credentials: { password: null, cookieFile: null },
} as const
const SOCKS = { host: '127.0.0.1', port: 9050 }
const EXISTING: TorConfig = { mode: 'existing', socks: SOCKS, control: CONTROL }

interface Stage {
  tor: Tor
  fake: FakeTor
  machine: FakeMachine
  clock: VirtualClock
  kinds: string[]
  lines: string[]
  dataDir: string
  until: (isTrue: () => boolean) => Promise<void>
  untilState: (kind: string) => Promise<void>
}

function stage(options: FakeTorOptions = {}): Stage {
  const dataDir = mkdtempSync(join(tmpdir(), 'warren-tor-'))
  const clock = new VirtualClock()
  const fake = new FakeTor({ methods: 'COOKIE,SAFECOOKIE', cookie, ...options })
  const machine = new FakeMachine(fake, cookie)
  const lines: string[] = []
  const note = (message: string): void => void lines.push(message)
  const log: Log = { ...silentLog, info: note, warn: note, error: note }
  const place = { platform: 'linux', env: { PATH: '/usr/bin' }, home: '/home/me' } as const
  const tor = createTor({
    clock,
    random: seededRandom(3),
    log,
    dataDir,
    connect: fake.connect,
    programs: machine,
    place,
  })
  const kinds: string[] = []
  tor.onChange(() => {
    const { kind } = tor.status().state
    if (kinds.at(-1) !== kind) kinds.push(kind)
  })
  const until = (isTrue: () => boolean): Promise<void> => turnUntil(clock, isTrue)
  undo.push(async () => {
    machine.obeys = true
    let isDone = false
    void tor.close().then(() => (isDone = true))
    await until(() => isDone)
    await clock.run(0)
    expect(clock.pendingTimers).toBe(0)
    expect(machine.runs.every(run => run.isOver)).toBe(true)
    expect(fake.sessions.every(session => !session.isOpen)).toBe(true)
    rmSync(dataDir, { recursive: true })
  })
  return {
    tor,
    fake,
    machine,
    clock,
    kinds,
    lines,
    dataDir,
    until,
    untilState: kind => until(() => tor.status().state.kind === kind),
  }
}

describe('a Tor of our own', () => {
  it('is started with a torrc of ours, followed step by step, and ended with a word', async () => {
    const { tor, fake, machine, kinds, lines, dataDir, untilState, until } = stage({
      info: { 'status/bootstrap-phase': 'NOTICE BOOTSTRAP PROGRESS=10 TAG=conn_done SUMMARY="Connected to a relay"' },
    })
    await tor.use(MANAGED)
    await untilState('bootstrapping')
    expect(tor.status()).toMatchObject({
      state: { kind: 'bootstrapping', progress: 10, tag: 'conn_done', summary: 'Connected to a relay' },
      source: 'managed',
      pid: 1001,
      version: '0.4.9.11',
      control: { kind: 'open' },
      socks: SOCKS,
      isolates: true,
    })
    expect(tor.socks()).toBeNull()
    machine.run.print('Jan 01 00:00:00.000 [notice] Bootstrapped 10% (conn_done): Connected to a relay')
    fake.session.send('650 STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY="Done"\r\n')
    await untilState('ready')
    expect(tor.socks()).toEqual(SOCKS)
    expect(await tor.whenReady()).toEqual(SOCKS)
    expect(kinds).toEqual(['starting', 'bootstrapping', 'ready'])
    expect(lines).toContain('Bootstrapped 10% (conn_done): Connected to a relay')
    expect(fake.commands).toContain('TAKEOWNERSHIP')
    const folder = join(dataDir, 'tor')
    expect(machine.run).toMatchObject({
      path: '/usr/bin/tor',
      args: ['--defaults-torrc', join(folder, 'torrc-defaults'), '-f', join(folder, 'torrc')],
    })
    expect(machine.run.torrc).toContain(`__OwningControllerProcess ${process.pid}\n`)
    expect(readFileSync(join(folder, 'torrc-defaults'), 'utf8')).toBe('')
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(existsSync(join(folder, 'data'))).toBe(true)
    let isClosed = false
    void tor.close().then(() => (isClosed = true))
    await until(() => isClosed)
    expect(fake.commands.at(-1)).toBe('SIGNAL SHUTDOWN')
    expect(machine.run.signals).toEqual([])
    expect(tor.status().state.kind).toBe('off')
    expect((await errorOf(tor.use(MANAGED))).code).toBe('cancelled')
  })

  it('is told by signals when it does not listen', async () => {
    const { tor, machine, until, untilState } = stage()
    await tor.use(MANAGED)
    await untilState('ready')
    machine.obeys = false
    let isOff = false
    void tor.use({ mode: 'off' }).then(() => (isOff = true))
    await until(() => isOff)
    expect(machine.run.signals).toEqual(['SIGTERM', 'SIGKILL'])
  })

  it('is started again when it dies, later each time, at the port it had', async () => {
    const { tor, machine, clock, untilState, until } = stage({ info: { 'net/listeners/socks': '"127.0.0.1:4321"' } })
    await tor.use(MANAGED)
    await untilState('ready')
    for (const [round, waitMs] of [1000, 2000, 4000].entries()) {
      machine.run.print('Jan 01 00:00:00.000 [err] Out of luck')
      machine.run.end({ code: 1 })
      await untilState('failed')
      const { state } = tor.status()
      expect(state).toMatchObject({ code: 'tor-exited', reason: 'Tor ended with code 1. It said: Out of luck' })
      expect(state.kind === 'failed' ? state.retryAt : null).toBe(clock.now() + waitMs)
      expect(tor.status().pid).toBeNull()
      expect(tor.socks()).toBeNull()
      await until(() => machine.runs.length === round + 2)
      await untilState('ready')
      expect(machine.run.torrc).toContain('SocksPort 127.0.0.1:4321 IsolateSOCKSAuth')
    }
    machine.run.end({ code: null, signal: 'SIGKILL' })
    await untilState('failed')
    expect(tor.status().state).toMatchObject({ reason: 'Tor ended by SIGKILL.' })
    machine.opens = false
    await until(() => machine.runs.length === 5)
    machine.run.end({ code: 1 })
    await until(() => machine.runs.length === 6)
    expect(machine.run.torrc).toContain('SocksPort auto IsolateSOCKSAuth')
  })

  it('that never opens its control port is given up and tried again', async () => {
    const { tor, machine, clock, untilState } = stage()
    machine.opens = false
    await tor.use(MANAGED)
    const from = clock.monotonic()
    await untilState('failed')
    expect(tor.status().state).toMatchObject({ code: 'start-timeout' })
    expect(clock.monotonic() - from).toBeGreaterThanOrEqual(START_TIMEOUT_MS)
    expect(machine.run.isOver).toBe(true)
  })

  const hopeless: readonly (readonly [string, Partial<TorConfig & { mode: 'managed' }>, string, RegExp])[] = [
    ['a program that is not there', { binary: '/opt/tor' }, 'no-binary', /\/opt\/tor is not a program/],
    ['a bad bridge line', { bridges: '192.0.2.1:443\nobfs3 192.0.2.1:1' }, 'bad-bridges', /Bridge line 2 .*retired/],
    [
      'bridges that nothing speaks for',
      { bridges: 'webtunnel 192.0.2.1:443 url=https://a.example' },
      'no-plugin',
      /speaks webtunnel/,
    ],
    ['extra lines that are two', { extraLines: ['a\nb'] }, 'bad-torrc', /single lines/],
  ]
  it.each(hopeless)('is not started with %s, and only a person can help', async (_, change, code, reason) => {
    const { tor, machine, untilState } = stage()
    await tor.use({ mode: 'managed', binary: null, bridges: '', ...change })
    await untilState('failed')
    expect(tor.status().state).toMatchObject({ code, retryAt: null, reason: expect.stringMatching(reason) as string })
    expect((await errorOf(tor.whenReady())).code).toBe(code)
    expect(machine.runs).toEqual([])
  })

  it('is not there where no program is found or none can be run', async () => {
    const { tor, machine, untilState } = stage()
    machine.files.clear()
    await tor.use(MANAGED)
    await untilState('failed')
    expect(tor.status().state).toMatchObject({
      code: 'no-binary',
      reason: 'No program called tor was found on this machine.',
    })
  })

  it('gets bridges and the program that speaks for them', async () => {
    const { tor, machine, untilState } = stage()
    machine.files.set('/usr/bin/snowflake-client', '')
    await tor.use({ ...MANAGED, bridges: 'snowflake 192.0.2.3:80 url=https://broker.example/ ice=stun:a.example:3478' })
    await untilState('ready')
    expect(machine.run.torrc).toContain('UseBridges 1\nBridge snowflake 192.0.2.3:80 url=')
    expect(machine.run.torrc).toContain('ClientTransportPlugin snowflake exec /usr/bin/snowflake-client\n')
  })

  it('that makes no progress is said to be stuck, until it moves', async () => {
    const { tor, fake, clock, untilState, until } = stage({
      info: { 'status/bootstrap-phase': 'NOTICE BOOTSTRAP PROGRESS=5 TAG=conn SUMMARY="Connecting"' },
    })
    await tor.use(MANAGED)
    await untilState('bootstrapping')
    await clock.run(BOOTSTRAP_STUCK_MS)
    expect(tor.status().notice).toMatchObject({
      code: 'STUCK',
      advice: expect.stringContaining('try a bridge') as string,
    })
    fake.session.send('650 STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=10 TAG=conn_done SUMMARY="x"\r\n')
    await until(() => tor.status().notice === null)
    fake.session.send(
      '650 STATUS_CLIENT WARN BOOTSTRAP PROGRESS=10 TAG=conn_done SUMMARY="x" WARNING="No route to host" REASON=NOROUTE\r\n',
    )
    await until(() => tor.status().notice !== null)
    expect(tor.status().notice).toMatchObject({ code: 'NOROUTE' })
  })

  it('that breaks the rules of its control port is ended and started again', async () => {
    const { tor, fake, machine, untilState, until } = stage()
    await tor.use(MANAGED)
    await untilState('ready')
    fake.session.send('nonsense\r\n')
    await until(() => tor.status().control.kind === 'failed')
    expect(tor.status().control).toMatchObject({ code: 'control-protocol' })
    // As Tor does, once the connection that owns it is gone.
    machine.run.end()
    await until(() => machine.runs.length === 2)
    await untilState('ready')
    expect(tor.status().control.kind).toBe('open')
  })
})

describe("another's Tor", () => {
  it('is used by its SOCKS port alone, and watched', async () => {
    const { tor, fake, clock, untilState } = stage()
    await tor.use({ mode: 'existing', socks: SOCKS, control: null })
    await untilState('ready')
    expect(tor.status()).toMatchObject({ source: 'existing', control: { kind: 'none' }, isolates: null, version: null })
    expect([tor.circuits(), tor.streams(), tor.bandwidth().seconds]).toEqual([[], [], []])
    for (const error of [
      await errorOf(tor.newIdentity()),
      await errorOf(tor.publishOnion({ stored: null, port: 1, target: SOCKS })),
    ])
      expect(error.code).toBe('not-running')
    fake.socks.clear()
    await clock.run(SOCKS_WATCH_MS)
    await untilState('failed')
    expect(tor.status().state).toMatchObject({ code: 'socks-unreachable', retryAt: clock.now() + SOCKS_WATCH_MS })
    expect(tor.socks()).toBeNull()
    fake.socks.add('127.0.0.1:9050')
    await untilState('ready')
  })

  it('is asked by its control port, and is not ended by us', async () => {
    const { tor, fake, untilState, until, lines } = stage({
      methods: 'NULL',
      conf: { SocksPort: ['9050 NoIsolateSOCKSAuth'] },
    })
    await tor.use(EXISTING)
    await untilState('ready')
    await until(() => tor.status().control.kind === 'open')
    expect(tor.status()).toMatchObject({ version: '0.4.9.11', isolates: false })
    fake.session.send(
      '650 BW 10 20\r\n650 WARN Something is off\r\n650 CIRC 4 BUILT $AA~a PURPOSE=GENERAL\r\n650 STREAM 3 NEW 0 a:1\r\n',
    )
    await until(() => tor.streams().length === 1)
    expect(tor.bandwidth()).toMatchObject({ read: 10, written: 20 })
    expect(tor.circuits()).toHaveLength(1)
    expect(lines).toContain('Something is off')
    expect(await tor.newIdentity()).toBe(0)
    fake.session.send('650 STATUS_GENERAL WARN CLOCK_SKEW SKEW=7200\r\n')
    await until(() => tor.status().notice?.code === 'CLOCK_SKEW')
    await tor.use({ mode: 'off' })
    expect(fake.commands).not.toContain('SIGNAL SHUTDOWN')
    expect(fake.commands).not.toContain('TAKEOWNERSHIP')
  })

  it('serves dials although its control port does not let us in, and says why', async () => {
    const { tor, fake, untilState, until } = stage({ methods: 'HASHEDPASSWORD', password: 'right' })
    const withPassword = (password: string): TorConfig => ({
      mode: 'existing',
      socks: SOCKS,
      control: { ...CONTROL, credentials: { password, cookieFile: null } },
    })
    await tor.use(withPassword('wrong'))
    await untilState('ready')
    await until(() => tor.status().control.kind === 'failed')
    expect(tor.status().control).toMatchObject({ code: 'password-wrong' })
    expect((await errorOf(tor.newIdentity())).message).toMatch(/does not take this password/)
    await tor.use(withPassword('right'))
    await until(() => tor.status().control.kind === 'open')
    fake.session.send('nonsense\r\n')
    await until(() => tor.status().control.kind === 'failed')
    expect(tor.socks()).toEqual(SOCKS)
    await until(() => tor.status().control.kind === 'open')
  })

  it('is in the state that its SOCKS port and its word amount to', () => {
    const phase = { progress: 50, tag: 'x', summary: 'y', warning: null }
    const gone = new TorError('socks-unreachable', 'Nobody is there.')
    expect(decideState({ greeting: null, nextAt: 0, phase }).kind).toBe('starting')
    expect(decideState({ greeting: 'ok', nextAt: 0, phase })).toMatchObject({ kind: 'bootstrapping', progress: 50 })
    expect(decideState({ greeting: 'ok', nextAt: 0, phase: { ...phase, progress: 100 } }).kind).toBe('ready')
    expect(decideState({ greeting: 'ok', nextAt: 0, phase: null }).kind).toBe('ready')
    expect(decideState({ greeting: gone, nextAt: 7, phase })).toMatchObject({
      kind: 'failed',
      reason: 'Nobody is there.',
      retryAt: 7,
    })
  })
})

describe('Tor, as it comes', () => {
  it('is one that runs already, else one of our own, and can be looked for', async () => {
    const { tor, fake, machine, kinds, untilState } = stage({ methods: 'NULL' })
    expect(await tor.search(null)).toMatchObject({
      running: [{ kind: 'system', access: 'open' }],
      binaries: [{ path: '/usr/bin/tor', version: '0.4.9.11', origin: 'path' }],
    })
    await tor.use({ ...MANAGED, mode: 'auto' })
    await untilState('ready')
    expect(tor.status().source).toBe('existing')
    expect(kinds).toEqual(['searching', 'ready'])
    expect(machine.runs).toEqual([])
    await tor.use({ mode: 'off' })
    fake.socks.clear()
    await tor.use({ ...MANAGED, mode: 'auto' })
    await untilState('ready')
    expect(tor.status().source).toBe('managed')
  })

  it('is what was wanted last, however fast minds change', async () => {
    const { tor, machine, until, untilState } = stage({ methods: 'NULL' })
    void tor.use(MANAGED)
    void tor.use({ ...MANAGED, mode: 'auto' })
    void tor.use({ mode: 'off' })
    void tor.use(EXISTING)
    await untilState('ready')
    await until(() => machine.runs.every(run => run.isOver))
    expect(tor.status().source).toBe('existing')
  })

  it('can be waited for, and the waiting ended', async () => {
    const { tor } = stage()
    const abort = new AbortController()
    const waiting = errorOf(tor.whenReady(abort.signal))
    abort.abort()
    expect((await waiting).code).toBe('cancelled')
  })
})

describe('an onion service', () => {
  const mine = madeOnion(1)
  const target = { host: '127.0.0.1', port: 8334 }
  const uploaded = `650 HS_DESC UPLOADED ${mine.serviceId} UNKNOWN $AA~relay\r\n`

  it('gets an address and a key, and is published when a directory has it', async () => {
    const { tor, fake, until, untilState } = stage({ onion: mine })
    await tor.use(MANAGED)
    await untilState('ready')
    const onion = await tor.publishOnion({ stored: null, port: 8333, target })
    expect(onion).toMatchObject({ host: `${mine.serviceId}.onion`, key: mine.key, port: 8333 })
    expect(fake.commands).toContain('ADD_ONION NEW:ED25519-V3 Port=8333,127.0.0.1:8334')
    expect(tor.status().onions).toEqual([
      { host: onion.host, port: 8333, state: 'uploading', uploads: 0, problem: null },
    ])
    let isPublished = false
    void onion.whenPublished().then(() => (isPublished = true))
    fake.session.send(`650 HS_DESC FAILED ${mine.serviceId} UNKNOWN $AA~relay REASON=UPLOAD_REJECTED\r\n`)
    await until(() => onion.status().problem !== null)
    expect(isPublished).toBe(false)
    fake.session.send(uploaded)
    await until(() => isPublished)
    expect(onion.status()).toMatchObject({ state: 'published', uploads: 1, problem: null })
    await onion.close()
    expect(fake.commands.at(-1)).toBe(`DEL_ONION ${mine.serviceId}`)
    expect(tor.status().onions).toEqual([])
    await onion.close()
  })

  it('comes back with its address when Tor does, and after a refusal', async () => {
    const { tor, fake, machine, clock, until, untilState } = stage({ onion: mine })
    await tor.use(MANAGED)
    const publishing = tor.publishOnion({
      stored: { key: mine.key, host: `${mine.serviceId}.onion` },
      port: 8333,
      target,
    })
    await untilState('ready')
    const onion = await publishing
    fake.session.send(uploaded)
    await onion.whenPublished()
    fake.onions.add(mine.serviceId)
    machine.run.end({ code: 1 })
    await untilState('failed')
    expect(onion.status()).toMatchObject({ state: 'waiting', uploads: 0 })
    fake.onions = new Set([mine.serviceId])
    await until(() => onion.status().problem !== null)
    expect(onion.status().problem).toMatch(/collision/)
    fake.onions.clear()
    await clock.run(5000)
    await until(() => onion.status().state === 'uploading')
    expect(fake.commands).toContain(`ADD_ONION ${mine.key} Port=8333,127.0.0.1:8334`)
  })

  it('is never published under another address than the stored one', async () => {
    const other = madeOnion(2)
    const { tor, fake, clock, until, untilState } = stage({ onion: other })
    await tor.use(MANAGED)
    await untilState('ready')
    const wrong = { key: mine.key, host: `${other.serviceId}.onion` }
    expect((await errorOf(tor.publishOnion({ stored: wrong, port: 1, target }))).code).toBe('bad-onion-key')
    const abort = new AbortController()
    const publishing = errorOf(
      tor.publishOnion({ stored: { key: mine.key, host: `${mine.serviceId}.onion` }, port: 1, target }, abort.signal),
    )
    await until(() => tor.status().onions[0]?.problem !== null)
    expect(tor.status().onions[0]).toMatchObject({
      state: 'waiting',
      problem: expect.stringMatching(/not that of/) as string,
    })
    expect(fake.onions).toEqual(new Set())
    expect(fake.commands.at(-1)).toBe(`DEL_ONION ${other.serviceId}`)
    const asked = (): number => fake.commands.filter(command => command.startsWith('ADD_ONION')).length
    await clock.run(5000)
    await until(() => asked() === 2)
    await clock.run(9000)
    expect(asked()).toBe(2)
    abort.abort()
    expect((await publishing).code).toBe('cancelled')
    expect(tor.status().onions).toEqual([])
  })

  it('can be for some visitors only, and there are only so many services', async () => {
    const { tor, fake, untilState } = stage({ onion: mine })
    await tor.use(MANAGED)
    await untilState('ready')
    expect((await errorOf(tor.publishOnion({ stored: null, port: 1, target, clients: ['x'] }))).code).toBe(
      'bad-onion-client',
    )
    const client = 'a'.repeat(52)
    await tor.publishOnion({ stored: null, port: 1, target: { host: '::1', port: 2 }, clients: [client.toUpperCase()] })
    expect(fake.commands).toContain(`ADD_ONION NEW:ED25519-V3 Flags=V3Auth Port=1,[::1]:2 ClientAuthV3=${client}`)
    await tor.addOnionClient(`${mine.serviceId}.onion`, Buffer.alloc(32, 1).toString('base64'))
    expect(fake.commands.at(-1)).toMatch(/^ONION_CLIENT_AUTH_ADD [a-z2-7]{56} x25519:AQEB/)
    expect((await errorOf(tor.addOnionClient('x.onion', ''))).code).toBe('bad-onion-key')
    expect((await errorOf(tor.addOnionClient(`${mine.serviceId}.onion`, 'AAAA'))).code).toBe('bad-onion-client')
    const waiting = Array.from({ length: MAX_ONIONS - 1 }, () =>
      tor.publishOnion({ stored: null, port: 1, target }).catch(() => null),
    )
    expect((await errorOf(tor.publishOnion({ stored: null, port: 1, target }))).code).toBe('control-busy')
    expect(waiting).toHaveLength(MAX_ONIONS - 1)
  })

  it('is refused while Tor is off', async () => {
    const { tor } = stage({ onion: mine })
    expect((await errorOf(tor.publishOnion({ stored: null, port: 1, target }))).code).toBe('not-running')
  })
})
