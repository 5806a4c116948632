/**
 * Two whole Warrens on the private Tor network: one is an onion service, the other visits it over a Bitcoin handshake;
 * everything goes through Tor, and Tor's sudden end is survived without help.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Input, Output, RequestName } from '../../../src-preload/contract.ts'
import type { ClientRequest } from '../../../src-preload/contract/port.ts'
import { REQUESTS } from '../../../src-preload/contract.ts'
import { createClient } from '../../../src-main/client/index.ts'
import type { Client } from '../../../src-main/client/index.ts'
import { startTorNetwork, whyNoTorNetwork } from './network.ts'
import type { TorNetwork } from './network.ts'

const missing = whyNoTorNetwork()
const NETWORK = 'bitcoin/regtest'
const PATIENCE = { timeout: 55_000, interval: 100 }

describe.skipIf(missing !== null)(`Warren through Tor${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
  const dirs: string[] = []
  let network: TorNetwork
  let host: Client
  let visitor: Client
  let exitTarget: Server
  let exitPort = 0

  async function start(): Promise<Client> {
    const dataDir = mkdtempSync(join(tmpdir(), 'warren-tor-client-'))
    dirs.push(dataDir)
    return createClient({
      dataDir,
      shell: 'headless',
      overrides: { networks: [NETWORK], listen: ['127.0.0.1:0'] },
    })
  }

  async function ask<N extends ClientRequest & RequestName>(
    client: Client,
    name: N,
    input: Input<N>,
  ): Promise<Output<N>> {
    return client.handle(name, REQUESTS[name].input.parse(input) as never)
  }
  const status = (client: Client): Promise<Output<'tor.status'>> => ask(client, 'tor.status', {})
  const useTor = async (client: Client): Promise<void> => {
    await ask(client, 'settings.set', { changes: { 'tor.extra': [...network.clientLines] } })
    await ask(client, 'tor.use', { mode: 'managed', carries: 'everything' })
  }
  const peers = async (client: Client): Promise<Output<'peers.list'>['peers']> =>
    (await ask(client, 'peers.list', {})).peers.filter(peer => peer.state === 'ready')

  beforeAll(async () => {
    network = await startTorNetwork({ 'peer.test': '127.0.0.1' })
    exitTarget = createServer(socket => socket.on('error', () => {})).listen(0, '127.0.0.1')
    await new Promise(resolve => exitTarget.once('listening', resolve))
    exitPort = (exitTarget.address() as AddressInfo).port
    ;[host, visitor] = await Promise.all([start(), start()])
    await Promise.all([useTor(host), useTor(visitor)])
    for (const client of [host, visitor])
      await vi.waitFor(
        async () => expect(await status(client)).toMatchObject({ state: 'ready', progress: 100 }),
        PATIENCE,
      )
  })

  afterAll(async () => {
    await Promise.all([host?.close(), visitor?.close()])
    exitTarget?.close()
    await network?.close()
    for (const dir of dirs) rmSync(dir, { recursive: true, force: true })
  })

  it('sends everything through Tor, and says so cell by cell', async () => {
    const { now } = await ask(host, 'routes.table', {})
    expect(now.map(({ row, does }) => `${row} ${does}`)).toEqual([
      'ipv4 tor',
      'ipv6 tor',
      'host tor',
      'onion tor',
      'seeds resolve',
      'udp off',
      'listen loopback',
    ])
  })

  it('is an onion service that a second Warren reaches by a Bitcoin handshake', async () => {
    await ask(host, 'onion.switch', { on: true })
    const address = await vi.waitFor(async () => {
      const onion = host.gauge('onion')
      expect(onion).toMatchObject({ state: 'published' })
      return onion?.services[0]?.address ?? ''
    }, PATIENCE)
    expect(address).toMatch(/^[a-z2-7]{56}\.onion:18444$/)
    await ask(visitor, 'peers.add', { network: NETWORK, address, keep: true })
    await vi.waitFor(async () => {
      expect(await peers(visitor)).toMatchObject([{ address, route: 'tor', direction: 'outbound' }])
      expect(await peers(host)).toMatchObject([{ route: 'tor', direction: 'inbound' }])
    }, PATIENCE)
  })

  it('announces its onion address to Bitcoin peers by addrv2', async () => {
    const address = host.gauge('onion')?.services[0]?.address ?? ''
    await vi.waitFor(async () => {
      const { addresses } = await ask(visitor, 'addresses.search', { network: NETWORK, kind: 'onion' })
      expect(addresses.map(one => one.address)).toEqual([address])
      expect(addresses[0]?.source).not.toBe('user')
    }, PATIENCE)
  })

  it('shows which circuit a peer goes over', async () => {
    const [peer] = await peers(visitor)
    const { circuits } = await ask(visitor, 'tor.circuits', {})
    const carrying = circuits.filter(circuit => circuit.streams.some(stream => stream.peer === peer?.id))
    expect(carrying).toHaveLength(1)
    expect(carrying[0]?.path.length).toBeGreaterThanOrEqual(3)
  })

  it('tests itself from end to end', async () => {
    const { checks } = await ask(host, 'tor.test', { lookup: 'peer.test' })
    expect(checks.map(({ name, state, text }) => `${name} ${state} ${state === 'passed' ? '' : text}`.trim())).toEqual([
      'bootstrap passed',
      'socks passed',
      'resolve passed',
      'onion passed',
      'isolation passed',
      'leaks passed',
    ])
  })

  it('has its peers back without help after Tor was killed', async () => {
    const [pid] = await torProcesses(dirs[1] ?? '')
    if (pid === undefined) throw new Error('no Tor of the visitor')
    process.kill(pid, 'SIGKILL')
    await vi.waitFor(async () => expect(await peers(visitor)).toEqual([]), PATIENCE)
    await vi.waitFor(async () => expect(await peers(visitor)).toHaveLength(1), PATIENCE)
    expect((await status(visitor)).restarts).toBe(1)
    expect((await ask(visitor, 'ledger.get', {})).contradictions).toEqual([])
  }, 120_000)

  it('ends what was direct when everything is to go through Tor, and what goes through Tor when Tor is left', async () => {
    await ask(visitor, 'tor.use', { mode: 'off', carries: 'everything' })
    await vi.waitFor(async () => expect(await peers(visitor)).toEqual([]), PATIENCE)
    await ask(visitor, 'peers.add', { network: NETWORK, address: `127.0.0.1:${exitPort}`, keep: false })
    await vi.waitFor(
      async () => expect((await ask(visitor, 'ledger.get', {})).dials['direct']).toBeGreaterThan(0),
      PATIENCE,
    )
    const { changed } = await ask(visitor, 'tor.use', { mode: 'managed', carries: 'everything' })
    expect(changed).toContainEqual({ key: 'listen', from: 'any', to: 'loopback' })
    const sockets = await ask(visitor, 'peers.list', {})
    expect(sockets.peers.filter(peer => peer.route === 'direct')).toEqual([])
  })
})

/** Process ids of Tors whose data lie in a folder. */
async function torProcesses(dataDir: string): Promise<number[]> {
  const { readFile, readdir } = await import('node:fs/promises')
  const found: number[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')
    if (command.split('\0')[0]?.endsWith('tor') === true && command.includes(dataDir)) found.push(Number(name))
  }
  return found
}
