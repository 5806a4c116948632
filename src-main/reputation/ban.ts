/** What a ban is, and whom one may name. */
import type { BanRow } from '../store/index.ts'
import type { Address, Direction } from '../transport/index.ts'
import { AddressError, isLoopback, parseAddress, parseSubnet } from '../transport/index.ts'
import { ReputationError } from './error.ts'

/** Whom a ban covers: a host, one port of a host, or a range. */
export interface BanTarget {
  readonly kind: BanRow['kind']
  /** Canonical: `1.2.3.4`, `1.2.3.4:8333`, `1.2.0.0/16`. Equal exactly when the targets are. */
  readonly text: string
}

/** As it is kept. */
export type Ban = BanRow

/** A ban to be made. What is absent is unknown. */
export interface NewBan {
  readonly target: BanTarget
  /** Milliseconds since the epoch; cut to a hundred years from now. */
  readonly until: number
  readonly by: Ban['by']
  readonly reason: string
  readonly createdAt?: number
  readonly rule?: string | null
  readonly evidence?: string | null
  readonly score?: number | null
  readonly network?: string | null
  readonly agent?: string | null
}

/** What the store does for bans. Each call is durable when it returns. */
export interface BanStore {
  all(): readonly Ban[]
  /** Inserts, or replaces those of the same id: all or none. */
  upsert(bans: readonly Ban[]): void
  remove(ids: readonly string[]): void
  /** Adds to the counts of refusals, by id. */
  countRefusals(counts: ReadonlyMap<string, number>): void
}

/**
 * Reads what a person typed: an address, an address with port, or a subnet in CIDR form.
 * @throws {ReputationError} `bad-target`
 */
export function parseBanTarget(text: string): BanTarget {
  try {
    const trimmed = text.trim()
    if (trimmed.includes('/')) return subnetTarget(trimmed)
    const address = parseAddress(trimmed, { defaultPort: 0 })
    return address.port === 0 ? hostTarget(address) : { kind: 'endpoint', text: address.key }
  } catch (error) {
    if (error instanceof AddressError) throw new ReputationError('bad-target', error.message, error)
    throw error
  }
}

/** @throws {AddressError} */
function subnetTarget(text: string): BanTarget {
  const subnet = parseSubnet(text)
  return { kind: subnet.text.includes('/') ? 'subnet' : 'address', text: subnet.text }
}

/** The whole host, whatever its port. */
export const hostTarget = (address: Address): BanTarget => ({ kind: 'address', text: address.host })

/** What is known of a connection when its peer is to be banned. */
export interface PeerPlace {
  readonly address: Address
  readonly direction: Direction
  /** Its bytes come through something that stands for many: a proxy, an onion service. */
  readonly isProxied: boolean
}

/** Loopback addresses that everything on this machine shares: our own Tor's and other proxies' connections too. */
const isSharedLoopback = (address: Address): boolean =>
  isLoopback(address) && (address.kind !== 'ipv4' || address.host === '127.0.0.1')

/**
 * Whom a ban of this peer may name; null when nothing names it alone, so that it can only be disconnected.
 * A peer that we dialed is where we dialed it. One that came in over a proxy or an onion service shows the address of
 * that, which stands for many. 127.0.0.1, ::1 and `localhost` are shared by all of this machine: there a peer that we
 * dialed is named by its port; 127.0.0.2 and on are hosts of their own (the playground's peers).
 */
export function decideBanTarget({ address, direction, isProxied }: PeerPlace): BanTarget | null {
  if (direction === 'outbound')
    return isSharedLoopback(address) ? { kind: 'endpoint', text: address.key } : hostTarget(address)
  return isProxied || isSharedLoopback(address) ? null : hostTarget(address)
}
