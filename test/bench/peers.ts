/**
 * 5,000 inbound peers at once over loopback, held by our sessions alone and by the whole client: memory for each while
 * idle, and the delay of the event loop under light gossip. The yardstick is a bare `net.Server` that holds as many
 * sockets, in the same run. `npx node test/bench/peers.ts`; each part runs in a process of its own.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { PageSubscriber } from '../../src-main/border/subscriber.ts'
import { createClient } from '../../src-main/client/index.ts'
import { silentLog } from '../../src-main/log/index.ts'
import { bitcoinParams, createBitcoin } from '../../src-main/networks/bitcoin/index.ts'
import { encodeFrame } from '../../src-main/networks/bitcoin/frame.ts'
import { encodeAddrV2 } from '../../src-main/networks/bitcoin/messages/addresses.ts'
import { encodeVersion } from '../../src-main/networks/bitcoin/messages/version.ts'
import { systemClock, systemRandom } from '../../src-main/time/index.ts'
import { OPEN_POLICY, createTransport, ipAddress, parseAddress } from '../../src-main/transport/index.ts'

const isShort = process.argv.includes('--short')
const PEERS = 5000
const CROWDS = 2
/** Peers that come first. What the others add is counted: by then the process has let go of what only its start needed. */
const FIRST = 1000
/** All peers together send so many addr messages a second: each one every 30 s, as real ones do. */
const GOSSIP_PER_S = Math.round(PEERS / 30)
const GOSSIP_S = isShort ? 8 : 15
const GOAL_BYTES = 30_000
const GOAL_DELAY_MS = 10

/** `client`: the whole of it, with a page that watches; `ours`: sessions and nothing else. */
type Role = 'client' | 'ours' | 'bare' | 'crowd'

interface Report {
  readonly rss: number
  readonly heap: number
  readonly external: number
  readonly sockets: number
}

interface Delay {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

const wait = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
const tell = (message: unknown): void => void process.send?.(message)

/** Memory after everything that can be let go has been. */
async function measure(sockets: number): Promise<Report> {
  for (let round = 0; round < 4; round++) {
    globalThis.gc?.()
    await wait(50)
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rss, heap: heapUsed, external, sockets }
}

/** Bytes written for the page, so that the work is not left out. */
let sentBytes = 0

/** Answers `measure` and `watch`; `sockets` counts those that are ready. */
function serve(sockets: () => number): void {
  const histogram = monitorEventLoopDelay({ resolution: 1 })
  process.on('message', (message: string) => {
    if (message === 'measure') void measure(sockets()).then(tell)
    else if (message === 'watch') {
      histogram.reset()
      histogram.enable()
    } else {
      histogram.disable()
      const [p50, p99] = [histogram.percentile(50) / 1e6, histogram.percentile(99) / 1e6]
      tell({ p50, p99, max: histogram.max / 1e6 } satisfies Delay)
    }
  })
}

function regtest(): NonNullable<ReturnType<typeof bitcoinParams>> {
  const params = bitcoinParams('regtest')
  if (params === null) throw new Error('no regtest')
  return params
}

async function runOurs(): Promise<void> {
  let ready = 0
  let heard = 0
  const network = createBitcoin(regtest(), { clock: systemClock, random: systemRandom, log: silentLog })
  const policy = OPEN_POLICY
  const transport = createTransport({ clock: systemClock, log: silentLog, policy })
  const listener = await transport.listen([parseAddress('127.0.0.1:0')], {
    onConnection: connection =>
      void network.openSession(connection, 'inbound', {
        ready: () => void (ready += 1),
        ended: () => void (ready -= 1),
        misbehaved: breach => console.log('breach', breach),
        heard: addresses => void (heard += addresses.length),
        addressesWanted: () => {},
        message: () => void heard,
      }),
  })
  serve(() => ready)
  tell(listener.addresses[0]?.port)
}

async function runClient(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'warren-bench-'))
  const overrides = { networks: ['bitcoin/regtest'], listen: ['127.0.0.1:0'] }
  const client = await createClient({ dataDir, shell: 'headless', overrides })
  await client.handle('settings.set', {
    changes: {
      'limits.maxInbound': PEERS,
      'limits.maxPerPrefix': PEERS,
      'limits.halfOpenPerPrefix': PEERS,
      // What the crowd tells of is not dialed.
      'limits.targetOutbound': 0,
      'limits.feelers': false,
    },
  })
  const page: PageSubscriber = new PageSubscriber({
    client,
    clock: systemClock,
    log: silentLog,
    send: batch => {
      for (const event of batch) sentBytes += JSON.stringify(event).length
      const last = batch.at(-1)?.seq
      setImmediate(() => page.acknowledge(last))
    },
  })
  for (const event of ['overview', 'peers', 'slots', 'attempts'] as const) page.subscribe(event)
  serve(() => client.gauge('overview')?.inbound ?? 0)
  process.on('exit', () => rmSync(dataDir, { recursive: true, force: true }))
  process.on('SIGTERM', () => process.exit())
  const [listening] = client.gauge('networks')?.networks.flatMap(network => network.listening) ?? []
  tell(Number(listening?.split(':').at(-1)))
}

async function runBare(): Promise<void> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, socket => {
    sockets.add(socket)
    socket.on('data', () => {})
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  }).listen({ port: 0, host: '127.0.0.1', backlog: 511 })
  await new Promise(resolve => server.once('listening', resolve))
  serve(() => sockets.size)
  tell((server.address() as AddressInfo).port)
}

