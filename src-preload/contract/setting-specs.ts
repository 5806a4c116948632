/** What a setting may be: its type, its bounds, its meaning. */

interface Common {
  /** Section of the settings page. */
  readonly group: 'network' | 'limits' | 'routes' | 'tor' | 'reputation' | 'appearance' | 'log' | 'advanced'
  /** For `ctl` and the README, in English; the page has its own texts by key. */
  readonly summary: string
  /** Where the default comes from: a program, a BIP, "ours". */
  readonly source: string
}

export interface SwitchSpec extends Common {
  readonly type: 'switch'
  readonly default: boolean
}
export interface NumberSpec extends Common {
  readonly type: 'number'
  readonly default: number
  readonly min: number
  readonly max: number
  readonly unit: '' | 's' | 'ms' | 'min' | 'h' | '%' | 'lines' | 'peers'
}
export interface TextSpec extends Common {
  readonly type: 'text'
  readonly default: string
  readonly maxLength: number
  /** What the client parses it as; what it says when that fails stands at the field. `local`: a program of this machine, by HOST:PORT or, if it may be one, the path of a unix socket. */
  readonly format: 'endpoint' | 'proxy' | 'local' | 'local-endpoint' | 'plain' | 'secret'
}
export interface ListSpec extends Common {
  readonly type: 'list'
  readonly default: readonly string[]
  readonly maxItems: number
  /** `own-endpoint`: an IP address of this machine with a port, to listen on. */
  readonly format: 'endpoint' | 'own-endpoint' | 'address-or-subnet' | 'network' | 'bridge' | 'onion-client' | 'plain'
}
export interface ChoiceSpec extends Common {
  readonly type: 'choice'
  readonly default: string
  readonly choices: readonly string[]
}
export type SettingSpec = SwitchSpec | NumberSpec | TextSpec | ListSpec | ChoiceSpec
