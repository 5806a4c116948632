/**
 * What a page costs while 10,000 peers change: from the event of a session through client and border to bytes, and from
 * bytes to the page's store. The yardstick is the plain way, all records as JSON every time.
 * `npx node --expose-gc test/bench/deltas.ts`.
 */
import { SEND_EVERY_MS } from '../../src-main/border/limits.ts'
import { PageSubscriber, type SentEvent } from '../../src-main/border/subscriber.ts'
import { presentPeer } from '../../src-main/client/present.ts'
import { silentLog } from '../../src-main/log/index.ts'
import type { PeerRecord } from '../../src-preload/contract.ts'
import { applyDeltas, emptyCollection, type Collection, type Delta } from '../../src-renderer/live/collection.ts'
import type { ChattyConnection } from '../support/chatty-connection.ts'
import { standRuntime } from '../support/runtime-stand.ts'

const PEERS = 10_000
const SENDINGS = process.argv.includes('--short') ? 30 : 100
const NETWORK = 'bitcoin/regtest'

const stand = standRuntime(PEERS)
const { clock, random, changes, runtime } = stand

/** What travelled in this turn. */
let sent: string[] = []
let serialisedMs = 0
let seq = 0
const records = (): PeerRecord[] => Array.from(runtime.watches.values(), watch => presentPeer(watch, NETWORK))
const page = new PageSubscriber({
  client: {
    gauge: () => null,
    records: () => records(),
    record: (_event, id) => {
      const watch = runtime.watches.get(id)
      return watch === undefined ? undefined : presentPeer(watch, NETWORK)
    },
    onChange: listener => changes.onChange(listener),
  },
  clock,
  log: silentLog,
  send: batch => {
    const started = performance.now()
    sent.push(...batch.map(event => JSON.stringify(event)))
    serialisedMs += performance.now() - started
    seq = batch.at(-1)?.seq ?? seq
  },
})
let held: Collection<PeerRecord> = emptyCollection()
page.subscribe('peers')

interface Cost {
  readonly collect: number
  readonly serialise: number
  readonly apply: number
  readonly bytes: number
}

/** One sending: the client's share, and the page's. */
function turn(): Cost {
  sent = []
  serialisedMs = 0
  const started = performance.now()
  clock.advance(SEND_EVERY_MS)
  const collect = performance.now() - started - serialisedMs
  const opened = performance.now()
  const deltas = sent.map(text => (JSON.parse(text) as SentEvent).payload as Delta<PeerRecord>)
  held = applyDeltas(held, deltas)
  const apply = performance.now() - opened
  page.acknowledge(seq)
  const bytes = sent.reduce((sum, text) => sum + text.length, 0)
  return { collect, serialise: serialisedMs, apply, bytes }
}

const connections: ChattyConnection[] = []
const perSession = (ms: number): string => `${((ms * 1000) / PEERS).toFixed(1)} µs`
turn()
const arriving = performance.now()
for (let n = 0; n < PEERS; n++) {
  connections.push(stand.arrive(n))
}
console.log(
  `${runtime.count('inbound')} of ${PEERS} peers came: ${perSession(performance.now() - arriving)} for each, handshake and all`,
)
const first = turn()
console.log(
  `the first sending, ${held.byId.size} whole records: ${(first.bytes / 1e6).toFixed(2)} MB, ${(first.collect + first.serialise).toFixed(0)} ms here, ${first.apply.toFixed(0)} ms in the page`,
)

/** All bytes counted anew, as after a second of traffic. */
const chatter = (): void => {
  for (const connection of connections) connection.hear(500 + random.below(1000))
}
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

function run(what: string, before: () => void): { bytes: number; ms: number } {
  const costs: Cost[] = []
  for (let n = 0; n < SENDINGS; n++) {
    chatter()
    before()
    costs.push(turn())
  }
  const of = (pick: (cost: Cost) => number): number => median(costs.map(pick))
  const bytes = of(cost => cost.bytes)
  const ms = of(cost => cost.collect + cost.serialise + cost.apply)
  const longest = Math.max(...costs.map(cost => cost.collect + cost.serialise))
  console.log(
    `${what}: ${(bytes / 1000).toFixed(0)} KB, ${of(cost => cost.collect).toFixed(1)} ms to gather, ` +
      `${of(cost => cost.serialise).toFixed(1)} ms to write, ${of(cost => cost.apply).toFixed(1)} ms in the page; longest here ${longest.toFixed(1)} ms`,
  )
  return { bytes, ms }
}

/** The plain way: everything, every time. */
function runPlain(): { bytes: number; ms: number } {
  const costs: { bytes: number; ms: number }[] = []
  let size = 0
  for (let n = 0; n < Math.min(SENDINGS, 20); n++) {
    chatter()
    const started = performance.now()
    const text = JSON.stringify(records())
    const byId = new Map((JSON.parse(text) as PeerRecord[]).map(record => [record.id, record]))
    costs.push({ bytes: text.length, ms: performance.now() - started })
    size = byId.size
  }
  if (size !== PEERS) throw new Error('records are missing')
  const bytes = median(costs.map(cost => cost.bytes))
  const ms = median(costs.map(cost => cost.ms))
  console.log(`plain JSON of all records: ${(bytes / 1000).toFixed(0)} KB, ${ms.toFixed(1)} ms`)
  return { bytes, ms }
}

const paced = run('as it goes, a tenth measured every 100 ms', () => {})
const ids = Array.from(runtime.watches.keys())
const all = run('all of them in one sending', () => changes.tell('peers', ids))
const plain = runPlain()
const ratio = (one: { bytes: number; ms: number }): string =>
  `${(one.bytes / plain.bytes).toFixed(2)} × its bytes, ${(one.ms / plain.ms).toFixed(2)} × its time`
console.log(`beside plain JSON: as it goes ${ratio(paced)}; all at once ${ratio(all)}`)

changes.tell('peers', ids)
turn()
const shown = records()
for (const record of shown)
  if (JSON.stringify(held.byId.get(record.id)) !== JSON.stringify(record)) throw new Error(`${record.id} differs`)
if (held.byId.size !== shown.length) throw new Error('the page holds others than the client')

const leaving = performance.now()
for (const connection of connections) connection.hangUp()
console.log(`${PEERS} peers went: ${perSession(performance.now() - leaving)} for each`)
turn()
if (held.byId.size > 0) throw new Error('the page holds peers that went')
page.close()
await stand.close()
const frame = paced.ms
console.log(
  `goal of a sending, both ends together, within a frame (16 ms): ${frame < 16 ? 'met' : 'MISSED'} (${frame.toFixed(1)} ms)`,
)
