import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { silentLog } from '../../../src-main/log/index.ts'
import { BITCOIN_NETWORKS, bitcoinParams, createBitcoin } from '../../../src-main/networks/bitcoin/index.ts'
import type { BitcoinParams } from '../../../src-main/networks/bitcoin/index.ts'
import { encodeFrame } from '../../../src-main/networks/bitcoin/frame.ts'
import { explainMagic } from '../../../src-main/networks/bitcoin/params.ts'
import { parseSeeds } from '../../../src-main/networks/bitcoin/seeds.ts'
import type { Network } from '../../../src-main/networks/network.ts'
import { VirtualClock, seededRandom } from '../../../src-main/time/index.ts'
import { describeNetwork } from '../compliance.ts'
import { HandConnection, PEER, REGTEST, theirVersion, told } from './stand.ts'

const resourcesDir = fileURLToPath(new URL('../../../resources', import.meta.url))

const network = (params: BitcoinParams, directory = resourcesDir): Network =>
  createBitcoin(params, {
    clock: new VirtualClock(),
    random: seededRandom(1),
    log: silentLog,
    resourcesDir: directory,
  })

describeNetwork('Bitcoin', () => {
  const clock = new VirtualClock()
  return { clock, network: createBitcoin(REGTEST, { clock, random: seededRandom(1), log: silentLog }) }
})

describe('the Bitcoin networks', () => {
  it('differ in magic and port', () => {
    expect(new Set(BITCOIN_NETWORKS.map(({ magic }) => magic)).size).toBe(5)
    expect(new Set(BITCOIN_NETWORKS.map(({ port }) => port)).size).toBe(5)
    expect(BITCOIN_NETWORKS.map(params => network(params).id)).toEqual(
      ['mainnet', 'testnet3', 'testnet4', 'signet', 'regtest'].map(name => `bitcoin/${name}`),
    )
    expect(bitcoinParams('simnet')).toBeNull()
  })

  it.each(BITCOIN_NETWORKS)('ships good seeds for $name, and nothing for regtest', params => {
    const { fixedSeeds, dnsSeeds } = network(params)
    if (params.name === 'regtest') {
      expect([fixedSeeds, dnsSeeds]).toEqual([[], []])
      return
    }
    expect(dnsSeeds.length).toBeGreaterThan(1)
    expect(fixedSeeds.length).toBeGreaterThan(100)
    expect(fixedSeeds.length).toBeLessThanOrEqual(510)
    expect(new Set(fixedSeeds.map(({ kind }) => kind))).toEqual(new Set(['ipv4', 'ipv6', 'onion', 'i2p', 'cjdns']))
    expect(new Set(fixedSeeds.map(({ key }) => key)).size).toBe(fixedSeeds.length)
  })

  it('goes without seeds where their file cannot be read', () => {
    expect(network(BITCOIN_NETWORKS[0] as BitcoinParams, '/nowhere').fixedSeeds).toEqual([])
  })

  it('reads seed files with comments and without ports', () => {
    const text = '# a comment\n192.0.2.1:1 # AS1\n\n192.0.2.2\n'
    expect(parseSeeds(text, 8333).map(({ key }) => key)).toEqual(['192.0.2.1:1', '192.0.2.2:8333'])
  })

  it.each([
    [0xf9be_b4d9, ', which is that of Bitcoin'],
    [0x4745_5420, ', which begins a web request'],
    [0x1603_0102, ', which begins a TLS handshake'],
    [0x0102_0304, ''],
  ])('say what the magic %i may mean', (magic, text) => {
    expect(explainMagic(magic)).toBe(text)
  })
})

describe('a farewell', () => {
  const part = (network: Network): { connection: HandConnection; written: Buffer[]; done: Promise<void> } => {
    const written: Buffer[] = []
    const connection = new HandConnection('inbound', PEER, bytes => void written.push(Buffer.from(bytes)))
    const done = network.farewell?.(connection, told(5)) ?? Promise.reject(new Error('no farewell'))
    return { connection, written, done }
  }
  const say = (connection: HandConnection, name: string, payload: Uint8Array = new Uint8Array(0)): void =>
    connection.handlers?.data(encodeFrame(REGTEST.magic, name, payload))

  it('tells a peer that finds no room of others, and closes', async () => {
    const { connection, written, done } = part(network(REGTEST))
    say(connection, 'version', theirVersion())
    say(connection, 'sendaddrv2')
    say(connection, 'verack')
    await done
    const names = written.map(bytes => bytes.toString('latin1', 4, 16).replace(/\0+$/, ''))
    expect(names).toEqual(['version', 'wtxidrelay', 'sendaddrv2', 'verack', 'addrv2'])
    expect(connection.ending).toBe('close')
  })

  it('ends at the first breach and when the other end leaves', async () => {
    const rude = part(network(REGTEST))
    say(rude.connection, 'ping', new Uint8Array(8))
    await rude.done
    expect(rude.connection.isClosed).toBe(true)
    const gone = part(network(REGTEST))
    gone.connection.handlers?.closed({ by: 'remote', text: 'Gone.' })
    await gone.done
  })
})
