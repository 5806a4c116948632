/**
 * The leak proof: the whole client does its main job in a network of its own that can reach one SOCKS port of Tor and,
 * by its default route, an interface on which every packet is recorded. There must be none. With the policy broken on
 * purpose the same recording must catch it.
 */
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findProgram, whyNoTorNetwork } from './network.ts'
import type { LeakReport } from './leaks/report.ts'

/** As root or by user namespaces; everything in it ends with its first process. */
const SANDBOX = [
  ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  '--net',
  '--mount',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
]

function whyNot(): string | null {
  const tor = whyNoTorNetwork()
  if (tor !== null) return tor
  if (process.platform !== 'linux') return 'network namespaces are Linux only'
  const missing = ['unshare', 'ip', 'nft', 'tcpdump'].filter(program => findProgram(program) === null)
  if (missing.length > 0) return `${missing.join(', ')} must be installed (Debian: iproute2, nftables, tcpdump)`
  const tried = spawnSync('unshare', [...SANDBOX, 'ip', 'link', 'add', 'd0', 'type', 'bridge'], { encoding: 'utf8' })
  return tried.status === 0 ? null : `network namespaces are not allowed here (${tried.stderr.trim().slice(0, 120)})`
}

async function run(mode: 'sealed' | 'broken'): Promise<LeakReport> {
  const world = spawn('unshare', [...SANDBOX, process.execPath, join(import.meta.dirname, 'leaks', 'world.ts'), mode], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let errors = ''
  world.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  world.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const code = await new Promise(resolve => world.once('exit', resolve))
  const line = out.split('\n').find(one => one.startsWith('{'))
  if (line === undefined) throw new Error(`the sandbox ended with ${String(code)}:\n${out}\n${errors.slice(-4000)}`)
  return JSON.parse(line) as LeakReport
}

const missing = whyNot()

describe.skipIf(missing !== null)(`the leak proof${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
  it('sends not one packet around Tor while it finds, dials and keeps peers of every kind', async () => {
    const report = await run('sealed')
    expect(report.failure).toBeNull()
    // The job was done: seeds looked up through Tor, gossip heard, a name, an IPv4 and an onion peer reached.
    expect(report.ready.map(({ route }) => route).filter(route => route !== 'tor')).toEqual([])
    expect(report.reached).toEqual({ ipv4: true, host: true, onion: true })
    expect(report.lookupsByTor).toBeGreaterThan(0)
    expect(report.known).toBeGreaterThan(10)
    expect(report.udp).toContain('UDP is off')
    expect(report.contradictions).toEqual([])
    expect(report.packets).toEqual([])
    expect(report.besideSocks).toBe(0)
  }, 180_000)

  it('catches a policy that is broken', async () => {
    const report = await run('broken')
    expect(report.packets.some(line => line.includes('198.51.100.53.53'))).toBe(true)
    expect(report.packets.some(line => line.includes('45.45.45.4.8333'))).toBe(true)
  }, 180_000)
})
