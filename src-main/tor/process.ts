/**
 * The Tor that we start: given a torrc of ours, watched, started again when it ends, and ended with us, also when we
 * are killed (it holds us by the control connection and by our process id).
 */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../log/index.ts'
import { sleep } from '../time/index.ts'
import type { LocalTarget } from '../transport/index.ts'
import { parseBridges } from './bridges.ts'
import type { BridgeTransport } from './bridges.ts'
import type { ControlParts } from './control.ts'
import type { Engine, EngineHandlers } from './engine.ts'
import { retryDelay, untilAborted } from './engine.ts'
import { TorError, asTorError } from './errors.ts'
import { binaryEnv, findBinaries, findPlugin } from './find.ts'
import type { Place } from './find.ts'
import { RESTART_CALM_MS, START_POLL_MS, START_TIMEOUT_MS, STOP_PATIENCE_MS } from './limits.ts'
import { cleanTorText } from './parse.ts'
import type { Child, Ending, Programs } from './programs.ts'
import { openSession } from './session.ts'
import type { Session } from './session.ts'
import { failedState, stateOfPhase } from './status.ts'
import { makeTorrc } from './torrc.ts'

export interface ManagedConfig {
  /** The `tor` to run; null finds one. */
  readonly binary: string | null
  /** Bridge lines as text, one a line; empty for none. */
  readonly bridges: string
  /** Further torrc lines, for private networks. */
  readonly extraLines?: readonly string[]
}

export interface ManagedParts extends ControlParts {
  readonly log: Log
  readonly programs: Programs
  readonly place: Place
  /** The folder that is Tor's alone. */
  readonly folder: string
  readonly pid: number
}

/** What is to be run, once it has been found and checked. */
interface Plan {
  readonly binary: string
  readonly bridges: ReturnType<typeof parseBridges>['bridges']
  readonly plugins: ReadonlyMap<BridgeTransport, string>
  readonly extraLines: readonly string[]
}

/** What cannot go better next time. */
const FINAL = new Set(['no-binary', 'bad-bridges', 'no-plugin', 'bad-torrc'])

export function startManaged(parts: ManagedParts, config: ManagedConfig, handlers: EngineHandlers): Engine {
  const stop = new AbortController()
  const done = run(parts, config, handlers, stop.signal)
  return {
    async close() {
      stop.abort()
      await done
    },
  }
}

async function run(
  parts: ManagedParts,
  config: ManagedConfig,
  handlers: EngineHandlers,
  signal: AbortSignal,
): Promise<void> {
  const { clock, log } = parts
  let failures = 0
  let socksPort: number | null = null
  while (!signal.aborted) {
    handlers.onState({ kind: 'starting' })
    const startedAt = clock.monotonic()
    let error: TorError
    try {
      const plan = await makePlan(parts, config)
      const life = new TorLife(parts, plan, socksPort, handlers)
      error = await life.run(signal)
      // A port that could not be opened again is not asked for twice.
      socksPort = life.socksPort
    } catch (failure) {
      error = asTorError(failure, 'tor-exited')
    }
    handlers.onSession(null)
    if (signal.aborted) return
    log.warn(error.message)
    if (clock.monotonic() - startedAt >= RESTART_CALM_MS) failures = 0
    if (FINAL.has(error.code)) {
      handlers.onState(failedState(error, null))
      return
    }
    const delayMs = retryDelay(failures++)
    handlers.onState(failedState(error, clock.now() + delayMs))
    await sleep(clock, delayMs, signal).catch(() => {})
  }
}

async function makePlan({ programs, place }: ManagedParts, config: ManagedConfig): Promise<Plan> {
  const { bridges, problems } = parseBridges(config.bridges)
  const [problem] = problems
  // Never without them: who gives bridges does not want to be seen dialing a relay.
  if (problem !== undefined)
    throw new TorError('bad-bridges', `Bridge line ${problem.lineNumber} cannot be used. ${problem.reason}`)
  const binary = await chooseBinary(programs, place, config.binary)
  const plugins = new Map<BridgeTransport, string>()
  for (const { transport } of bridges)
    if (transport !== null && !plugins.has(transport))
      plugins.set(transport, await findPlugin(programs, place, transport, binary))
  return { binary, bridges, plugins, extraLines: config.extraLines ?? [] }
}

async function chooseBinary(programs: Programs, place: Place, chosen: string | null): Promise<string> {
  if (chosen !== null) {
    if (await programs.isExecutable(chosen)) return chosen
    throw new TorError('no-binary', `${cleanTorText(chosen)} is not a program that can be run.`)
  }
  const [found] = await findBinaries(programs, place, null)
  if (found === undefined) throw new TorError('no-binary', 'No program called tor was found on this machine.')
  return found.path
}

/** One run of Tor, from start to end. */
class TorLife {
  readonly #parts: ManagedParts
  readonly #plan: Plan
  readonly #handlers: EngineHandlers
  readonly #wantedPort: number | null
  /** The last warning or error that Tor printed. */
  #lastProblem: string | null = null
  /** Known once the control port was open. */
  socksPort: number | null = null

  constructor(parts: ManagedParts, plan: Plan, wantedPort: number | null, handlers: EngineHandlers) {
    this.#parts = parts
    this.#plan = plan
    this.#wantedPort = wantedPort
    this.#handlers = handlers
  }

