/** What the checks before a dial look at: who is dialed, connected, banned, blocked, ours; which groups are taken. */
import type { Address, RouteDecision } from '../transport/index.ts'
import { isLan } from '../transport/index.ts'
import type { DialFacts, DialTarget } from './checks.ts'
import { checkDial } from './checks.ts'
import { MAX_DIAL_HISTORY, MAX_SELF_ADDRESSES } from './limits.ts'
import { RecentKeys } from './recent.ts'
import type { Request, RequestTable } from './requests.ts'
import { targetKey } from './requests.ts'
import type { SessionTable } from './sessions.ts'
import { Tally } from './tally.ts'
import type { ManagerLimits, ManagerOptions } from './types.ts'

/** Groups keep a party with much address space from being all our peers; overlays have no such space, and a LAN is ours. */
const countsForDiversity = (address: Address): boolean =>
  (address.kind === 'ipv4' || address.kind === 'ipv6') && !isLan(address)

export class DialKnowledge {
  readonly #options: ManagerOptions
  readonly #limits: () => ManagerLimits
  readonly #sessions: SessionTable
  readonly #requests: RequestTable
  readonly #history = new RecentKeys(MAX_DIAL_HISTORY)
  readonly #ownAddresses = new RecentKeys(MAX_SELF_ADDRESSES)
  /** Groups of automatic peers, from the begin of their dial. */
  readonly #groups = new Tally()

  constructor(options: ManagerOptions, limits: () => ManagerLimits, sessions: SessionTable, requests: RequestTable) {
    this.#options = options
    this.#limits = limits
    this.#sessions = sessions
    this.#requests = requests
  }

  /** @param self the request that asks, which does not stand in its own way */
  facts(address: Address, identity: string | null, self: Request | null): DialFacts {
    const { isSelf, isAllowed, ownIdentity, bans, dialer, groupOf, clock } = this.#options
    const now = clock.monotonic()
    const standing = this.#requests.find(address, identity)
    const named = identity === null ? [] : [...this.#sessions.withIdentity(identity)]
    const decision: RouteDecision = dialer.decide(address)
    const group = countsForDiversity(address) ? groupOf(address) : null
    return {
      isSelf:
        (identity !== null && identity === ownIdentity) ||
        (isSelf?.(address) ?? false) ||
        this.#ownAddresses.age(address.key, Infinity, now) !== null,
      // A request that waits for its next try has a claim on its address, too.
      isDialing: standing !== null && standing !== self && standing.phase !== 'connected',
      isConnected: this.#sessions.keys.has(address.key) || named.some(entry => entry.isReady),
      isPendingInbound: named.some(entry => entry.direction === 'inbound' && !entry.isReady),
      isAllowed: isAllowed?.(address) ?? true,
      dialedMsAgo: this.#history.age(targetKey(address, identity), this.#limits().dialHistoryMs, now),
      isBanned: bans.isBanned(address),
      blockedReason: decision.kind === 'blocked' ? decision.reason : null,
      takenGroup: group !== null && this.#groups.has(group) ? group : null,
    }
  }

  /** The first check that the target fails, or null. */
  check(target: DialTarget, self: Request | null): ReturnType<typeof checkDial> {
    const facts = this.facts(target.address, target.identity, self)
    return checkDial(target, facts, this.#options.profile.historyBindsPermanent)
  }

  dialed(request: Request): void {
    this.#history.see(targetKey(request.address, request.identity), this.#options.clock.monotonic())
  }

  /** Milliseconds until the dial history lets the request go, at least 1. */
  historyWait(request: Request): number {
    const { dialHistoryMs } = this.#limits()
    const key = targetKey(request.address, request.identity)
    const age = this.#history.age(key, dialHistoryMs, this.#options.clock.monotonic())
    return Math.max(1, dialHistoryMs - (age ?? dialHistoryMs))
  }

  forgetDial(request: Request): void {
    this.#history.delete(targetKey(request.address, request.identity))
  }

  expireHistory(): void {
    this.#history.expire(this.#limits().dialHistoryMs, this.#options.clock.monotonic())
  }

  /** A dial to this address ended at ourselves. */
  isOurs(address: Address): void {
    this.#ownAddresses.see(address.key, this.#options.clock.monotonic())
  }

  /** An automatic request takes its group, unless its kind of address is exempt. */
  holdGroup(request: Request): void {
    const { address } = request
    if (address === null || request.heldGroup !== null || !countsForDiversity(address)) return
    request.heldGroup = this.#options.groupOf(address)
    this.#groups.add(request.heldGroup)
  }

  releaseGroup(request: Request): void {
    if (request.heldGroup !== null) this.#groups.remove(request.heldGroup)
    request.heldGroup = null
  }

  heldGroups(): ReadonlySet<string> {
    return this.#groups.keys()
  }
}
