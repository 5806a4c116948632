/** The headless shell as a program: its one line, its doors, its clean end, and its sentences when it cannot start. */
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join, resolve } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { warrenBench } from '../support/warren-process.ts'

const bench = warrenBench()
let dataDir: string
beforeEach(() => {
  dataDir = bench.folder()
})
const LISTEN = ['--listen', '127.0.0.1:0']
const run = (...args: string[]): ReturnType<typeof bench.start> => bench.start(dataDir, ...LISTEN, ...args)
const CERTIFICATE = resolve(import.meta.dirname, 'certificate')

const DOOR_FILES = ['--password-file', 'p', '--tls-cert', 'c', '--tls-key', 'k']

/** What `ctl` says that this Warren is. */
async function infoBy(folder: string): Promise<{ pid: number; dataDir: string }> {
  const answer = await bench.ctl(folder, 'app.info')
  expect(answer).toMatchObject({ code: 0, err: '' })
  return JSON.parse(answer.out) as { pid: number; dataDir: string }
}

describe('it is ready with one line, and ends', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('cleanly on %s', async signal => {
    const running = run('--port', '0')
    expect(await running.line).toMatch(/^Warren is at http:\/\/127\.0\.0\.1:\d+\/#[\w-]{43}$/)
    const ended = await running.end(signal)
    expect(ended.code).toBe(0)
    expect(ended.out.match(/Warren is at/g)).toHaveLength(1)
    expect(ended.out.trim().split('\n')).toHaveLength(1)
    expect(ended.err).toBe('')
    expect(existsSync(join(dataDir, 'door.json'))).toBe(false)
  })

  test('cleanly with the playground at full play, and soon', async () => {
    const running = run('--playground')
    await running.link()
    const asked = performance.now()
    expect(await running.end('SIGTERM')).toMatchObject({ code: 0, err: '' })
    // 5 s by itself; a busy machine takes longer to notice.
    expect(performance.now() - asked).toBeLessThan(10_000)
  })

  test('cleanly when asked before it is ready', async () => {
    const running = run()
    setTimeout(() => running.child.kill('SIGTERM'), 150)
    const ended = await running.ended
    // Before it can hear signals the system ends it; afterwards it ends itself. Nothing half-made is left either way.
    expect(ended.code === 0 || ended.code === null).toBe(true)
    await run().link()
  })

  test('cleanly when a program asks it to', async () => {
    const running = run()
    await running.link()
    expect(await bench.ctl(dataDir, 'app.quit')).toMatchObject({ code: 0 })
    expect(await running.ended).toMatchObject({ code: 0, err: '' })
  })
})

describe('ctl finds it by its data directory', () => {
  test('at a port of loopback', async () => {
    const running = run('--port', '0')
    const { hostname, protocol } = await running.link()
    expect([protocol, hostname]).toEqual(['http:', '127.0.0.1'])
    expect(await infoBy(dataDir)).toMatchObject({ pid: running.child.pid, dataDir })
  })

  test('at a unix socket, which is for its owner only', async () => {
    const path = join(dataDir, 'door.sock')
    const running = run('--unix-socket', path)
    await running.link()
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect((await infoBy(dataDir)).pid).toBe(running.child.pid)
    expect((await bench.ctl(dataDir, 'link')).out).toMatch(/^http:\/\/localhost\/#[\w-]{43}\n$/)
  })

  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
  ])('at a door opened on %s, with TLS and a password', async (address, host) => {
    const passwordFile = join(dataDir, 'password')
    writeFileSync(passwordFile, 'correct horse battery\n')
    const files = ['--tls-cert', join(CERTIFICATE, 'cert.pem'), '--tls-key', join(CERTIFICATE, 'key.pem')]
    const running = run('--bind', address, '--password-file', passwordFile, ...files)
    const link = await running.link()
    expect([link.protocol, link.hostname]).toEqual(['https:', host])
    expect((await infoBy(dataDir)).pid).toBe(running.child.pid)
    expect(await enterByPassword(link, 'wrong horse battery')).toMatchObject({ status: 401, cookie: '' })
    const entered = await enterByPassword(link, 'correct horse battery')
    expect(entered.status).toBe(200)
    expect(entered.cookie).toMatch(/HttpOnly; SameSite=Strict; Secure/)
  })
})

