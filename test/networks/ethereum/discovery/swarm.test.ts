import { describe, expect, it } from 'vitest'
import type { EthereumDiscovery } from '../../../../src-main/networks/ethereum/discovery/discovery.ts'
import type { DiscoveredNode } from '../../../../src-main/networks/ethereum/discovery/node.ts'
import { VirtualClock, seededRandom } from '../../../../src-main/time/index.ts'
import { parseAddress } from '../../../../src-main/transport/index.ts'
import { MemoryUdp } from '../../../support/memory-udp.ts'
import { discoveryOn } from './stand.ts'

const SWARM = 30

async function swarm(
  versions: { usesV4: boolean; usesV5: boolean },
  weather = {},
): Promise<{
  clock: VirtualClock
  nodes: readonly EthereumDiscovery[]
}> {
  const clock = new VirtualClock()
  const network = new MemoryUdp(clock, seededRandom(7), { latencyMs: 20, jitterMs: 10, ...weather })
  const nodes: EthereumDiscovery[] = []
  for (let index = 0; index < SWARM; index++) {
    const socket = network.open(parseAddress(`10.0.${index}.1:30303`))
    const link = nodes[0]?.view().self.link ?? null
    const node = discoveryOn(socket, clock, 100 + index, { ...versions, bootNodes: link === null ? [] : [link] })
    nodes.push(node)
    void node.start()
    await clock.run(100)
  }
  return { clock, nodes }
}

describe('a swarm of 30 nodes with one bootnode', () => {
  it.each([
    ['discovery v4', { usesV4: true, usesV5: false }, {}, 0.5],
    [
      'discovery v4 in bad weather',
      { usesV4: true, usesV5: false },
      { loss: 0.1, duplicates: 0.1, jitterMs: 100 },
      0.25,
    ],
    ['discovery v5', { usesV4: false, usesV5: true }, {}, 0.5],
  ])('finds itself by %s', { timeout: 120_000 }, async (_, versions, weather, least) => {
    const { clock, nodes } = await swarm(versions, weather)
    // Everybody wants nodes, as a connection manager does.
    const found = nodes.map(() => new Set<string>())
    const over = new AbortController()
    const collecting = nodes.map(async (node, index) => {
      while (!over.signal.aborted) {
        const candidate: DiscoveredNode | null = await node.next()
        if (candidate === null) return
        found[index]?.add(candidate.id)
      }
    })
    await clock.run(12_000)
    over.abort()
    const known = nodes.map(node => node.view()).map(({ v4, v5 }) => (v4 ?? v5)?.size ?? 0)
    expect(Math.min(...found.map(ids => ids.size))).toBeGreaterThanOrEqual(SWARM * least)
    expect(known.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(SWARM * SWARM * 1.5 * least)

    for (const node of nodes) node.close()
    await clock.run(1000)
    await Promise.all(collecting)
    expect(clock.pendingTimers).toBe(0)
  })
})
