/** `ctl` as a program of its own against an open door: answers, refusals, events, links, and exit codes. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { REQUEST_NAMES } from '../../src-preload/contract.ts'
import { enter, openTestDoor, tokenOf, type OpenDoor } from './door-helpers.ts'

const CTL = resolve(import.meta.dirname, '../../src-main/ctl.ts')

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs `ctl`; with `untilLines`, stops it politely once so many lines have come. */
function ctl(args: readonly string[], untilLines = Infinity): Promise<Ended> {
  return new Promise(done => {
    const child = spawn(process.execPath, [CTL, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      out += part
      if (out.split('\n').length > untilLines) child.kill('SIGINT')
    })
    child.stderr.setEncoding('utf8').on('data', (part: string) => (err += part))
    child.on('close', code => done({ code, out, err }))
  })
}

let open: OpenDoor
let here: string[]
beforeAll(async () => {
  open = await openTestDoor()
  here = ['--data-dir', open.dataDir]
})
afterAll(() => open.close())

test('prints the answer as JSON', async () => {
  open.client.answers.set('bans.list', () => ({ bans: [], note: '中文' }))
  const ended = await ctl(['bans.list', ...here])
  expect(ended).toMatchObject({ code: 0, err: '' })
  expect(JSON.parse(ended.out)).toEqual({ bans: [], note: '中文' })
})

test('prints a refusal on stderr and ends with 1', async () => {
  const ended = await ctl(['bans.list', '{"x":1}', ...here])
  expect(ended).toMatchObject({ code: 1, out: '' })
  expect(JSON.parse(ended.err)).toMatchObject({
    code: 'invalid-input',
    details: { x: 'is not a field of this request' },
  })
})

test.each([
  ['nothing', [], 'ctl REQUEST [JSON]'],
  ['a request that does not exist', ['peers.nope'], 'There is no request "peers.nope"'],
  ['what is not JSON', ['bans.list', '{x}'], 'is not JSON'],
  ['two inputs', ['bans.list', '{}', '{}'], 'one JSON text'],
  ['an option that does not exist', ['bans.list', '--nope'], '--nope'],
  ['an event that does not exist', ['watch', 'nope'], 'There is no event "nope"'],
])('%s ends with 2 and a sentence', async (_, args, sentence) => {
  const ended = await ctl([...args, ...here])
  expect(ended).toMatchObject({ code: 2, out: '' })
  expect(ended.err).toContain(sentence)
})

test('where no Warren runs it ends with 3 and says so', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'warren-ctl-'))
  const ended = await ctl(['bans.list', '--data-dir', empty])
  expect(ended).toMatchObject({ code: 3, out: '' })
  expect(ended.err).toContain('No Warren runs on')
  rmSync(empty, { recursive: true })
})

test('help lists every request, and shows the schemas of one', async () => {
  const { out } = await ctl(['help'])
  for (const name of REQUEST_NAMES) expect(out).toContain(`  ${name} `)
  expect(out).toContain('{ids: [text, ...], durationMs: integer, reason?}')
  expect(out.split('\n').filter(line => line.length > 160)).toEqual([])
  const one = JSON.parse((await ctl(['help', 'logs.tail'])).out) as { input: { properties: object } }
  expect(Object.keys(one.input.properties)).toEqual(['after', 'limit', 'level', 'rooms', 'text'])
  expect((await ctl(['help', 'peers'])).out).toContain('"delivery": "delta"')
})

test('watch prints events as lines of JSON until it is stopped', async () => {
  open.client.gauges.set('overview', { at: 1 })
  open.client.tables.peers.set('a', { id: 'a' })
  const ended = await ctl(['watch', 'overview', 'peers', ...here], 2)
  expect(ended.code).toBe(0)
  const lines = ended.out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { event: string })
  expect(lines.map(line => line.event)).toEqual(['overview', 'peers'])
})

test('link prints a link that works once', async () => {
  const { out } = await ctl(['link', ...here])
  expect(out.startsWith(`${open.origin}/#`)).toBe(true)
  expect((await enter(open, tokenOf(out.trim()))).status).toBe(200)
  expect((await enter(open, tokenOf(out.trim()))).status).toBe(401)
})
