/** Bitcoin as a `Network`: one for each set of parameters. Its sessions share one timer, which runs while there are any. */
import type { OpenSession } from '../../connections/index.ts'
import type { Timer } from '../../time/index.ts'
import type { Address } from '../../transport/index.ts'
import type { Network } from '../network.ts'
import { createContext } from './context.ts'
import type { BitcoinOptions } from './context.ts'
import { SWEEP_INTERVAL_MS } from './limits.ts'
import type { BitcoinParams } from './params.ts'
import { readSeeds } from './seeds.ts'
import { NODE_NETWORK, NODE_WITNESS } from './services.ts'
import { BitcoinSession } from './session.ts'

/** Makes the network. Nothing runs before the first session. */
export function createBitcoin(params: BitcoinParams, options: BitcoinOptions): Network {
  const { clock, log, resourcesDir } = options
  const context = createContext(params, options)
  const sessions = new Set<BitcoinSession>()
  let timer: Timer | null = null
  let seeds: readonly Address[] | null = null

  const sweep = (): void => {
    const now = clock.monotonic()
    for (const session of sessions) session.sweep(now)
  }
  const left = (session: BitcoinSession): void => {
    sessions.delete(session)
    if (sessions.size > 0) return
    timer?.cancel()
    timer = null
  }
  const loadSeeds = (): readonly Address[] => {
    if (resourcesDir === undefined || !params.hasFixedSeeds) return []
    try {
      return readSeeds(resourcesDir, params.name, params.port)
    } catch (error) {
      log.warn('The fixed seeds could not be read', { network: params.name, error: String(error) })
      return []
    }
  }

  const openSession: OpenSession = (connection, purpose, handlers) => {
    const session = new BitcoinSession(context, connection, purpose, handlers, left)
    sessions.add(session)
    timer ??= clock.every(SWEEP_INTERVAL_MS, sweep)
    session.start()
    return session
  }

  return {
    id: `bitcoin/${params.name}`,
    family: 'bitcoin',
    title: params.title,
    defaultPort: params.port,
    dnsSeeds: params.dnsSeeds,
    get fixedSeeds() {
      seeds ??= loadSeeds()
      return seeds
    },
    // On regtest, peers of the playground offer nothing, and every peer is one that somebody wants.
    wantedServices: params.name === 'regtest' ? 0n : NODE_NETWORK | NODE_WITNESS,
    profile: {
      throttlesInbound: false,
      identifiesPeers: false,
      dialsPerSlot: 1,
      sharesTarget: false,
      historyBindsPermanent: false,
    },
    dropsAtRandom: false,
    openSession,
    farewell: (connection, addresses) =>
      new Promise(resolve => {
        const leave = (): void => session.close({ code: 'evicted', text: 'There is no room for this peer.' })
        const session = openSession(connection, 'inbound', {
          ready: () => {
            session.tellAddresses(addresses)
            leave()
          },
          ended: () => resolve(),
          misbehaved: leave,
          heard: leave,
          addressesWanted: leave,
        })
      }),
    close: () => {
      for (const session of sessions) session.close({ code: 'shutdown', text: 'Warren is shutting down.' })
      return Promise.resolve()
    },
  }
}
