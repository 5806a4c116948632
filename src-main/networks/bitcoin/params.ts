/** What sets Bitcoin's networks apart: magic, port, where to find first peers. */
import type { DnsSeed } from '../network.ts'

export type BitcoinName = 'mainnet' | 'testnet3' | 'testnet4' | 'signet' | 'regtest'

export interface BitcoinParams {
  readonly name: BitcoinName
  /** For people. */
  readonly title: string
  /** First four bytes of every message, read big-endian. */
  readonly magic: number
  readonly port: number
  readonly dnsSeeds: readonly DnsSeed[]
  /** Is there a list of fixed seeds in `resources/seeds/`? */
  readonly hasFixedSeeds: boolean
}

/** Every seed of today's Core answers `x9.`: services NETWORK and WITNESS. */
const seeds = (...hosts: readonly string[]): readonly DnsSeed[] => hosts.map(host => ({ host, filtersServices: true }))

/** Source: Bitcoin Core, kernel/chainparams.cpp, August 2026. */
export const BITCOIN_NETWORKS: readonly BitcoinParams[] = [
  {
    name: 'mainnet',
    title: 'Bitcoin',
    magic: 0xf9be_b4d9,
    port: 8333,
    dnsSeeds: seeds(
      'dnsseed.bluematt.me',
      'seed.bitcoin.jonasschnelli.ch',
      'seed.btc.petertodd.net',
      'seed.bitcoin.sprovoost.nl',
      'dnsseed.emzy.de',
      'seed.bitcoin.wiz.biz',
      'seed.mainnet.achownodes.xyz',
    ),
    hasFixedSeeds: true,
  },
  {
    name: 'testnet3',
    title: 'Bitcoin testnet3',
    magic: 0x0b11_0907,
    port: 18_333,
    dnsSeeds: seeds(
      'testnet-seed.bitcoin.jonasschnelli.ch',
      'seed.tbtc.petertodd.net',
      'testnet-seed.bluematt.me',
      'seed.testnet.achownodes.xyz',
    ),
    hasFixedSeeds: true,
  },
  {
    name: 'testnet4',
    title: 'Bitcoin testnet4',
    magic: 0x1c16_3f28,
    port: 48_333,
    dnsSeeds: seeds('seed.testnet4.bitcoin.sprovoost.nl', 'seed.testnet4.wiz.biz'),
    hasFixedSeeds: true,
  },
  {
    name: 'signet',
    title: 'Bitcoin signet',
    magic: 0x0a03_cf40,
    port: 38_333,
    dnsSeeds: seeds('seed.signet.bitcoin.sprovoost.nl', 'seed.signet.achownodes.xyz'),
    hasFixedSeeds: true,
  },
  {
    name: 'regtest',
    title: 'Bitcoin regtest',
    magic: 0xfabf_b5da,
    port: 18_444,
    dnsSeeds: [],
    hasFixedSeeds: false,
  },
]

/** The parameters of the network of that name, or null. */
export const bitcoinParams = (name: string): BitcoinParams | null =>
  BITCOIN_NETWORKS.find(params => params.name === name) ?? null

/** The end of a sentence about a wrong magic: whose it is, when we know. */
export function explainMagic(magic: number): string {
  const other = BITCOIN_NETWORKS.find(params => params.magic === magic)
  if (other !== undefined) return `, which is that of ${other.title}`
  const text = String.fromCharCode(magic >>> 24, (magic >>> 16) & 0xff, (magic >>> 8) & 0xff, magic & 0xff)
  if (/^(?:GET |POST|HEAD|HTTP)/.test(text)) return ', which begins a web request'
  return magic >>> 8 === 0x16_0301 || magic >>> 8 === 0x16_0303 ? ', which begins a TLS handshake' : ''
}
