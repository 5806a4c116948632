/**
 * Sessions and challenges of discovery v5, both bounded: anybody can make us ask who he is, with any source address,
 * at no cost; what is kept for that must not grow, nor push out the rest.
 */
import type { Clock } from '../../../../time/index.ts'
import { isLan, prefixKey } from '../../../../transport/index.ts'
import type { Address } from '../../../../transport/index.ts'
import { V5_CHALLENGE_MS, V5_MAX_CHALLENGES, V5_MAX_CHALLENGES_PER_PREFIX, V5_MAX_SESSIONS } from '../limits.ts'
import type { DiscoveredNode } from '../node.ts'

export interface Session {
  readonly readKey: Uint8Array
  readonly writeKey: Uint8Array
  /** Messages sealed with `writeKey`: part of their nonces. */
  counter: number
}

/** A WHOAREYOU that we sent and that waits for its handshake. */
export interface Challenge {
  /** IV and header: what the handshake signs. */
  readonly header: Uint8Array
  /** What we know of the node; null: it has to send its record. */
  readonly node: DiscoveredNode | null
  readonly prefix: string | null
  /** Monotonic milliseconds. */
  readonly at: number
}

const keyOf = (id: string, { key }: Address): string => `${id}|${key}`

export class Sessions {
  readonly #clock: Clock
  /** Used longest ago first. */
  readonly #sessions = new Map<string, Session>()
  /** Oldest first. */
  readonly #challenges = new Map<string, Challenge>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#sessions.size
  }

  get challenges(): number {
    return this.#challenges.size
  }

  /** The session with a node at exactly this address. */
  get(id: string, at: Address): Session | null {
    const key = keyOf(id, at)
    const session = this.#sessions.get(key)
    if (session === undefined) return null
    this.#sessions.delete(key)
    this.#sessions.set(key, session)
    return session
  }

  set(id: string, at: Address, session: Session): void {
    const key = keyOf(id, at)
    this.#sessions.delete(key)
    this.#sessions.set(key, session)
    if (this.#sessions.size <= V5_MAX_SESSIONS) return
    const oldest = this.#sessions.keys().next()
    if (oldest.done !== true) this.#sessions.delete(oldest.value)
  }

  /** The challenge that a node at this address has to answer. */
  challenge(id: string, at: Address): Challenge | null {
    this.#expire()
    return this.#challenges.get(keyOf(id, at)) ?? null
  }

  /** Keeps a challenge; false when its prefix has too many. */
  challenged(id: string, at: Address, header: Uint8Array, node: DiscoveredNode | null): boolean {
    this.#expire()
    const prefix = isLan(at) ? null : prefixKey(at)
    if (prefix !== null) {
      let count = 0
      for (const other of this.#challenges.values()) if (other.prefix === prefix) count += 1
      if (count >= V5_MAX_CHALLENGES_PER_PREFIX) return false
    }
    this.#challenges.set(keyOf(id, at), { header, node, prefix, at: this.#clock.monotonic() })
    if (this.#challenges.size > V5_MAX_CHALLENGES) {
      const oldest = this.#challenges.keys().next()
      if (oldest.done !== true) this.#challenges.delete(oldest.value)
    }
    return true
  }

  /** It has been answered, well or badly. */
  settled(id: string, at: Address): void {
    this.#challenges.delete(keyOf(id, at))
  }

  #expire(): void {
    const before = this.#clock.monotonic() - V5_CHALLENGE_MS
    for (const [key, { at }] of this.#challenges) {
      if (at > before) return
      this.#challenges.delete(key)
    }
  }
}
