/** The whole client on loopback: the playground's peers over real sockets, and what the window would ask of it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { REQUESTS } from '../../src-preload/contract.ts'
import type { Output, RequestName } from '../../src-preload/contract.ts'
import type { ClientRequest, RequestError } from '../../src-preload/contract/port.ts'
import { createClient } from '../../src-main/client/index.ts'
import type { Client } from '../../src-main/client/index.ts'

const NETWORK = 'bitcoin/regtest'
const open = new Set<Client>()
const dirs: string[] = []

afterEach(async () => {
  for (const client of open) await client.close()
  open.clear()
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true })
})

function newDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'warren-client-'))
  dirs.push(dir)
  return dir
}

async function start(dataDir: string, playground: boolean): Promise<Client> {
  const client = await createClient({
    dataDir,
    shell: 'headless',
    overrides: { networks: [NETWORK], listen: ['127.0.0.1:0'], playground },
  })
  open.add(client)
  return client
}

/** Asks as the border does: input and output by the schema. */
async function ask<N extends ClientRequest>(client: Client, name: N, input: unknown = {}): Promise<Output<N>> {
  const spec = REQUESTS[name as RequestName]
  const answer = await client.handle(name, spec.input.parse(input) as never)
  spec.output.parse(answer)
  return answer
}

/** Resolves when `isSo` holds, looked at after every change. */
function until(client: Client, isSo: () => boolean): Promise<void> {
  return new Promise(resolve => {
    if (isSo()) {
      resolve()
      return
    }
    const stop = client.onChange(() => {
      if (!isSo()) return
      stop()
      resolve()
    })
  })
}

const peersOf = (client: Client): { id: string; address: string; direction: string; state: string; score: number }[] =>
  client.records('peers') as never

