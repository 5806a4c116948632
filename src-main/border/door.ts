/**
 * The headless shell's door: one page's files, the key exchange, the live socket and `ctl`'s requests, on loopback.
 * Every program on this machine and every web page in its browser can knock, so each request is checked in one order:
 * Host (rebinding), Origin (ports are "same site" to cookies, so Origin is the check that counts), key, size, then the
 * registrar's own. A wrong one gets a status and a log line, and nothing else happens.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { REQUESTS } from '../../src-preload/contract.ts'
import { RequestError, type ClientPort } from '../../src-preload/contract/port.ts'
import type { Log } from '../log/index.ts'
import type { Clock, RandomSource } from '../time/index.ts'
import { readJson, sendJson } from './door-body.ts'
import { bearerOf, cookieNamed, hostRule, ownHost, securityHeaders } from './door-checks.ts'
import { listPageFiles } from './door-files.ts'
import { CLOSED, servePage } from './door-live.ts'
import { listen, type DoorAt } from './door-listen.ts'
import { ensureSecret, removePlace, writePlace } from './key-files.ts'
import { isSameKey, Keys } from './keys.ts'
import {
  CLOSE_WITHIN_MS,
  HEADERS_WITHIN_MS,
  MAX_DOOR_SOCKETS,
  MAX_ENTER_BYTES,
  MAX_HEADER_BYTES,
  MAX_HEADER_LINES,
  MAX_LIVE_PAGES,
  REQUEST_WITHIN_MS,
  SESSION_AGE_MS,
} from './limits.ts'
import { createRegistrar, type Asker, type BorderHandlers } from './registrar.ts'

export interface DoorParts {
  readonly client: ClientPort
  readonly dataDir: string
  /** Folder of the built page. */
  readonly pageDir: string
  readonly at: DoorAt
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
  /** Asked by `app.quit`. */
  readonly quit: () => void
}

export interface Door {
  /** `http://127.0.0.1:8765`. */
  readonly url: string
  /** A link that opens the page once: the url with a fresh token in its fragment. */
  newLink(): string
  close(): Promise<void>
}

/** The largest input that any request takes, with room for its envelope. */
const MAX_REQUEST_BYTES =
  Math.max(...Object.values(REQUESTS).flatMap(spec => (spec.browser ? [spec.maxBytes] : []))) + 1024

/** How this machine itself reaches the door: where it stands on all addresses, on loopback. */
function nameOf(at: Exclude<DoorAt, { kind: 'socket' }>): string {
  if (at.kind === 'loopback' || at.address === '0.0.0.0') return '127.0.0.1'
  if (at.address === '::') return '[::1]'
  return at.address.includes(':') ? `[${at.address}]` : at.address
}

