/**
 * Sources of addresses: DNS seeds, built-in addresses, a person; and fair mixing of any sources. It fills the address
 * book and dials nothing.
 */
export { createDiscovery } from './discovery.ts'
export { FairMix } from './fair-mix.ts'
export type { MixSource } from './fair-mix.ts'
export type { Discovery, DiscoverySettings, SeededNetwork } from './types.ts'
