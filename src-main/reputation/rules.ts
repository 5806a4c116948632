/**
 * The rules of the ban score as one table: what a peer may do wrong, how much it adds, and why, in words. A network
 * reports a breach by the rule's name; what it costs is decided here and can be changed by the user.
 */

/** A rule as shipped. */
export interface Rule {
  readonly name: string
  /** Network family that it belongs to. */
  readonly family: 'bitcoin'
  /** Why it counts, a sentence for people. */
  readonly summary: string
  /** What one breach adds to the part that stays. */
  readonly persistent: number
  /** What one breach adds to the part that halves every minute. */
  readonly transient: number
  /**
   * For rules that weigh by number: a breach of count n adds ⌊n × value ÷ per⌋ of each value. Null: a breach adds the
   * values once, whatever its count.
   */
  readonly per: number | null
  /** The session cannot or shall not go on, whatever the score. */
  readonly disconnects: boolean
}

/**
 * What one breach adds that Bitcoin Core answers at once by discouraging the peer (`Misbehaving`, since v28): more
 * than the default line of 100, so that one is enough. btcd's own 100 for bloom messages stays as btcd has it: one
 * alone does not pass the line (it must be above), though it ends the session.
 */
const AT_ONCE = 101

interface Options {
  readonly persistent?: number
  readonly transient?: number
  readonly per?: number
  readonly disconnects?: boolean
}

const bitcoin = (name: string, summary: string, options: Options): Rule => ({
  name,
  family: 'bitcoin',
  summary,
  persistent: options.persistent ?? 0,
  transient: options.transient ?? 0,
  per: options.per ?? null,
  disconnects: options.disconnects ?? false,
})

/**
 * Rules for Bitcoin sessions. Where btcd scores a thing, the number is btcd's (`server.go`); where only Core punishes
 * it, one breach is enough; the rest is ours: slips that broken software makes cost 20 (Core's number for most of them
 * before v28) or less, and floods cost transient points, so that only those who keep on pass the line.
 */
const BITCOIN_RULES = [
  bitcoin('bad-magic', 'A message did not begin with the magic of this network, so the stream cannot be read on.', {
    persistent: 50,
    disconnects: true,
  }),
  bitcoin('garbage-before-version', 'The first bytes were no Bitcoin message at all.', {
    persistent: 50,
    disconnects: true,
  }),
  bitcoin('bad-command', 'The name of a message was not printable text padded with zeros.', {
    persistent: 20,
    disconnects: true,
  }),
  bitcoin('oversized-message', 'A message announced more than 4,000,000 bytes of payload.', {
    persistent: AT_ONCE,
    disconnects: true,
  }),
  bitcoin('bad-checksum', 'The checksum of a message did not match its payload.', { persistent: 10, transient: 20 }),
  bitcoin('malformed-message', 'A message could not be decoded.', { persistent: 20, transient: 10 }),
  bitcoin('non-minimal-compactsize', 'A length was written in more bytes than it needs.', {
    persistent: 20,
    transient: 10,
  }),
  bitcoin('version-twice', 'A second version message.', { persistent: 10 }),
  bitcoin('message-before-version', 'A message came before the version message.', { persistent: 10 }),
  bitcoin('message-before-verack', 'A message that belongs after the handshake came before its end.', {
    transient: 10,
  }),
  bitcoin('verack-twice', 'A second verack message.', { persistent: 10 }),
  bitcoin('late-handshake-message', 'A message that belongs before verack came after it.', {
    persistent: 20,
    disconnects: true,
  }),
  bitcoin('oversized-addr', 'More than 1000 addresses in one message.', { persistent: AT_ONCE }),
  bitcoin('oversized-inv', 'More than 50,000 announcements in one message.', { persistent: AT_ONCE }),
  bitcoin('oversized-getdata', 'More than 50,000 requests in one message.', { persistent: AT_ONCE }),
  bitcoin('oversized-headers', 'More than 2000 headers in one message.', { persistent: AT_ONCE }),
  bitcoin('oversized-notfound', 'More than 50,000 entries in one notfound message.', { persistent: AT_ONCE }),
  bitcoin('oversized-locator', 'More than 101 hashes in a block locator.', {
    persistent: AT_ONCE,
    disconnects: true,
  }),
  bitcoin('oversized-agent', 'A user agent of more than 256 bytes.', { persistent: 20, disconnects: true }),
  bitcoin('bad-address-length', 'An address of a known network with a wrong length (BIP 155).', {
    persistent: 20,
    transient: 10,
  }),
  bitcoin('addr-flood', 'Addresses beyond what the gossip limit of 0.1 a second lets in.', {
    transient: 10,
    per: 1000,
  }),
  bitcoin('getaddr-repeated', 'Asked again for addresses.', { transient: 10 }),
  bitcoin('mempool-request', 'Asked for our transactions, of which we keep none.', { transient: 33 }),
  bitcoin('getdata-load', 'Many requests for data in one message.', { transient: 99, per: 50_000 }),
  bitcoin('old-request', 'Asked for old blocks, which costs much and gives little.', { transient: 10 }),
  bitcoin('notfound-blocks', 'Told us that it lacks blocks that we did not ask for.', { persistent: 20, per: 1 }),
  bitcoin('notfound-transactions', 'Told us that it lacks transactions that we did not ask for.', {
    transient: 10,
    per: 1,
  }),
  bitcoin('unknown-inventory', 'An announcement or request of a kind that does not exist.', {
    persistent: 20,
    disconnects: true,
  }),
  bitcoin('bloom-not-offered', 'A bloom filter message, a service that we do not offer (BIP 111).', {
    persistent: 100,
    disconnects: true,
  }),
  bitcoin('filter-too-big', 'A bloom filter beyond 36,000 bytes or 50 functions, or an element beyond 520 (BIP 37).', {
    persistent: AT_ONCE,
    disconnects: true,
  }),
  bitcoin('unsolicited-data', 'Sent a block, transaction or headers that nobody asked for.', { transient: 20 }),
  bitcoin('bad-pong', 'A pong that answers no ping of ours.', { transient: 5 }),
  bitcoin('ping-flood', 'Pings faster than any need.', { transient: 10 }),
  bitcoin('message-flood', 'Messages faster than any need.', { transient: 10 }),
] as const satisfies readonly Rule[]

/** Every rule there is, in the order settings show them. */
export const RULES: readonly Rule[] = BITCOIN_RULES
