/** A reputation in virtual time, over stores that keep what they are given in maps. */
import type { Ban, BanStore, Reputation, RuleOverride, RuleStore, ScoredPeer } from '../../src-main/reputation/index.ts'
import { createReputation } from '../../src-main/reputation/index.ts'
import { silentLog } from '../../src-main/log/index.ts'
import { VirtualClock, seededRandom } from '../../src-main/time/index.ts'
import type { Address } from '../../src-main/transport/index.ts'
import { parseAddress } from '../../src-main/transport/index.ts'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR

export const at = (text: string): Address => parseAddress(text, { defaultPort: 8333 })

export interface MapStore extends BanStore {
  readonly rows: Map<string, Ban>
  isFailing: boolean
}

export function banStore(): MapStore {
  const rows = new Map<string, Ban>()
  const write = (action: () => void): void => {
    if (store.isFailing) throw new Error('the disk is full')
    action()
  }
  const store: MapStore = {
    rows,
    isFailing: false,
    all: () => [...rows.values()],
    upsert: bans => write(() => bans.forEach(ban => rows.set(ban.id, ban))),
    remove: ids => write(() => ids.forEach(id => rows.delete(id))),
    countRefusals: counts =>
      write(() => {
        for (const [id, count] of counts) {
          const ban = rows.get(id)
          if (ban !== undefined) rows.set(id, { ...ban, refused: ban.refused + count })
        }
      }),
  }
  return store
}

function ruleStore(): RuleStore & { rows: Map<string, RuleOverride> } {
  const rows = new Map<string, RuleOverride>()
  return {
    rows,
    all: () => [...rows.values()],
    upsert: override => void rows.set(override.name, override),
    clear: () => rows.clear(),
  }
}

export interface Fixture {
  readonly clock: VirtualClock
  readonly reputation: Reputation
  readonly bans: MapStore
  readonly rules: ReturnType<typeof ruleStore>
  /** Opens a session from an address, inbound and direct unless said otherwise. */
  readonly peer: (address: string, change?: Partial<ScoredPeer>) => ReturnType<Reputation['open']>
}

export function fixture(options: { bans?: MapStore; clock?: VirtualClock; maxBans?: number } = {}): Fixture {
  const clock = options.clock ?? new VirtualClock()
  const bans = options.bans ?? banStore()
  const rules = ruleStore()
  const reputation = createReputation({
    clock,
    random: seededRandom(1 + bans.rows.size),
    log: silentLog,
    banStore: bans,
    ruleStore: rules,
    settings: { isBanningOn: true, banAbove: 100, banMs: DAY },
    ...(options.maxBans === undefined ? {} : { maxBans: options.maxBans }),
  })
  let sessions = 0
  return {
    clock,
    reputation,
    bans,
    rules,
    peer: (address, change = {}) =>
      reputation.open(`session-${++sessions}`, {
        address: at(address),
        direction: 'inbound',
        isProxied: false,
        isWhitelisted: false,
        network: 'bitcoin/mainnet',
        agent: () => '/Satoshi:30.0.0/',
        ...change,
      }),
  }
}