  /** Resolves with the reason when Tor has ended, whoever ended it; nothing of it is left then. */
  async run(signal: AbortSignal): Promise<TorError> {
    const { programs, place, folder } = this.#parts
    const files = { portFile: join(folder, 'control-port'), cookieFile: join(folder, 'control-cookie') }
    const torrc = this.#prepare(files)
    const { binary } = this.#plan
    const args = ['--defaults-torrc', join(folder, 'torrc-defaults'), '-f', torrc]
    const child = programs.start(binary, args, binaryEnv(place, binary), line => this.#heard(line))
    this.#parts.log.info('Tor was started', { binary, pid: child.pid })
    this.#handlers.onProcess(child.pid)
    const over = new AbortController()
    const ended = child.ended.then(ending => {
      over.abort()
      return this.#endError(ending)
    })
    let session: Session | null = null
    let failure: TorError | null = null
    try {
      session = await this.#open(files, AbortSignal.any([signal, over.signal]))
      await untilAborted(AbortSignal.any([signal, over.signal]))
    } catch (error) {
      failure = asTorError(error, 'start-timeout')
    }
    const wasOver = over.signal.aborted
    await this.#stop(child, session)
    const endError = await ended
    this.#handlers.onProcess(null)
    return wasOver || failure === null ? endError : failure
  }

  #prepare(files: { readonly portFile: string; readonly cookieFile: string }): string {
    const { folder, pid } = this.#parts
    const dataDirectory = join(folder, 'data')
    for (const path of [folder, dataDirectory]) {
      mkdirSync(path, { recursive: true, mode: 0o700 })
      // Tor refuses a folder that others may enter.
      chmodSync(path, 0o700)
    }
    // What an earlier run left would lead to a port of somebody else.
    for (const path of Object.values(files)) rmSync(path, { force: true })
    const torrc = join(folder, 'torrc')
    const text = makeTorrc({ ...this.#plan, ...files, dataDirectory, pid, socksPort: this.#wantedPort })
    writeFileSync(torrc, text, { mode: 0o600 })
    // Empty, so that the system's own defaults have no say.
    writeFileSync(join(folder, 'torrc-defaults'), '', { mode: 0o600 })
    return torrc
  }

  /** Waits for the control port and opens it. Null when `signal` came first. */
  async #open(
    files: { readonly portFile: string; readonly cookieFile: string },
    signal: AbortSignal,
  ): Promise<Session | null> {
    const { clock } = this.#parts
    const handlers = this.#handlers
    const deadline = clock.monotonic() + START_TIMEOUT_MS
    let lastError: unknown
    while (!signal.aborted) {
      const target = readPortFile(files.portFile)
      if (target !== null) {
        try {
          const access = { target, credentials: { password: null, cookieFile: files.cookieFile }, log: null }
          const session = await openSession(
            this.#parts,
            access,
            {
              ...handlers,
              onPhase: phase => handlers.onState(stateOfPhase(phase)),
              onBroken: error => {
                // Tor follows: it was told to end with this connection.
                handlers.onControlProblem(error)
                handlers.onSession(null)
              },
            },
            signal,
          )
          await session.control.takeOwnership()
          this.socksPort = session.socks?.port ?? null
          handlers.onSession(session)
          return session
        } catch (error) {
          // The port may be open before the cookie is written.
          lastError = error
        }
      }
      if (clock.monotonic() >= deadline)
        throw (
          lastError ??
          new TorError('start-timeout', `Tor did not open its control port in ${START_TIMEOUT_MS / 1000} seconds.`)
        )
      await sleep(clock, START_POLL_MS, signal).catch(() => {})
    }
    return null
  }

  /** Asks Tor to end, then tells it, then kills it. Resolves when it is gone. */
  async #stop(child: Child, session: Session | null): Promise<void> {
    const { clock } = this.#parts
    if (session === null) child.kill('SIGTERM')
    else session.control.shutdown().catch(() => {})
    const timers = [
      clock.after(STOP_PATIENCE_MS, () => child.kill('SIGTERM')),
      clock.after(2 * STOP_PATIENCE_MS, () => child.kill('SIGKILL')),
    ]
    await child.ended
    for (const timer of timers) timer.cancel()
    session?.close()
  }

  /** `Nov 21 02:04:46.000 [notice] Bootstrapped 10% ...` goes into our log under its own level. */
  #heard(line: string): void {
    const match = /^.{0,30}\[(debug|info|notice|warn|err)\] (.*)$/.exec(line.trimEnd())
    const text = cleanTorText(match?.[2] ?? line)
    if (text === '') return
    const level = match?.[1]
    if (level === 'warn' || level === 'err') this.#lastProblem = text
    if (level === 'warn') this.#parts.log.warn(text)
    else if (level === 'err') this.#parts.log.error(text)
    else this.#parts.log.info(text)
  }

  #endError({ code, signal, error }: Ending): TorError {
    const { binary } = this.#plan
    if (error !== null) return new TorError('no-binary', `${binary} could not be started: ${cleanTorText(error)}.`)
    const how = signal === null ? `with code ${code ?? 'unknown'}` : `by ${signal}`
    const why = this.#lastProblem === null || signal !== null ? '' : ` It said: ${this.#lastProblem}`
    return new TorError('tor-exited', `Tor ended ${how}.${why}`)
  }
}

/** Where Tor has written that its control port is, or null while it has not. */
function readPortFile(path: string): LocalTarget | null {
  try {
    const match = /^PORT=(127\.0\.0\.1):([0-9]{1,5})\s*$/m.exec(readFileSync(path, 'latin1'))
    return match?.[1] === undefined ? null : { kind: 'tcp', host: match[1], port: Number(match[2]) }
  } catch {
    return null
  }
}