describe('client', () => {
  it('brings the playground in: 24 peers, 8 of them dialed, every answer as the contract says', async () => {
    const client = await start(newDir(), true)
    await until(client, () => peersOf(client).filter(peer => peer.state === 'ready').length === 24)
    expect(peersOf(client).filter(peer => peer.direction === 'outbound').length).toBe(8)
    const inputs: Partial<Record<ClientRequest, unknown>> = {
      'traffic.history': { span: '5m' },
      'addresses.search': { network: NETWORK },
      'addresses.explain': { network: NETWORK, address: '127.1.0.2:18444' },
      'peers.get': { id: peersOf(client)[0]?.id },
    }
    for (const name of [
      'app.info',
      'overview.get',
      'peers.list',
      'peers.get',
      'pins.list',
      'attempts.list',
      'addresses.stats',
      'addresses.search',
      'addresses.explain',
      'bans.list',
      'bans.export',
      'logs.tail',
      'logs.export',
      'settings.get',
      'settings.describe',
      'settings.export',
      'rules.list',
      'traffic.history',
      'playground.get',
    ] as const) {
      await expect(ask(client, name, inputs[name] ?? {}), name).resolves.toBeDefined()
    }
  })

  it('bans a peer by its address, keeps it out, and lets it in again when the ban is lifted', async () => {
    const client = await start(newDir(), true)
    await until(client, () => peersOf(client).some(peer => peer.direction === 'inbound' && peer.state === 'ready'))
    const peer = peersOf(client).find(one => one.direction === 'inbound' && one.state === 'ready')
    const host = peer?.address.split(':')[0] ?? ''
    const isThere = (): boolean =>
      peersOf(client).some(one => one.address.startsWith(`${host}:`) && one.state === 'ready')
    const { banIds } = await ask(client, 'peers.ban', { ids: [peer?.id], durationMs: 3_600_000, reason: 'test' })
    expect((await ask(client, 'bans.list')).bans).toMatchObject([{ target: host, by: 'user', reason: 'test' }])
    await until(client, () => !isThere())
    await until(
      client,
      () =>
        ((client.records('bans')[0]?.['refused'] as number | undefined) ?? 0) > 0 ||
        client.gauge('slots')?.refusals['banned'] !== undefined,
    )
    await ask(client, 'bans.lift', { ids: banIds })
    await until(client, isThere)
  }, 60_000)

  it('keeps pins, bans and settings over a restart', async () => {
    const dir = newDir()
    const first = await start(dir, false)
    await ask(first, 'peers.add', { network: NETWORK, address: '127.77.0.1:18444', keep: true, note: 'mine' })
    await ask(first, 'bans.add', { target: '10.9.0.0/16', durationMs: 86_400_000 })
    await ask(first, 'settings.set', { changes: { 'limits.targetOutbound': 3 } })
    await first.close()
    const second = await start(dir, false)
    expect((await ask(second, 'pins.list')).pins).toMatchObject([
      { address: '127.77.0.1:18444', isPinned: true, note: 'mine' },
    ])
    expect((await ask(second, 'bans.list')).bans).toMatchObject([{ target: '10.9.0.0/16', kind: 'subnet' }])
    expect((await ask(second, 'settings.get')).settings['limits.targetOutbound']).toBe(3)
  })

  it('ends as it was asked last, however quickly networks and what decides how they are made change', async () => {
    const client = await start(newDir(), false)
    const asked: Promise<unknown>[] = []
    for (let round = 0; round < 4; round++) {
      asked.push(ask(client, 'networks.switch', { network: NETWORK, on: false }))
      asked.push(ask(client, 'settings.set', { changes: { 'network.connectOnly': [`127.77.0.${round + 1}:9`] } }))
      asked.push(ask(client, 'networks.switch', { network: NETWORK, on: true }))
      asked.push(ask(client, 'settings.set', { changes: { 'network.connectOnly': [] } }))
    }
    await Promise.all(asked)
    await until(client, () => client.gauge('networks')?.networks.find(one => one.id === NETWORK)?.isOn === true)
    await ask(client, 'networks.switch', { network: NETWORK, on: true })
    const { lines } = await ask(client, 'logs.tail', { limit: 200 })
    const told = lines.filter(line => /^network (on|off)$/.test(line.text)).map(line => line.text)
    // Strictly in turns: no network is made while it is on, none is ended that is off.
    expect(told).toEqual(told.map((_, at) => (at % 2 === 0 ? 'network on' : 'network off')))
    expect(told.at(-1)).toBe('network on')
    expect(lines.filter(line => line.level === 'error')).toEqual([])
  })

  it('tells of a pin when its dial begins and fails, and of no pin when others come', async () => {
    const client = await start(newDir(), false)
    const told: (readonly string[] | undefined)[] = []
    client.onChange((event, ids) => {
      if (event === 'pins') told.push(ids)
    })
    await ask(client, 'peers.add', { network: NETWORK, address: '127.77.0.1:9', keep: true })
    const state = (): unknown => client.record('pins', `${NETWORK} 127.77.0.1:9`)?.['state']
    await until(client, () => state() === 'waiting')
    expect(client.record('pins', `${NETWORK} 127.77.0.1:9`)?.['lastFailure']).toMatch(/\w+ \w+/)
    const before = told.length
    expect(before).toBeGreaterThan(1)
    await ask(client, 'peers.add', { network: NETWORK, address: '127.77.0.2:9', keep: false })
    await until(client, () =>
      client.records('attempts').some(one => one['address'] === '127.77.0.2:9' && one['state'] === 'failed'),
    )
    expect(told.slice(before + 1)).toEqual([])
  })

  it.each<[ClientRequest, unknown, string]>([
    ['peers.add', { network: NETWORK, address: '1.2.3.4:99999', keep: false }, 'bad-address'],
    ['peers.add', { network: NETWORK, address: 'abc.onion', keep: true }, 'bad-address'],
    ['peers.add', { network: 'bitcoin/signet', address: '1.2.3.4', keep: true }, 'not-found'],
    ['bans.add', { target: '10.0.0.1/8', durationMs: 1000 }, 'bad-target'],
    ['bans.import', { text: '{' }, 'bad-import'],
    ['settings.import', { text: '{"format":"x"}' }, 'bad-import'],
    ['settings.set', { changes: { 'routes.proxy': 'nowhere' } }, 'invalid-input'],
    ['addresses.add', { network: NETWORK, text: '127.0.0.9:1\nnonsense address' }, 'bad-address'],
    ['addresses.seed', { network: NETWORK }, 'no-seeds'],
    ['peers.get', { id: 'bitcoin/regtest:s999' }, 'not-found'],
    ['attempts.cancel', { id: 'x' }, 'not-found'],
  ])('%s %j is refused as %s, in a sentence', async (name, input, code) => {
    const client = await start(newDir(), false)
    const refusal = await ask(client, name, input).then(
      () => null,
      (error: unknown) => error as RequestError,
    )
    expect(refusal?.code).toBe(code)
    expect(refusal?.message).toMatch(/\w+ \w+/)
  })

  it('refuses options that mean nothing, before it opens anything', async () => {
    const dir = newDir()
    const made = createClient({
      dataDir: dir,
      shell: 'headless',
      overrides: { networks: [NETWORK], connect: ['nonsense'] },
    })
    await expect(made).rejects.toThrow(/connectOnly: nonsense: \w+/)
    await start(dir, false)
  })

  it('a second client on the same directory is told who has it', async () => {
    const dir = newDir()
    await start(dir, false)
    await expect(
      createClient({ dataDir: dir, shell: 'headless', overrides: { networks: [NETWORK], listen: ['127.0.0.1:0'] } }),
    ).rejects.toMatchObject({ code: 'locked' })
  })
})
