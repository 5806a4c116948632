/**
 * Our own node: its key, its record with a sequence number that grows with every change, and what others say of its
 * endpoint. Others are believed when enough of them, each at another IP, say the same.
 */
import type { Clock } from '../../../time/index.ts'
import { addressBytes, withPort } from '../../../transport/index.ts'
import type { Address } from '../../../transport/index.ts'
import type { NodeRecord } from './enr.ts'
import { signRecord } from './enr.ts'
import { keccak256, publicKeyOf } from '../keys.ts'
import { MAX_VOTES, MIN_VOTES, VOTE_WINDOW_MS } from './limits.ts'
import { hex, mayRelay } from './node.ts'
import type { Item } from './rlp-items.ts'
import { uint } from './rlp-items.ts'

export interface LocalNodeParts {
  readonly clock: Clock
  /** 32 bytes. */
  readonly privateKey: Uint8Array
  /** The last sequence number in use; null begins at the time in ms, so that a lost one is not used again. */
  readonly seq: bigint | null
  /** A new number is in use: to be kept. */
  readonly seqChanged: (seq: bigint) => void
  /** Where the socket is bound. */
  readonly bound: Address
  /** 0: we take no connections. */
  readonly tcpPort: number
  /** More pairs of the record, such as `eth` (EIP-2124). */
  readonly pairs?: Readonly<Record<string, Item>>
}

interface Vote {
  readonly told: Address
  /** Monotonic milliseconds. */
  readonly at: number
}

export class LocalNode {
  readonly privateKey: Uint8Array
  readonly publicKey: Uint8Array
  readonly idBytes: Uint8Array
  readonly id: string
  readonly tcpPort: number
  readonly bound: Address
  readonly #clock: Clock
  readonly #seqChanged: (seq: bigint) => void
  #seq: bigint
  #pairs: Readonly<Record<string, Item>>
  #fixed: Address | null = null
  #record: NodeRecord | null = null
  readonly #votes = new Map<string, Vote>()
  #predicted: Address | null = null

  constructor({ clock, privateKey, seq, seqChanged, bound, tcpPort, pairs = {} }: LocalNodeParts) {
    this.privateKey = privateKey
    this.publicKey = publicKeyOf(privateKey)
    this.idBytes = keccak256(this.publicKey)
    this.id = hex(this.idBytes)
    this.tcpPort = tcpPort
    this.bound = bound
    this.#clock = clock
    this.#seqChanged = seqChanged
    this.#seq = seq ?? BigInt(Math.trunc(clock.now()))
    this.#pairs = pairs
  }

  /** What we announce: what was set, else what others see, else what the socket says; null while nobody knows. */
  get endpoint(): Address | null {
    const isAny = this.bound.host === '0.0.0.0' || this.bound.host === '::'
    return this.#fixed ?? this.#predicted ?? (isAny ? null : this.bound)
  }

  /** What others see, if they agree. */
  get predicted(): Address | null {
    return this.#predicted
  }

  /** Signed when asked for: several changes cost one signature. */
  get record(): NodeRecord {
    if (this.#record !== null) return this.#record
    const { endpoint } = this
    const where: Record<string, Item> = {}
    if (endpoint !== null) {
      const suffix = endpoint.kind === 'ipv6' ? '6' : ''
      where[`ip${suffix}`] = addressBytes(endpoint)
      where[`udp${suffix}`] = uint(endpoint.port)
      if (this.tcpPort > 0) where[`tcp${suffix}`] = uint(this.tcpPort)
    }
    this.#seq += 1n
    this.#record = signRecord(this.privateKey, this.#seq, { ...this.#pairs, ...where })
    this.#seqChanged(this.#seq)
    return this.#record
  }

  get seq(): bigint {
    return this.record.seq
  }

  /** Sets more pairs of the record, in place of those before. */
  setPairs(pairs: Readonly<Record<string, Item>>): void {
    this.#pairs = pairs
    this.#record = null
  }

  /** Sets where we are reached, by a port mapping or by a person; null leaves it to what others see. */
  setEndpoint(endpoint: Address | null): void {
    if (endpoint?.key === this.#fixed?.key) return
    this.#fixed = endpoint
    this.#record = null
  }

  /** A node at `from` says that it sees us at `told`. One statement for each IP. */
  stated(from: Address, told: Address): void {
    if (told.kind !== this.bound.kind || told.port === 0 || !mayRelay(from, told)) return
    const { host } = withPort(from, 0)
    this.#votes.delete(host)
    this.#votes.set(host, { told, at: this.#clock.monotonic() })
    if (this.#votes.size > MAX_VOTES) {
      const oldest = this.#votes.keys().next()
      if (oldest.done !== true) this.#votes.delete(oldest.value)
    }
    this.#predict()
  }

  /** How many see us where, most first. */
  get statements(): readonly { readonly address: string; readonly count: number }[] {
    return [...this.#tally()].map(([address, { count }]) => ({ address, count })).toSorted((a, b) => b.count - a.count)
  }

  #tally(): Map<string, { told: Address; count: number }> {
    const after = this.#clock.monotonic() - VOTE_WINDOW_MS
    const tally = new Map<string, { told: Address; count: number }>()
    for (const [host, { told, at }] of this.#votes) {
      if (at < after) {
        this.#votes.delete(host)
        continue
      }
      const entry = tally.get(told.key) ?? { told, count: 0 }
      entry.count += 1
      tally.set(told.key, entry)
    }
    return tally
  }

  #predict(): void {
    let best: { told: Address; count: number } | null = null
    for (const entry of this.#tally().values()) if (best === null || entry.count > best.count) best = entry
    if (best === null || best.count < MIN_VOTES || best.told.key === this.#predicted?.key) return
    this.#predicted = best.told
    if (this.#fixed === null) this.#record = null
  }
}
