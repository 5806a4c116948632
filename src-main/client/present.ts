/** Turns what the rooms know into the flat records of the contract. */
import type { AddressRecord, AttemptRecord, PeerDetail, PeerRecord } from '../../src-preload/contract.ts'
import type { BookEntry, Geo } from '../addressbook/index.ts'
import type { Attempt } from '../connections/index.ts'
import { parseAddress } from '../transport/index.ts'
import type { Address } from '../transport/index.ts'
import type { PeerWatch } from './watch.ts'

/** Managers make ids that begin with their network: `bitcoin/regtest:s1`. Null when it is no such id. */
export function networkOf(id: string): string | null {
  const at = id.lastIndexOf(':')
  return at < 0 ? null : id.slice(0, at)
}

const whole = (value: number): number => Math.max(0, Math.round(value))
const orNull = (time: number): number | null => (time > 0 ? Math.round(time) : null)

export function presentPeer(watch: PeerWatch, network: string): PeerRecord {
  const { managed } = watch
  const { connection, address } = managed
  const facts = managed.session.facts()
  return {
    id: managed.id,
    network,
    address: address.key,
    addressKind: address.kind,
    direction: managed.direction,
    route: connection.route.kind,
    purpose: managed.purpose,
    state: managed.isReady ? 'ready' : 'handshaking',
    isPinned: managed.isPinned,
    isTrusted: managed.isTrusted,
    isWhitelisted: managed.isWhitelisted,
    agent: facts.agent,
    version: facts.version,
    capabilities: [...facts.capabilities],
    height: facts.height,
    pingMs: facts.pingMs,
    minPingMs: facts.minPingMs,
    timeOffsetMs: facts.timeOffsetMs,
    score: managed.score?.score() ?? 0,
    bytesIn: connection.bytesRead,
    bytesOut: connection.bytesWritten,
    rateIn: Math.round(watch.rateIn),
    rateOut: Math.round(watch.rateOut),
    lastReceivedAt: whole(facts.lastReceivedAt),
    lastSentAt: whole(facts.lastSentAt),
    connectedAt: whole(managed.connectedAt),
    ...watch.place,
  }
}

/** Null when its score is gone: the session is ending. */
export function presentDetail(watch: PeerWatch, network: string, geo: Geo): PeerDetail | null {
  const { managed } = watch
  const { score } = managed
  if (score === null) return null
  const facts = managed.session.facts()
  return {
    peer: presentPeer(watch, network),
    localAddress: managed.connection.localAddress?.key ?? null,
    seenAs: facts.seenAs?.key ?? null,
    group: managed.group,
    asnName: geo.asn(managed.address)?.name ?? null,
    relaysAddresses: facts.relaysAddresses,
    services: `0x${facts.services.toString(16)}`,
    details: { ...facts.details },
    score: { ...score.curve(), events: score.events().map(event => ({ ...event, at: whole(event.at) })) },
    messages: watch.messages(),
    timeline: watch.timeline(),
  }
}

export function presentAttempt(attempt: Attempt, network: string): AttemptRecord {
  return {
    id: attempt.id,
    network,
    address: attempt.address,
    direction: attempt.direction,
    purpose: attempt.purpose,
    state: attempt.state,
    startedAt: whole(attempt.startedAt),
    endedAt: attempt.endedAt === null ? null : whole(attempt.endedAt),
    attempt: attempt.attempt,
    nextTryAt: attempt.nextTryAt === null ? null : whole(attempt.nextTryAt),
    code: attempt.code,
    reason: attempt.reason,
    route: attempt.route,
  }
}

/** Names of Bitcoin's service bits, for addresses of the book. Source: Bitcoin Core protocol.h. */
const SERVICE_NAMES: readonly (readonly [bigint, string])[] = [
  [1n, 'NETWORK'],
  [4n, 'BLOOM'],
  [8n, 'WITNESS'],
  [64n, 'COMPACT_FILTERS'],
  [1024n, 'NETWORK_LIMITED'],
  [2048n, 'P2P_V2'],
]

export function presentAddress(entry: BookEntry, network: string, geo: Geo): AddressRecord {
  const { address } = entry
  return {
    id: address.key,
    network,
    address: address.key,
    addressKind: address.kind,
    table: entry.table,
    group: entry.group,
    country: geo.country(address),
    asn: geo.asn(address)?.number ?? null,
    source: entry.source,
    references: entry.references,
    services: SERVICE_NAMES.filter(([bit]) => (entry.services & bit) !== 0n).map(([, name]) => name),
    seenAt: whole(entry.seenAt),
    lastTryAt: orNull(entry.lastTryAt),
    lastSuccessAt: orNull(entry.lastSuccessAt),
    failures: entry.failures,
    isTerrible: entry.isTerrible,
    isBanned: entry.isBanned,
  }
}

/** Addresses that parse; what was stored was checked before. */
export function storedAddresses(texts: readonly string[]): Address[] {
  return texts.flatMap(text => {
    try {
      return [parseAddress(text, { defaultPort: 0 })]
    } catch {
      return []
    }
  })
}
