/** The border over Electron's IPC: only our window's main frame on our origin is answered, and a page that went is forgotten. */
import { beforeEach, describe, expect, test } from 'vitest'
import { IPC, serveIpc, type ElectronIpc, type IpcSender } from '../../src-main/border/electron-ipc.ts'
import { SEND_EVERY_MS } from '../../src-main/border/limits.ts'
import type { Registrar } from '../../src-main/border/registrar.ts'
import { VirtualClock } from '../../src-main/time/index.ts'
import { FakeClient, keepingLog } from './fake-client.ts'

type Listener = (event: IpcSender, ...args: unknown[]) => unknown
const ORIGIN = 'app://warren'
const OURS: IpcSender = { sender: { id: 7 }, senderFrame: { url: `${ORIGIN}/index.html`, parent: null } }

let channels: Map<string, Listener>
let clock: VirtualClock
let client: FakeClient
let log: string[]
let asked: unknown[]
let sent: unknown[]
let ipc: ElectronIpc

beforeEach(() => {
  channels = new Map()
  clock = new VirtualClock()
  client = new FakeClient()
  log = []
  asked = []
  sent = []
  const keep = (channel: string, listener: Listener): void => void channels.set(channel, listener)
  const registrar = {
    answer: (name: unknown, input: unknown) => {
      asked.push([name, input])
      return Promise.resolve({ ok: {} })
    },
  } as unknown as Registrar
  ipc = serveIpc({
    ipcMain: { handle: keep, on: keep },
    client: client.port,
    registrar,
    clock,
    log: keepingLog(log),
    origin: ORIGIN,
  })
  ipc.attach({ id: 7, send: (_channel, payload) => sent.push(payload) })
})

const request = (event: IpcSender): unknown => channels.get(IPC.request)?.(event, 'peers.list', {})
const stream = (event: IpcSender, word: unknown, value: unknown): unknown =>
  channels.get(IPC.stream)?.(event, word, value)

describe('who sends', () => {
  test('our page is answered, and its replies are numbered', async () => {
    expect(await request(OURS)).toEqual({ seq: 1, ok: {} })
    expect(await request(OURS)).toEqual({ seq: 2, ok: {} })
    expect(asked).toHaveLength(2)
  })

  const strangers: [string, IpcSender][] = [
    ['another window', { ...OURS, sender: { id: 8 } }],
    ['a frame that is gone', { ...OURS, senderFrame: null }],
    ['a frame within the page', { ...OURS, senderFrame: { url: `${ORIGIN}/index.html`, parent: {} } }],
    ['another origin', { ...OURS, senderFrame: { url: 'https://example.invalid/', parent: null } }],
    ['an origin that begins like ours', { ...OURS, senderFrame: { url: 'app://warren.evil/', parent: null } }],
  ]
  test.each(strangers)('%s is refused, said in the log, and reaches nothing', async (_name, event) => {
    expect(await request(event)).toMatchObject({ seq: 0, code: 'forbidden' })
    stream(event, 'subscribe', 'overview')
    clock.advance(SEND_EVERY_MS * 3)
    expect(asked).toEqual([])
    expect(sent).toEqual([])
    expect(log).toEqual(Array(2).fill('error a message from a stranger was refused'))
  })
})

describe('the page', () => {
  test('gets what it subscribed to, and nothing once it went', () => {
    client.gauges.set('overview', { at: 1 })
    stream(OURS, 'subscribe', 'overview')
    clock.advance(SEND_EVERY_MS)
    expect(sent).toHaveLength(1)
    ipc.detach()
    client.set('overview', { at: 2 })
    clock.advance(SEND_EVERY_MS * 3)
    expect(sent).toHaveLength(1)
    expect(client.listeners).toBe(0)
  })

  test('is a stranger once it went', async () => {
    ipc.detach()
    expect(await request(OURS)).toMatchObject({ code: 'forbidden' })
  })

  test('a word that does not exist is an error in the log and nothing else', () => {
    stream(OURS, 'explode', 1)
    expect(log).toEqual(['error a page sent a word that does not exist'])
  })
})
