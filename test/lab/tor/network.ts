/**
 * A whole Tor network on loopback, built of Debian's `tor` in about ten seconds: one authority, five relays that are
 * all exits and may reach 127.0.0.0/8, and a name server of the test's own. Nothing in it knows the real network.
 */
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startDnsServer } from './dns-server.ts'
import type { DnsServer } from './dns-server.ts'

const RELAYS = 5
const UP_LIMIT_MS = 60_000

export interface TorNetwork {
  /** Lines that a client's torrc needs to join this network and no other. */
  readonly clientLines: readonly string[]
  readonly dns: DnsServer
  /** A plain Tor client beside Warren's: its SOCKS and control ports are known beforehand. Ends with the network. */
  startClient(name: string, lines?: readonly string[]): Promise<TorNode>
  /** A bridge that speaks obfs4. Gives its line and its fingerprint. */
  startBridge(): Promise<{ readonly line: string; readonly fingerprint: string }>
  /** Milliseconds that it took until every relay was in the consensus. */
  readonly upAfterMs: number
  close(): Promise<void>
}

export interface TorNode {
  readonly name: string
  readonly dataDirectory: string
  readonly socksPort: number
  readonly controlPort: number
  /** What it has logged so far. */
  log(): string
  stop(): Promise<void>
}

/** Why the network cannot be built here, or null when it can. */
export function whyNoTorNetwork(): string | null {
  const missing = ['tor', 'tor-gencert'].filter(program => findProgram(program) === null)
  return missing.length === 0 ? null : `${missing.join(' and ')} must be installed (Debian: apt-get install tor)`
}

/** Where a program lies, from PATH and the places of administrators. */
export function findProgram(program: string): string | null {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return places.map(place => join(place, program)).find(path => existsSync(path)) ?? null
}

