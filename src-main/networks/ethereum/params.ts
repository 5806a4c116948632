/** What sets Ethereum's networks apart for peers: a name, a port, and where to find first nodes. */

export interface EthereumParams {
  readonly name: 'mainnet' | 'sepolia' | 'hoodi' | 'private'
  /** For people. */
  readonly title: string
  readonly port: number
}

/** Source: go-ethereum params. `private` has no boot nodes: for tests and networks of one's own. */
export const ETHEREUM_NETWORKS: readonly EthereumParams[] = [
  { name: 'mainnet', title: 'Ethereum', port: 30_303 },
  { name: 'sepolia', title: 'Ethereum Sepolia', port: 30_303 },
  { name: 'hoodi', title: 'Ethereum Hoodi', port: 30_303 },
  { name: 'private', title: 'Ethereum private', port: 30_303 },
]