/** What the page sends when somebody types the password. */
function enterByPassword(link: URL, password: string): Promise<{ status: number | undefined; cookie: string }> {
  return new Promise((done, fail) => {
    const asked = request(
      new URL('/enter', link),
      {
        method: 'POST',
        ca: readFileSync(join(CERTIFICATE, 'cert.pem')),
        headers: { origin: link.origin, 'content-type': 'application/json' },
      },
      answer => {
        answer.resume()
        done({ status: answer.statusCode, cookie: String(answer.headers['set-cookie'] ?? '') })
      },
    )
    asked.on('error', fail)
    asked.end(JSON.stringify({ password }))
  })
}

describe('it refuses to start, in one sentence,', () => {
  test('beside another one on the same data directory, which goes on', async () => {
    const first = run()
    await first.link()
    const second = await run().ended
    expect(second).toMatchObject({ code: 1, out: '' })
    expect(second.err).toMatch(/^Another Warren is using .+\n$/)
    expect((await infoBy(dataDir)).pid).toBe(first.child.pid)
  })

  test('on a port that is taken, and lets go of the data directory', async () => {
    const { port } = await run().link()
    const other = bench.folder()
    const ended = await bench.start(other, ...LISTEN, '--port', port).ended
    expect(ended).toMatchObject({ code: 1, out: '' })
    expect(ended.err).toMatch(new RegExp(`^Port ${port} is taken by another program; .+\\n$`))
    await bench.start(other, ...LISTEN).link()
  })

  test('at a unix socket at which another one answers', async () => {
    const path = join(dataDir, 'door.sock')
    await run('--unix-socket', path).link()
    const ended = await bench.start(bench.folder(), ...LISTEN, '--unix-socket', path).ended
    expect(ended).toMatchObject({ code: 1, out: '' })
    expect(ended.err).toMatch(/^Another program answers at .+\n$/)
  })

  test.each([
    [['--nope'], 2, '--nope is not an option'],
    [['--port', '70000'], 2, '--port 70000 is not a port'],
    [['--network', 'nonsense'], 2, '--network nonsense is not a network'],
    [['--network', 'bitcoin/nonsense'], 1, 'bitcoin/nonsense'],
    [['--connect', 'nonsense'], 1, 'nonsense'],
    [['--connect', '127.0.0.1:99999'], 1, '127.0.0.1:99999'],
    [['--listen', 'nowhere.example:1'], 1, 'nowhere.example:1'],
    [['--bind', '127.0.0.1'], 2, '--bind opens Warren to the network'],
    [['--bind', 'localhost', ...DOOR_FILES], 2, '--bind localhost is not an IP address'],
    [['--bind', '0.0.0.0', '--password-file', '/nowhere', '--tls-cert', 'c', '--tls-key', 'k'], 1, '/nowhere'],
  ])('with %o: code %i', async (args, code, sentence) => {
    const ended = await bench.start(dataDir, ...args).ended
    expect(ended).toMatchObject({ code, out: '' })
    expect(ended.err).toContain(sentence)
    expect(ended.err.trim().split('\n')).toHaveLength(1)
    expect(existsSync(join(dataDir, 'warren.db'))).toBe(false)
  })

  test.each([
    ['a password that is too short', '127.0.0.1', 'short', 'cert.pem', /at least 12 characters/],
    ['a key in place of a certificate', '127.0.0.1', 'long enough for that', 'key.pem', /that TLS can use/],
    ["an address that is another machine's", '192.0.2.1', 'long enough for that', 'cert.pem', /is no address of this/],
  ])('with %s', async (_, address, password, certificate, sentence) => {
    const passwordFile = join(dataDir, 'password')
    writeFileSync(passwordFile, `${password}\n`)
    const files = ['--tls-cert', join(CERTIFICATE, certificate), '--tls-key', join(CERTIFICATE, 'key.pem')]
    const ended = await run('--bind', address, '--password-file', passwordFile, ...files).ended
    expect(ended).toMatchObject({ code: 1, out: '' })
    expect(ended.err).toMatch(sentence)
    expect(ended.err.trim().split('\n')).toHaveLength(1)
  })
})

test('a damaged database is set aside, said, and a fresh one begun', async () => {
  const first = run()
  await first.link()
  await first.end('SIGTERM')
  writeFileSync(join(dataDir, 'warren.db'), 'This is no database, and has never been one. '.repeat(500))
  await run().link()
  const aside = readdirSync(dataDir).filter(name => /^warren\.db\.damaged-\d{8}-\d{6}$/.test(name))
  expect(aside).toHaveLength(1)
  const overview = JSON.parse((await bench.ctl(dataDir, 'overview.get')).out) as {
    notices: { code: string; values: unknown }[]
  }
  expect(overview.notices).toContainEqual(
    expect.objectContaining({ code: 'store-damaged', values: { file: join(dataDir, aside[0] ?? '') } }),
  )
})

