/**
 * The one door to the street: addresses, routes, dialers, listeners. No other room opens a socket, so the route
 * policy that stands here is the whole truth about where bytes go.
 */
export {
  AddressError,
  addressBytes,
  cjdnsAddress,
  i2pAddress,
  ipAddress,
  onionAddress,
  parseAddress,
  withPort,
} from './address.ts'
export type { Address, AddressKind } from './address.ts'
export { fromBase32, toBase32 } from './base32.ts'
export type { CloseReason, Connection, ConnectionHandlers, Direction } from './connection.ts'
export { DialError } from './dialer.ts'
export type { DialErrorCode, DialOptions, Dialer } from './dialer.ts'
export type { LedgerSnapshot } from './ledger.ts'
export { ListenError } from './listener.ts'
export type { ListenOptions, Listener } from './listener.ts'
export { connectLocal, printLocalTarget } from './local.ts'
export type { LocalStream, LocalStreamHandlers, LocalTarget } from './local.ts'
export { isLan, isLoopback, isPublic, prefixKey } from './reach.ts'
export { OPEN_POLICY, policyTable, routeCell } from './policy.ts'
export type { Isolation, PolicyCell, ProxySettings, RoutePolicy } from './policy.ts'
export type { ProxyProbe } from './probe.ts'
export type { Route, RouteDecision } from './route.ts'
export { SubnetSet, parseSubnet, subnetContains } from './subnet.ts'
export type { Subnet } from './subnet.ts'
export { createTransport } from './transport.ts'
export type { Transport } from './transport.ts'
export type { UdpConsumer, UdpCounts, UdpOptions, UdpPort, UdpSocket } from './udp.ts'
