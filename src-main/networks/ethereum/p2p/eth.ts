/**
 * The eth protocol as an observer speaks it: Status says of the chain what the peer itself said, so that nobody is
 * turned away; requests are answered empty, politely; nothing is asked. Source: devp2p caps/eth.md.
 */
import { decode, encode, listOf } from '../discovery/rlp-items.ts'
import type { LocalCapability, Shared } from './capabilities.ts'
import { BASE_CODES, CODE } from './messages.ts'

/** The two newest versions that go-ethereum speaks today. Source: go-ethereum eth/protocols/eth, August 2026. */
export const ETH: readonly LocalCapability[] = [
  { name: 'eth', version: 71, length: 20 },
  { name: 'eth', version: 72, length: 22 },
]

export const STATUS = 0

/** Requests by code, with the code of the answer. */
const ANSWERS: Readonly<Record<number, number>> = { 3: 4, 5: 6, 9: 10, 15: 16 }

/** Names of messages, for the table of messages by kind: a bounded set. */
const NAMES: Readonly<Record<number, string>> = {
  0: 'Status',
  1: 'NewBlockHashes',
  2: 'Transactions',
  3: 'GetBlockHeaders',
  4: 'BlockHeaders',
  5: 'GetBlockBodies',
  6: 'BlockBodies',
  7: 'NewBlock',
  8: 'NewPooledTransactionHashes',
  9: 'GetPooledTransactions',
  10: 'PooledTransactions',
  15: 'GetReceipts',
  16: 'Receipts',
  17: 'BlockRangeUpdate',
}

export const ethName = (code: number): string => NAMES[code] ?? 'eth'

/** What a message is called, for the table of messages by kind. */
export function kindOf(code: number, capabilities: readonly Shared[]): string {
  if (code < BASE_CODES) return Object.entries(CODE).find(([, value]) => value === code)?.[0] ?? 'base'
  const shared = capabilities.findLast(one => code >= one.offset)
  return shared?.name === 'eth' ? ethName(code - shared.offset) : (shared?.name ?? 'unknown')
}

/** The empty answer to a request: its number and nothing else. Null when it is no request. */
export function answerTo(
  code: number,
  payload: Uint8Array,
): { readonly code: number; readonly payload: Uint8Array } | null {
  const answer = ANSWERS[code]
  if (answer === undefined) return null
  const [id] = listOf(decode(payload), 1, 'a request')
  return id instanceof Uint8Array ? { code: answer, payload: encode([id, []]) } : null
}
