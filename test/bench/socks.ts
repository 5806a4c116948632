/**
 * Dials a second through a SOCKS5 proxy, beside the `socks` package used alone; and what a byte costs on a proxied
 * stream, beside a direct one. The proxy is another process that is the target too, so that only our side is measured.
 * `npx node test/bench/socks.ts`.
 */
import { fork } from 'node:child_process'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { SocksClient } from 'socks'
import { silentLog } from '../../src-main/log/index.ts'
import { systemClock } from '../../src-main/time/index.ts'
import { OPEN_POLICY, createTransport, parseAddress } from '../../src-main/transport/index.ts'
import type { Connection, Transport } from '../../src-main/transport/index.ts'

const isShort = process.argv.includes('--short')
const ROUNDS = isShort ? 5 : 11
const DIALS = isShort ? 400 : 1000
const AT_ONCE = 16
const STREAM_BYTES = (isShort ? 128 : 512) * 2 ** 20
const CHUNK = new Uint8Array(65_536)
/** Policy, ledger, time limit, abort and the checks of every answer come on top of what `socks` does. */
const GOAL_DIALS = 0.5
const GOAL_BYTES = 1.1

/** What the far end does with a stream: asked for by the first byte that comes. */
const SEND = 1
const TAKE = 2

// ---- the other process: a proxy that is its own target, and the same target without a proxy -------------------------

function serveStream(socket: Socket): void {
  let left = STREAM_BYTES
  const pour = (): void => {
    while (left > 0) {
      left -= CHUNK.length
      if (!socket.write(CHUNK)) return
    }
  }
  let taken = 0
  let command = 0
  socket.on('drain', pour)
  socket.on('data', (chunk: Uint8Array) => {
    if (command === 0) {
      command = chunk[0] ?? 0
      if (command === SEND) pour()
    }
    taken += chunk.length
    // One byte asked for it; the rest was the stream.
    if (command === TAKE && taken > STREAM_BYTES) socket.write(Uint8Array.of(1))
  })
}

function serveProxy(socket: Socket): void {
  let step = 0
  const onData = (): void => {
    step += 1
    if (step === 1) {
      socket.write(Uint8Array.of(5, 0))
      return
    }
    socket.off('data', onData)
    serveStream(socket)
    socket.write(Uint8Array.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 80))
  }
  socket.on('data', onData)
}

async function runServers(): Promise<void> {
  const listen = async (serve: (socket: Socket) => void): Promise<number> => {
    const server = createServer({ noDelay: true }, socket => {
      socket.on('error', () => {})
      serve(socket)
    }).listen({ port: 0, host: '127.0.0.1', backlog: 511 })
    await new Promise(resolve => server.once('listening', resolve))
    return (server.address() as AddressInfo).port
  }
  process.send?.({ proxy: await listen(serveProxy), target: await listen(serveStream) })
}

// ---- our side --------------------------------------------------------------------------------------------------------

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
const TARGET = parseAddress('192.0.2.1:8333')

