/**
 * The sealed client of the leak proof: a whole Warren in a network namespace whose default route leads to an interface
 * on which tcpdump records. Everything is set to go through Tor; in mode `broken`, nothing is.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { createClient } from '../../../../src-main/client/index.ts'
import { silentLog } from '../../../../src-main/log/index.ts'
import { systemClock } from '../../../../src-main/time/index.ts'
import { OPEN_POLICY, createTransport, parseAddress } from '../../../../src-main/transport/index.ts'
import { NET, type LeakReport, type SealedOptions } from './report.ts'
import { run } from './world.ts'

const NETWORK = 'bitcoin/mainnet'
const GIVE_UP_MS = 90_000
/** Packets may come late: so long nothing more is done before the recording ends. */
const AFTERMATH_MS = 2000

function makeNetwork(): void {
  run('ip', 'link', 'set', 'lo', 'up')
  run('ip', 'addr', 'add', `${NET.sealedEnd}/30`, 'dev', 'c0')
  run('ip', 'link', 'set', 'c0', 'up')
  // Not every kernel has dummy interfaces; one end of a cable that leads nowhere does as well.
  run('ip', 'link', 'add', 'trap', 'type', 'veth', 'peer', 'name', 'nowhere')
  run('ip', 'link', 'set', 'nowhere', 'up')
  run('ip', 'link', 'set', 'trap', 'arp', 'off')
  run('ip', 'addr', 'add', `${NET.trap}/24`, 'dev', 'trap')
  run('ip', 'link', 'set', 'trap', 'up')
  run('ip', 'route', 'add', 'default', 'dev', 'trap')
  run('ip', '-6', 'addr', 'add', '2001:db8:99::2/64', 'dev', 'trap', 'nodad')
  run('ip', '-6', 'route', 'add', 'default', 'dev', 'trap')
}

/** Records what leaves by the trap: everything but the system's own words about IPv6 groups and neighbours. */
async function record(): Promise<{ packets: string[]; stop(): Promise<void> }> {
  const filter = 'not (ip6 multicast and (icmp6 or ip6[6] = 0))'
  const tcpdump = spawn('tcpdump', ['-i', 'trap', '-n', '-l', '-U', '-Z', 'root', filter], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const packets: string[] = []
  createInterface({ input: tcpdump.stdout }).on('line', line => {
    if (line !== '') packets.push(line)
  })
  for await (const line of createInterface({ input: tcpdump.stderr })) if (line.includes('listening on')) break
  return {
    packets,
    stop: async () => {
      tcpdump.kill('SIGINT')
      await once(tcpdump, 'close')
    },
  }
}

async function main({ mode, socks, onion }: SealedOptions): Promise<void> {
  process.stdout.write('SEALED\n')
  for await (const line of createInterface({ input: process.stdin })) if (line === 'GO') break
  makeNetwork()
  const recording = await record()
  const client = await createClient({
    dataDir: mkdtempSync(join(tmpdir(), 'warren-sealed-')),
    shell: 'headless',
    overrides: { networks: ['bitcoin/regtest'], listen: ['127.0.0.1:0'] },
    resourcesDir: resolve(import.meta.dirname, '../../../../resources'),
  })
  const ask = async (name: Parameters<typeof client.handle>[0], input: object): Promise<unknown> =>
    client.handle(name, input)
  const proxy = mode === 'sealed' ? { 'routes.proxy': socks, 'routes.proxyIsTor': true } : {}
  await ask('settings.set', { changes: proxy })
  await ask('networks.switch', { network: NETWORK, on: true })

  /** Switched on by mistake: something that wants UDP. */
  const { host, port } = parseAddress(socks)
  const through = { name: 'Tor', host, port, isTor: true }
  const policy = mode === 'sealed' ? { ...OPEN_POLICY, proxy: through } : OPEN_POLICY
  const udp = await createTransport({ clock: systemClock, log: silentLog, policy })
    .openUdp({ host: '0.0.0.0', port: 0 })
    .then(
      () => 'opened',
      (error: unknown) => String(error),
    )

  // Peers found by themselves offer no blocks here and are left again: these are kept.
  const wanted = { host: 'peer.test:8333', ipv4: '45.45.45.4:8333', ipv6: '[2001:db8::5]:8333', onion }
  for (const address of Object.values(wanted).slice(0, mode === 'sealed' ? 4 : 3))
    await ask('peers.add', { network: NETWORK, address, keep: true, trusted: false, note: '' })

  const ready = (): { address: string; route: string }[] =>
    client
      .records('peers')
      .filter(peer => peer['state'] === 'ready')
      .map(peer => ({ address: String(peer['address']), route: String(peer['route']) }))
  const reached = (): LeakReport['reached'] => {
    const addresses = new Set(ready().map(({ address }) => address))
    return {
      ipv4: addresses.has(wanted.ipv4),
      host: addresses.has(wanted.host),
      onion: addresses.has(onion),
    }
  }
  const known = (): number => client.gauge('overview')?.known ?? 0
  const until = systemClock.monotonic() + (mode === 'sealed' ? GIVE_UP_MS : 5000)
  const isDone = (): boolean => Object.values(reached()).every(Boolean) && known() > 10
  while (!isDone() && systemClock.monotonic() < until) await pause(100)
  await pause(AFTERMATH_MS)
  await recording.stop()

  const ledger = client.gauge('ledger')
  const report: Omit<LeakReport, 'besideSocks'> = {
    packets: recording.packets,
    ready: ready(),
    reached: reached(),
    known: known(),
    lookupsByTor: ledger?.lookups['tor'] ?? 0,
    contradictions: ledger?.contradictions.map(({ text }) => text) ?? [],
    udp,
    failure: isDone()
      ? null
      : JSON.stringify({ reached: reached(), known: known(), ledger: ledger?.entries.slice(0, 20) }),
  }
  process.stdout.write(`${JSON.stringify(report)}\n`)
  await client.close()
  process.exit(0)
}

await main(JSON.parse(process.argv[2] ?? '{}') as SealedOptions)
