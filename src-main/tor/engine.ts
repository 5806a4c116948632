/** What keeps a Tor going, ours or another's: both tell the same things and end the same way. */
import { RESTART_FIRST_MS, RESTART_MAX_MS } from './limits.ts'
import type { TorError } from './errors.ts'
import type { Session, SessionHandlers } from './session.ts'
import type { TorState } from './status.ts'

export interface EngineHandlers extends Omit<SessionHandlers, 'onPhase' | 'onBroken'> {
  readonly onState: (state: TorState) => void
  /** A control port was opened, or is no more. */
  readonly onSession: (session: Session | null) => void
  /** A Tor of ours runs under this process id, or no more. */
  readonly onProcess: (pid: number | null) => void
  readonly onControlProblem: (error: TorError) => void
}

export interface Engine {
  /** Resolves when nothing of it is left. */
  close(): Promise<void>
}

/** Pause before the next try after so many failures in a row, milliseconds. */
export const retryDelay = (failures: number): number => Math.min(RESTART_FIRST_MS * 2 ** failures, RESTART_MAX_MS)

/** Resolves when the signal is aborted, or has been. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