/** @throws when the port is taken or the place cannot be listened on (Node's own errors, with `code`). */
export async function openDoor(parts: DoorParts): Promise<Door> {
  const { client, dataDir, at, clock, log } = parts
  const keys = new Keys(clock, parts.random)
  const secret = ensureSecret(dataDir, parts.random)
  const files = listPageFiles(parts.pageDir)
  const isTls = at.kind === 'bound'
  const scheme = isTls ? 'https' : 'http'
  /** Live pages and whose they are. */
  const live = new Map<WebSocket, string | null>()
  let isOurs = hostRule('loopback', 0)
  let port = 0
  let url = ''

  const noWindow = (): never => {
    throw new RequestError('no-window', 'The headless shell has no window of its own')
  }
  const border: BorderHandlers = {
    'app.quit': () => {
      parts.quit()
      return {}
    },
    'app.openDataDir': noWindow,
    'app.saveFile': noWindow,
    'doors.list': (_, asker) => ({
      sessions: keys.sessions().map(session => ({ ...session, isYou: session.id === asker.session })),
    }),
    'doors.revoke': ({ id }) => {
      if (!keys.revoke(id)) throw new RequestError('not-found', 'That session has ended already')
      return {}
    },
  }
  const registrar = createRegistrar({ client, border, log })
  keys.onEnd(id => {
    for (const [socket, session] of live) if (session === id) socket.close(CLOSED.revoked, 'revoked')
  })

  const cookieName = (): string => `warren-${String(port)}`
  const remoteOf = (request: IncomingMessage): string => request.socket.remoteAddress ?? 'local'
  const wrongKey = (request: IncomingMessage): boolean => {
    const isTooOften = keys.noteWrong(remoteOf(request))
    if (!isTooOften) log.warn('refused a wrong key at the door', { from: remoteOf(request) })
    return isTooOften
  }

  /** Who asks, by the secret (cookies are then ignored) or by a session's cookie; or the status that refuses. */
  const askerOf = (request: IncomingMessage, host: string): Asker | number => {
    const bearer = bearerOf(request.headers)
    if (bearer !== null) {
      if (isSameKey(bearer, secret)) return { caller: 'secret', isBrowser: false, session: null }
      return wrongKey(request) ? 429 : 401
    }
    if (request.headers.origin !== `${scheme}://${host}`) {
      log.warn('refused a foreign origin at the door', { origin: (request.headers.origin ?? 'none').slice(0, 100) })
      return 403
    }
    const key = cookieNamed(request.headers, cookieName())
    const session = key === null ? null : keys.sessionOf(key)
    return session === null ? 401 : { caller: 'page', isBrowser: true, session: session.id }
  }

  const enter = async (request: IncomingMessage, response: ServerResponse, host: string): Promise<void> => {
    if (request.headers.origin !== `${scheme}://${host}`) {
      log.warn('refused a foreign origin at the door', { origin: (request.headers.origin ?? 'none').slice(0, 100) })
      sendJson(response, 403, { code: 'forbidden', text: 'Not from this origin' })
      return
    }
    const body = await readJson(request, MAX_ENTER_BYTES)
    if (!('ok' in body)) {
      sendJson(response, body.status, { code: 'invalid-input', text: body.text })
      return
    }
    const given = (typeof body.ok === 'object' && body.ok !== null ? body.ok : {}) as Record<string, unknown>
    const agent = request.headers['user-agent'] ?? ''
    const remote = remoteOf(request)
    let key: string | null = null
    if (typeof given['token'] === 'string') key = keys.trade(given['token'], agent, remote)
    else if (at.kind === 'bound' && typeof given['password'] === 'string' && !keys.hasGuessedTooOften(remote))
      key = isSameKey(given['password'], at.password) ? keys.openSession(agent, remote) : null
    if (key === null) {
      const status = wrongKey(request) ? 429 : 401
      sendJson(response, status, { code: 'forbidden', text: 'This link was used already, or is too old' })
      return
    }
    const age = String(SESSION_AGE_MS / 1000)
    response.setHeader(
      'set-cookie',
      `${cookieName()}=${key}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict${isTls ? '; Secure' : ''}`,
    )
    sendJson(response, 200, { ok: true })
  }

  /** Tells a page whose socket did not open whether its session has ended. */
  const serveSession = (request: IncomingMessage, response: ServerResponse, host: string): void => {
    const asker = askerOf(request, host)
    request.resume()
    if (typeof asker === 'number') sendJson(response, asker, { code: 'forbidden', text: 'No session' })
    else sendJson(response, 200, { ok: true })
  }

  /** `/request` and `/link`: for programs that hold the secret. */
  const serveProgram = async (request: IncomingMessage, response: ServerResponse, host: string): Promise<void> => {
    const asker = askerOf(request, host)
    if (typeof asker === 'number' || asker.caller !== 'secret') {
      const status = typeof asker === 'number' ? asker : 403
      sendJson(response, status, { code: 'forbidden', text: 'This needs the secret of the data directory' })
      return
    }
    if (request.url === '/link') {
      request.resume()
      sendJson(response, 200, { ok: newLink() })
      return
    }
    const body = await readJson(request, MAX_REQUEST_BYTES)
    if (!('ok' in body)) {
      sendJson(response, body.status, { code: 'invalid-input', text: body.text })
      return
    }
    const asked = (typeof body.ok === 'object' && body.ok !== null ? body.ok : {}) as Record<string, unknown>
    const input = asked['input'] ?? {}
    const bytes = Buffer.byteLength(JSON.stringify(input))
    sendJson(response, 200, await registrar.answer(asked['request'], input, bytes, asker))
  }

  const serveFile = (request: IncomingMessage, response: ServerResponse): void => {
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    const file = files.get(path)
    if (file === undefined) {
      sendJson(response, 404, { code: 'not-found', text: 'There is nothing here' })
      return
    }
    const bytes = file.read()
    response.writeHead(200, { 'content-type': file.type, 'content-length': bytes.length })
    response.end(request.method === 'HEAD' ? undefined : bytes)
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const host = ownHost(request.headersDistinct, isOurs)
    for (const [name, value] of Object.entries(securityHeaders(host, isTls))) response.setHeader(name, value)
    if (host === null) {
      log.warn('refused a foreign host at the door', { host: (request.headers.host ?? 'none').slice(0, 100) })
      sendJson(response, 421, { code: 'forbidden', text: 'Not the name of this door' })
    } else if (request.method === 'GET' || request.method === 'HEAD') serveFile(request, response)
    else if (request.method !== 'POST') sendJson(response, 405, { code: 'forbidden', text: 'Not this method' })
    else if (request.url === '/enter') await enter(request, response, host)
    else if (request.url === '/session') serveSession(request, response, host)
    else if (request.url === '/request' || request.url === '/link') await serveProgram(request, response, host)
    else sendJson(response, 404, { code: 'not-found', text: 'There is nothing here' })
  }

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response).catch((error: unknown) => {
      log.error('the door failed', { error: error instanceof Error ? error.message : String(error) })
      if (!response.headersSent) sendJson(response, 500, { code: 'internal', text: 'The door failed' })
      else response.destroy()
    })
  }
  const settings = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_WITHIN_MS,
    requestTimeout: REQUEST_WITHIN_MS,
  }
  const server: Server =
    at.kind === 'bound'
      ? createTlsServer({ ...settings, cert: at.cert, key: at.key }, listener)
      : createServer(settings, listener)
  server.maxConnections = MAX_DOOR_SOCKETS
  server.maxHeadersCount = MAX_HEADER_LINES

  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_REQUEST_BYTES, perMessageDeflate: false })
  const refuseUpgrade = (socket: Duplex, status: number): void => {
    socket.end(`HTTP/1.1 ${String(status)} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  }
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const host = ownHost(request.headersDistinct, isOurs)
    if (host === null) {
      log.warn('refused a foreign host at the door', { host: (request.headers.host ?? 'none').slice(0, 100) })
      refuseUpgrade(socket, 421)
      return
    }
    const asker = askerOf(request, host)
    if (typeof asker === 'number') refuseUpgrade(socket, asker)
    else if (request.url !== '/live') refuseUpgrade(socket, 404)
    else if (live.size >= MAX_LIVE_PAGES) refuseUpgrade(socket, 503)
    else
      sockets.handleUpgrade(request, socket, head, page => {
        live.set(page, asker.session)
        page.on('close', () => live.delete(page))
        const onUse = (): void => {
          if (asker.session !== null) keys.touch(asker.session)
        }
        servePage({ socket: page, client, registrar, asker, clock, log, onUse })
      })
  })

  await listen(server, at)
  if (at.kind === 'socket') {
    url = 'http://localhost'
  } else {
    port = (server.address() as AddressInfo).port
    url = `${scheme}://${nameOf(at)}:${String(port)}`
  }
  isOurs = hostRule(at.kind, port)
  writePlace(dataDir, { pid: process.pid, url, socket: at.kind === 'socket' ? at.path : null })
  const newLink = (): string => `${url}/#${keys.newToken()}`

  return {
    url,
    newLink,
    close: async () => {
      registrar.close()
      removePlace(dataDir)
      const pages = [...live.keys()].map(page => new Promise(done => page.once('close', done)))
      for (const page of live.keys()) page.close(CLOSED.ending, 'Warren has ended')
      const cutOff = clock.after(CLOSE_WITHIN_MS, () => {
        for (const page of live.keys()) page.terminate()
        server.closeAllConnections()
      })
      await new Promise<void>(done => {
        server.close(() => done())
        server.closeIdleConnections()
      })
      await Promise.all(pages)
      cutOff.cancel()
    },
  }
}
