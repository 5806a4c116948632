import { describe, expect, it } from 'vitest'
import { seededRandom, VirtualClock } from '../../src-main/time/index.ts'
import { binaryEnv, findBinaries, findPlugin, findRunning, greetSocks, probeSocks } from '../../src-main/tor/find.ts'
import type { Place } from '../../src-main/tor/find.ts'
import type { Programs } from '../../src-main/tor/programs.ts'
import { FakeTor, errorOf } from './fake-tor.ts'

const linux: Place = { platform: 'linux', env: { PATH: '/bin:relative:/opt/tools:' }, home: '/home/me' }
const windows: Place = {
  platform: 'win32',
  env: { Path: 'C:\\Tools;tools', ProgramFiles: 'C:\\Program Files' },
  home: 'C:\\Users\\me',
}
const mac: Place = { platform: 'darwin', env: {}, home: '/Users/me' }
const parts = (tor: FakeTor) => ({ clock: new VirtualClock(), random: seededRandom(1), connect: tor.connect })

/** Programs by path, with what they print. */
const machine = (files: Readonly<Record<string, string | null>>, asked: string[] = []): Programs => ({
  isExecutable: path => Promise.resolve(Object.hasOwn(files, path)),
  output: path => {
    asked.push(path)
    return Promise.resolve(files[path] ?? null)
  },
  start: () => {
    throw new Error('Nothing is started here.')
  },
})

describe('a running Tor', () => {
  it('is found by its SOCKS port, with what its control port asks', async () => {
    const tor = new FakeTor({ methods: 'HASHEDPASSWORD' })
    expect(await findRunning(parts(tor), linux)).toEqual([
      {
        kind: 'system',
        socks: { host: '127.0.0.1', port: 9050 },
        control: { kind: 'tcp', host: '127.0.0.1', port: 9051 },
        version: '0.4.9.11',
        access: 'password',
      },
    ])
    tor.control.add('/run/tor/control')
    tor.options.methods = 'NULL'
    tor.socks.add('127.0.0.1:9150')
    expect(await findRunning(parts(tor), linux)).toMatchObject([
      { kind: 'system', control: { kind: 'unix', path: '/run/tor/control' }, access: 'open' },
      { kind: 'tor-browser', control: null, access: 'none', version: null },
    ])
    tor.options.methods = 'COOKIE,SAFECOOKIE'
    tor.options.cookieFile = '/nowhere/cookie'
    expect(await findRunning(parts(tor), windows)).toMatchObject([{ control: { kind: 'tcp' }, access: 'locked' }, {}])
    expect(tor.commands.every(command => command === 'PROTOCOLINFO 1')).toBe(true)
  })

  it('is told from other programs and from nobody', async () => {
    const tor = new FakeTor()
    const { clock, ...rest } = parts(tor)
    const at = (port: number) => ({ host: '127.0.0.1', port })
    const ask = { clock, ...rest }
    expect(await probeSocks(ask, at(9050))).toBe('tor')
    const other = probeSocks(ask, at(9051))
    await clock.run(3000)
    expect(await other).toBe('other')
    expect(await probeSocks(ask, at(1))).toBe('nobody')
    await greetSocks(ask, at(9050))
    const greeting = errorOf(greetSocks(ask, at(9051)))
    await clock.run(3000)
    expect((await greeting).code).toBe('not-tor')
    expect((await errorOf(greetSocks(ask, at(1)))).code).toBe('socks-unreachable')
    tor.socks.clear()
    expect(await findRunning(ask, linux)).toEqual([])
  })

  it('is not waited for when a port keeps silent', async () => {
    const tor = new FakeTor({ answer: () => null })
    const { clock, ...rest } = parts(tor)
    tor.socks.clear()
    tor.control.add('127.0.0.1:9050')
    const probing = probeSocks({ clock, ...rest }, { host: '127.0.0.1', port: 9050 })
    await clock.run(3000)
    expect(await probing).toBe('other')
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('programs called tor', () => {
  const VERSION = 'Tor version 0.4.9.11.\nThis build of Tor is covered by the GNU General Public License.\n'
  const inBrowser = '/home/me/tor-browser/Browser/TorBrowser/Tor/tor'

  it('are found in order, each asked for its version', async () => {
    const files = {
      '/my/tor': 'Tor version 0.4.7.16 (git-abc).\n',
      '/opt/tools/tor': VERSION,
      '/usr/sbin/tor': null,
      '/usr/local/bin/tor': 'a file manager called tor\n',
      relative: VERSION,
      [inBrowser]: VERSION,
    }
    expect(await findBinaries(machine(files), linux, '/my/tor')).toEqual([
      { path: '/my/tor', version: '0.4.7.16', origin: 'chosen' },
      { path: '/opt/tools/tor', version: '0.4.9.11', origin: 'path' },
      { path: inBrowser, version: '0.4.9.11', origin: 'tor-browser' },
    ])
    const browser = '/Applications/Tor Browser.app/Contents/MacOS/Tor/tor'
    expect(await findBinaries(machine({ [browser]: VERSION }), mac, null)).toMatchObject([{ path: browser }])
    const expert = 'C:\\Program Files\\Tor\\tor.exe'
    expect(await findBinaries(machine({ [expert]: VERSION }), windows, null)).toMatchObject([
      { path: expert, origin: 'usual' },
    ])
  })

  it('are never taken from the working directory', async () => {
    const asked: string[] = []
    await findBinaries(machine({ 'relative/tor': VERSION, './tor': VERSION, tor: VERSION }, asked), linux, './tor')
    expect(asked).toEqual([])
  })

  it('of Tor Browser are given its libraries', () => {
    expect(binaryEnv(linux, inBrowser)['LD_LIBRARY_PATH']).toBe('/home/me/tor-browser/Browser/TorBrowser/Tor')
    expect(binaryEnv(linux, '/usr/bin/tor')).toBe(linux.env)
  })
})

describe('programs that speak for bridges', () => {
  it('are found beside Tor first, then in PATH', async () => {
    const files = {
      '/usr/bin/obfs4proxy': '',
      '/tb/PluggableTransports/lyrebird': '',
      '/opt/tools/snowflake-client': '',
    }
    expect(await findPlugin(machine(files), linux, 'obfs4', '/tb/tor')).toBe('/tb/PluggableTransports/lyrebird')
    expect(await findPlugin(machine(files), linux, 'obfs4', '/usr/sbin/tor')).toBe('/usr/bin/obfs4proxy')
    expect(await findPlugin(machine(files), linux, 'snowflake', '/usr/sbin/tor')).toBe('/opt/tools/snowflake-client')
    const error = await errorOf(findPlugin(machine({}), linux, 'webtunnel', '/usr/sbin/tor'))
    expect(error).toMatchObject({ code: 'no-plugin', message: expect.stringContaining('webtunnel-client') as string })
  })
})
