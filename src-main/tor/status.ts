/** What the rest of Warren sees of Tor: one state, what is known beside it, and the sentences that go with it. */
import type { TorError, TorErrorCode } from './errors.ts'
import type { SocksEndpoint } from './find.ts'
import type { BootstrapPhase } from './parse.ts'

export type TorState =
  | { readonly kind: 'off' }
  /** Looking for a Tor that runs, then for a program to start. */
  | { readonly kind: 'searching' }
  | { readonly kind: 'starting' }
  /** Tor is on its way into the network. `progress` 0 to 100; `summary` in Tor's own words. */
  | { readonly kind: 'bootstrapping'; readonly progress: number; readonly tag: string; readonly summary: string }
  | { readonly kind: 'ready' }
  /** `retryAt`: when it is tried again without help, milliseconds since the epoch; null when only a person can help. */
  | {
      readonly kind: 'failed'
      readonly code: TorErrorCode
      readonly reason: string
      readonly advice: string
      readonly retryAt: number | null
    }

/** Something that Tor or we noticed and that a person may want to act on. */
export interface TorNotice {
  /** Tor's word for the reason, or `STUCK`. */
  readonly code: string
  readonly text: string
  readonly advice: string
}

/** How far an onion service has come: asked of Tor, being spread to directories, or known to at least one of them. */
export type OnionState = 'waiting' | 'uploading' | 'published'

export interface OnionStatus {
  /** `<56>.onion`; null until Tor has named it. */
  readonly host: string | null
  readonly port: number
  readonly state: OnionState
  /** Directories that have taken its descriptor since it was last added. */
  readonly uploads: number
  /** What went wrong last, since it was last published. */
  readonly problem: string | null
}

export interface TorStatus {
  readonly state: TorState
  /** Whether Tor is ours to start and end, or was there. */
  readonly source: 'managed' | 'existing' | null
  /** Process id of a Tor of ours. */
  readonly pid: number | null
  readonly version: string | null
  /** Where dials go, as soon as it is known. */
  readonly socks: SocksEndpoint | null
  readonly control:
    | { readonly kind: 'none' }
    | { readonly kind: 'open' }
    | { readonly kind: 'failed'; readonly code: TorErrorCode; readonly reason: string }
  readonly notice: TorNotice | null
  /** Whether dials of different credentials get different circuits; null when it cannot be known. */
  readonly isolates: boolean | null
  readonly onions: readonly OnionStatus[]
}

export const stateOfPhase = ({ progress, tag, summary }: BootstrapPhase): TorState =>
  progress >= 100 ? { kind: 'ready' } : { kind: 'bootstrapping', progress, tag, summary }

export const failedState = (error: TorError, retryAt: number | null): TorState => ({
  kind: 'failed',
  code: error.code,
  reason: error.message,
  advice: ADVICE[error.code],
  retryAt,
})

const ADVICE: Readonly<Record<TorErrorCode, string>> = {
  cancelled: 'Start Tor again.',
  'not-running': 'Start Tor first.',
  'control-unreachable': 'Check that Tor runs and that its control port is the one in the settings.',
  'control-protocol': 'Check the control port in the settings: another program answers there.',
  'control-closed': 'Tor ended or was restarted; it is asked again by itself.',
  'control-timeout': 'Tor hangs; restart it.',
  'control-busy': 'Wait a moment.',
  'control-refused': 'Look at the log of Tor for more.',
  'cookie-unreadable': 'Let your user read the cookie file, or set a control password.',
  'cookie-wrong': 'Restart Tor, or name the right cookie file.',
  'password-missing': 'Enter the control password in the settings.',
  'password-wrong': 'Enter the control password in the settings again.',
  'auth-unsupported': "Switch on CookieAuthentication in Tor's torrc, or let Warren start a Tor of its own.",
  'socks-unreachable': 'Start Tor, or let Warren start one of its own.',
  'not-tor': 'Check the port in the settings: another program answers there.',
  'no-binary':
    'Install Tor (Debian and Ubuntu: apt install tor; macOS: brew install tor) or Tor Browser, or choose the program yourself.',
  'tor-exited': 'Look at the log of Tor for the reason; it is started again by itself.',
  'start-timeout': 'The machine may be busy; Tor is started again by itself.',
  'bad-bridges': 'Correct the bridge lines in the settings.',
  'no-plugin': 'Install the program that is named, or use other bridges.',
  'bad-torrc': 'Correct the extra lines.',
  'bad-onion-key': 'Restore the key from a backup, or take a new address.',
  'bad-onion-client': 'Ask the visitor for the key again.',
}
