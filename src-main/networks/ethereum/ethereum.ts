/** Ethereum as a `Network`. Its sessions share one timer, which runs while there are any. */
import type { OpenSession } from '../../connections/index.ts'
import type { Clock, RandomSource, Timer } from '../../time/index.ts'
import type { Network } from '../network.ts'
import type { EthereumParams } from './params.ts'
import { publicKeyOf } from './keys.ts'
import { EthereumSession } from './session.ts'

export interface EthereumOptions {
  readonly clock: Clock
  readonly random: RandomSource
  /** Node key, 32 bytes. */
  readonly key: Uint8Array
  readonly agent?: string
}

/** Deadlines are looked at this often, milliseconds. Source: ours; the shortest is 5 s. */
const SWEEP_INTERVAL_MS = 1000

/** Makes the network. Nothing runs before the first session. @throws {RlpxError} for a key that is none */
export function createEthereum(params: EthereumParams, options: EthereumOptions): Network {
  const { clock, random, key, agent = 'Warren/v0.1.0' } = options
  const context = { clock, random, ownKey: key, ownId: publicKeyOf(key), agent }
  const sessions = new Set<EthereumSession>()
  let timer: Timer | null = null
  const left = (session: EthereumSession): void => {
    sessions.delete(session)
    if (sessions.size > 0) return
    timer?.cancel()
    timer = null
  }
  const openSession: OpenSession = (connection, _purpose, handlers, expected) => {
    const session = new EthereumSession(context, connection, handlers, left)
    sessions.add(session)
    timer ??= clock.every(SWEEP_INTERVAL_MS, () => {
      const now = clock.monotonic()
      for (const one of sessions) one.sweep(now)
    })
    session.start(expected ?? null)
    return session
  }
  return {
    id: `ethereum/${params.name}`,
    family: 'ethereum',
    title: params.title,
    defaultPort: params.port,
    dnsSeeds: [],
    fixedSeeds: [],
    wantedServices: 0n,
    profile: {
      throttlesInbound: true,
      identifiesPeers: true,
      dialsPerSlot: 2,
      sharesTarget: true,
      historyBindsPermanent: true,
    },
    dropsAtRandom: true,
    openSession,
    close: () => {
      for (const session of sessions) session.close({ code: 'shutdown', text: 'Warren is closing.' })
      return Promise.resolve()
    },
  }
}
