/** Tor's warnings in plain words: what each reason means, and what a person can do. Pure. */
import type { BootstrapPhase, TorEvent } from './parse.ts'
import type { TorNotice } from './status.ts'

type Explanation = readonly [text: string, advice: string]

const BLOCKED = 'If this goes on, your network may block Tor: try a bridge.'

/** Reasons of control-spec §4.1.10 (bootstrap problems use those of OR connections). */
const REASONS: Readonly<Record<string, Explanation>> = {
  CONNECTREFUSED: ['A relay refused the connection.', BLOCKED],
  CONNECTRESET: ['A connection to a relay was cut.', BLOCKED],
  TIMEOUT: ['A relay did not answer in time.', BLOCKED],
  NOROUTE: ['There is no way to a relay.', 'Check that this machine is online.'],
  IOERROR: ['A connection to a relay broke.', BLOCKED],
  IDENTITY: [
    'A relay showed another identity than the one expected.',
    'A bridge line may be out of date, or somebody stands between you and the relay.',
  ],
  TLS_ERROR: ['Encryption with a relay could not be agreed on.', BLOCKED],
  RESOURCELIMIT: [
    'This machine is out of sockets or memory.',
    'Close other programs or raise the limit of open files.',
  ],
  PT_MISSING: ['The program that speaks for your bridges is missing.', 'Install it, or use other bridges.'],
  DONE: ['A relay closed the connection.', BLOCKED],
}

/** What a bootstrap phase warns of, or null. */
export function noticeOfPhase({ warning }: BootstrapPhase): TorNotice | null {
  if (warning === null) return null
  const [text, advice] = REASONS[warning.reason] ?? [
    `Tor reports: ${warning.text}.`,
    'Look at the log of Tor for more.',
  ]
  return { code: warning.reason, text: warning.where === null ? text : `${text} (${warning.where})`, advice }
}

/** What other news of Tor means: a notice, the end of one, or nothing to say. */
export function noticeOfStatus(event: Extract<TorEvent, { kind: 'status' }>): TorNotice | 'over' | null {
  const code = event.action
  switch (code) {
    case 'CIRCUIT_ESTABLISHED':
      return 'over'
    case 'CIRCUIT_NOT_ESTABLISHED':
      return event.words.get('REASON') === 'CLOCK_JUMPED'
        ? { code, text: 'The clock of this machine jumped; Tor builds its circuits anew.', advice: 'Wait a moment.' }
        : { code, text: 'Tor has lost its way into the network.', advice: 'Check that this machine is online.' }
    case 'CLOCK_SKEW':
      return { code, text: clockText(event.words.get('SKEW')), advice: 'Set date, time and time zone right.' }
    case 'DANGEROUS_VERSION':
      return event.words.get('REASON') === 'OBSOLETE' || event.words.get('REASON') === 'UNRECOMMENDED'
        ? { code, text: 'This version of Tor is out of date.', advice: 'Update Tor.' }
        : null
    default:
      return null
  }
}

function clockText(skew: string | undefined): string {
  const minutes = Math.round(Math.abs(Number(skew)) / 60)
  return Number.isFinite(minutes) && minutes > 0
    ? `The clock of this machine is about ${minutes} minutes ${Number(skew) > 0 ? 'fast' : 'slow'}, and Tor needs the right time.`
    : 'The clock of this machine is wrong, and Tor needs the right time.'
}

export const stuckNotice = (usesBridges: boolean): TorNotice => ({
  code: 'STUCK',
  text: 'Tor has made no progress for a minute.',
  advice: usesBridges
    ? 'The bridges may be down or blocked: ask for others.'
    : 'Check that this machine is online. If it is, your network may block Tor: try a bridge.',
})
