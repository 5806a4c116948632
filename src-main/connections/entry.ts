/** One session with all that the manager keeps of it. Others see it as `ManagedSession`. */
import type { PeerScore } from '../reputation/index.ts'
import type { Address, Connection, Direction } from '../transport/index.ts'
import type { Request } from './requests.ts'
import type { Session, SessionEnd, SessionPurpose } from './session.ts'
import type { ManagedSession, RequestState } from './types.ts'

export interface EntryParts {
  readonly id: string
  readonly connection: Connection
  readonly purpose: SessionPurpose
  readonly request: Request | null
  readonly group: string
  /** What caps by prefix count by. */
  readonly prefix: string
  readonly isTrusted: boolean
  readonly isWhitelisted: boolean
  readonly connectedAt: number
}

export class Entry implements ManagedSession {
  readonly id: string
  readonly connection: Connection
  readonly address: Address
  readonly direction: Direction
  readonly group: string
  readonly prefix: string
  readonly connectedAt: number
  readonly request: Request | null
  purpose: SessionPurpose
  isTrusted: boolean
  isWhitelisted: boolean
  score: PeerScore | null = null
  identity: string | null = null
  readyAt: number | null = null
  lastBlockAt = 0
  lastTransactionAt = 0
  /** Why we close it; the first reason stands. */
  ending: SessionEnd | null = null
  isEnded = false
  /** Its slot has been given back. */
  isReleased = false
  #session: Session | null = null

  constructor(parts: EntryParts) {
    this.id = parts.id
    this.connection = parts.connection
    this.address = parts.connection.address
    this.direction = parts.connection.direction
    this.purpose = parts.purpose
    this.request = parts.request
    this.group = parts.group
    this.prefix = parts.prefix
    this.isTrusted = parts.isTrusted
    this.isWhitelisted = parts.isWhitelisted
    this.connectedAt = parts.connectedAt
  }

  /** @throws {Error} before the network has made it; nobody sees the entry before */
  get session(): Session {
    if (this.#session === null) throw new Error('the session is not made yet')
    return this.#session
  }

  attach(session: Session): void {
    this.#session = session
  }

  get isReady(): boolean {
    return this.readyAt !== null && !this.isEnded
  }

  get isPinned(): boolean {
    return this.purpose === 'permanent'
  }

  get requestId(): string | null {
    return this.request?.id ?? null
  }

  get requestState(): RequestState | null {
    return this.request?.state ?? null
  }
}
