/** What the Electron shell does beside its page, in the stand-in: refusals, window, tray, menu, notifications, the end. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HOSTS, openStandin, type StandinOpened } from './hosts.ts'

const ARGS = ['--network', 'bitcoin/regtest', '--listen', '127.0.0.1:0']
const whyNot = HOSTS.find(host => host.name === 'standin')?.whyNot ?? null

let dir = ''
const opened: StandinOpened[] = []
const open = async (
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<StandinOpened> => {
  const one = await openStandin(dir, [...ARGS, ...args], env)
  opened.push(one)
  return one
}
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'warren-shell-'))
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map(one => one.close()))
  rmSync(dir, { recursive: true, force: true })
})

describe.skipIf(whyNot !== null)('the Electron shell in the stand-in', () => {
  it('isolates the page: three functions, no require, no process, no channel names', async () => {
    const { page, reports } = await open()
    const seen = await page.evaluate(() => {
      const all = globalThis as unknown as Record<string, unknown>
      const warren = all['warren'] as Record<string, unknown>
      return {
        names: Object.keys(warren).sort(),
        types: [typeof warren['request'], typeof warren['subscribe'], typeof warren['platform']],
        leaks: ['require', 'process', 'module', 'ipcRenderer', 'electron', '__toMain', '__fromMain'].filter(
          name => all[name] !== undefined,
        ),
        isFrozen: Object.isFrozen(warren),
      }
    })
    expect(seen).toEqual({
      names: ['platform', 'request', 'subscribe'],
      types: ['function', 'function', 'object'],
      leaks: [],
      isFrozen: true,
    })
    const made = reports.find(one => one.kind === 'window' && one.event === 'made')
    expect(made).toMatchObject({
      options: { webPreferences: { contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false } },
    })
  })

  it('answers the page by the contract, and refuses what is not in it', async () => {
    const { page } = await open()
    const ask = (name: string, input: unknown): Promise<unknown> =>
      page.evaluate(
        ([asked, given]) =>
          (
            globalThis as unknown as { warren: { request(name: unknown, input: unknown): Promise<unknown> } }
          ).warren.request(asked, given),
        [name, input] as const,
      )
    expect(await ask('app.info', {})).toMatchObject({ ok: { shell: 'electron' } })
    expect(await ask('no.such', {})).toMatchObject({ code: 'unknown-request' })
    expect(await ask('peers.ban', { nonsense: 1 })).toMatchObject({ code: 'invalid-input' })
    expect(await ask('logs.tail', { text: 'x'.repeat(200_000) })).toMatchObject({ code: 'too-large' })
  })

  it('refuses to navigate, to open windows and to load anything but its own files', async () => {
    const { page, whenReported } = await open()
    const before = page.url()
    await page.evaluate(() => {
      location.href = 'https://example.test/elsewhere'
    })
    await whenReported(one => one.kind === 'denied' && one.what === 'navigation' && one.url.includes('example.test'))
    await page.evaluate(() => void window.open('https://example.test/popup'))
    await whenReported(one => one.kind === 'denied' && one.what === 'popup')
    const fetched = await page.evaluate(() =>
      fetch('https://example.test/x').then(
        () => 'got it',
        () => 'refused',
      ),
    )
    const climbed = await page.evaluate(() =>
      fetch('/%2e%2e/%2e%2e/package.json').then(
        answer => answer.status,
        () => 'refused',
      ),
    )
    expect([fetched, ['refused', 404].includes(climbed)]).toEqual(['refused', true])
    expect(page.url()).toBe(before)
    await page.getByRole('navigation').getByText('Peers', { exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Peers' }).waitFor()
  })

  it('grants no permission, and leads whatever Chromium would send by itself into a dead end', async () => {
    const { reports } = await open()
    expect(reports.filter(one => one.kind === 'permission')).toEqual([
      { kind: 'permission', asked: 'request', isGranted: false },
      { kind: 'permission', asked: 'check', isGranted: false },
    ])
    expect(reports.find(one => one.kind === 'proxy')).toEqual({
      kind: 'proxy',
      rules: 'http=127.0.0.1:9;https=127.0.0.1:9',
    })
  })

  it('has a menu with the usual entries and a tray that tells how it stands', async () => {
    const { reports, whenReported } = await open(['--playground'])
    expect(reports.find(one => one.kind === 'menu')).toMatchObject({
      labels: expect.arrayContaining(['fileMenu', 'editMenu', 'View', 'zoomIn', 'windowMenu']),
    })
    expect(reports.find(one => one.kind === 'tray' && one.menu !== undefined)).toMatchObject({
      menu: expect.arrayContaining(['Show Warren', 'Quit']),
    })
    await whenReported(one => one.kind === 'tray' && /Warren: [1-9]\d* in, [1-9]\d* out/.test(one.toolTip ?? ''))
  })

  it('notifies of a ban by rule', async () => {
    const { whenReported } = await open(['--playground'])
    const said = await whenReported(one => one.kind === 'notification')
    expect(said).toMatchObject({ title: 'Peer banned', body: expect.stringMatching(/^127\.\d+\.0\.2: /) })
  })

  it('shows its one window when a second Warren starts on the same data, which then ends', async () => {
    const first = await open()
    await expect(openStandin(dir, ARGS)).rejects.toThrow('ended with 0')
    await first.whenReported(one => one.kind === 'window' && one.event === 'focused')
  })

  it('keeps where the window was', async () => {
    const first = await open()
    first.tell('close-window')
    expect(await first.ended).toBe(0)
    const kept = JSON.parse(readFileSync(join(dir, 'window.json'), 'utf8')) as Record<string, number>
    expect(kept).toMatchObject({ width: 1280, height: 800, x: 40, y: 30 })
    const second = await open()
    expect(second.reports.find(one => one.kind === 'window')).toMatchObject({ options: { x: 40, y: 30 } })
  })

  it('ends cleanly from the menu, the tray and the system, and leaves no lock behind', async () => {
    const one = await open()
    one.tell('quit')
    expect(await one.ended).toBe(0)
    const again = await open()
    expect(await again.close()).toBe(0)
  })

  it('says in a box why it cannot start', async () => {
    await open()
    const other = mkdtempSync(join(tmpdir(), 'warren-shell-'))
    try {
      await expect(openStandin(other, ['--connect', 'nonsense:port'])).rejects.toThrow('before it was ready')
    } finally {
      rmSync(other, { recursive: true, force: true })
    }
  })
})

/** Primitives by which the built bundles ask `node:crypto` for something. */
const ASKED =
  /\b(createCipheriv|createDecipheriv|createHash|createHmac|createECDH|hkdfSync|scryptSync|pbkdf2Sync|generateKeyPairSync|diffieHellman)\(\s*(["'`][^"'`]+["'`])?/g
/** What Electron's BoringSSL has for certain. */
const HAS =
  /^(createHash|createHmac) "(sha1|sha256|sha384|sha512|md5|ripemd160)"$|^create(De)?[cC]ipheriv "aes-(128|256)-(ctr|cbc|gcm|ecb)"$|^(scryptSync|hkdfSync|pbkdf2Sync)/

const main = resolve(import.meta.dirname, '../../out/main')
it.skipIf(!existsSync(main))('the built bundles ask node:crypto only for what Electron has', async () => {
  const files = (await readdir(main, { recursive: true })).filter(name => name.endsWith('.js'))
  const asked = new Set<string>()
  for (const name of files) {
    const text = await readFile(join(main, name), 'utf8')
    for (const [, call = '', algorithm] of text.matchAll(ASKED))
      if (algorithm !== undefined) asked.add(`${call} "${algorithm.slice(1, -1)}"`)
  }
  expect(asked.size).toBeGreaterThan(0)
  expect([...asked].filter(one => !HAS.test(one))).toEqual([])
})
