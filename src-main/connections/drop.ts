/**
 * When full, now and then one random peer goes, so that the network stays open to newcomers and nobody can sit in our
 * slots for ever. Source: go-ethereum eth/dropper.go.
 */
import type { RandomSource } from '../time/index.ts'
import type { Direction } from '../transport/index.ts'
import { RANDOM_DROP_SPARES_MS } from './limits.ts'

export interface DropCandidate {
  readonly id: string
  readonly direction: Direction
  /** Milliseconds since the epoch. */
  readonly connectedAt: number
  /** Trusted, pinned, asked for by a person, or whitelisted. */
  readonly isExempt: boolean
}

export interface DropSnapshot {
  readonly now: number
  readonly peers: readonly DropCandidate[]
  readonly isInboundFull: boolean
  readonly isOutboundFull: boolean
}

/** Who goes, or null: only peers of a direction that is full, at least 10 minutes old and not exempt. */
export function decideRandomDrop(snapshot: DropSnapshot, random: RandomSource): string | null {
  const { now, isInboundFull, isOutboundFull } = snapshot
  const droppable = snapshot.peers.filter(
    peer =>
      !peer.isExempt &&
      now - peer.connectedAt >= RANDOM_DROP_SPARES_MS &&
      (peer.direction === 'inbound' ? isInboundFull : isOutboundFull),
  )
  return droppable.length === 0 ? null : (droppable[random.below(droppable.length)]?.id ?? null)
}
