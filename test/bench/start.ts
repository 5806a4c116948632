/**
 * How long the headless shell takes to be ready, from a new process to its line: on an empty data directory, and on a
 * large one whose last process was killed. The yardstick is a bare Node that opens a web server and says so.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { silentLog } from '../../src-main/log/index.ts'
import { openStore } from '../../src-main/store/index.ts'
import { systemClock } from '../../src-main/time/index.ts'
import { address, ban } from '../store/rows.ts'

const ROUNDS = process.argv.includes('--short') ? 3 : 7
const ADDRESSES = 60_000
const BANS = 10_000
const GOAL_MS = 2000
const NETWORK = 'bitcoin/regtest'
const BUILT = resolve(import.meta.dirname, '../../out/main/headless.js')
const HEADLESS = existsSync(BUILT) ? BUILT : resolve(import.meta.dirname, '../../src-main/headless.ts')
const BARE = `require('node:http').createServer().listen(0, '127.0.0.1', () => console.log('ready'))`

/** Milliseconds until a program's first line; then it is killed. */
function untilReady(args: readonly string[]): Promise<number> {
  return new Promise((done, fail) => {
    const started = performance.now()
    let took: number | null = null
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    child.once('error', fail)
    child.stdout.once('data', () => {
      took = performance.now() - started
      child.kill('SIGKILL')
    })
    child.once('close', code => {
      if (took === null) fail(new Error(`it ended with ${String(code)} before it was ready`))
      else done(took)
    })
  })
}

async function median(what: string, args: () => readonly string[]): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) times.push(await untilReady(args()))
  const middle = times.toSorted((a, b) => a - b)[ROUNDS >> 1] ?? Infinity
  console.log(`${what}: ${middle.toFixed(0)} ms (${times.map(time => time.toFixed(0)).join(', ')})`)
  return middle
}

const root = mkdtempSync(join(tmpdir(), 'warren-bench-'))
const OPTIONS = ['--network', NETWORK, '--listen', '127.0.0.1:0']
const warren = (dir: string): readonly string[] => [HEADLESS, '--data-dir', dir, ...OPTIONS]
console.log(HEADLESS === BUILT ? 'as built' : 'from the sources: it is not built')
const bare = await median('a bare Node with a web server', () => ['-e', BARE])
let fresh = 0
const empty = await median('on an empty data directory', () => warren(join(root, `fresh-${fresh++}`)))

const large = join(root, 'large')
const store = openStore({ dir: large, clock: systemClock, log: silentLog })
// On loopback, and not dialed: a bench speaks to nobody.
const rows = Array.from({ length: ADDRESSES }, (_, n) => ({
  ...address(n),
  key: `127.${(n >> 16) + 1}.${(n >> 8) & 255}.${n & 255}:18444`,
  buckets: [n % 1024],
  isTried: false,
}))
store.addresses.save(NETWORK, rows)
store.bans.upsert(Array.from({ length: BANS }, (_, n) => ban(n)))
store.settings.set({ 'limits.targetOutbound': 0, 'limits.feelers': false })
store.close()
const full = await median(`with ${ADDRESSES} addresses and ${BANS} bans, after a kill`, () => warren(large))
console.log(`beside a bare Node: ${(empty / bare).toFixed(1)} × empty, ${(full / bare).toFixed(1)} × large`)
console.log(`goal of less than 2 s: ${full < GOAL_MS ? 'met' : 'MISSED'}`)
rmSync(root, { recursive: true, force: true })
