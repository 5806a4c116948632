/**
 * Test before evict (Heilman et al. 2015, countermeasure 3): an address that works and finds its place in the tried
 * table taken waits until the one that stands there has been tested. Source: Bitcoin Core addrman.
 */
import { COLLISION_WINDOW_MS, REPLACEMENT_MS, TEST_PATIENCE_MS } from './limits.ts'

/** What is known of a collision; times in milliseconds since the epoch, 0 for never. */
export interface Collision {
  /** The waiting address is still in the new table. */
  readonly isWaiting: boolean
  readonly waitingSuccessAt: number
  /** Who stands in its place; null when the place has become free. */
  readonly holder: { readonly lastSuccessAt: number; readonly lastTryAt: number } | null
}

/** `replace`: the newcomer takes the place. `keep`: it stays in the new table. `wait`: the test is not over. */
export function decideCollision(collision: Collision, now: number): 'replace' | 'keep' | 'wait' {
  if (!collision.isWaiting) return 'keep'
  const { holder } = collision
  if (holder === null) return 'replace'
  if (now - holder.lastSuccessAt < REPLACEMENT_MS) return 'keep'
  if (now - holder.lastTryAt < REPLACEMENT_MS) return now - holder.lastTryAt > TEST_PATIENCE_MS ? 'replace' : 'wait'
  return now - collision.waitingSuccessAt > COLLISION_WINDOW_MS ? 'replace' : 'wait'
}