/** @param names IPv4 addresses that the network's exits resolve names to */
export async function startTorNetwork(names: Readonly<Record<string, string>> = {}): Promise<TorNetwork> {
  const startedAt = performance.now()
  const root = mkdtempSync(join(tmpdir(), 'warren-tor-net-'))
  const nodes: RunningNode[] = []
  const dns = await startDnsServer(names)
  const close = async (): Promise<void> => {
    await Promise.all(nodes.map(node => node.stop()))
    await dns.close()
    rmSync(root, { recursive: true, force: true })
  }
  try {
    const ports = await freePorts(2 + RELAYS)
    const [orPort = 0, dirPort = 0, ...relayPorts] = ports
    const authority = makeNode(root, 'authority')
    const common = commonLines(makeAuthorityKeys(authority, orPort, dirPort))
    const exit = [
      'Address 127.0.0.1',
      'ExitRelay 1',
      'ExitPolicyRejectPrivate 0',
      'ExitPolicy accept *:*',
      `ServerDNSResolvConfFile ${writeResolvConf(root, dns.port)}`,
    ]
    nodes.push(
      startNode(authority, [
        ...common,
        ...authorityLines(),
        ...exit,
        'SocksPort 0',
        `ORPort 127.0.0.1:${orPort}`,
        `DirPort 127.0.0.1:${dirPort}`,
      ]),
      ...relayPorts.map((port, index) =>
        startNode(makeNode(root, `relay${index}`), [...common, ...exit, 'SocksPort 0', `ORPort 127.0.0.1:${port}`]),
      ),
    )
    await waitFor('the consensus to list every relay', async () => {
      const dead = nodes.find(node => !node.isRunning())
      if (dead !== undefined) throw new Error(`${dead.name} ended: ${dead.log().slice(-2000)}`)
      return (await relaysInConsensus(dirPort)) === RELAYS + 1
    })
    await waitUntilReady(nodes)
    return {
      clientLines: common,
      dns,
      upAfterMs: performance.now() - startedAt,
      async startClient(name, lines = []) {
        const [socksPort = 0, controlPort = 0] = await freePorts(2)
        const node = startNode(makeNode(root, name), [
          ...common,
          'ClientOnly 1',
          `SocksPort 127.0.0.1:${socksPort}`,
          `ControlPort 127.0.0.1:${controlPort}`,
          'CookieAuthentication 1',
          ...lines,
        ])
        nodes.push(node)
        await waitUntilReady([node])
        return {
          name,
          dataDirectory: node.dataDirectory,
          socksPort,
          controlPort,
          log: () => node.log(),
          stop: () => node.stop(),
        }
      },
      async startBridge() {
        const [port = 0, obfsPort = 0] = await freePorts(2)
        const node = startNode(makeNode(root, 'bridge'), [
          ...common,
          'BridgeRelay 1',
          'PublishServerDescriptor 0',
          'Address 127.0.0.1',
          'SocksPort 0',
          `ORPort 127.0.0.1:${port}`,
          'ExtORPort auto',
          `ServerTransportPlugin obfs4 exec ${findProgram('obfs4proxy')}`,
          `ServerTransportListenAddr obfs4 127.0.0.1:${obfsPort}`,
        ])
        nodes.push(node)
        await waitUntilReady([node])
        const fingerprint = readFileSync(join(node.dataDirectory, 'fingerprint'), 'latin1').trim().split(' ')[1] ?? ''
        const path = join(node.dataDirectory, 'pt_state', 'obfs4_bridgeline.txt')
        await waitFor('the bridge to have keys', () => Promise.resolve(existsSync(path)))
        const sample = readFileSync(path, 'latin1')
        const words = /cert=\S+ iat-mode=\S+/.exec(sample)?.[0] ?? ''
        return { line: `obfs4 127.0.0.1:${obfsPort} ${fingerprint} ${words}`, fingerprint }
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Told to look again once a second, a node fetches what is missing now, not after the back-off of asking too early. */
async function waitUntilReady(nodes: readonly RunningNode[]): Promise<void> {
  let nextHintAt = performance.now()
  await waitFor(`${nodes.map(({ name }) => name).join(', ')} to be ready`, () => {
    const behind = nodes.filter(node => !node.log().includes('Bootstrapped 100%'))
    if (behind.length > 0 && performance.now() >= nextHintAt) {
      nextHintAt = performance.now() + 1000
      // Before its first step it has no handler for the signal, and would end.
      for (const node of behind) if (node.log().includes('Bootstrapped ')) node.child.kill('SIGHUP')
    }
    return Promise.resolve(behind.length === 0)
  })
}

interface NodePlace {
  readonly name: string
  readonly dataDirectory: string
}

interface RunningNode extends NodePlace {
  readonly child: ChildProcess
  isRunning(): boolean
  log(): string
  stop(): Promise<void>
}

function makeNode(root: string, name: string): NodePlace {
  const dataDirectory = join(root, name)
  mkdirSync(dataDirectory, { mode: 0o700 })
  return { name, dataDirectory }
}

function commonLines(dirAuthority: string): readonly string[] {
  return [
    'TestingTorNetwork 1',
    'AssumeReachable 1',
    'PathsNeededToBuildCircuits 0.67',
    'EnforceDistinctSubnets 0',
    'ServerDNSDetectHijacking 0',
    'ServerDNSAllowBrokenConfig 1',
    'ServerDNSTestAddresses',
    'ClientDNSRejectInternalAddresses 0',
    'ClientRejectInternalAddresses 0',
    'AvoidDiskWrites 1',
    dirAuthority,
  ]
}

/** The first full consensus falls due 8 s from now: votes are cast at multiples of the interval since midnight, plus the offset. */
function authorityLines(): readonly string[] {
  const offset = (Math.floor(Date.now() / 1000) + 3) % 5
  return [
    'AuthoritativeDirectory 1',
    'V3AuthoritativeDirectory 1',
    'V3AuthVotingInterval 10',
    'V3AuthVoteDelay 2',
    'V3AuthDistDelay 2',
    'V3AuthNIntervalsValid 3',
    'TestingV3AuthInitialVotingInterval 5',
    'TestingV3AuthInitialVoteDelay 2',
    'TestingV3AuthInitialDistDelay 2',
    `TestingV3AuthVotingStartOffset ${offset}`,
    'TestingDirAuthVoteExit *',
    'TestingDirAuthVoteGuard *',
    'TestingDirAuthVoteHSDir *',
    'TestingMinExitFlagThreshold 0',
    'ContactInfo none',
  ]
}

/** Makes the identity of the authority. Gives the `DirAuthority` line that names it. */
function makeAuthorityKeys(authority: NodePlace, orPort: number, dirPort: number): string {
  const keys = join(authority.dataDirectory, 'keys')
  mkdirSync(keys, { mode: 0o700 })
  run('tor-gencert', ['--create-identity-key', '-m', '12', '-a', `127.0.0.1:${dirPort}`, '--passphrase-fd', '0'], keys)
  const [, v3Identity = ''] = /^fingerprint ([0-9A-F]{40})$/m.exec(
    readFileSync(join(keys, 'authority_certificate'), 'utf8'),
  ) ?? ['']
  const torrc = join(authority.dataDirectory, 'fingerprint.torrc')
  const line = (fingerprint: string): string =>
    `DirAuthority authority orport=${orPort} no-v2 v3ident=${v3Identity} 127.0.0.1:${dirPort} ${fingerprint}`
  writeFileSync(
    torrc,
    [
      'TestingTorNetwork 1',
      line('FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF'),
      `DataDirectory ${authority.dataDirectory}`,
      `ORPort 127.0.0.1:${orPort}`,
      'Nickname authority',
      '',
    ].join('\n'),
  )
  const said = run('tor', ['--defaults-torrc', '/dev/null', '-f', torrc, '--list-fingerprint', '--quiet'], keys)
  const [, fingerprint] = /^authority ([0-9A-F ]+)$/m.exec(said) ?? []
  if (fingerprint === undefined) throw new Error(`tor --list-fingerprint said ${said}`)
  return line(fingerprint.replaceAll(' ', ''))
}

function run(program: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(findProgram(program) ?? program, args, {
    cwd,
    input: 'passphrase\n',
    encoding: 'utf8',
    timeout: 30_000,
  })
  if (status !== 0) throw new Error(`${program} failed: ${stdout}${stderr}`)
  return stdout
}

function writeResolvConf(root: string, port: number): string {
  const path = join(root, 'resolv.conf')
  writeFileSync(path, `nameserver 127.0.0.1:${port}\n`)
  return path
}

function startNode(place: NodePlace, lines: readonly string[]): RunningNode {
  const torrc = join(place.dataDirectory, 'torrc')
  const own = [
    `DataDirectory ${place.dataDirectory}`,
    `Nickname ${place.name.replaceAll(/[^A-Za-z0-9]/g, '')}`,
    'Log notice stdout',
    // Ends within 15 s when the test is killed.
    `__OwningControllerProcess ${process.pid}`,
  ]
  writeFileSync(torrc, `${[...lines, ...own].join('\n')}\n`)
  const child = spawn(findProgram('tor') ?? 'tor', ['--defaults-torrc', '/dev/null', '-f', torrc], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  const hear = (chunk: Buffer): void => void (log = (log + chunk.toString()).slice(-200_000))
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null
  return {
    ...place,
    child,
    isRunning,
    log: () => log,
    async stop() {
      if (isRunning()) child.kill('SIGKILL')
      await ended
    },
  }
}

async function relaysInConsensus(dirPort: number): Promise<number> {
  const text = await new Promise<string>(resolve => {
    const asked = get(`http://127.0.0.1:${dirPort}/tor/status-vote/current/consensus-microdesc`, answer => {
      let body = ''
      answer.setEncoding('utf8')
      answer.on('data', chunk => (body += chunk))
      answer.on('end', () => resolve(answer.statusCode === 200 ? body : ''))
      answer.on('error', () => resolve(''))
    })
    asked.on('error', () => resolve(''))
  })
  return text.match(/^r /gm)?.length ?? 0
}

async function waitFor(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + UP_LIMIT_MS
  while (!(await isTrue())) {
    if (performance.now() > until) throw new Error(`Waited ${UP_LIMIT_MS / 1000} s for ${what}.`)
    await pause(100)
  }
}

/** Ports that nobody listens on just now. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<Server>((resolve, reject) => {
          const server = createServer().once('error', reject)
          server.listen(0, '127.0.0.1', () => resolve(server))
        }),
    ),
  )
  const ports = servers.map(server => (server.address() as AddressInfo).port)
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
  return ports
}