/** Dials a second of one round. */
async function dialRate(dial: () => Promise<{ destroy(): void }>): Promise<number> {
  let begun = 0
  const started = performance.now()
  const worker = async (): Promise<void> => {
    while (begun++ < DIALS) (await dial()).destroy()
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return (DIALS * 1000) / (performance.now() - started)
}

interface StreamCost {
  readonly bytesPerMs: number
  /** Processor time of our process. */
  readonly cpuNsPerByte: number
}

/** Moves `STREAM_BYTES` over a connection, one way. */
async function stream(connection: Connection, command: typeof SEND | typeof TAKE): Promise<StreamCost> {
  const cpu = process.cpuUsage()
  const started = performance.now()
  let read = 0
  let left = STREAM_BYTES
  const pour = (): void => {
    while (left > 0) {
      left -= CHUNK.length
      if (!connection.write(CHUNK)) return
    }
  }
  await new Promise<void>((resolve, reject) => {
    connection.open({
      data: chunk => {
        read += chunk.length
        if (command === TAKE || read >= STREAM_BYTES) resolve()
      },
      drain: pour,
      closed: ({ text }) => reject(new Error(text)),
    })
    connection.write(Uint8Array.of(command))
    if (command === TAKE) pour()
  }).finally(() => connection.destroy())
  const { user, system } = process.cpuUsage(cpu)
  return {
    bytesPerMs: STREAM_BYTES / (performance.now() - started),
    cpuNsPerByte: ((user + system) * 1000) / STREAM_BYTES,
  }
}

async function runAll(): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), ['servers', ...process.argv.filter(arg => arg === '--short')])
  const ports = await new Promise<{ proxy: number; target: number }>((resolve, reject) => {
    child.once('message', message => resolve(message as { proxy: number; target: number }))
    child.once('exit', code => reject(new Error(`the servers ended with code ${code}`)))
  })
  const proxy = { name: 'proxy', host: '127.0.0.1', port: ports.proxy, isTor: true }
  const open = (policy: Partial<typeof OPEN_POLICY>): Transport =>
    createTransport({ clock: systemClock, log: silentLog, policy: { ...OPEN_POLICY, ...policy } })
  const proxied = open({ proxy })
  const direct = open({})

  const rates: Record<'ours' | 'alone', number[]> = { ours: [], alone: [] }
  const ours = (): Promise<Connection> => proxied.dial(TARGET)
  const alone = async (): Promise<Socket> => {
    const { socket } = await SocksClient.createConnection({
      command: 'connect',
      destination: { host: TARGET.host, port: TARGET.port },
      proxy: { host: proxy.host, port: proxy.port, type: 5 },
    })
    return socket
  }
  await dialRate(ours)
  await dialRate(alone)
  for (let round = 0; round < ROUNDS; round++) {
    rates.alone.push(await dialRate(alone))
    rates.ours.push(await dialRate(ours))
  }
  const [oursRate, aloneRate] = [median(rates.ours), median(rates.alone)]
  console.log(`dials a second through SOCKS5, ${AT_ONCE} at once, median of ${ROUNDS} rounds of ${DIALS}`)
  console.log(`  ours: ${oursRate.toFixed(0)}; socks alone: ${aloneRate.toFixed(0)}`)

  const target = parseAddress(`127.0.0.1:${ports.target}`)
  const ratios: number[] = []
  for (const [way, command] of [
    ['received', SEND],
    ['sent', TAKE],
  ] as const) {
    const costs: Record<'proxied' | 'direct', StreamCost[]> = { proxied: [], direct: [] }
    await stream(await direct.dial(target), command)
    for (let round = 0; round < ROUNDS; round++) {
      costs.direct.push(await stream(await direct.dial(target), command))
      costs.proxied.push(await stream(await proxied.dial(TARGET), command))
    }
    console.log(`${STREAM_BYTES / 2 ** 20} MiB ${way} on one connection, median of ${ROUNDS} rounds`)
    for (const [name, each] of Object.entries(costs)) {
      const [rate, cpu] = [median(each.map(cost => cost.bytesPerMs)), median(each.map(cost => cost.cpuNsPerByte))]
      console.log(`  ${name}: ${((rate * 1000) / 2 ** 20).toFixed(0)} MiB/s, ${cpu.toFixed(3)} ns of processor a byte`)
    }
    // Round by round: what else the machine does then weighs on both.
    ratios.push(
      median(costs.proxied.map((cost, round) => cost.cpuNsPerByte / (costs.direct[round]?.cpuNsPerByte ?? Infinity))),
    )
  }
  await Promise.all([proxied.close(), direct.close()])
  child.kill()

  const dialRatio = median(rates.ours.map((rate, round) => rate / (rates.alone[round] ?? rate)))
  const byteRatio = Math.max(...ratios)
  console.log(`dials: ${dialRatio.toFixed(2)} × socks alone; a byte: ${byteRatio.toFixed(2)} × a direct stream`)
  const isMet = dialRatio >= GOAL_DIALS && byteRatio <= GOAL_BYTES
  console.log(`goals of at least ${GOAL_DIALS} × and at most ${GOAL_BYTES} ×: ${isMet ? 'met' : 'MISSED'}`)
}

if (process.argv.includes('servers')) await runServers()
else await runAll()
