/**
 * Warren with its own code broken on purpose, in a network namespace whose only way out leads to a recorder: with the
 * route policy broken the witness holds everything back and says so; with both broken the recorder sees it. Beside them,
 * as it is, for comparison. (The proof against a real Tor is in `tor/leaks.lab.ts`.) Needs root, `ip` and `tcpdump`.
 */
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const INSIDE = `warren-leak-${process.pid}`
const RECORDER = `${INSIDE}-out`
const SCRIPT = resolve(import.meta.dirname, 'warren.ts')
const BREAK = resolve(import.meta.dirname, 'break.ts')

function run(program: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr}`)
}

/** Why the proof cannot be made here, or null. */
function whyNot(): string | null {
  if (process.getuid?.() !== 0) return 'it needs root'
  for (const [program, flag] of [
    ['ip', '-V'],
    ['tcpdump', '--version'],
  ] as const)
    if (spawnSync(program, [flag]).status !== 0) return `there is no ${program}`
  const made = spawnSync('ip', ['netns', 'add', INSIDE]).status === 0
  if (made) spawnSync('ip', ['netns', 'del', INSIDE])
  return made ? null : 'no network namespaces can be made'
}

const missing = whyNot()

interface Said {
  readonly ready: number
  readonly kinds: readonly string[]
  readonly dials: Readonly<Record<string, number>>
  readonly lookups: Readonly<Record<string, number>>
  readonly contradictions: number
}

describe.skipIf(missing !== null)(`Warren broken on purpose${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
  beforeAll(() => {
    run('ip', 'netns', 'add', INSIDE)
    run('ip', 'netns', 'add', RECORDER)
    // Both ends are sealed in: nothing that comes out can go anywhere.
    run('ip', '-n', INSIDE, 'link', 'add', 'out0', 'type', 'veth', 'peer', 'name', 'in0', 'netns', RECORDER)
    for (const [space, device, own, other] of [
      [INSIDE, 'out0', 2, 1],
      [RECORDER, 'in0', 1, 2],
    ] as const) {
      const ip = (...args: readonly string[]): void => run('ip', '-n', space, ...args)
      ip('link', 'set', device, 'address', `02:00:00:00:00:0${own}`, 'addrgenmode', 'none')
      ip('link', 'set', 'lo', 'up')
      ip('link', 'set', device, 'up')
      ip('addr', 'add', `10.99.0.${own}/24`, 'dev', device)
      ip('addr', 'add', `fd99::${own}/64`, 'dev', device, 'nodad')
      for (const neighbour of [`10.99.0.${other}`, `fd99::${other}`])
        ip('neigh', 'add', neighbour, 'lladdr', `02:00:00:00:00:0${other}`, 'dev', device, 'nud', 'permanent')
      ip('route', 'add', 'default', 'via', `10.99.0.${other}`)
      ip('-6', 'route', 'add', 'default', 'via', `fd99::${other}`)
    }
    // What `ip netns exec` shows as /etc/resolv.conf: a name server that only the recorder sees.
    mkdirSync(`/etc/netns/${INSIDE}`, { recursive: true })
    writeFileSync(`/etc/netns/${INSIDE}/resolv.conf`, 'nameserver 10.99.0.1\noptions timeout:1 attempts:1\n')
  })
  afterAll(() => {
    for (const space of [INSIDE, RECORDER]) spawnSync('ip', ['netns', 'del', space])
    rmSync(`/etc/netns/${INSIDE}`, { recursive: true, force: true })
  })

  /** Runs a Warren, and gives what it says and what came out. */
  async function record(broken: '' | 'policy' | 'all'): Promise<{ said: Said; packets: readonly string[] }> {
    // Group reports of the kernel (IPv6 with a hop-by-hop header) are nobody's packets.
    const capture = ['tcpdump', '-i', 'in0', '-Q', 'in', '-n', '-l', 'not (ip6 and ip6[6] = 0)']
    const recorder = spawn('ip', ['netns', 'exec', RECORDER, ...capture])
    const packets: string[] = []
    const [out, err] = [
      lines(recorder, 'stdout', line => line !== '' && packets.push(line)),
      lines(recorder, 'stderr', () => {}),
    ]
    await err.first
    try {
      const args = ['netns', 'exec', INSIDE, process.execPath, '--no-warnings', '--import', BREAK, SCRIPT]
      const warren = spawn('ip', args, { env: { ...process.env, WARREN_BREAK: broken } })
      const complaints: string[] = []
      const told: string[] = []
      lines(warren, 'stdout', line => told.push(line))
      lines(warren, 'stderr', line => complaints.push(line))
      await new Promise(done => warren.once('close', done))
      const last = told.findLast(line => line.startsWith('{'))
      if (last === undefined) throw new Error(`Warren said nothing: ${complaints.join('\n')}`)
      return { said: JSON.parse(last) as Said, packets }
    } finally {
      recorder.kill('SIGINT')
      await out.end
    }
  }

  it('as it is, lets not one packet out while it does its whole job', async () => {
    const { said, packets } = await record('')
    expect(packets).toEqual([])
    expect(said.kinds).toEqual(expect.arrayContaining(['ipv4', 'ipv6', 'onion', 'peer.example:38333']))
    expect(said.ready).toBeGreaterThan(8)
    expect(said.lookups['tor']).toBeGreaterThan(0)
    expect([said.dials['direct'] ?? 0, said.lookups['system'] ?? 0, said.contradictions]).toEqual([0, 0, 0])
  })

  it('lets not one packet out with the policy broken, and the ledger is red', async () => {
    const { said, packets } = await record('policy')
    expect(packets).toEqual([])
    expect(said.contradictions).toBeGreaterThan(5)
  })

  it('lets packets out with the witness broken too, which the recorder sees', async () => {
    const { packets } = await record('all')
    const seen = (part: RegExp): boolean => packets.some(line => part.test(line))
    expect([seen(/> 5\.5\.5\.5\.38333/), seen(/IP6 .*> 2a00:1::1\.38333/), seen(/> 10\.99\.0\.1\.53/)]).toEqual([
      true,
      true,
      true,
    ])
  })
})

/** Calls back for every line; resolves at the first one, and at the end. */
function lines(
  child: ChildProcess,
  from: 'stdout' | 'stderr',
  heard: (line: string) => unknown,
): { readonly first: Promise<void>; readonly end: Promise<void> } {
  let held = ''
  let isFirst = (): void => {}
  const first = new Promise<void>(done => (isFirst = done))
  const stream = child[from]
  stream?.on('data', (chunk: Buffer) => {
    held += chunk.toString()
    const whole = held.split('\n')
    held = whole.pop() ?? ''
    for (const line of whole) {
      isFirst()
      heard(line)
    }
  })
  const end = new Promise<void>(done => stream?.once('close', () => done()))
  return { first, end }
}
