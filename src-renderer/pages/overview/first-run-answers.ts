/** What the answers of the first run mean for the settings. Pure. */
import type { SettingsPatch } from '../../../src-preload/contract.ts'

/** The answer "just the playground" to the first question, where the others are ids of networks. */
export const PLAYGROUND = 'playground'

export interface Answers {
  /** A network's id, or `PLAYGROUND`. */
  readonly network: string
  readonly reach: 'direct' | 'proxy'
  readonly proxy: string
  readonly accepts: boolean
}

/** The playground needs no network of its own to be on before it starts: it turns on the one that it plays on. */
export function settingsOf(answers: Answers): SettingsPatch {
  if (answers.network === PLAYGROUND) return { 'network.enabled': [] }
  return {
    'network.enabled': [answers.network],
    'network.listen': answers.accepts,
    'routes.proxy': answers.reach === 'proxy' ? answers.proxy.trim() : '',
  }
}
