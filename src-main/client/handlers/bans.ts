/** Bans and the rules that lead to them. */
import type { BanRecord, RuleRecord } from '../../../src-preload/contract.ts'
import { RequestError } from '../../../src-preload/contract/port.ts'
import { parseBanTarget } from '../../reputation/index.ts'
import type { RuleState } from '../../reputation/index.ts'
import type { Context, Handlers } from './context.ts'
import { asRefusal } from './context.ts'

export function presentRule({ rule, persistent, transient, isOn, hits }: RuleState): RuleRecord {
  return {
    name: rule.name,
    summary: rule.summary,
    network: rule.family,
    persistent,
    transient,
    defaultPersistent: rule.persistent,
    defaultTransient: rule.transient,
    isOn,
    hits,
  }
}

const presentBan = (ban: BanRecord): BanRecord => ({
  ...ban,
  createdAt: Math.round(ban.createdAt),
  until: Math.round(ban.until),
})

export function banHandlers(context: Context): Handlers {
  const { reputation, runtimes, clock } = context
  const { bans, rules } = reputation
  /** Closes every session that a ban covers now. */
  const enforce = (): number =>
    [...runtimes.values()].reduce((closed, runtime) => closed + runtime.manager.enforceBans(), 0)

  return {
    'bans.list': () => ({ bans: bans.list().map(presentBan) }),
    'bans.add': ({ target: text, durationMs, reason }) => {
      try {
        const target = parseBanTarget(text)
        const ban = bans.add({
          target,
          until: clock.now() + durationMs,
          by: 'user',
          reason: reason === '' ? 'banned by hand' : reason,
        })
        return { id: ban.id, closed: enforce() }
      } catch (error) {
        const refusal = asRefusal(error)
        if (refusal instanceof RequestError && refusal.code === 'bad-target') {
          throw new RequestError('bad-target', refusal.message, { target: refusal.message })
        }
        throw error
      }
    },
    'bans.lift': ({ ids }) => {
      const lifted = bans.lift(ids).map(presentBan)
      if (lifted.length === 0) throw new RequestError('not-found', 'These bans have run out or were lifted already.')
      for (const runtime of runtimes.values()) runtime.manager.wake('book')
      return { lifted }
    },
    'bans.restore': ({ bans: wanted }) => {
      const restored = bans.restore(wanted)
      enforce()
      return { restored }
    },
    'bans.export': () => bans.export(),
    'bans.import': ({ text }) => {
      const result = bans.import(text)
      enforce()
      return result
    },
    'rules.list': () => ({ rules: rules.list().map(presentRule) }),
    'rules.set': override => ({ rule: presentRule(rules.set(override)) }),
    'rules.reset': () => ({ rules: rules.reset().map(presentRule) }),
  }
}
