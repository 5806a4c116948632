/**
 * The headless shell's door under attack from a browser: other pages on this machine, stolen tokens, floods, odd paths.
 * The honest page stays in all the while.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HOSTS, openHeadless, type HeadlessOpened } from './hosts.ts'

const whyNot = HOSTS.find(host => host.name === 'headless')?.whyNot ?? null

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

describe.skipIf(whyNot !== null)('the door of the headless shell', () => {
  const dir = mkdtempSync(join(tmpdir(), 'warren-door-'))
  let warren: HeadlessOpened
  let sibling: Server
  let siblingOrigin = ''
  let context: BrowserContext
  let evil: Page
  let cookie = ''
  let port = 0

  beforeAll(async () => {
    warren = await openHeadless(dir, ['--network', 'bitcoin/regtest', '--listen', '127.0.0.1:0'])
    port = Number(new URL(warren.origin).port)
    sibling = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html')
      response.end('<!doctype html><title>a page of another program</title>')
    }).listen(0, '127.0.0.1')
    await new Promise(resolve => sibling.once('listening', resolve))
    siblingOrigin = `http://127.0.0.1:${(sibling.address() as AddressInfo).port}`
    // In the same browser, so that it has the honest page's cookie at hand.
    context = warren.page.context()
    evil = await context.newPage()
    await evil.goto(siblingOrigin)
    const [held] = await context.cookies(warren.origin)
    cookie = `${held?.name ?? ''}=${held?.value ?? ''}`
  })
  afterAll(async () => {
    await warren?.close()
    sibling?.close()
    rmSync(dir, { recursive: true, force: true })
  })

  const send = (
    path: string,
    {
      method = 'GET',
      headers = {},
      body = '',
    }: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = httpRequest({ host: '127.0.0.1', port, path, method, headers }, response => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
      })
      sent.on('error', reject)
      sent.end(body)
    })

  const stillIn = async (): Promise<void> => {
    await warren.page.bringToFront()
    await warren.page.getByRole('navigation').getByText('Logs', { exact: true }).click()
    await warren.page.getByRole('heading', { level: 1, name: 'Logs' }).waitFor()
    const answer = await warren.page.evaluate(() => document.body.innerText)
    expect(answer).not.toContain('has no key')
  }

  it('gave the page a cookie that scripts cannot read and other sites do not send', async () => {
    const [held] = await context.cookies(warren.origin)
    expect(held).toMatchObject({ httpOnly: true, sameSite: 'Strict' })
    expect(held?.name).toContain(String(port))
    expect(await warren.page.evaluate(() => document.cookie)).toBe('')
  })

  it('tells a page on a sibling port nothing, by fetch or by WebSocket, cookie or not', async () => {
    const outcome = await evil.evaluate(async origin => {
      const socket = (): Promise<string> =>
        new Promise(resolve => {
          const one = new WebSocket(`${origin.replace('http', 'ws')}/live`)
          one.onopen = () => resolve('open')
          one.onerror = () => resolve('refused')
        })
      const read = (init: RequestInit): Promise<string> =>
        fetch(`${origin}/session`, { credentials: 'include', ...init }).then(
          answer => answer.text(),
          () => 'refused',
        )
      return [
        await socket(),
        await read({}),
        await read({ method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }),
        await read({ method: 'POST', body: '{}', mode: 'no-cors' }),
      ]
    }, warren.origin)
    expect(outcome).toEqual(['refused', 'refused', 'refused', 'refused'])
    await stillIn()
  })

  it.each([
    ['another host name (DNS rebinding)', { host: 'rebound.example' }],
    ['this host without its port', { host: '127.0.0.1' }],
    ['another port', { host: '127.0.0.1:1' }],
  ])('refuses %s', async (_name, headers) => {
    const { status, body } = await send('/', { headers: { ...headers, cookie } })
    expect(status).toBeGreaterThanOrEqual(400)
    expect(body).not.toContain('<script')
  })

  it.each([
    ['missing', {}],
    ['another', { origin: 'http://127.0.0.1:1' }],
    ['null', { origin: 'null' }],
    ['a look-alike', { origin: `http://127.0.0.1.example:1` }],
  ])('refuses a request with the cookie whose Origin is %s', async (_name, headers) => {
    for (const path of ['/request', '/enter', '/link']) {
      const { status } = await send(path, {
        method: 'POST',
        headers: { ...headers, cookie, host: `127.0.0.1:${port}`, 'content-type': 'application/json' },
        body: '{}',
      })
      expect(status, path).toBeGreaterThanOrEqual(400)
    }
    const upgrade = await send('/live', {
      headers: {
        ...headers,
        cookie,
        host: `127.0.0.1:${port}`,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      },
    })
    expect(upgrade.status).toBeGreaterThanOrEqual(400)
  })

  it('allows no other site by CORS, whatever it asks', async () => {
    const { headers } = await send('/', { headers: { origin: siblingOrigin, host: `127.0.0.1:${port}` } })
    expect(Object.keys(headers).filter(name => name.startsWith('access-control'))).toEqual([])
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
  })

  it('takes a printed link once', async () => {
    const other = await warren.browser.newContext()
    const page = await other.newPage()
    await page.goto(warren.output().match(/Warren is at (\S+)/)?.[1] ?? '')
    await page.getByText(/no key to Warren/).waitFor()
    await other.close()
    await stillIn()
  })

  it('stands ten thousand wrong tokens: each refused, the log not drowned, the page still in', async () => {
    let refused = 0
    const body = (index: number): string => JSON.stringify({ token: `wrong-${index}-${'x'.repeat(30)}` })
    for (let round = 0; round < 100; round++) {
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          send('/enter', {
            method: 'POST',
            headers: {
              origin: warren.origin,
              host: `127.0.0.1:${port}`,
              'content-type': 'application/json',
              connection: 'close',
            },
            body: body(round * 100 + index),
          }).catch(() => ({ status: 503 })),
        ),
      )
      refused += answers.filter(({ status }) => status >= 400).length
    }
    expect(refused).toBe(10_000)
    const lines = await warren.page.evaluate(() => document.querySelectorAll('[role=row]').length)
    expect(lines).toBeLessThan(500)
    await stillIn()
  })

  it('refuses bodies over their bound, and paths that climb, however they are written', async () => {
    const big = await send('/enter', {
      method: 'POST',
      headers: { origin: warren.origin, host: `127.0.0.1:${port}`, 'content-type': 'application/json' },
      body: JSON.stringify({ token: 'x'.repeat(5_000_000) }),
    }).catch(() => ({ status: 413 }))
    expect(big.status).toBeGreaterThanOrEqual(400)
    for (const path of [
      '/../package.json',
      '/%2e%2e/package.json',
      '/..%2fpackage.json',
      '/assets/..%5c..%5cpackage.json',
      '/%00',
      '/assets/%2e%2e/%2e%2e/main/headless.js',
      '//etc/passwd',
    ]) {
      const { status, body } = await send(path, { headers: { host: `127.0.0.1:${port}` } })
      expect(body, path).not.toMatch(/"devDependencies"|root:x:|import /)
      expect([400, 403, 404, 200], path).toContain(status)
      if (status === 200) expect(body).toContain('<!doctype html>')
    }
    await stillIn()
  })
})
