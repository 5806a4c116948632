/** Nodes of discovery for tests: in memory and virtual time, or over real UDP on loopback. */
import { silentLog } from '../../../../src-main/log/index.ts'
import { createEthereumDiscovery } from '../../../../src-main/networks/ethereum/discovery/discovery.ts'
import type {
  EthereumDiscovery,
  EthereumDiscoveryParts,
} from '../../../../src-main/networks/ethereum/discovery/discovery.ts'
import type { Clock, RandomSource } from '../../../../src-main/time/index.ts'
import { seededRandom } from '../../../../src-main/time/index.ts'
import type { UdpSocket } from '../../../../src-main/transport/index.ts'

export const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))

/** A private key that follows from a number. */
export const keyOf = (seed: number): Uint8Array => seededRandom(seed).bytes(32).with(0, 1)

export function discoveryOn(
  socket: UdpSocket,
  clock: Clock,
  seed: number,
  more: Partial<EthereumDiscoveryParts> = {},
): EthereumDiscovery {
  const random: RandomSource = seededRandom(seed)
  return createEthereumDiscovery({
    clock,
    random,
    log: silentLog,
    socket,
    privateKey: keyOf(seed),
    seq: null,
    seqChanged: () => {},
    tcpPort: 30303,
    usesV4: true,
    usesV5: true,
    bootNodes: [],
    bootNodesV5: [],
    lists: [],
    resolveTxt: null,
    repository: null,
    ...more,
  })
}
