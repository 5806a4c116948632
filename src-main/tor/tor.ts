/**
 * Tor, as the rest of Warren has it: one service over a Tor that we start or that is there, with one status, and
 * whatever may be asked of it. It opens nothing by itself: what goes through Tor is the route policy's to say.
 */
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Log } from '../log/index.ts'
import type { Clock, RandomSource, Timer } from '../time/index.ts'
import { connectLocal } from '../transport/index.ts'
import type { Bandwidth } from './activity.ts'
import type { ConnectLocal } from './control.ts'
import type { Engine, EngineHandlers } from './engine.ts'
import { TorError, asTorError } from './errors.ts'
import { watchExisting } from './existing.ts'
import type { ExistingConfig } from './existing.ts'
import { findBinaries, findRunning } from './find.ts'
import type { Place, RunningTor, SocksEndpoint, TorBinary } from './find.ts'
import { BOOTSTRAP_STUCK_MS, CONTROL_CONNECT_TIMEOUT_MS } from './limits.ts'
import { stuckNotice } from './notices.ts'
import { Onions } from './onion.ts'
import type { Onion, OnionOptions } from './onion.ts'
import { checkOnionClientSecret, onionHost } from './onion-key.ts'
import type { Circuit, Stream } from './parse.ts'
import { startManaged } from './process.ts'
import type { ManagedConfig } from './process.ts'
import { systemPrograms } from './programs.ts'
import type { Programs } from './programs.ts'
import type { Session } from './session.ts'
import { failedState } from './status.ts'
import type { TorState, TorStatus } from './status.ts'

export type TorConfig =
  | { readonly mode: 'off' }
  /** What runs already, else one of our own. */
  | ({ readonly mode: 'auto' } & ManagedConfig)
  | ({ readonly mode: 'managed' } & ManagedConfig)
  | ({ readonly mode: 'existing' } & ExistingConfig)

export type TorTopic = 'status' | 'circuits' | 'bandwidth'

export interface TorParts {
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
  /** Warren's data directory; Tor gets the folder `tor` in it. */
  readonly dataDir: string
  /** Opens streams to programs of this machine; tests bring their own, and their own machine. */
  readonly connect?: ConnectLocal
  readonly programs?: Programs
  readonly place?: Place
}

export interface Tor {
  status(): TorStatus
  /** Hears what has changed; gives the way to stop. */
  onChange(listener: (topic: TorTopic) => void): () => void
  /** Ends what was and starts what is wanted. Resolves when that is under way; `status` tells how it goes. */
  use(config: TorConfig): Promise<void>
  /** What is on this machine: for a person to choose from. Changes nothing. */
  search(chosen: string | null, signal?: AbortSignal): Promise<TorSearch>
  /** Where dials go, while Tor is ready; else null. */
  socks(): SocksEndpoint | null
  /** Resolves with `socks()` when Tor is ready. Rejects when closed or aborted first, or when only a person can help. */
  whenReady(signal?: AbortSignal): Promise<SocksEndpoint>
  circuits(): readonly Circuit[]
  /** The same, asked of Tor now: its events do not tell which credentials a circuit was given. @throws {TorError} */
  readCircuits(): Promise<readonly Circuit[]>
  streams(): readonly Stream[]
  bandwidth(): Bandwidth
  /** Fresh circuits for what is dialed from then on. Gives the time until Tor acts, milliseconds. @throws {TorError} `not-running` */
  newIdentity(): Promise<number>
  /** See `Onions.publish`. @throws {TorError} `not-running` when Tor is off or has no control port */
  publishOnion(options: OnionOptions, signal?: AbortSignal): Promise<Onion>
  /** Lets this Tor visit a service that asks its visitors for a key. `secret`: 32 bytes in base64. @throws {TorError} */
  addOnionClient(host: string, secret: string): Promise<void>
  /** Takes onion services down and ends a Tor of ours; resolves when nothing is left. */
  close(): Promise<void>
}

export interface TorSearch {
  readonly running: readonly RunningTor[]
  readonly binaries: readonly TorBinary[]
}

const NO_BANDWIDTH: Bandwidth = { read: 0, written: 0, seconds: [] }
const systemPlace = (): Place => ({ platform: process.platform, env: process.env, home: homedir() })

