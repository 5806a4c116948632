/**
 * Who may pass the door: the secret of the data directory, single-use tokens of printed links, browser sessions, and
 * how often strangers have guessed. Only digests of tokens and session keys are kept.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Clock, RandomSource } from '../time/index.ts'
import {
  MAX_SESSIONS,
  MAX_TOKENS,
  MAX_WATCHED_ADDRESSES,
  MAX_WRONG_KEYS,
  SESSION_AGE_MS,
  SESSION_IDLE_MS,
  TOKEN_AGE_MS,
  WRONG_KEY_WINDOW_MS,
} from './limits.ts'

export interface Session {
  readonly id: string
  readonly openedAt: number
  lastUsedAt: number
  readonly agent: string
  readonly remote: string
}

/** 256 bits. */
const KEY_BYTES = 32

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Compares in constant time: both sides are digested first, so lengths tell nothing either. */
export function isSameKey(given: string, wanted: string): boolean {
  return timingSafeEqual(digest(given), digest(wanted))
}

/** A fresh 256-bit key as base64url, 43 characters. */
export function freshKey(random: RandomSource): string {
  return Buffer.from(random.bytes(KEY_BYTES)).toString('base64url')
}

export class Keys {
  readonly #clock: Clock
  readonly #random: RandomSource
  /** Digest of each token and when it was made; oldest first. */
  #tokens: { readonly digest: Buffer; readonly madeAt: number }[] = []
  readonly #sessions = new Map<string, { readonly session: Session; readonly digest: Buffer }>()
  readonly #wrong = new Map<string, { count: number; since: number }>()
  readonly #onEnd = new Set<(id: string) => void>()

  constructor(clock: Clock, random: RandomSource) {
    this.#clock = clock
    this.#random = random
  }

  /** A token for one link; it works once, within the hour. */
  newToken(): string {
    const token = freshKey(this.#random)
    this.#tokens.push({ digest: digest(token), madeAt: this.#clock.now() })
    if (this.#tokens.length > MAX_TOKENS) this.#tokens.shift()
    return token
  }

  /** Trades a token for a session's key; null when it is wrong, used, or too old. */
  trade(token: string, agent: string, remote: string): string | null {
    const given = digest(token)
    const now = this.#clock.now()
    this.#tokens = this.#tokens.filter(held => now - held.madeAt < TOKEN_AGE_MS)
    let found = -1
    for (const [at, held] of this.#tokens.entries()) if (timingSafeEqual(held.digest, given)) found = at
    if (found === -1) return null
    this.#tokens.splice(found, 1)
    return this.openSession(agent, remote)
  }

  /** Opens a session and returns its key, which is told only here. */
  openSession(agent: string, remote: string): string {
    this.#expire()
    if (this.#sessions.size >= MAX_SESSIONS) {
      const idlest = [...this.#sessions.values()].reduce((a, b) =>
        b.session.lastUsedAt < a.session.lastUsedAt ? b : a,
      )
      this.revoke(idlest.session.id)
    }
    const key = freshKey(this.#random)
    const now = this.#clock.now()
    const id = Buffer.from(this.#random.bytes(8)).toString('hex')
    const session = { id, openedAt: now, lastUsedAt: now, agent: agent.slice(0, 200), remote }
    this.#sessions.set(id, { session, digest: digest(key) })
    return key
  }

  /** The session of a key, marked as used now; null when there is none. */
  sessionOf(key: string): Session | null {
    this.#expire()
    const given = digest(key)
    let found: Session | null = null
    for (const held of this.#sessions.values()) if (timingSafeEqual(held.digest, given)) found = held.session
    if (found !== null) found.lastUsedAt = this.#clock.now()
    return found
  }

  /** Keeps a session from ending while its page is live. */
  touch(id: string): void {
    const held = this.#sessions.get(id)
    if (held !== undefined) held.session.lastUsedAt = this.#clock.now()
  }

  sessions(): readonly Session[] {
    this.#expire()
    return [...this.#sessions.values()].map(held => ({ ...held.session }))
  }

  /** Ends a session; its live pages are cut off by who listens. False when there is none of that id. */
  revoke(id: string): boolean {
    if (!this.#sessions.delete(id)) return false
    for (const listener of this.#onEnd) listener(id)
    return true
  }

  /** Tells when a session ends, however it does. */
  onEnd(listener: (id: string) => void): void {
    this.#onEnd.add(listener)
  }

  /** Counts a wrong key from an address. True when there have been too many in this minute. */
  noteWrong(remote: string): boolean {
    const now = this.#clock.monotonic()
    let held = this.#wrong.get(remote)
    if (held === undefined || now - held.since >= WRONG_KEY_WINDOW_MS) {
      this.#wrong.delete(remote)
      held = { count: 0, since: now }
      this.#wrong.set(remote, held)
      const oldest = this.#wrong.size > MAX_WATCHED_ADDRESSES ? this.#wrong.keys().next().value : undefined
      if (oldest !== undefined) this.#wrong.delete(oldest)
    }
    held.count++
    return held.count > MAX_WRONG_KEYS
  }

  /** True when an address has guessed too often this minute: its passwords are not even looked at. */
  hasGuessedTooOften(remote: string): boolean {
    const held = this.#wrong.get(remote)
    return (
      held !== undefined && held.count >= MAX_WRONG_KEYS && this.#clock.monotonic() - held.since < WRONG_KEY_WINDOW_MS
    )
  }

  #expire(): void {
    const now = this.#clock.now()
    for (const { session } of this.#sessions.values()) {
      if (now - session.lastUsedAt >= SESSION_IDLE_MS || now - session.openedAt >= SESSION_AGE_MS)
        this.revoke(session.id)
    }
  }
}
