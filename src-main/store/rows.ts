/** What the store keeps, as plain values. Times are milliseconds since the epoch. */

/** A refusal of an address, one port of it, or a subnet. */
export interface BanRow {
  readonly id: string
  readonly target: string
  readonly kind: 'address' | 'endpoint' | 'subnet'
  readonly createdAt: number
  /** In force while this is in the future. */
  readonly until: number
  readonly reason: string
  readonly by: 'rule' | 'user' | 'import'
  /** The rule that crossed the line, when `by` is rule. */
  readonly rule: string | null
  readonly evidence: string | null
  readonly score: number | null
  readonly network: string | null
  readonly agent: string | null
  /** Connections refused because of it. */
  readonly refused: number
}

/** A rule that the user has changed. */
export interface RuleRow {
  readonly name: string
  readonly persistent: number
  readonly transient: number
  readonly isOn: boolean
}

/** An address that the user has added, to be kept connected or trusted. */
export interface PinRow {
  readonly id: string
  readonly network: string
  readonly address: string
  readonly isPinned: boolean
  readonly isTrusted: boolean
  readonly addedAt: number
  readonly note: string
}

/** An entry of an address book. Times 0 for never. */
export interface AddressRow {
  /** Canonical `host:port`. */
  readonly key: string
  readonly source: string
  readonly services: bigint
  readonly seenAt: number
  readonly lastTryAt: number
  readonly lastSuccessAt: number
  readonly failures: number
  readonly isTried: boolean
  /** Buckets of the new table, empty when tried. */
  readonly buckets: readonly number[]
}

/** Peers and traffic at one time, or their means over a step that ends then; `bans` is a sum. */
export interface SampleRow {
  readonly at: number
  readonly inbound: number
  readonly outbound: number
  /** Bytes a second. */
  readonly rateIn: number
  readonly rateOut: number
  readonly bans: number
}

/** A node of a DHT at an IP. Times 0 for never. */
export interface NodeRow {
  readonly id: string
  readonly ip: string
  /** How it is written down for people and other programs (`enr:`, `enode://`); null until it has proven itself. */
  readonly node: string | null
  readonly lastPingAt: number
  readonly lastPongAt: number
  readonly findFailures: number
  readonly findFailuresV5: number
}
