/**
 * What to make of messages that Warren does not act on, since it keeps no blocks and no transactions: a pure function
 * from the message to the breaches in it.
 */
import { MAX_ANNOUNCED_HEADERS } from './limits.ts'
import { decodeFilterAdd, decodeFilterLoad } from './messages/control.ts'
import { decodeHeaders } from './messages/headers.ts'
import { decodeInventory } from './messages/inventory.ts'
import type { Inventory } from './messages/inventory.ts'

/** A rule broken and how. */
export interface Breach {
  readonly rule: string
  readonly evidence: string
  /** For rules that weigh by number. */
  readonly count?: number
}

const unknownKinds = (count: number, what: string): Breach => ({
  rule: 'unknown-inventory',
  evidence: `A message ${what} ${count} things of a kind that does not exist.`,
})

function judgeInv(inventory: Inventory): readonly Breach[] {
  const { unknown } = inventory.counts()
  return unknown > 0 ? [unknownKinds(unknown, 'announced')] : []
}

function judgeNotFound(inventory: Inventory): readonly Breach[] {
  const { blocks, transactions, unknown } = inventory.counts()
  const breaches: Breach[] = []
  if (blocks > 0) {
    const evidence = `Told us that it lacks ${blocks} blocks; we asked for none.`
    breaches.push({ rule: 'notfound-blocks', evidence, count: blocks })
  }
  if (transactions > 0) {
    const evidence = `Told us that it lacks ${transactions} transactions; we asked for none.`
    breaches.push({ rule: 'notfound-transactions', evidence, count: transactions })
  }
  if (unknown > 0) breaches.push(unknownKinds(unknown, 'lacked'))
  return breaches
}

/** What a getdata message costs. The answer is the session's. */
export function judgeGetData(inventory: Inventory): readonly Breach[] {
  const breaches: Breach[] = []
  const { unknown } = inventory.counts()
  if (unknown > 0) breaches.push(unknownKinds(unknown, 'asked for'))
  // Below 506 the rule adds nothing, as in btcd.
  if (inventory.count * 99 >= 50_000) {
    const evidence = `Asked for ${inventory.count} things in one message.`
    breaches.push({ rule: 'getdata-load', evidence, count: inventory.count })
  }
  return breaches
}

const bloom = (name: string): readonly Breach[] => [
  { rule: 'bloom-not-offered', evidence: `Sent ${name}, but we offer no bloom filters.` },
]

const unsolicited = (evidence: string): readonly Breach[] => [{ rule: 'unsolicited-data', evidence }]

/**
 * The breaches in a message that needs no answer; none for what we do not know or mind.
 * @throws {WireError}
 */
export function judge(name: string, payload: Uint8Array): readonly Breach[] {
  switch (name) {
    case 'inv':
      return judgeInv(decodeInventory('inv', payload))
    case 'notfound':
      return judgeNotFound(decodeInventory('notfound', payload))
    case 'headers': {
      // We said sendheaders: a few new ones are announcements.
      const { count } = decodeHeaders(payload)
      return count > MAX_ANNOUNCED_HEADERS ? unsolicited(`Sent ${count} headers that we did not ask for.`) : []
    }
    case 'mempool':
      return [{ rule: 'mempool-request', evidence: 'Asked for our transactions.' }]
    case 'filterload':
      decodeFilterLoad(payload)
      return bloom(name)
    case 'filteradd':
      decodeFilterAdd(payload)
      return bloom(name)
    case 'filterclear':
      return bloom(name)
    case 'block':
    case 'tx':
    case 'merkleblock':
    case 'cmpctblock':
    case 'blocktxn':
    case 'cfilter':
    case 'cfheaders':
    case 'cfcheckpt':
      return unsolicited(`Sent a ${name} message that we did not ask for.`)
    case 'getblocktxn':
    case 'getcfilters':
    case 'getcfheaders':
    case 'getcfcheckpt':
      return [{ rule: 'old-request', evidence: `Sent ${name}, a service that we do not offer.` }]
    default:
      return []
  }
}
