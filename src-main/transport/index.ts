/**
 * The one door to the street: addresses, routes, dialers, listeners. No other room opens a socket, so the route
 * policy that stands here is the whole truth about where bytes go.
 */
export type { Address, AddressKind } from './address.ts'
export type { CloseReason, Connection, ConnectionHandlers, Direction } from './connection.ts'
export { DialError } from './dialer.ts'
export type { DialErrorCode, DialOptions, Dialer } from './dialer.ts'
export type { Route, RouteDecision } from './route.ts'
