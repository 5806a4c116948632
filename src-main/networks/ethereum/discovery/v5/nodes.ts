/** What goes into FINDNODE and NODES: which distances to ask for, and how records are spread over messages. */
import { V5_LOOKUP_DISTANCES, V5_NODES_BYTES } from '../limits.ts'
import { logDistance } from '../node.ts'
import type { Item } from '../rlp-items.ts'
import { recordItem } from './messages.ts'

/** Records in batches of at most 1000 bytes; one empty batch when there is none. */
export function packRecords(records: readonly Uint8Array[]): readonly (readonly Item[])[] {
  const batches: Item[][] = [[]]
  let bytes = 0
  for (const record of records) {
    bytes += record.length
    if (bytes > V5_NODES_BYTES) {
      batches.push([])
      bytes = record.length
    }
    batches.at(-1)?.push(recordItem(record))
  }
  return batches
}

/** The distance of the target from the node, and those around it. */
export function lookupDistances(target: Uint8Array, node: Uint8Array): readonly number[] {
  const distance = logDistance(target, node)
  const distances = [distance]
  for (let step = 1; distances.length < V5_LOOKUP_DISTANCES; step++) {
    if (distance + step <= 256) distances.push(distance + step)
    if (distance - step > 0 && distances.length < V5_LOOKUP_DISTANCES) distances.push(distance - step)
  }
  return distances
}