test.skipIf(process.platform === 'win32')(
  'on a disk that takes no more it goes on, says so, and ends cleanly',
  async () => {
    const running = bench.startCramped(200, dataDir, ...LISTEN)
    await running.link()
    const nets = Array.from({ length: 900 }, (_, n) => `10.1.${n >> 8}.${n & 255}/32`)
    const banned_nets = nets.map(address => ({ version: 1, address, ban_created: 1, banned_until: 4_000_000_000 }))
    const input = JSON.stringify({ text: JSON.stringify({ banned_nets }) })
    expect(await bench.ctl(dataDir, 'bans.import', input)).toMatchObject({ code: 0 })
    const bans = JSON.parse((await bench.ctl(dataDir, 'bans.list')).out) as { bans: unknown[] }
    expect(bans.bans).toHaveLength(nets.length)
    const { store } = JSON.parse((await bench.ctl(dataDir, 'app.info')).out) as { store: unknown }
    expect(store).toMatchObject({ isDurable: false, text: expect.stringContaining('kept in memory') as string })
    expect((await bench.ctl(dataDir, 'overview.get')).out).toContain('"store-memory"')
    expect(await running.end('SIGTERM')).toMatchObject({ code: 0 })
    // With room again, what was on the disk is there.
    await run().link()
    expect(await bench.ctl(dataDir, 'bans.list')).toMatchObject({ code: 0 })
  },
)

test('nothing secret is in the log, whatever is asked and refused', async () => {
  const link = await run('--playground').link()
  const token = link.hash.slice(1)
  const secret = readFileSync(join(dataDir, 'secret'), 'utf8').trim()
  const ask = (request: string, input: unknown): Promise<unknown> => bench.ctl(dataDir, request, JSON.stringify(input))
  await ask('settings.set', {
    changes: {
      'log.level': 'debug',
      'routes.proxy': '127.0.0.1:9',
      'routes.proxyUser': 'proxy-user-of-mine',
      'routes.proxyPassword': 'proxy-password-of-mine',
    },
  })
  await ask('settings.set', { changes: { 'routes.proxyPassword': 7, 'routes.nope': 'proxy-password-of-mine' } })
  await ask('peers.add', { network: 'bitcoin/regtest', address: '127.0.0.1:9', keep: false })
  const enter = (body: unknown): Promise<Response> =>
    fetch(`${link.origin}/enter`, {
      method: 'POST',
      headers: { origin: link.origin, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  expect((await enter({ token: `${token.slice(1)}x` })).status).toBe(401)
  const entered = await enter({ token })
  expect(entered.status).toBe(200)
  const cookie = /=([\w-]{43})/.exec(entered.headers.get('set-cookie') ?? '')?.[1] ?? ''
  await fetch(`${link.origin}/request`, { method: 'POST', headers: { authorization: `Bearer ${secret}x` } })
  const exported = JSON.parse((await bench.ctl(dataDir, 'logs.export')).out) as { text: string }
  expect(exported.text).toContain('refused a wrong key at the door')
  const settings = (await bench.ctl(dataDir, 'settings.get')).out + (await bench.ctl(dataDir, 'settings.export')).out
  for (const word of [token, secret, cookie, 'proxy-password-of-mine']) {
    expect(word.length).toBeGreaterThan(20)
    expect(exported.text).not.toContain(word)
    expect(settings).not.toContain(word)
  }
})

test('a unix socket that a killed Warren left behind is replaced', async () => {
  const path = join(dataDir, 'door.sock')
  const first = run('--unix-socket', path)
  await first.link()
  await first.end('SIGKILL')
  expect(existsSync(path)).toBe(true)
  const second = run('--unix-socket', path)
  await second.link()
  expect(await second.end('SIGTERM')).toMatchObject({ code: 0 })
})

test('where a killed Warren said it was, ctl says that nobody answers', async () => {
  const first = run()
  await first.link()
  await first.end('SIGKILL')
  const answer = await bench.ctl(dataDir, 'app.info')
  expect(answer).toMatchObject({ code: 3, out: '' })
  expect(answer.err).toContain(`The Warren of process ${String(first.child.pid)} does not answer`)
})
