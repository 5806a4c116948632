/**
 * The border: every request, event and record that may pass between the client and what shows it, as schemas.
 * It imports nothing of ours, so it stands beside the floors; both ends, the web server, `ctl`, the fake main of the
 * tests and the reference page are made from it.
 */
import type { z } from 'zod'
import { addresses } from './contract/addresses.ts'
import { attemptEvents, attempts } from './contract/attempts.ts'
import { banEvents, bans } from './contract/bans.ts'
import { client, clientEvents } from './contract/client.ts'
import type { COMMON_ERRORS } from './contract/define.ts'
import { logEvents, logs } from './contract/logs.ts'
import { peerEvents, peers } from './contract/peers.ts'
import { routeEvents, routes } from './contract/routes.ts'
import { settings, settingsEvents } from './contract/settings.ts'
import { tor, torEvents } from './contract/tor.ts'

export const REQUESTS = {
  ...client,
  ...peers,
  ...attempts,
  ...addresses,
  ...bans,
  ...logs,
  ...settings,
  ...routes,
  ...tor,
}
export const EVENTS = {
  ...clientEvents,
  ...peerEvents,
  ...attemptEvents,
  ...banEvents,
  ...logEvents,
  ...settingsEvents,
  ...routeEvents,
  ...torEvents,
}

export type RequestName = keyof typeof REQUESTS
export type EventName = keyof typeof EVENTS
/** What a caller passes (defaults may be left out). */
export type Input<N extends RequestName> = z.input<(typeof REQUESTS)[N]['input']>
/** What a handler gets (defaults filled in). */
export type ParsedInput<N extends RequestName> = z.output<(typeof REQUESTS)[N]['input']>
export type Output<N extends RequestName> = z.output<(typeof REQUESTS)[N]['output']>
export type Payload<E extends EventName> = z.output<(typeof EVENTS)[E]['payload']>

export const REQUEST_NAMES = Object.keys(REQUESTS) as RequestName[]
export const EVENT_NAMES = Object.keys(EVENTS) as EventName[]

export type ErrorCode = (typeof COMMON_ERRORS)[number] | (string & {})
/** `details` names fields: `{ address: "port 99999 is above 65535" }`. */
export interface Refusal {
  readonly code: ErrorCode
  readonly text: string
  readonly details?: Readonly<Record<string, string>>
}

/** The answer to a request. Errors do not survive Electron's bridge, so none is thrown across it. */
export type Reply<T> = { readonly seq: number; readonly ok: T } | ({ readonly seq: number } & Refusal)

/** One event as it travels: `seq` counts replies and events of one page together, so a gap can be seen. */
export type Emission = {
  readonly [E in EventName]: { readonly seq: number; readonly event: E; readonly payload: Payload<E> }
}[EventName]

/** What preload exposes as `window.warren`, and what the headless page makes of a WebSocket. */
export interface WarrenBridge {
  request<N extends RequestName>(name: N, input: Input<N>): Promise<Reply<Output<N>>>
  /**
   * Starts a subscription. For a delta event the first emission has `reset: true` and is the snapshot; for a gauge
   * it is the present value. Returns a disposer.
   */
  subscribe<E extends EventName>(event: E, listener: (payload: Payload<E>, seq: number) => void): () => void
  readonly platform: PlatformFacts
  /**
   * Tells how the way to the client is: at once, then at every change. Absent where it cannot break while the page
   * lives (Electron). Returns a disposer.
   */
  readonly watchLink?: (listener: (link: LinkState) => void) => () => void
}

/** `reconnecting`: trying again by itself. `lost`: it will not come back (the key was revoked, or the client ended). */
export type LinkState = 'live' | 'reconnecting' | 'lost'

export interface PlatformFacts {
  readonly shell: 'electron' | 'headless'
  /** `linux`, `darwin`, `win32`; a browser's best guess when headless. */
  readonly os: string
  readonly canChooseFiles: boolean
}

export * from './contract/addresses.ts'
export * from './contract/attempts.ts'
export * from './contract/bans.ts'
export * from './contract/client.ts'
export { COMMON_ERRORS } from './contract/define.ts'
export type { Delivery, EventSpec, RequestSpec } from './contract/define.ts'
export * from './contract/logs.ts'
export * from './contract/peers.ts'
export * from './contract/routes.ts'
export type { SettingSpec } from './contract/setting-specs.ts'
export * from './contract/settings.ts'
export * from './contract/tor.ts'
