/**
 * Tor: found or started, watched, asked for circuits and onion services. It carries no traffic of its own: dials go
 * through the SOCKS port that it names, by the route policy in `transport/`.
 */
export type { Bandwidth } from './activity.ts'
export { parseBridges } from './bridges.ts'
export type { Bridge, BridgeList, BridgeProblem } from './bridges.ts'
export { TorError } from './errors.ts'
export type { TorErrorCode } from './errors.ts'
export type { RunningTor, SocksEndpoint, TorBinary } from './find.ts'
export type { Onion, OnionOptions } from './onion.ts'
export { checkOnionClient, createOnionClientKey } from './onion-key.ts'
export type { OnionClientKey } from './onion-key.ts'
export type { Circuit, Stream } from './parse.ts'
export type { OnionStatus, TorNotice, TorState, TorStatus } from './status.ts'
export { createTor } from './tor.ts'
export type { Tor, TorConfig, TorParts, TorSearch, TorTopic } from './tor.ts'
