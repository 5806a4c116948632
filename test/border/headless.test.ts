/** The headless shell as a program: its one line, its clean end, and its sentences when it cannot start. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const HEADLESS = resolve(import.meta.dirname, '../../src-main/headless.ts')

interface Running {
  readonly child: ChildProcess
  /** Resolves with the first line, or null when it ends without one. */
  readonly line: Promise<string | null>
  readonly ended: Promise<{ code: number | null; out: string; err: string }>
}

let dataDir: string
const children: ChildProcess[] = []
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'warren-headless-'))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(dataDir, { recursive: true, force: true })
})

function run(...args: string[]): Running {
  const all = [HEADLESS, '--data-dir', dataDir, '--network', 'bitcoin/regtest', ...args]
  const child = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  let out = ''
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => (err += part))
  const line = new Promise<string | null>(done => {
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      out += part
      if (out.includes('\n')) done(out.slice(0, out.indexOf('\n')))
    })
    child.on('close', () => done(null))
  })
  const ended = new Promise<{ code: number | null; out: string; err: string }>(done => {
    child.on('close', code => done({ code, out, err }))
  })
  return { child, line, ended }
}

test.each(['SIGINT', 'SIGTERM'] as const)('prints one line when it is ready and ends cleanly on %s', async signal => {
  const running = run('--port', '0')
  expect(await running.line).toMatch(/^Warren is at http:\/\/127\.0\.0\.1:\d+\/#[\w-]{43}$/)
  running.child.kill(signal)
  const ended = await running.ended
  expect(ended.code).toBe(0)
  expect(ended.out.trim().split('\n')).toHaveLength(1)
  expect(existsSync(join(dataDir, 'door.json'))).toBe(false)
})

test('the second on one data directory refuses with a sentence', async () => {
  const first = run()
  await first.line
  const second = await run().ended
  expect(second).toMatchObject({ code: 1, out: '' })
  expect(second.err).toMatch(/^Another Warren is using .+\n$/)
})

test('a port that is taken gets a sentence, and the data directory is free again', async () => {
  const first = run()
  const port = new URL((await first.line)?.split(' ').at(-1) ?? '').port
  const other = mkdtempSync(join(tmpdir(), 'warren-headless-'))
  const child = spawn(process.execPath, [HEADLESS, '--data-dir', other, '--network', 'bitcoin/regtest', '--port', port])
  children.push(child)
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => (err += part))
  const code = await new Promise(done => child.on('close', done))
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(`Port ${port} is taken`) as string })
  rmSync(other, { recursive: true, force: true })
})

test('a unix socket is for its owner only, and one left behind is replaced', async () => {
  const path = join(dataDir, 'door.sock')
  const first = run('--unix-socket', path)
  expect(await first.line).toMatch(/^Warren is at /)
  first.child.kill('SIGKILL')
  await first.ended
  expect(existsSync(path)).toBe(true)
  const second = run('--unix-socket', path)
  expect(await second.line).toMatch(/^Warren is at /)
  second.child.kill('SIGTERM')
  expect((await second.ended).code).toBe(0)
})

test.each([
  [['--nope'], 2, '--nope is not an option'],
  [['--bind', '0.0.0.0', '--password-file', '/nowhere', '--tls-cert', 'c', '--tls-key', 'k'], 1, '/nowhere'],
])('%o ends with %i and a sentence', async (args, code, sentence) => {
  const ended = await run(...args).ended
  expect(ended).toMatchObject({ code, out: '' })
  expect(ended.err).toContain(sentence)
  expect(ended.err.trim().split('\n')).toHaveLength(1)
})
