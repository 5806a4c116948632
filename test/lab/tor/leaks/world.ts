/**
 * The world of the leak proof, the first process in namespaces of its own: a Tor network, a name server, Bitcoin peers,
 * an onion service; and, behind a cable that carries only SOCKS, a further network namespace with the sealed client.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { SessionHandlers } from '../../../../src-main/connections/index.ts'
import { silentLog } from '../../../../src-main/log/index.ts'
import { BITCOIN_NETWORKS, createBitcoin } from '../../../../src-main/networks/bitcoin/index.ts'
import { systemClock, systemRandom } from '../../../../src-main/time/index.ts'
import { OPEN_POLICY, createTransport, parseAddress } from '../../../../src-main/transport/index.ts'
import { startTorNetwork } from '../network.ts'
import { NET, type LeakReport, type SealedOptions } from './report.ts'

const PORT = 8333
const folder = mkdtempSync(join(tmpdir(), 'warren-leaks-'))

export function run(...words: readonly string[]): string {
  const [program = '', ...rest] = words
  const done = spawnSync(program, rest, { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`${words.join(' ')}: ${done.stderr}`)
  return done.stdout
}

function makeNetwork(socksPort: number): void {
  run('ip', 'link', 'add', 'w0', 'type', 'veth', 'peer', 'name', 'c0')
  run('ip', 'addr', 'add', `${NET.worldEnd}/30`, 'dev', 'w0')
  run('ip', 'link', 'set', 'w0', 'up')
  const rules = `table inet leaks {
    counter beside {}
    chain input {
      type filter hook input priority 0; policy accept;
      iif w0 tcp dport ${socksPort} accept
      iif w0 ct state established,related accept
      iif w0 ip6 daddr ff02::/16 drop
      iif w0 counter name beside drop
    }
  }`
  writeFileSync(join(folder, 'rules'), rules)
  run('nft', '-f', join(folder, 'rules'))
}

/** Bitcoin nodes at every address of `NET.peers`: they shake hands and tell of each other. */
async function startPeers(): Promise<void> {
  const params = BITCOIN_NETWORKS.find(({ name }) => name === 'mainnet')
  if (params === undefined) throw new Error('no mainnet')
  const network = createBitcoin(params, { clock: systemClock, random: systemRandom, log: silentLog, resourcesDir: '' })
  const transport = createTransport({ clock: systemClock, log: silentLog, policy: OPEN_POLICY })
  const told = NET.peers.map(host => ({
    address: parseAddress(`${host}:${PORT}`),
    services: 9n,
    seenAt: Date.now() - 60_000,
  }))
  await transport.listen([parseAddress(`0.0.0.0:${PORT}`)], {
    onConnection: connection => {
      const handlers: SessionHandlers = {
        ready: () => {},
        ended: () => {},
        misbehaved: () => {},
        heard: () => {},
        addressesWanted: () => void session.tellAddresses(told),
      }
      const session = network.openSession(connection, 'inbound', handlers)
    },
  })
}

async function main(mode: SealedOptions['mode']): Promise<void> {
  run('ip', 'link', 'set', 'lo', 'up')
  run('ip', 'link', 'add', 'public', 'type', 'bridge')
  for (const host of NET.peers) run('ip', 'addr', 'add', `${host}/24`, 'dev', 'public')
  run('ip', 'link', 'set', 'public', 'up')
  // The system's resolver of the sealed client: somewhere that only a leak would go.
  writeFileSync(join(folder, 'resolv.conf'), `nameserver ${NET.nameServer}\n`)
  run('mount', '--bind', join(folder, 'resolv.conf'), '/etc/resolv.conf')

  const names: Record<string, string> = { 'peer.test': NET.peers[1] ?? '' }
  for (const [index, { host }] of (BITCOIN_NETWORKS.find(one => one.name === 'mainnet')?.dnsSeeds ?? []).entries()) {
    names[host] = NET.peers[index] ?? ''
    names[`x9.${host}`] = NET.peers[index] ?? ''
  }
  const socksPort = 19_050
  makeNetwork(socksPort)
  const network = await startTorNetwork(names)
  await startPeers()
  const service = join(folder, 'onion')
  const [client] = await Promise.all([
    network.startClient('socks', [`SocksPort ${NET.worldEnd}:${socksPort} IsolateSOCKSAuth`]),
    network.startClient('host', [`HiddenServiceDir ${service}`, `HiddenServicePort ${PORT} ${NET.peers[2]}:${PORT}`]),
  ])
  void client
  const onion = readFileSync(join(service, 'hostname'), 'utf8').trim()

  const options: SealedOptions = { mode, socks: `${NET.worldEnd}:${socksPort}`, onion: `${onion}:${PORT}` }
  const sealed = spawn(
    'unshare',
    ['--net', process.execPath, join(import.meta.dirname, 'sealed.ts'), JSON.stringify(options)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const lines = createInterface({ input: sealed.stdout })
  for await (const line of lines) {
    if (line === 'SEALED') {
      run('ip', 'link', 'set', 'c0', 'netns', String(sealed.pid))
      sealed.stdin.write('GO\n')
    } else if (line.startsWith('{')) {
      const besideSocks = Number(/packets (\d+)/.exec(run('nft', 'list', 'counter', 'inet', 'leaks', 'beside'))?.[1])
      process.stdout.write(`${JSON.stringify({ ...(JSON.parse(line) as LeakReport), besideSocks })}\n`)
    }
  }
  await network.close()
  process.exit(0)
}

if (process.argv[1]?.endsWith('world.ts') === true) await main(process.argv[2] === 'broken' ? 'broken' : 'sealed')
