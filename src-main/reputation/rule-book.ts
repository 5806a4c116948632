/** The rules as the user has set them: what each adds now, whether it is on, and how often it has been applied. */
import type { Log } from '../log/index.ts'
import { ReputationError } from './error.ts'
import { MAX_RULE_VALUE } from './limits.ts'
import type { Rule } from './rules.ts'
import { RULES } from './rules.ts'

/** What a user has changed. */
export interface RuleOverride {
  readonly name: string
  readonly persistent: number
  readonly transient: number
  readonly isOn: boolean
}

/** What the store does for rules. Each call is durable when it returns. */
export interface RuleStore {
  all(): readonly RuleOverride[]
  upsert(override: RuleOverride): void
  clear(): void
}

/** A rule in force. */
export interface RuleState {
  readonly rule: Rule
  readonly persistent: number
  readonly transient: number
  readonly isOn: boolean
  /** Breaches since start. */
  readonly hits: number
}

const isValue = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= MAX_RULE_VALUE

export class RuleBook {
  readonly #store: RuleStore
  readonly #log: Log
  readonly #states = new Map<string, { -readonly [Field in keyof RuleState]: RuleState[Field] }>()

  constructor(store: RuleStore, log: Log) {
    this.#store = store
    this.#log = log
    this.#toDefaults()
    for (const override of store.all()) {
      const state = this.#states.get(override.name)
      // Rules that a later or earlier Warren knew are left alone.
      if (state !== undefined && isValue(override.persistent) && isValue(override.transient))
        Object.assign(state, { persistent: override.persistent, transient: override.transient, isOn: override.isOn })
    }
  }

  list(): RuleState[] {
    return Array.from(this.#states.values(), state => ({ ...state }))
  }

  /** What a breach adds; null when the rule is off. Unknown names are a fault of ours: said in the log, and off. */
  apply(name: string, count: number): { rule: Rule; persistent: number; transient: number } | null {
    const state = this.#states.get(name)
    if (state === undefined) {
      this.#log.error('A network reported a breach of a rule that does not exist.', { rule: name })
      return null
    }
    if (!state.isOn) return null
    state.hits++
    const { rule } = state
    const times = Number.isFinite(count) && count > 0 ? count : 1
    const weigh = (value: number): number => (rule.per === null ? value : Math.trunc((times * value) / rule.per))
    return { rule, persistent: weigh(state.persistent), transient: weigh(state.transient) }
  }

  /**
   * Changes a rule. Durable when it returns.
   * @throws {ReputationError} `unknown-rule`, `bad-rule`
   */
  set(override: RuleOverride): RuleState {
    const state = this.#states.get(override.name)
    if (state === undefined) throw new ReputationError('unknown-rule', `There is no rule "${override.name}".`)
    if (!isValue(override.persistent) || !isValue(override.transient))
      throw new ReputationError('bad-rule', `A rule adds whole numbers from 0 to ${MAX_RULE_VALUE}.`)
    const { name, persistent, transient, isOn } = override
    this.#store.upsert({ name, persistent, transient, isOn })
    Object.assign(state, { persistent, transient, isOn })
    return { ...state }
  }

  /** Puts all rules back to their defaults. Durable when it returns. */
  reset(): RuleState[] {
    this.#store.clear()
    this.#toDefaults()
    return this.list()
  }

  #toDefaults(): void {
    for (const rule of RULES) {
      const hits = this.#states.get(rule.name)?.hits ?? 0
      const { persistent, transient } = rule
      this.#states.set(rule.name, { rule, persistent, transient, isOn: true, hits })
    }
  }
}
