/** What the answers of the first run mean for the settings. Pure. */
import type { Output, SettingsPatch } from '../../../src-preload/contract.ts'

/** The answer "just the playground" to the first question, where the others are ids of networks. */
export const PLAYGROUND = 'playground'

export interface Answers {
  /** A network's id, or `PLAYGROUND`. */
  readonly network: string
  readonly reach: 'direct' | 'tor' | 'proxy'
  readonly proxy: string
  readonly accepts: boolean
}

/** The playground needs no network of its own to be on before it starts: it turns on the one that it plays on. */
export function settingsOf(answers: Answers, found: FoundTor): SettingsPatch {
  if (answers.network === PLAYGROUND) return { 'network.enabled': [] }
  return {
    'network.enabled': [answers.network],
    'network.listen': answers.accepts,
    'routes.proxy': answers.reach === 'proxy' ? answers.proxy.trim() : '',
    ...(answers.reach === 'tor' ? torSettings(found) : {}),
  }
}

/** What of Tor is on this machine; null when nobody looked. */
export type FoundTor = Pick<Output<'tor.find'>, 'running' | 'programs'> | null

/** A program is started; where there is none, one that runs is used; where there is neither, the Tor page says how to get it. */
function torSettings(found: FoundTor): SettingsPatch {
  const [running] = found?.running ?? []
  if (running === undefined || (found?.programs.length ?? 0) > 0)
    return { 'tor.mode': 'managed', 'tor.carries': 'everything' }
  return {
    'tor.mode': 'existing',
    'tor.carries': 'everything',
    'tor.socks': running.socks,
    'tor.control': running.control ?? '',
  }
}
