/**
 * Where addresses come from before peers tell any: DNS seeds when few are known, the built-in ones when nothing else
 * helps, and what a person gives. Everything goes into the address book under its source's name.
 */
import type { Timer } from '../time/index.ts'
import { DialError, parseAddress } from '../transport/index.ts'
import { dnsSeedSource } from './dns-seeds.ts'
import { FairMix } from './fair-mix.ts'
import {
  ENOUGH_ADDRESSES,
  ENOUGH_OUTBOUND,
  FIXED_SEEDS_DELAY_MS,
  MIX_TIMEOUT_MS,
  RESEED_CAP_MS,
  RESEED_DELAY_MS,
  SEED_AGE_MIN_MS,
  SEED_AGE_SPAN_MS,
  SEED_DELAY_FEW_MS,
  SEED_DELAY_MANY_MS,
} from './limits.ts'
import type { Discovery, DiscoveryOptions, DnsSeed, SeedAddress, SeedReport } from './types.ts'

/** How long seeds wait at the start. Whoever knows enough peers need not tell a seed that it is there. Source: Bitcoin Core net. */
function decideSeedDelay(knownAddresses: number): number {
  if (knownAddresses === 0) return 0
  return knownAddresses < ENOUGH_ADDRESSES ? SEED_DELAY_FEW_MS : SEED_DELAY_MANY_MS
}

export function createDiscovery(options: DiscoveryOptions): Discovery {
  const { network, transport, book, clock, random, log, handlers = {} } = options
  let { settings } = options
  let state: 'new' | 'running' | 'closed' = 'new'
  let seeding: Promise<SeedReport> | null = null
  let mix: FairMix<SeedAddress> | null = null
  let seedTimer: Timer | null = null
  let fixedTimer: Timer | null = null
  let reseedDelayMs = RESEED_DELAY_MS
  let failedSeeds: readonly string[] = []
  let usedFixedSeeds = false

  const agedTime = (): number => Math.round(clock.now() - SEED_AGE_MIN_MS - random.float() * SEED_AGE_SPAN_MS)

  function add(addresses: readonly SeedAddress[], source: string): number {
    const count = book.add(addresses, source, 0)
    if (count > 0 && state !== 'closed') handlers.added?.(count, source)
    return count
  }

  /** Asks all seeds at once, and takes from their answers in turn. */
  async function seed(): Promise<SeedReport> {
    const failed: string[] = []
    const dialed: string[] = []
    const running = new FairMix<SeedAddress>(clock, MIX_TIMEOUT_MS)
    mix = running
    let found = 0
    let left = network.dnsSeeds.length
    if (left === 0) running.close()
    for (const one of network.dnsSeeds) {
      const source = dnsSeedSource({
        seed: one,
        wantedServices: network.wantedServices,
        port: network.defaultPort,
        network: network.id,
        lookup: transport.lookup,
        random,
        now: () => clock.now(),
        ended: (count, error) => {
          if (state === 'closed') return
          if (error === null && count > 0)
            log.info('a DNS seed answered', { network: network.id, seed: one.host, count })
          else if (dialInstead(one, error)) dialed.push(one.host)
          else failed.push(one.host)
        },
      })
      running.add({
        next: async signal => {
          const item = await source.next(signal)
          if (item === null && --left === 0) running.close()
          return item
        },
      })
    }
    for (let item = await running.next(); item !== null; item = await running.next()) {
      found += 1
      add([item], item.source)
    }
    mix = null
    failedSeeds = failed
    return { found, failed, dialed }
  }

  /**
   * Where no name may be looked up, or what was taken for Tor does not look names up, but the seed can be dialed through
   * the proxy, it is asked as a peer.
   */
  function dialInstead(one: DnsSeed, error: unknown): boolean {
    const reason = error instanceof Error ? error.message : 'It gave no addresses.'
    if (error instanceof DialError && (error.code === 'blocked' || error.code === 'proxy-refused')) {
      const address = parseAddress(one.host, { defaultPort: network.defaultPort })
      if (transport.decide(address).kind !== 'blocked') {
        options.askPeer(address)
        return true
      }
    }
    log.warn('a DNS seed failed', { network: network.id, seed: one.host, reason })
    handlers.seedFailed?.(one.host, reason)
    return false
  }

  function seedNow(): Promise<SeedReport> {
    if (state === 'closed') return Promise.resolve({ found: 0, failed: [], dialed: [] })
    seeding ??= seed().finally(() => {
      seeding = null
    })
    return seeding
  }

  function planSeeds(delayMs: number): void {
    seedTimer?.cancel()
    seedTimer = null
    if (state !== 'running' || !settings.usesDnsSeeds || network.dnsSeeds.length === 0) return
    const isFirst = delayMs === 0
    seedTimer = clock.after(delayMs, () => {
      seedTimer = null
      if (!isFirst && options.outboundPeers() >= ENOUGH_OUTBOUND) return
      void seedNow().then(() => {
        // Nothing at all: we may have been offline.
        if (book.size > 0) return
        planSeeds(reseedDelayMs)
        reseedDelayMs = Math.min(2 * reseedDelayMs, RESEED_CAP_MS)
      })
    })
  }

  /** Without DNS seeds nothing is worth waiting for. Source: Bitcoin Core net. */
  function planFixedSeeds(): void {
    fixedTimer?.cancel()
    fixedTimer = null
    const { fixedSeeds, dnsSeeds } = network
    if (state !== 'running' || !settings.usesFixedSeeds || fixedSeeds.length === 0 || usedFixedSeeds) return
    const hasSeeds = settings.usesDnsSeeds && dnsSeeds.length > 0
    fixedTimer = clock.after(hasSeeds ? FIXED_SEEDS_DELAY_MS : 0, () => {
      fixedTimer = null
      if (book.size > 0) return
      usedFixedSeeds = true
      log.warn('nothing is known of any peer; the built-in addresses are used', { network: network.id })
      const told = fixedSeeds.map(address => ({ address, services: 0n, seenAt: agedTime(), source: 'fixed' }))
      handlers.fixedSeedsUsed?.(add(told, 'fixed'))
    })
  }

  return {
    start: () => {
      if (state !== 'new') return
      state = 'running'
      planSeeds(decideSeedDelay(book.size))
      planFixedSeeds()
    },
    close: async () => {
      state = 'closed'
      seedTimer?.cancel()
      fixedTimer?.cancel()
      mix?.close()
      await seeding
    },
    seedNow,
    addByHand: addresses =>
      add(
        addresses.map(address => ({ address, services: 0n, seenAt: clock.now(), source: 'user' })),
        'user',
      ),
    configure: changed => {
      const before = settings
      settings = changed
      if (changed.usesDnsSeeds !== before.usesDnsSeeds) planSeeds(decideSeedDelay(book.size))
      if (changed.usesDnsSeeds !== before.usesDnsSeeds || changed.usesFixedSeeds !== before.usesFixedSeeds)
        planFixedSeeds()
    },
    get failedSeeds() {
      return failedSeeds
    },
    get usedFixedSeeds() {
      return usedFixedSeeds
    },
  }
}