export function createTor(given: TorParts): Tor {
  const { clock, log, programs = systemPrograms(clock), place = systemPlace() } = given
  const connect: ConnectLocal =
    given.connect ??
    ((target, signal) => connectLocal(target, { clock, timeoutMs: CONTROL_CONNECT_TIMEOUT_MS, signal }))
  const parts = { ...given, connect, programs, place, folder: join(given.dataDir, 'tor'), pid: process.pid }
  const listeners = new Set<(topic: TorTopic) => void>()
  const tell = (topic: TorTopic): void => {
    for (const listener of listeners) listener(topic)
  }
  const onions = new Onions(clock, log, () => tell('status'))
  let engine: Engine | null = null
  let session: Session | null = null
  let stuck: Timer | null = null
  let usesBridges = false
  let hasNoControl = false
  let isClosed = false
  /** Ends a search, or what else stands between two engines, when something new is wanted. */
  let change = new AbortController()
  let changing: Promise<void> = Promise.resolve()
  const off: Omit<TorStatus, 'onions'> = {
    state: { kind: 'off' },
    source: null,
    pid: null,
    version: null,
    socks: null,
    control: { kind: 'none' },
    notice: null,
    isolates: null,
  }
  let known = off

  const learn = (news: Partial<typeof known>): void => {
    known = { ...known, ...news }
    tell('status')
  }
  const setState = (state: TorState): void => {
    if (isSameStep(state, known.state)) {
      learn({ state })
      return
    }
    stuck?.cancel()
    stuck =
      state.kind === 'bootstrapping'
        ? clock.after(BOOTSTRAP_STUCK_MS, () => learn({ notice: known.notice ?? stuckNotice(usesBridges) }))
        : null
    learn({ state, notice: null })
  }

  const handlers: EngineHandlers = {
    onState: setState,
    onNotice: notice => {
      if (notice !== null || known.notice?.code !== 'STUCK') learn({ notice })
    },
    onDescriptor: event => onions.heard(event),
    onActivity: topic => tell(topic),
    onProcess: pid => learn({ pid }),
    onControlProblem: error => learn({ control: { kind: 'failed', code: error.code, reason: error.message } }),
    onSession: next => {
      if (next === session) return
      session = next
      onions.attach(next?.control ?? null)
      learn({
        control: next !== null ? { kind: 'open' } : known.control.kind === 'open' ? off.control : known.control,
        version: next?.control.version ?? known.version,
        isolates: next?.isolates ?? null,
        socks: known.source === 'managed' ? (next?.socks ?? null) : known.socks,
      })
      tell('circuits')
    },
  }

  const start = (config: Exclude<TorConfig, { mode: 'off' | 'auto' }>): void => {
    if (config.mode === 'managed') {
      usesBridges = config.bridges.trim() !== ''
      hasNoControl = false
      known = { ...off, source: 'managed' }
      engine = startManaged(parts, config, handlers)
    } else {
      usesBridges = false
      hasNoControl = config.control === null
      known = { ...off, source: 'existing', socks: config.socks }
      engine = watchExisting(parts, config, handlers)
    }
  }

  const begin = async (config: TorConfig, signal: AbortSignal): Promise<void> => {
    if (config.mode === 'off') return
    if (config.mode !== 'auto') {
      start(config)
      return
    }
    setState({ kind: 'searching' })
    try {
      const [running] = await findRunning(parts, place, signal)
      if (signal.aborted) return
      start(running === undefined ? { ...config, mode: 'managed' } : { mode: 'existing', ...configOf(running) })
    } catch (error) {
      if (!signal.aborted) setState(failedState(asTorError(error, 'control-unreachable'), null))
    }
  }

  const end = async (): Promise<void> => {
    if (engine === null && known.state.kind === 'off') return
    const last = engine
    engine = null
    await last?.close()
    handlers.onSession(null)
    stuck?.cancel()
    stuck = null
    learn(off)
  }

  const openControl = (): Session['control'] => {
    if (session !== null) return session.control
    const why = known.control.kind === 'failed' ? ` ${known.control.reason}` : ''
    throw new TorError('not-running', `This needs Tor's control port, which is not open.${why}`)
  }
  const socks = (): SocksEndpoint | null => (known.state.kind === 'ready' ? known.socks : null)

  const use = (config: TorConfig): Promise<void> => {
    change.abort()
    const mine = new AbortController()
    change = mine
    const last = changing
    changing = (async () => {
      await last
      await end()
      if (!mine.signal.aborted) await begin(config, mine.signal)
    })()
    return changing
  }

  return {
    status: () => ({ ...known, onions: onions.statuses() }),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async use(config) {
      if (isClosed) throw new TorError('cancelled', 'Tor has been closed.')
      await use(config)
    },
    async search(chosen, signal) {
      const [running, binaries] = await Promise.all([
        findRunning(parts, place, signal),
        findBinaries(programs, place, chosen),
      ])
      return { running, binaries }
    },
    socks,
    whenReady(signal) {
      return new Promise((resolve, reject) => {
        const over = (): void => {
          listeners.delete(look)
          signal?.removeEventListener('abort', look)
        }
        const look = (): void => {
          const endpoint = socks()
          if (endpoint !== null) {
            over()
            resolve(endpoint)
          } else if (isClosed || signal?.aborted) {
            over()
            reject(new TorError('cancelled', 'Tor was not ready in time.'))
          } else if (known.state.kind === 'failed' && known.state.retryAt === null) {
            over()
            reject(new TorError(known.state.code, known.state.reason))
          }
        }
        listeners.add(look)
        signal?.addEventListener('abort', look)
        look()
      })
    },
    circuits: () => session?.activity.circuits() ?? [],
    readCircuits: async () => openControl().circuits(),
    streams: () => session?.activity.streams() ?? [],
    bandwidth: () => session?.activity.bandwidth() ?? NO_BANDWIDTH,
    newIdentity: async () => openControl().newIdentity(),
    async publishOnion(options, signal) {
      if (known.state.kind === 'off' || hasNoControl) openControl()
      return onions.publish(options, signal)
    },
    async addOnionClient(host, secret) {
      const serviceId = host.replace(/\.onion$/, '')
      onionHost(serviceId)
      await openControl().addClientKey(serviceId, checkOnionClientSecret(secret))
    },
    async close() {
      isClosed = true
      await onions.close()
      await use({ mode: 'off' })
    },
  }
}

/** Whether a state says no more than the one before: no news for a person, and no progress. */
function isSameStep(state: TorState, before: TorState): boolean {
  if (state.kind === 'bootstrapping' && before.kind === 'bootstrapping') return state.progress === before.progress
  if (state.kind === 'failed' && before.kind === 'failed') return state.reason === before.reason
  return state.kind === before.kind
}

function configOf({ socks, control, access }: RunningTor): ExistingConfig {
  const canEnter = access === 'open' || access === 'cookie'
  return {
    socks,
    control:
      control === null || !canEnter ? null : { target: control, credentials: { password: null, cookieFile: null } },
  }
}
