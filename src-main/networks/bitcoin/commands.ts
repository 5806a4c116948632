/** The messages that we know by name: how long each may be, whether its payload is looked at, and when it may come. */
import {
  MAX_ADDRESSES_PER_MESSAGE,
  MAX_ADDRV2_BYTES,
  MAX_FEATURE_DATA_BYTES,
  MAX_FEATURE_ID,
  MAX_FILTER_BYTES,
  MAX_FILTER_ELEMENT_BYTES,
  MAX_HEADERS,
  MAX_INVENTORY,
  MAX_LOCATOR,
  MAX_PAYLOAD_BYTES,
  MAX_REJECT_TEXT_BYTES,
  MAX_SMALL_BYTES,
  MAX_VERSION_BYTES,
} from './limits.ts'
import type { WireRule } from './wire-error.ts'

/** What is known of a message before its payload has arrived. */
export interface Command {
  /** At most 12 characters. */
  readonly name: string
  /** Longest payload that is accepted, bytes. */
  readonly maxBytes: number
  /** The rule that a longer one breaks. */
  readonly tooLong: WireRule
  /** False: the payload is hashed and thrown away as it arrives, never held. */
  readonly isRead: boolean
  /** `opening`: between version and verack only. */
  readonly phase: 'version' | 'opening' | 'verack' | 'open'
}

interface Options {
  readonly tooLong?: WireRule
  readonly phase?: Command['phase']
}

const read = (name: string, maxBytes: number, options?: Options): Command => ({
  name,
  maxBytes,
  tooLong: options?.tooLong ?? 'malformed-message',
  isRead: true,
  phase: options?.phase ?? 'open',
})

/** Known, but nothing that we ever asked for or look into. */
const ignored = (name: string): Command => ({
  name,
  maxBytes: MAX_PAYLOAD_BYTES,
  tooLong: 'malformed-message',
  isRead: false,
  phase: 'open',
})

/** Longest CompactSize that a count within our caps takes. */
const COUNT_BYTES = 5

const INVENTORY_BYTES = COUNT_BYTES + 36 * MAX_INVENTORY
const LOCATOR_BYTES = 4 + COUNT_BYTES + 32 * (MAX_LOCATOR + 1)

const KNOWN: readonly Command[] = [
  read('version', MAX_VERSION_BYTES, { phase: 'version' }),
  read('verack', MAX_SMALL_BYTES, { phase: 'verack' }),
  read('wtxidrelay', MAX_SMALL_BYTES, { phase: 'opening' }),
  read('sendaddrv2', MAX_SMALL_BYTES, { phase: 'opening' }),
  read('sendtxrcncl', MAX_SMALL_BYTES, { phase: 'opening' }),
  read('feature', 1 + MAX_FEATURE_ID + 3 + MAX_FEATURE_DATA_BYTES, { phase: 'opening' }),
  read('ping', 8),
  read('pong', 8),
  read('getaddr', MAX_SMALL_BYTES),
  read('addr', COUNT_BYTES + 30 * MAX_ADDRESSES_PER_MESSAGE, { tooLong: 'oversized-addr' }),
  // u32 time, CompactSize services, network id, CompactSize length, address, port
  read('addrv2', COUNT_BYTES + (4 + 9 + 1 + 3 + MAX_ADDRV2_BYTES + 2) * MAX_ADDRESSES_PER_MESSAGE, {
    tooLong: 'oversized-addr',
  }),
  read('inv', INVENTORY_BYTES, { tooLong: 'oversized-inv' }),
  read('getdata', INVENTORY_BYTES, { tooLong: 'oversized-getdata' }),
  read('notfound', INVENTORY_BYTES, { tooLong: 'oversized-notfound' }),
  read('headers', COUNT_BYTES + 81 * MAX_HEADERS, { tooLong: 'oversized-headers' }),
  read('getheaders', LOCATOR_BYTES, { tooLong: 'oversized-locator' }),
  read('getblocks', LOCATOR_BYTES, { tooLong: 'oversized-locator' }),
  read('sendheaders', MAX_SMALL_BYTES),
  read('sendcmpct', 9),
  read('feefilter', 8),
  read('mempool', MAX_SMALL_BYTES),
  read('reject', 2 * (1 + MAX_REJECT_TEXT_BYTES) + 1 + 32),
  read('filterload', 3 + MAX_FILTER_BYTES + 9, { tooLong: 'filter-too-big' }),
  read('filteradd', 3 + MAX_FILTER_ELEMENT_BYTES, { tooLong: 'filter-too-big' }),
  read('filterclear', MAX_SMALL_BYTES),
  ...['block', 'tx', 'merkleblock', 'cmpctblock', 'blocktxn', 'getblocktxn', 'alert'].map(ignored),
  ...['getcfilters', 'cfilter', 'getcfheaders', 'cfheaders', 'getcfcheckpt', 'cfcheckpt'].map(ignored),
]

/** Slots of the table below: a power of two, several times as many as there are commands. */
const SLOTS = 256

interface Named {
  /** The 12 bytes of the name as three big-endian words. */
  readonly words: readonly [number, number, number]
  readonly command: Command
}

const slotOf = (a: number, b: number, c: number): number =>
  (Math.imul(a ^ Math.imul(b, 31) ^ Math.imul(c, 131), 0x9e37_79b1) >>> 24) % SLOTS

/** Commands by their words, so that no text is made for each message: open addressing, the next slot when one is taken. */
const TABLE: readonly (Named | null)[] = (() => {
  const table: (Named | null)[] = Array.from({ length: SLOTS }, () => null)
  for (const command of KNOWN) {
    const bytes = Buffer.alloc(12)
    bytes.write(command.name, 'latin1')
    const words = [bytes.readUInt32BE(0), bytes.readUInt32BE(4), bytes.readUInt32BE(8)] as const
    let slot = slotOf(...words)
    while (table[slot] !== null) slot = (slot + 1) % SLOTS
    table[slot] = { words, command }
  }
  return table
})()

/** What is known of the message whose name stands in 12 bytes at `at`, or null. */
export function commandAt(view: DataView, at: number): Command | null {
  const a = view.getUint32(at, false)
  const b = view.getUint32(at + 4, false)
  const c = view.getUint32(at + 8, false)
  for (let slot = slotOf(a, b, c); ; slot = (slot + 1) % SLOTS) {
    const named = TABLE[slot]
    if (named === null || named === undefined) return null
    if (named.words[0] === a && named.words[1] === b && named.words[2] === c) return named.command
  }
}
