/**
 * What to dial now: a pure decision over a snapshot. btcd's rule (a target for automatic peers, everything asked for on
 * top of it) and go-ethereum's (two dials for each free slot, asked-for peers first and in the same slots) are the same
 * function with two settings.
 */
import type { RequestKind } from './session.ts'

/** A request that waits for its dial. */
export interface WaitingRequest {
  readonly id: string
  readonly kind: Exclude<RequestKind, 'automatic' | 'feeler'>
  /** Monotonic milliseconds. */
  readonly dueAt: number
  /** Order of asking. */
  readonly order: number
}

export interface DialSnapshot {
  /** Monotonic milliseconds. */
  readonly now: number
  readonly waiting: readonly WaitingRequest[]
  /** Dials and outbound handshakes under way: all, and automatic ones. */
  readonly dialing: number
  readonly dialingAutomatic: number
  readonly readyAutomatic: number
  /** Permanent and manual peers that are ready. */
  readonly readyAsked: number
  /** Times until which automatic slots rest, one for each resting slot. */
  readonly restingUntil: readonly number[]
  readonly target: number
  readonly maxDialing: number
  readonly dialsPerSlot: number
  readonly sharesTarget: boolean
  /** Is there an address book, and may it be asked? */
  readonly mayPick: boolean
  /** When the next feeler is due; null when there are none. */
  readonly feelerAt: number | null
  readonly isFeelerOut: boolean
}

export interface DialDecision {
  /** Waiting requests to dial, in this order. */
  readonly requests: readonly string[]
  /** How many automatic dials to begin. */
  readonly automatic: number
  readonly feeler: boolean
  /** When to decide anew if nothing happens before; null when nothing is planned. Monotonic milliseconds. */
  readonly wakeAt: number | null
}

/** What a person asked for goes first; then what is kept; then what feeds the book. */
const RANK = { manual: 0, permanent: 1, 'one-shot': 2 } as const

const inOrder = (a: WaitingRequest, b: WaitingRequest): number =>
  RANK[a.kind] - RANK[b.kind] || a.dueAt - b.dueAt || a.order - b.order

export function decideDials(snapshot: DialSnapshot): DialDecision {
  const { now, target, maxDialing } = snapshot
  let room = Math.max(0, maxDialing - snapshot.dialing)
  if (snapshot.sharesTarget) {
    const missing = target - snapshot.readyAutomatic - snapshot.readyAsked
    room = Math.max(0, Math.min(snapshot.dialsPerSlot * Math.max(0, missing), maxDialing) - snapshot.dialing)
  }
  const due = snapshot.waiting.filter(request => request.dueAt <= now).sort(inOrder)
  const requests = due.slice(0, room).map(request => request.id)
  room -= requests.length

  const resting = snapshot.restingUntil.filter(until => until > now)
  const missing = Math.max(0, target - snapshot.readyAutomatic)
  const slots = snapshot.sharesTarget
    ? room - resting.length
    : Math.min(snapshot.dialsPerSlot * missing, maxDialing) - snapshot.dialingAutomatic - resting.length
  const automatic = snapshot.mayPick ? Math.max(0, Math.min(room, slots)) : 0
  room -= automatic

  // As in Core, feelers run once the target is met: before that, automatic dials test addresses well enough.
  const wantsFeeler = snapshot.feelerAt !== null && !snapshot.isFeelerOut && target > 0 && missing === 0
  const feelerAt = wantsFeeler ? snapshot.feelerAt : null
  const feeler = feelerAt !== null && feelerAt <= now && room > 0

  // What is due and found no room is decided anew when a dial ends, not by the clock.
  const later = [...snapshot.waiting.map(request => request.dueAt), ...resting]
  if (feelerAt !== null) later.push(feelerAt)
  let wakeAt: number | null = null
  for (const at of later) if (at > now && (wakeAt === null || at < wakeAt)) wakeAt = at
  return { requests, automatic, feeler, wakeAt }
}
