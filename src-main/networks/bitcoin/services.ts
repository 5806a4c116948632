/** Service bits of Bitcoin peers and their names. */

/** Has the whole chain. Source: bitcoin protocol, version 1. */
export const NODE_NETWORK = 1n
/** Serves witness data. Source: BIP 144. */
export const NODE_WITNESS = 8n

/** Names by bit. Sources: BIPs 64, 111, 144, 157, 159, 324; Bitcoin Core (protocol.h). */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'NETWORK'],
  [1, 'GETUTXO'],
  [2, 'BLOOM'],
  [3, 'WITNESS'],
  [6, 'COMPACT_FILTERS'],
  [10, 'NETWORK_LIMITED'],
  [11, 'P2P_V2'],
])

/** Sets of names that are kept: peers offer a handful of combinations, attackers may invent more. Source: ours. */
const MAX_KEPT = 256

const kept = new Map<bigint, readonly string[]>()

/** Names of the bits that are set, lowest first; `bit 24` for those without one. */
export function serviceNames(services: bigint): readonly string[] {
  const known = kept.get(services)
  if (known !== undefined) return known
  const names: string[] = []
  for (let bit = 0; bit < 64; bit++) {
    if ((services >> BigInt(bit)) & 1n) names.push(NAMES.get(bit) ?? `bit ${bit}`)
  }
  if (kept.size >= MAX_KEPT) kept.clear()
  kept.set(services, names)
  return names
}
