/** Warren's Tor on the private network: started by us to 100 %, dialed through, isolated, killed, and as an onion service. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '../../../src-main/log/index.ts'
import { systemClock, systemRandom } from '../../../src-main/time/index.ts'
import { createOnionClientKey, createTor } from '../../../src-main/tor/index.ts'
import type { Onion, Tor, TorState } from '../../../src-main/tor/index.ts'
import { findProgram, startTorNetwork, whyNoTorNetwork } from './network.ts'
import type { TorNetwork, TorNode } from './network.ts'
import { dialSocks, dialSocksAgain, reader, resolveSocks } from './socks-client.ts'

const missing = whyNoTorNetwork()

/** Says what it hears, and how many are there. */
async function echoServer(): Promise<{ server: Server; port: number; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.pipe(socket)
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  return { server, port: (server.address() as AddressInfo).port, sockets }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function echoes(socket: Socket, text: string): Promise<string> {
  const read = reader(socket)
  socket.write(text)
  return (await read(text.length)).toString()
}

describe.skipIf(missing !== null)(`Tor of our own${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
  let network: TorNetwork
  let peer: Awaited<ReturnType<typeof echoServer>>
  let tor: Tor
  let visitor: TorNode
  const states: TorState[] = []
  const dataDir = mkdtempSync(join(tmpdir(), 'warren-tor-lab-'))
  const onions: Onion[] = []

  beforeAll(async () => {
    network = await startTorNetwork({ 'peer.test': '127.0.0.1', 'other.test': '192.0.2.77' })
    peer = await echoServer()
    tor = createTor({ clock: systemClock, random: systemRandom, log: silentLog, dataDir })
    tor.onChange(() => {
      const { state } = tor.status()
      if (states.at(-1) !== state) states.push(state)
    })
    await Promise.all([
      network.startClient('visitor').then(node => (visitor = node)),
      // Same circuit for the same credentials: with conflux there may be two.
      tor.use({ mode: 'managed', binary: null, bridges: '', extraLines: [...network.clientLines, 'ConfluxEnabled 0'] }),
    ])
    await tor.whenReady(AbortSignal.timeout(60_000))
  })
  afterAll(async () => {
    await tor?.close()
    for (const socket of peer?.sockets ?? []) socket.destroy()
    peer?.server.close()
    await network?.close()
    rmSync(dataDir, { recursive: true, force: true })
  })

  const socksPort = (): number => tor.socks()?.port ?? 0

  it('comes up to 100 %, step by step', () => {
    const steps = states.flatMap(state => (state.kind === 'bootstrapping' ? [state.progress] : []))
    expect(states[0]?.kind).toBe('starting')
    expect(states.at(-1)?.kind).toBe('ready')
    // Not always upwards: a second connection may stand behind the first.
    expect(new Set(steps).size).toBeGreaterThan(3)
    expect(steps[0]).toBeLessThan(50)
    expect(steps.at(-1)).toBeGreaterThan(75)
    expect(tor.status()).toMatchObject({ source: 'managed', control: { kind: 'open' }, isolates: true, notice: null })
    expect(tor.status().version).toMatch(/^0\.4\./)
  })

  it('reaches a peer through an exit, by address and by name', async () => {
    for (const host of ['127.0.0.1', 'peer.test']) {
      const socket = await dialSocks({ port: socksPort(), host, hostPort: peer.port })
      expect(await echoes(socket, 'hello')).toBe('hello')
      socket.destroy()
    }
    expect(network.dns.questions).toContain('peer.test')
    await expect.poll(() => tor.bandwidth().read, { timeout: 5000 }).toBeGreaterThan(0)
  })

  it('resolves names by the name server of the exits', async () => {
    expect(await resolveSocks(socksPort(), 'other.test')).toBe('192.0.2.77')
    await expect(resolveSocks(socksPort(), 'unknown.test')).rejects.toThrow('reply 4')
    expect(network.dns.questions).toContain('other.test')
  })

  it('takes two isolated dials over two circuits, and shows which', async () => {
    const dial = (user: string): Promise<Socket> =>
      dialSocks({ port: socksPort(), host: '127.0.0.1', hostPort: peer.port, user })
    const sockets = [await dial('alice'), await dial('alice'), await dial('bob')]
    const circuitOf = (socket: Socket): string | null =>
      tor.streams().find(({ source }) => source === `127.0.0.1:${socket.localPort}`)?.circuit ?? null
    await expect.poll(() => sockets.every(socket => circuitOf(socket) !== null), { timeout: 5000 }).toBe(true)
    const [first, second, third] = sockets.map(circuitOf)
    expect(first).toBe(second)
    expect(third).not.toBe(first)
    const users = tor
      .circuits()
      .filter(({ id }) => id === first || id === third)
      .map(({ socksUser }) => socksUser)
    expect(users.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual(['alice', 'bob'])
    expect(JSON.stringify([tor.circuits(), tor.streams()])).not.toContain('password')
    expect(await tor.newIdentity()).toBe(0)
    const again = await dial('alice')
    sockets.push(again)
    await expect.poll(() => circuitOf(again), { timeout: 5000 }).not.toBeNull()
    expect(circuitOf(again)).not.toBe(first)
    for (const socket of sockets) socket.destroy()
  })

  it('publishes an onion service that others reach, and keeps its address', async () => {
    const target = { host: '127.0.0.1', port: peer.port }
    const onion = await tor.publishOnion({ stored: null, port: 8333, target })
    onions.push(onion)
    expect(tor.status().onions).toMatchObject([{ host: onion.host, port: 8333 }])
    await onion.whenPublished(AbortSignal.timeout(30_000))
    const goal = { port: visitor.socksPort, host: onion.host, hostPort: 8333 }
    const socket = await dialSocksAgain(goal, [1, 4, 5, 6, 0xf0], 30_000)
    expect(await echoes(socket, 'through the onion')).toBe('through the onion')
    socket.destroy()
  })

  it('lets in only visitors whose key it knows, where it asks for one', async () => {
    const { privateKey, publicKey } = createOnionClientKey(systemRandom)
    const target = { host: '127.0.0.1', port: peer.port }
    const onion = await tor.publishOnion({ stored: null, port: 80, target, clients: [publicKey] })
    await onion.whenPublished(AbortSignal.timeout(30_000))
    await expect(dialSocks({ port: visitor.socksPort, host: onion.host, hostPort: 80 })).rejects.toThrow('reply')
    await tor.addOnionClient(onion.host, privateKey)
    const goal = { port: socksPort(), host: onion.host, hostPort: 80 }
    const socket = await dialSocksAgain(goal, [1, 4, 5, 6, 0xf0], 30_000)
    expect(await echoes(socket, 'let in')).toBe('let in')
    socket.destroy()
    await onion.close()
    expect(tor.status().onions).toHaveLength(1)
  })

  it('starts Tor again when it is killed, on the same port, with its onion service', async () => {
    const port = socksPort()
    const before = states.length
    const pid = tor.status().pid
    expect(pid).not.toBeNull()
    process.kill(pid ?? 0, 'SIGKILL')
    await expect.poll(() => states.slice(before).map(({ kind }) => kind), { timeout: 10_000 }).toContain('failed')
    expect(await tor.whenReady(AbortSignal.timeout(30_000))).toEqual({ host: '127.0.0.1', port })
    expect(tor.status().pid).not.toBe(pid)
    await onions[0]?.whenPublished(AbortSignal.timeout(30_000))
    const goal = { port: visitor.socksPort, host: onions[0]?.host ?? '', hostPort: 8333 }
    const socket = await dialSocksAgain(goal, [1, 4, 5, 6, 0xf0], 80_000)
    expect(await echoes(socket, 'back again')).toBe('back again')
    socket.destroy()
  }, 120_000)

  it('works as well with a Tor that is there already', async () => {
    const existing = createTor({
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
      dataDir: join(dataDir, 'second'),
    })
    const socks = { host: '127.0.0.1', port: visitor.socksPort }
    const target = { kind: 'tcp', host: '127.0.0.1', port: visitor.controlPort } as const
    await existing.use({
      mode: 'existing',
      socks,
      control: { target, credentials: { password: null, cookieFile: null } },
    })
    expect(await existing.whenReady(AbortSignal.timeout(10_000))).toEqual(socks)
    await expect.poll(() => existing.status().control.kind).toBe('open')
    await existing.use({ mode: 'existing', socks, control: null })
    await existing.whenReady(AbortSignal.timeout(10_000))
    expect(existing.status().control.kind).toBe('none')
    await expect(existing.newIdentity()).rejects.toMatchObject({ code: 'not-running' })
    await existing.close()
    expect(existing.status().state.kind).toBe('off')
    // Another's Tor is not ours to end.
    expect(await resolveSocks(visitor.socksPort, 'peer.test')).toBe('127.0.0.1')
  })

  const noObfs4 = findProgram('obfs4proxy') === null
  it.skipIf(noObfs4)(
    `goes by a bridge and nothing else${noObfs4 ? ' (skipped: obfs4proxy must be installed)' : ''}`,
    async () => {
      const { line, fingerprint } = await network.startBridge()
      const bridged = createTor({
        clock: systemClock,
        random: systemRandom,
        log: silentLog,
        dataDir: join(dataDir, 'bridged'),
      })
      await bridged.use({ mode: 'managed', binary: null, bridges: line, extraLines: network.clientLines })
      const { port } = await bridged.whenReady(AbortSignal.timeout(50_000))
      const socket = await dialSocks({ port, host: '127.0.0.1', hostPort: peer.port })
      expect(await echoes(socket, 'over the bridge')).toBe('over the bridge')
      socket.destroy()
      const entrances = bridged.circuits().flatMap(({ path }) => (path[0] === undefined ? [] : [path[0].fingerprint]))
      expect(entrances.length).toBeGreaterThan(0)
      expect(new Set(entrances)).toEqual(new Set([fingerprint]))
      await bridged.close()
    },
  )

  it('ends when we are killed', async () => {
    const lines = JSON.stringify(network.clientLines)
    const holder = spawn(process.execPath, [join(import.meta.dirname, 'holder.ts'), join(dataDir, 'held'), lines], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const pid = await new Promise<number>(resolve =>
      holder.stdout.once('data', chunk => resolve(Number.parseInt(String(chunk), 10))),
    )
    expect(isAlive(pid)).toBe(true)
    holder.kill('SIGKILL')
    await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false)
  })

  it('is gone when it is closed', async () => {
    const pid = tor.status().pid ?? 0
    await tor.close()
    expect(isAlive(pid)).toBe(false)
    expect(tor.status()).toMatchObject({ state: { kind: 'off' }, socks: null, onions: [] })
  })
})
