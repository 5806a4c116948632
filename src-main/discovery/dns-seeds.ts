/** DNS seeds: hosts whose addresses are those of peers. */
import type { RandomSource } from '../time/index.ts'
import type { Address } from '../transport/index.ts'
import type { MixSource } from './fair-mix.ts'
import { MAX_PER_SEED, SEED_AGE_MIN_MS, SEED_AGE_SPAN_MS, SEED_LOOKUP_TIMEOUT_MS } from './limits.ts'
import type { DnsSeed, Lookup, SeedAddress } from './types.ts'

/** Plain nodes: what seeds give without being asked for more. Source: btcd connmgr/seed.go. */
const NODE_NETWORK = 1n

/** The name to ask for: seeds that can filter are asked for peers with the wanted services only, `x9.seed.example`. */
function seedName(seed: DnsSeed, wantedServices: bigint): string {
  const needsFilter = seed.filtersServices && wantedServices !== 0n && wantedServices !== NODE_NETWORK
  return needsFilter ? `x${wantedServices.toString(16)}.${seed.host}` : seed.host
}

interface DnsSeedParts {
  readonly seed: DnsSeed
  readonly wantedServices: bigint
  readonly port: number
  /** Id of the network that asks. */
  readonly network: string
  readonly lookup: Lookup
  readonly random: RandomSource
  readonly now: () => number
  /** Called once: how many it gave, or why it gave none. */
  readonly ended: (found: number, error: unknown) => void
}

/**
 * The addresses of one seed, at most 32, drawn at random. Nobody knows when they were seen: they are said to be 3 to 7
 * days old, so that what peers tell counts for more.
 */
export function dnsSeedSource(parts: DnsSeedParts): MixSource<SeedAddress> {
  const { seed, wantedServices, port, network, lookup, random, now, ended } = parts
  const name = seedName(seed, wantedServices)
  const services = name === seed.host ? 0n : wantedServices
  let waiting: Address[] | null = null
  return {
    next: async signal => {
      if (waiting === null) {
        try {
          waiting = draw(
            await lookup(name, { port, signal, timeoutMs: SEED_LOOKUP_TIMEOUT_MS, purpose: 'seed', network }),
            random,
          )
        } catch (error) {
          ended(0, error)
          return null
        }
        ended(waiting.length, null)
      }
      const address = waiting.shift()
      if (address === undefined) return null
      const seenAt = now() - SEED_AGE_MIN_MS - random.float() * SEED_AGE_SPAN_MS
      return { address, services, seenAt: Math.round(seenAt), source: seed.host }
    },
  }
}

function draw(found: readonly Address[], random: RandomSource): Address[] {
  const pool = [...found]
  const drawn: Address[] = []
  while (pool.length > 0 && drawn.length < MAX_PER_SEED) drawn.push(...pool.splice(random.below(pool.length), 1))
  return drawn
}
