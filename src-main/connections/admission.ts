/**
 * May an inbound connection stay? Decided before anything is read from it: bans first, then what its address did, then
 * what its neighbours hold, then room. Sources: go-ethereum p2p/server.go (checkInboundConn), btcd internal/inbound,
 * Bitcoin Core net (eviction when full).
 */
import type { AdmissionRefusal } from './codes.ts'

/** What is known of a newcomer and its neighbours. */
export interface AdmissionFacts {
  readonly isClosed: boolean
  readonly isBanned: boolean
  readonly isAllowed: boolean
  readonly isTrusted: boolean
  /** Its IP tried within the throttle's time, and the network minds. LAN is exempt. */
  readonly triedRecently: boolean
  /** Many peers stand behind its address (loopback, where proxies and onion services hand over): no cap by prefix. */
  readonly standsForMany: boolean
  readonly halfOpen: number
  readonly halfOpenOfPrefix: number
  /** Inbound connections of its prefix, half-open ones too. */
  readonly inboundOfPrefix: number
  readonly inbound: number
  readonly peers: number
  readonly connections: number
  /** Room is judged when the handshake has told who it is. */
  readonly judgesRoomLater: boolean
}

export interface AdmissionLimits {
  readonly maxInbound: number | null
  readonly maxPeers: number | null
  readonly hardCap: number
  readonly maxHalfOpen: number | null
  readonly halfOpenPerPrefix: number
  readonly maxPerPrefix: number
}

export type Admission =
  | { readonly kind: 'admit' }
  /** Another peer would have to go. `anyone`: even a protected one (a trusted newcomer at the hard cap). */
  | { readonly kind: 'evict'; readonly anyone: boolean; readonly code: AdmissionRefusal; readonly text: string }
  | { readonly kind: 'refuse'; readonly code: AdmissionRefusal; readonly text: string }

const refuse = (code: AdmissionRefusal, text: string): Admission => ({ kind: 'refuse', code, text })
const evict = (code: AdmissionRefusal, text: string, anyone = false): Admission => ({
  kind: 'evict',
  anyone,
  code,
  text,
})
const isFull = (used: number, limit: number | null): boolean => limit !== null && used >= limit

export function admit(facts: AdmissionFacts, limits: AdmissionLimits): Admission {
  const { maxInbound, maxPeers, hardCap, maxHalfOpen, halfOpenPerPrefix, maxPerPrefix } = limits
  if (facts.isClosed) return refuse('closed', 'Warren is closing.')
  if (facts.isBanned) return refuse('banned', 'It is banned.')
  if (!facts.isAllowed) return refuse('not-allowed', 'It lies outside the networks that are allowed.')
  if (maxInbound === 0 && !facts.isTrusted) return refuse('inbound-off', 'Inbound peers are switched off.')
  if (facts.triedRecently) return refuse('too-many-attempts', 'Its address tried a moment ago.')
  if (isFull(facts.halfOpen, maxHalfOpen))
    return refuse('half-open', `${facts.halfOpen} inbound handshakes are under way, the most at once.`)
  if (facts.halfOpenOfPrefix >= halfOpenPerPrefix)
    return refuse('half-open-prefix', `${facts.halfOpenOfPrefix} handshakes from its subnet are under way.`)
  if (!facts.isTrusted && !facts.standsForMany && facts.inboundOfPrefix >= maxPerPrefix)
    return refuse('prefix', `${facts.inboundOfPrefix} peers from its subnet are here, the most at once.`)
  if (facts.connections >= hardCap) {
    const text = `All ${hardCap} connections that this process may hold are taken.`
    return facts.isTrusted ? evict('hard-cap', text, true) : refuse('hard-cap', text)
  }
  if (facts.isTrusted || facts.judgesRoomLater) return { kind: 'admit' }
  if (isFull(facts.inbound, maxInbound))
    return evict('too-many-inbound', `All ${maxInbound} places for inbound peers are taken.`)
  if (isFull(facts.peers, maxPeers)) return evict('too-many-peers', `All ${maxPeers} places for peers are taken.`)
  return { kind: 'admit' }
}
