/** Bitcoin: the protocol of its peers on its five networks. Warren finds and keeps peers; it holds no blocks. */
export { createBitcoin } from './bitcoin.ts'
export { BITCOIN_NETWORKS, bitcoinParams } from './params.ts'
export type { BitcoinParams } from './params.ts'
