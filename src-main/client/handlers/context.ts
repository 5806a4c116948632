/** What the handlers of requests work with, and the errors of the rooms as refusals. */
import type { Output, ParsedInput } from '../../../src-preload/contract.ts'
import { RequestError } from '../../../src-preload/contract/port.ts'
import type { ClientRequest } from '../../../src-preload/contract/port.ts'
import type { Logging } from '../../log/index.ts'
import { ReputationError } from '../../reputation/index.ts'
import { TorError } from '../../tor/index.ts'
import { AddressError, DialError, parseAddress } from '../../transport/index.ts'
import type { Address } from '../../transport/index.ts'
import type { History } from '../history.ts'
import type { Pins } from '../pins.ts'
import type { Proxies } from '../proxies.ts'
import type { TorService } from '../tor-service.ts'
import type { Playground } from '../playground/playground.ts'
import { networkOf } from '../present.ts'
import type { NetworkRuntime } from '../runtime.ts'
import type { Shared } from '../shared.ts'
import { SettingsError } from '../settings.ts'
import type { SettingsService } from '../settings.ts'
import type { PeerWatch } from '../watch.ts'

export interface Context extends Shared {
  readonly runtimes: ReadonlyMap<string, NetworkRuntime>
  readonly pins: Pins
  readonly settingsService: SettingsService
  readonly history: History
  readonly logging: Logging
  readonly playground: Playground
  readonly proxies: Proxies
  readonly tor: TorService
  /** Puts the route policy in force that the settings, the kept proxies and Tor's state give now. */
  applyRoutes(): void
}

export type Handlers = {
  readonly [N in ClientRequest]?: (input: ParsedInput<N>) => Output<N> | Promise<Output<N>>
}

/** The network's runtime, or a refusal that says why there is none. */
export function runtimeOf(context: Context, network: string): NetworkRuntime {
  const runtime = context.runtimes.get(network)
  if (runtime !== undefined) return runtime
  throw new RequestError('not-found', `${network} is not on. Turn it on first.`, { network: `${network} is not on` })
}

/** An address that a person typed, with the network's port where none is named. */
export function typedAddress(text: string, runtime: NetworkRuntime): Address {
  try {
    return parseAddress(text, { defaultPort: runtime.known.defaultPort })
  } catch (error) {
    if (error instanceof AddressError) throw new RequestError('bad-address', error.message, { address: error.message })
    throw error
  }
}

/** A live session by its record id. */
export function findPeer(context: Context, id: string): { runtime: NetworkRuntime; watch: PeerWatch } | null {
  const runtime = context.runtimes.get(networkOf(id) ?? '')
  const watch = runtime?.watches.get(id)
  return runtime === undefined || watch === undefined ? null : { runtime, watch }
}

export const goneError = (what: string): RequestError => new RequestError('not-found', `${what} is gone.`)

/** Rooms throw errors of their own; what a person can act on crosses the border as a refusal. */
export function asRefusal(error: unknown): unknown {
  if (error instanceof ReputationError) return new RequestError(error.code, error.message)
  if (error instanceof AddressError) return new RequestError('bad-address', error.message)
  if (error instanceof TorError) return new RequestError(error.code, error.message)
  if (error instanceof DialError) return new RequestError(error.code, error.message)
  if (error instanceof SettingsError) return new RequestError(error.code, error.message, error.details)
  return error
}
