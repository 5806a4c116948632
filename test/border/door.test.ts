/** The door against everything that can knock on loopback: other programs, web pages, stale links, and floods. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cookieOf, enter, knock, LivePage, openTestDoor, raw, tokenOf, type OpenDoor } from './door-helpers.ts'

let open: OpenDoor
beforeEach(async () => {
  open = await openTestDoor()
})
afterEach(() => open.close())

const json = { 'content-type': 'application/json' }
const bearer = (): Record<string, string> => ({ ...json, authorization: `Bearer ${open.secret}` })

describe('the page', () => {
  test('is served with a policy that lets nothing else in', async () => {
    const answer = await knock(open, 'GET', '/')
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('Warren')
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
    expect(answer.headers['content-security-policy']).toContain(`connect-src 'self' ws://${open.host};`)
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    })
    expect(Object.keys(answer.headers).filter(name => name.startsWith('access-control'))).toEqual([])
    expect((await knock(open, 'GET', '/assets/main.js')).headers['content-type']).toContain('javascript')
  })

  test.each([
    '/..%2fsecret',
    '/../secret',
    '/assets/../../secret',
    '/%2e%2e/secret',
    '//',
    '//etc/passwd',
    '/%00',
    '/index.html%00.js',
    '/assets',
    '/assets/',
    '/secret',
    '/door.json',
    '/..\\secret',
  ])('%s leads nowhere', async path => {
    const answer = await raw(open.port, `GET ${path} HTTP/1.1\r\nHost: ${open.host}\r\nConnection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 40[04] /)
    expect(answer).not.toContain(open.secret)
  })

  test('takes no other method', async () => {
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH'])
      expect((await knock(open, method, '/')).status).toBe(405)
  })
})

describe('Host', () => {
  test.each(['evil.example', 'evil.example:PORT', '127.0.0.1', '127.0.0.1:1', 'localhost.:PORT', '0.0.0.0:PORT'])(
    'refuses %s on a file, a post and an upgrade',
    async name => {
      const host = name.replace('PORT', String(open.port))
      const cookie = await cookieOf(open)
      expect((await knock(open, 'GET', '/', { host })).status).toBe(421)
      const post = await knock(open, 'POST', '/enter', { ...json, host, origin: `http://${host}` }, '{}')
      expect(post.status).toBe(421)
      const page = new LivePage(open, { host, origin: `http://${host}`, cookie })
      await page.until(() => page.status !== 0)
      expect(page.status).toBe(421)
    },
  )

  test('refuses two Host lines', async () => {
    const answer = await raw(
      open.port,
      `GET / HTTP/1.1\r\nHost: ${open.host}\r\nHost: evil\r\nConnection: close\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 4(00|21) /)
  })

  test('takes the three names of loopback', async () => {
    for (const name of ['127.0.0.1', 'localhost', '[::1]'])
      expect((await knock(open, 'GET', '/', { host: `${name}:${String(open.port)}` })).status).toBe(200)
  })
})

describe('Origin', () => {
  const foreign = (): [string, string | undefined][] => [
    ['another site', 'https://evil.example'],
    ['a page on a sibling port', `http://127.0.0.1:${String(open.port + 1)}`],
    ['another loopback name', `http://localhost:${String(open.port)}`],
    ['TLS', `https://127.0.0.1:${String(open.port)}`],
    ['a sandboxed frame', 'null'],
    ['nothing', undefined],
  ]

  test('must be our own to enter, or the token stays unspent', async () => {
    const token = tokenOf(open.door.newLink())
    for (const [name, origin] of foreign()) {
      const headers = { ...json, ...(origin === undefined ? {} : { origin }) }
      const answer = await knock(open, 'POST', '/enter', headers, JSON.stringify({ token }))
      expect(answer.status, name).toBe(403)
    }
    expect((await enter(open, token)).status).toBe(200)
  })

  test('must be our own to go live, whatever the cookie', async () => {
    const cookie = await cookieOf(open)
    for (const [name, origin] of foreign()) {
      const page = new LivePage(open, { cookie, ...(origin === undefined ? {} : { origin }) })
      await page.until(() => page.status !== 0)
      expect(page.status, name).toBe(403)
    }
  })

  test('must be our own on every other post with a cookie', async () => {
    const cookie = await cookieOf(open)
    for (const path of ['/request', '/link', '/session'])
      expect((await knock(open, 'POST', path, { ...json, cookie }, '{}')).status).toBe(403)
  })
})

describe('a link', () => {
  test('opens once and gives a cookie that only this port and no script sees', async () => {
    const token = tokenOf(open.door.newLink())
    const first = await enter(open, token)
    expect(first.status).toBe(200)
    const cookie = first.headers['set-cookie']?.[0] ?? ''
    expect(cookie).toMatch(
      new RegExp(`^warren-${String(open.port)}=[\\w-]{43}; Path=/; Max-Age=\\d+; HttpOnly; SameSite=Strict$`),
    )
    expect((await enter(open, token)).status).toBe(401)
  })

  test('opens after ten thousand wrong ones from the same address', async () => {
    const token = tokenOf(open.door.newLink())
    const statuses = new Map<number, number>()
    for (let round = 0; round < 100; round++) {
      const guesses = Array.from({ length: 100 }, (_, at) => enter(open, `wrong-${String(round)}-${String(at)}`))
      for (const { status } of await Promise.all(guesses)) statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    expect(statuses.get(200)).toBeUndefined()
    expect(statuses.get(401)).toBeLessThanOrEqual(40)
    expect(statuses.get(429)).toBeGreaterThan(9000)
    expect(open.log.length).toBeLessThan(100)
    expect((await enter(open, token)).status).toBe(200)
  }, 60_000)

  test('is asked for in JSON only, which no form can send', async () => {
    const body = JSON.stringify({ token: tokenOf(open.door.newLink()) })
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', '']) {
      const answer = await knock(open, 'POST', '/enter', { origin: open.origin, 'content-type': type }, body)
      expect(answer.status).toBe(415)
    }
  })

  test.each(['', '[]', 'null', '{}', '{"token":7}', '{"token":""}', '{"password":"x"}', '{'])(
    'is not %s',
    async body => {
      const answer = await knock(open, 'POST', '/enter', { ...json, origin: open.origin }, body)
      expect([400, 401]).toContain(answer.status)
    },
  )

  test('lets in no body larger than a token needs, announced or not', async () => {
    const big = 'x'.repeat(5000)
    const head = { ...json, origin: open.origin }
    expect((await knock(open, 'POST', '/enter', head, big)).status).toBe(413)
    const chunked = await knock(open, 'POST', '/enter', { ...head, 'transfer-encoding': 'chunked' }, big)
    expect(chunked.status).toBe(413)
  })
})

describe('the secret', () => {
  test('is made once, for its owner only, like the file that says where the door is', async () => {
    expect(open.secret).toMatch(/^[\w-]{43}$/)
    expect(statSync(join(open.dataDir, 'secret')).mode & 0o777).toBe(0o600)
    const place = join(open.dataDir, 'door.json')
    expect(statSync(place).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(place, 'utf8'))).toMatchObject({ pid: process.pid, url: open.door.url })
    await open.door.close()
    expect(existsSync(place)).toBe(false)
  })

  test('asks anything, without an origin', async () => {
    open.client.answers.set('bans.list', () => ({ bans: [] }))
    const answer = await knock(open, 'POST', '/request', bearer(), JSON.stringify({ request: 'bans.list', input: {} }))
    expect(JSON.parse(answer.text)).toEqual({ ok: { bans: [] } })
    await knock(open, 'POST', '/request', bearer(), JSON.stringify({ request: 'app.quit' }))
    expect(open.quits).toEqual([1])
  })

  test('when wrong is refused, and a good cookie beside it is ignored', async () => {
    const cookie = await cookieOf(open)
    for (const authorization of ['Bearer wrong', 'Bearer ', 'Basic eDp5', `Bearer ${open.secret}x`, open.secret]) {
      const headers = { ...json, authorization, cookie, origin: open.origin }
      expect((await knock(open, 'POST', '/request', headers, '{"request":"bans.list"}')).status).toBe(401)
      const page = new LivePage(open, headers)
      await page.until(() => page.status !== 0)
      expect(page.status).toBe(401)
    }
    expect(open.client.asked).toEqual([])
  })

  test('is needed for programs: a session does not do', async () => {
    const headers = { ...json, cookie: await cookieOf(open), origin: open.origin }
    for (const path of ['/request', '/link'])
      expect((await knock(open, 'POST', path, headers, '{"request":"bans.list"}')).status).toBe(403)
  })

  test('has its bodies bounded too', async () => {
    const huge = `{"request":"bans.list","input":{"x":"${'x'.repeat(64 * 1024 * 1024)}"}}`
    expect([413, 0]).toContain((await knock(open, 'POST', '/request', bearer(), huge)).status)
    const large = JSON.stringify({ request: 'bans.list', input: { x: 'x'.repeat(20_000) } })
    expect(JSON.parse((await knock(open, 'POST', '/request', bearer(), large)).text)).toMatchObject({
      code: 'too-large',
    })
  })
})

describe('a live page', () => {
  const live = async (): Promise<LivePage> => {
    const page = new LivePage(open, { cookie: await cookieOf(open), origin: open.origin })
    await page.until(() => page.status !== 0)
    expect(page.status).toBe(101)
    return page
  }

  test('gets answers and events under one count', async () => {
    const page = await live()
    open.client.answers.set('bans.list', () => ({ bans: [] }))
    open.client.put('peers', { id: 'a', score: 1 })
    page.send({ id: 7, request: 'bans.list', input: {} })
    page.send({ subscribe: 'peers' })
    const snapshot = await page.frame(frame => frame['event'] === 'peers')
    expect(await page.frame(frame => frame['id'] === 7)).toEqual({ id: 7, seq: 1, ok: { bans: [] } })
    expect(snapshot).toEqual({
      seq: 2,
      event: 'peers',
      payload: { reset: true, upsert: [{ id: 'a', score: 1 }], change: [], remove: [] },
    })
    page.send({ ack: 2 })
    open.client.put('peers', { id: 'a', score: 2 })
    const change = await page.frame(frame => frame['seq'] === 3)
    expect(change['payload']).toEqual({ reset: false, upsert: [], change: [['a', { score: 2 }]], remove: [] })
    page.socket.terminate()
  })

  test('may not ask what is kept from browsers', async () => {
    const page = await live()
    page.send({ id: 1, request: 'app.quit', input: {} })
    expect(await page.frame(frame => frame['id'] === 1)).toMatchObject({ code: 'forbidden' })
    expect(open.quits).toEqual([])
    page.socket.terminate()
  })

  test('that sends nonsense gets nothing, stays, and leaves a line in the log', async () => {
    const page = await live()
    const nonsense = ['', '{', '[]', '7', 'null', '{}', '{"subscribe":"__proto__"}', '{"ack":99}', '{"ack":"x"}']
    for (const text of [...nonsense, '{"unsubscribe":"peers"}', '{"id":-1,"request":"bans.list"}']) page.send(text)
    page.socket.send(Buffer.from([1, 2, 3]), { binary: true })
    page.send({ id: 1, request: 'constructor' })
    expect(await page.frame(() => true)).toMatchObject({ id: 1, seq: 1, code: 'unknown-request' })
    expect(open.log.filter(line => line.startsWith('warn a page'))).toHaveLength(12)
    page.socket.terminate()
  })

  test('is cut off at a frame over the cap', async () => {
    const page = await live()
    page.send('x'.repeat(64 * 1024 * 1024))
    await page.until(() => page.closeCode !== 0)
    expect([1006, 1009]).toContain(page.closeCode)
    expect((await knock(open, 'GET', '/')).status).toBe(200)
  })

  test('ends with its session, and the cookie is worthless then', async () => {
    const cookie = await cookieOf(open)
    const page = new LivePage(open, { cookie, origin: open.origin })
    await page.until(() => page.status !== 0)
    page.send({ id: 1, request: 'doors.list', input: {} })
    const listed = (await page.frame(frame => frame['id'] === 1)) as {
      ok?: { sessions: { id: string; isYou: boolean }[] }
    }
    const mine = listed.ok?.sessions.find(session => session.isYou)
    page.send({ id: 2, request: 'doors.revoke', input: { id: mine?.id } })
    await page.until(() => page.closeCode !== 0)
    expect(page.closeCode).toBe(4401)
    const again = new LivePage(open, { cookie, origin: open.origin })
    await again.until(() => again.status !== 0)
    expect(again.status).toBe(401)
    expect((await knock(open, 'POST', '/session', { cookie, origin: open.origin })).status).toBe(401)
  })

  test('of another port cannot use its cookie here', async () => {
    const other = await openTestDoor()
    const cookie = await cookieOf(other)
    const [, value] = cookie.split('=')
    for (const line of [cookie, `warren-${String(open.port)}=${value ?? ''}`]) {
      const page = new LivePage(open, { cookie: line, origin: open.origin })
      await page.until(() => page.status !== 0)
      expect(page.status).toBe(401)
    }
    await other.close()
  })

  test('is served at one path only, and leaves no listener behind', async () => {
    const cookie = await cookieOf(open)
    const page = new LivePage(open, { cookie, origin: open.origin }, '/other')
    await page.until(() => page.status !== 0)
    expect(page.status).toBe(404)
    const good = await live()
    expect(open.client.listeners).toBe(1)
    await open.door.close()
    await good.until(() => good.closeCode !== 0)
    expect(good.closeCode).toBe(4410)
    expect(open.client.listeners).toBe(0)
  })
})

test('headers over the cap are refused', async () => {
  expect((await knock(open, 'GET', '/', { 'x-long': 'x'.repeat(10_000) })).status).toBe(431)
})
