/** An open door over a made-up client, and a raw way to knock that sets every header itself. */
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { openDoor, type Door } from '../../src-main/border/door.ts'
import { systemClock, systemRandom } from '../../src-main/time/index.ts'
import { FakeClient, keepingLog } from './fake-client.ts'

export interface OpenDoor {
  readonly door: Door
  readonly client: FakeClient
  readonly port: number
  readonly host: string
  readonly origin: string
  readonly dataDir: string
  readonly secret: string
  readonly log: string[]
  readonly quits: number[]
  readonly close: () => Promise<void>
}

export async function openTestDoor(): Promise<OpenDoor> {
  const dataDir = mkdtempSync(join(tmpdir(), 'warren-door-'))
  const pageDir = join(dataDir, 'page')
  mkdirSync(join(pageDir, 'assets'), { recursive: true })
  writeFileSync(join(pageDir, 'index.html'), '<!doctype html><title>Warren</title>')
  writeFileSync(join(pageDir, 'assets', 'main.js'), 'globalThis.loaded = true')
  const client = new FakeClient()
  const log: string[] = []
  const quits: number[] = []
  const door = await openDoor({
    client: client.port,
    dataDir,
    pageDir,
    at: { kind: 'loopback', port: 0 },
    clock: systemClock,
    random: systemRandom,
    log: keepingLog(log),
    quit: () => quits.push(1),
  })
  const port = Number(new URL(door.url).port)
  return {
    door,
    client,
    port,
    host: `127.0.0.1:${String(port)}`,
    origin: `http://127.0.0.1:${String(port)}`,
    dataDir,
    secret: readFileSync(join(dataDir, 'secret'), 'utf8').trim(),
    log,
    quits,
    close: async () => {
      await door.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

export interface Answer {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly text: string
}

/** Knocks with exactly these headers (Host is ours unless given). A connection that is cut counts as status 0. */
export function knock(
  open: Pick<OpenDoor, 'port' | 'host'>,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> {
  return new Promise(resolve => {
    const asked = request(
      { host: '127.0.0.1', port: open.port, method, path, agent: false, headers: { host: open.host, ...headers } },
      answer => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (part: string) => (text += part))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }))
        answer.on('error', () => resolve({ status: 0, headers: {}, text }))
      },
    )
    asked.on('error', () => resolve({ status: 0, headers: {}, text: '' }))
    asked.end(body)
  })
}

/** Sends these bytes as they are and resolves with all that comes back. */
export function raw(port: number, text: string): Promise<string> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let got = ''
    socket.setEncoding('utf8')
    socket.on('data', part => (got += String(part)))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(got))
  })
}

export const tokenOf = (link: string): string => link.slice(link.indexOf('#') + 1)

export function enter(open: OpenDoor, token: string, headers: Record<string, string> = {}): Promise<Answer> {
  const all = { origin: open.origin, 'content-type': 'application/json', ...headers }
  return knock(open, 'POST', '/enter', all, JSON.stringify({ token }))
}

/** Opens a session by a fresh link and returns its Cookie line. */
export async function cookieOf(open: OpenDoor): Promise<string> {
  const answer = await enter(open, tokenOf(open.door.newLink()))
  const line = answer.headers['set-cookie']?.[0] ?? ''
  return line.split(';', 1)[0] ?? ''
}

/** A live socket that keeps what it gets; `status` is set when the door refused it. */
export class LivePage {
  readonly frames: Record<string, unknown>[] = []
  readonly #waiting: (() => void)[] = []
  readonly socket: WebSocket
  status = 0
  closeCode = 0

  constructor(open: OpenDoor, headers: Record<string, string>, path = '/live') {
    this.socket = new WebSocket(`ws://127.0.0.1:${String(open.port)}${path}`, {
      headers: { host: open.host, ...headers },
    })
    const wake = (): void => {
      for (const done of this.#waiting.splice(0)) done()
    }
    this.socket.on('message', text => {
      this.frames.push(JSON.parse((text as Buffer).toString('utf8')) as Record<string, unknown>)
      wake()
    })
    this.socket.on('unexpected-response', (_, answer) => {
      this.status = answer.statusCode ?? 0
      answer.resume()
      this.socket.terminate()
      wake()
    })
    this.socket.on('open', () => {
      this.status = 101
      wake()
    })
    this.socket.on('error', wake)
    this.socket.on('close', code => {
      this.closeCode = code
      wake()
    })
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>(done => this.#waiting.push(done))
  }

  /** The first frame that fits, now or when it comes. */
  async frame(fits: (frame: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    await this.until(() => this.frames.some(fits))
    return this.frames.find(fits) ?? {}
  }
}
