/** A Tor that somebody else keeps: its SOCKS port is watched, its control port is used where there is one. */
import type { Log } from '../log/index.ts'
import { sleep } from '../time/index.ts'
import type { LocalTarget } from '../transport/index.ts'
import type { Credentials } from './auth.ts'
import type { ControlParts } from './control.ts'
import { retryDelay, untilAborted } from './engine.ts'
import type { Engine, EngineHandlers } from './engine.ts'
import type { TorError } from './errors.ts'
import { asTorError } from './errors.ts'
import { greetSocks } from './find.ts'
import type { SocksEndpoint } from './find.ts'
import { SOCKS_WATCH_MS } from './limits.ts'
import type { BootstrapPhase } from './parse.ts'
import { openSession } from './session.ts'
import { failedState, stateOfPhase } from './status.ts'
import type { TorState } from './status.ts'

export interface ExistingConfig {
  /** Where it takes dials; an address of this machine. */
  readonly socks: SocksEndpoint
  /** Null when it has none, or none for us: dials work without. */
  readonly control: { readonly target: LocalTarget; readonly credentials: Credentials } | null
}

/** What is known of another's Tor at one moment. */
export interface ExistingView {
  /** Whether the SOCKS port greeted us last; null before the first time. */
  readonly greeting: 'ok' | TorError | null
  /** When it is greeted again, milliseconds since the epoch. */
  readonly nextAt: number
  /** From the control port, while it is open. */
  readonly phase: BootstrapPhase | null
}

/** The state that a view amounts to: without a SOCKS port nothing goes; with a control port Tor's own word counts. */
export function decideState({ greeting, nextAt, phase }: ExistingView): TorState {
  if (greeting === null) return { kind: 'starting' }
  if (greeting !== 'ok') return failedState(greeting, nextAt)
  return phase === null ? { kind: 'ready' } : stateOfPhase(phase)
}

export function watchExisting(
  parts: ControlParts & { readonly log: Log },
  config: ExistingConfig,
  handlers: EngineHandlers,
): Engine {
  const stop = new AbortController()
  let view: ExistingView = { greeting: null, nextAt: 0, phase: null }
  const see = (news: Partial<ExistingView>): void => {
    view = { ...view, ...news }
    if (!stop.signal.aborted) handlers.onState(decideState(view))
  }
  const done = Promise.all([
    watchSocks(parts, config.socks, see, stop.signal),
    config.control === null ? null : watchControl(parts, config.control, handlers, see, stop.signal),
  ])
  return {
    async close() {
      stop.abort()
      await done
    },
  }
}

async function watchSocks(
  parts: ControlParts,
  endpoint: SocksEndpoint,
  see: (news: Partial<ExistingView>) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    let greeting: ExistingView['greeting'] = 'ok'
    try {
      await greetSocks(parts, endpoint, signal)
    } catch (error) {
      greeting = asTorError(error, 'socks-unreachable')
    }
    see({ greeting, nextAt: parts.clock.now() + SOCKS_WATCH_MS })
    await sleep(parts.clock, SOCKS_WATCH_MS, signal).catch(() => {})
  }
}

async function watchControl(
  parts: ControlParts & { readonly log: Log },
  access: NonNullable<ExistingConfig['control']>,
  handlers: EngineHandlers,
  see: (news: Partial<ExistingView>) => void,
  signal: AbortSignal,
): Promise<void> {
  const { clock, log } = parts
  let failures = 0
  while (!signal.aborted) {
    const broken = new AbortController()
    try {
      const session = await openSession(
        parts,
        { ...access, log },
        {
          ...handlers,
          onPhase: phase => see({ phase }),
          onBroken: error => {
            log.warn(error.message)
            handlers.onControlProblem(error)
            broken.abort()
          },
        },
        signal,
      )
      failures = 0
      handlers.onSession(session)
      await untilAborted(AbortSignal.any([signal, broken.signal]))
      session.close()
    } catch (error) {
      const problem = asTorError(error, 'control-unreachable')
      if (!signal.aborted && failures === 0) log.warn(problem.message)
      if (!signal.aborted) handlers.onControlProblem(problem)
    }
    handlers.onSession(null)
    see({ phase: null })
    if (!signal.aborted) await sleep(clock, retryDelay(failures++), signal).catch(() => {})
  }
}
