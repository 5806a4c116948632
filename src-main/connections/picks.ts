/** Which address of the book an automatic dial or a feeler gets. */
import type { Address } from '../transport/index.ts'
import { MAX_PICKS, OTHER_PORT_PICKS, RECENT_TRY_MS, RECENT_TRY_PICKS } from './limits.ts'
import type { Candidate, Candidates } from './types.ts'

export interface PickRules {
  readonly wantedServices: bigint
  readonly defaultPort: number
  readonly excludeGroups: ReadonlySet<string>
  readonly newOnly: boolean
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Passes every check before a dial. */
  readonly mayDial: (address: Address, identity: string | null) => boolean
}

/** How much a pick would rather have another: 0 none, 1 other port, 2 tried lately. */
function reluctance(candidate: Candidate, picks: number, rules: PickRules): 0 | 1 | 2 {
  if (picks < RECENT_TRY_PICKS && rules.now - candidate.lastTryAt < RECENT_TRY_MS) return 2
  const { port, kind } = candidate.address
  // An I2P address has no port to be odd.
  if (picks < OTHER_PORT_PICKS && port !== rules.defaultPort && kind !== 'i2p') return 1
  return 0
}

/**
 * The first candidate that is allowed, avoiding those tried in the last 10 minutes until pick 30 and those at odd ports
 * until pick 50, so that nobody uses us to knock on other services' doors. When the book has no more to offer, the
 * least unwelcome of those passed over is taken, where Core would draw them again and again. Source: Bitcoin Core net
 * (ThreadOpenConnections).
 */
export function pickCandidate(candidates: Candidates, rules: PickRules): Candidate | null {
  const passedOver = new Map<string, { readonly candidate: Candidate; readonly reluctance: 1 | 2 }>()
  const excluded = new Set<string>()
  for (let picks = 1; picks <= MAX_PICKS; picks++) {
    const candidate = candidates.select({
      wantedServices: rules.wantedServices,
      excludeGroups: rules.excludeGroups,
      newOnly: rules.newOnly,
      accepts: address => !passedOver.has(address.key) && !excluded.has(address.key) && rules.mayDial(address, null),
    })
    if (candidate === null) break
    // Who should answer there is known only now.
    const isFit = candidate.identity === undefined || rules.mayDial(candidate.address, candidate.identity)
    const against = isFit ? reluctance(candidate, picks, rules) : null
    if (against === null) {
      excluded.add(candidate.address.key)
      continue
    }
    if (against === 0) return candidate
    passedOver.set(candidate.address.key, { candidate, reluctance: against })
  }
  let best: { readonly candidate: Candidate; readonly reluctance: 1 | 2 } | null = null
  for (const one of passedOver.values()) {
    if (
      best === null ||
      one.reluctance < best.reluctance ||
      (one.reluctance === best.reluctance && one.candidate.lastTryAt < best.candidate.lastTryAt)
    )
      best = one
  }
  return best?.candidate ?? null
}
