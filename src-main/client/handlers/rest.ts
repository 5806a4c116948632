/** The client as a whole: settings, log, history, networks, the playground. */
import { SETTINGS, SETTING_KEYS } from '../../../src-preload/contract.ts'
import type { NetworkRecord, SettingsPatch } from '../../../src-preload/contract.ts'
import { RequestError } from '../../../src-preload/contract/port.ts'
import { NETWORKS } from '../networks.ts'
import { PLAYGROUND_NETWORK } from '../playground/playground.ts'
import { checkPatch, readSettingsExport } from '../settings.ts'
import { presentRule } from './bans.ts'
import type { Context, Handlers } from './context.ts'

/** Secret of the store that tells that the questions of the first run were answered, or put away. */
export const FIRST_RUN = 'first-run'

/** Bytes of log that an export holds, newest kept. */
const LOG_EXPORT_BYTES = 8 * 1024 * 1024

export function networkRecords(context: Pick<Context, 'runtimes'>): NetworkRecord[] {
  return Array.from(NETWORKS.values(), known => {
    const runtime = context.runtimes.get(known.id)
    return {
      id: known.id,
      title: known.title,
      family: known.family,
      isOn: runtime !== undefined,
      listening: runtime?.listening() ?? [],
      defaultPort: known.defaultPort,
      hasSeeds: known.hasSeeds,
    }
  })
}

/** What the client itself must do, beside the rooms. */
export interface ClientActions {
  switchNetwork(network: string, on: boolean): Promise<void>
}

interface RuleChange {
  readonly name: string
  readonly persistent: number
  readonly transient: number
  readonly isOn: boolean
}

/** The rules of an export, or an Error that names the bad one. */
function readRules(rules: unknown): RuleChange[] {
  if (!Array.isArray(rules)) throw new Error('"rules" is not a list')
  return rules.map((rule: Partial<RuleChange> | null) => {
    const isGood =
      typeof rule?.name === 'string' &&
      Number.isInteger(rule.persistent) &&
      Number.isInteger(rule.transient) &&
      typeof rule.isOn === 'boolean'
    if (!isGood) throw new Error(`a rule is not complete: ${JSON.stringify(rule).slice(0, 100)}`)
    return rule as RuleChange
  })
}

export function restHandlers(context: Context, actions: ClientActions): Handlers {
  const { settingsService: settings, history, logging, playground, reputation } = context
  const answer = (): { settings: ReturnType<typeof settings.shown> } => ({ settings: settings.shown() })

  return {
    'settings.get': () => ({ settings: settings.shown() }),
    'settings.set': ({ changes }) => {
      settings.set(changes as SettingsPatch)
      return answer()
    },
    'settings.reset': ({ keys }) => {
      settings.reset(keys)
      return answer()
    },
    'app.dismissFirstRun': () => {
      context.store.secrets.set(FIRST_RUN, Uint8Array.of(1))
      return {}
    },
    'settings.describe': () => ({ settings: SETTING_KEYS.map(key => ({ key, ...SETTINGS[key] })) }),
    'settings.export': () => ({
      text: settings.exportText(
        reputation.rules
          .list()
          .map(presentRule)
          .filter(
            rule =>
              !rule.isOn || rule.persistent !== rule.defaultPersistent || rule.transient !== rule.defaultTransient,
          )
          .map(({ name, persistent, transient, isOn }) => ({ name, persistent, transient, isOn })),
      ),
    }),
    'settings.import': ({ text }) => {
      let read: ReturnType<typeof readSettingsExport>
      let rules: RuleChange[]
      try {
        read = readSettingsExport(text)
        rules = readRules(read.rules)
        const names = new Set(reputation.rules.list().map(({ rule }) => rule.name))
        const unknown = rules.find(rule => !names.has(rule.name))
        if (unknown !== undefined) throw new Error(`there is no rule ${unknown.name}`)
        checkPatch(read.settings, settings.known)
      } catch (error) {
        throw new RequestError('bad-import', (error as Error).message)
      }
      for (const rule of rules) reputation.rules.set(rule)
      settings.set(read.settings)
      return answer()
    },
    'logs.tail': query => logging.tail(query),
    'logs.export': () => ({ text: logging.exportText(LOG_EXPORT_BYTES) }),
    'traffic.history': ({ span }) => history.query(span),
    'networks.switch': async ({ network, on }) => {
      if (!NETWORKS.has(network)) throw new RequestError('not-found', `There is no network ${network}.`)
      await actions.switchNetwork(network, on)
      return {}
    },
    'playground.start': async () => {
      if (playground.record.isRunning) throw new RequestError('already-running', 'The playground is running already.')
      await actions.switchNetwork(PLAYGROUND_NETWORK, true)
      await playground.start()
      return playground.record
    },
    'playground.stop': async () => {
      await playground.stop()
      return {}
    },
    'playground.get': () => playground.record,
  }
}