/** Peers of the other side: they shake hands, keep silent until told to gossip, and read whatever comes. */
async function runCrowd(port: number, index: number): Promise<void> {
  const { magic } = regtest()
  const count = PEERS / CROWDS
  const sockets: Socket[] = []
  const version = encodeVersion({
    version: 70_016,
    services: 0x409n,
    time: Math.floor(Date.now() / 1000),
    receiver: { ip: new Uint8Array(16), port },
    nonce: 1n,
    agent: '/Crowd:1.0/',
    height: 900_000,
    relay: false,
  })
  const empty = new Uint8Array(0)
  const greeting = Buffer.concat([
    encodeFrame(magic, 'version', version),
    encodeFrame(magic, 'sendaddrv2', empty),
    encodeFrame(magic, 'verack', empty),
  ])
  const join = async (): Promise<void> => {
    const id = index * count + sockets.length
    const localAddress = `127.${1 + (id >>> 14)}.${(id >>> 6) & 255}.${1 + (id & 63)}`
    const socket = connect({ host: '127.0.0.1', port, localAddress })
    socket.on('error', error => console.error(error.message))
    socket.resume()
    await new Promise(resolve => socket.once('connect', resolve))
    socket.write(greeting)
    sockets.push(socket)
  }
  const joinUpTo = async (wanted: number): Promise<void> => {
    while (sockets.length < wanted) await join()
    tell('joined')
  }
  process.on('message', (message: string) => {
    if (message === 'join') return void joinUpTo(count)
    let next = 0
    return void setInterval(() => {
      for (let sent = 0; sent < GOSSIP_PER_S / CROWDS / 20; sent++) {
        const told = [1, 2, 3].map(() => ({
          address: ipAddress(Uint8Array.of(127, ...systemRandom.bytes(3)), 8333),
          services: 0x409n,
          seenAt: Date.now(),
        }))
        sockets[next++ % count]?.write(encodeFrame(magic, 'addrv2', encodeAddrV2(told)))
      }
    }, 50)
  })
  await joinUpTo(FIRST / CROWDS)
}

// ---- the process that is started: it starts the others ---------------------------------------------------------------

const children: ChildProcess[] = []
const start = (role: Role, ...more: readonly number[]): ChildProcess => {
  const args = [role, ...more.map(String), ...(isShort ? ['--short'] : [])]
  const child = fork(fileURLToPath(import.meta.url), args, { execArgv: ['--expose-gc'] })
  children.push(child)
  return child
}
const answer = <T>(child: ChildProcess): Promise<T> =>
  new Promise((resolve, reject) => {
    child.once('message', message => resolve(message as T))
    child.once('exit', code => reject(new Error(`a process ended early with code ${code}`)))
  })
const ask = <T>(child: ChildProcess, question: string): Promise<T> => {
  const reply = answer<T>(child)
  child.send(question)
  return reply
}

const TITLES = {
  bare: 'sockets of a bare net.Server',
  ours: 'handshaken sessions of ours',
  client: 'peers of the whole client: manager, scores, address book, store, and a page that watches',
} as const

async function hold(role: keyof typeof TITLES): Promise<{ some: Report; full: Report; delay: Delay }> {
  const server = start(role)
  const port = await answer<number>(server)
  const crowds = Array.from({ length: CROWDS }, (_, index) => start('crowd', port, index))
  await Promise.all(crowds.map(crowd => answer(crowd)))
  await wait(2000)
  const some = await ask<Report>(server, 'measure')
  await Promise.all(crowds.map(crowd => ask(crowd, 'join')))
  await wait(3000)
  const full = await ask<Report>(server, 'measure')
  server.send('watch')
  for (const crowd of crowds) crowd.send('gossip')
  await wait(GOSSIP_S * 1000)
  const delay = await ask<Delay>(server, 'delay')
  for (const child of children.splice(0)) child.kill()
  return { some, full, delay }
}

async function runAll(): Promise<void> {
  const perPeer: Record<string, number> = {}
  for (const role of isShort ? (['bare', 'client'] as const) : (['bare', 'ours', 'client'] as const)) {
    const { some, full, delay } = await hold(role)
    const each = (now: number, then: number): string =>
      `${((now - then) / (full.sockets - some.sockets) / 1000).toFixed(1)} KB`
    perPeer[role] = (full.rss - some.rss) / (full.sockets - some.sockets)
    console.log(TITLES[role])
    console.log(`  held: ${full.sockets} of ${PEERS}`)
    console.log(
      `  memory for each, idle: ${each(full.rss, some.rss)} resident, of it ${each(full.heap, some.heap)} heap and ${each(full.external, some.external)} buffers`,
    )
    const ms = (value: number): string => `${value.toFixed(2)} ms`
    console.log(`  event loop under gossip: median ${ms(delay.p50)}, p99 ${ms(delay.p99)}, longest ${ms(delay.max)}`)
    if (role === 'bare') continue
    const [bytes, late] = [perPeer[role] ?? 0, delay.p99]
    const isMet = full.sockets === PEERS && bytes <= GOAL_BYTES && late < GOAL_DELAY_MS
    console.log(`  memory: ${(bytes / (perPeer['bare'] ?? 1)).toFixed(2)} × a bare socket`)
    console.log(`  goals of at most 30 KB a peer and a p99 below 10 ms: ${isMet ? 'met' : 'MISSED'}`)
  }
}

const [role, port, index] = process.argv.slice(2)
if (role === 'client') await runClient()
else if (role === 'ours') await runOurs()
else if (role === 'bare') await runBare()
else if (role === 'crowd') await runCrowd(Number(port), Number(index))
else await runAll()
