/**
 * Decoding and encoding of Bitcoin messages beside bitcoin-protocol (npm) and beside a bare double SHA-256 of the same
 * payload, all in one run. "Decoding" is bytes in, checked message out: framing, checksum and payload on both sides.
 * `npx node --expose-gc test/bench/bitcoin-codec.ts`
 */
import { hash } from 'node:crypto'
import type { Transform } from 'node:stream'
import protocol from 'bitcoin-protocol'
import { Framer, encodeFrame } from '../../src-main/networks/bitcoin/frame.ts'
import {
  decodeAddr,
  decodeAddrV2,
  encodeAddr,
  encodeAddrV2,
} from '../../src-main/networks/bitcoin/messages/addresses.ts'
import { decodeHeaders, encodeHeaders } from '../../src-main/networks/bitcoin/messages/headers.ts'
import { decodeInventory, encodeInventory } from '../../src-main/networks/bitcoin/messages/inventory.ts'
import { decodeVersion, encodeVersion } from '../../src-main/networks/bitcoin/messages/version.ts'
import { seededRandom } from '../../src-main/time/index.ts'
import { ipAddress } from '../../src-main/transport/index.ts'

const MAGIC = 0xf9be_b4d9
const THEIR_MAGIC = 0xd9b4_bef9
const ROUND_MS = 40
const ROUNDS = process.argv.includes('--short') ? 10 : 25

const random = seededRandom(1)

/** Nanoseconds for one call of each action: best of several rounds, taken in turns so that noise meets all alike. */
function time<Name extends string>(actions: Readonly<Record<Name, () => void>>): Record<Name, number> {
  const names = Object.keys(actions) as Name[]
  const best = Object.fromEntries(names.map(name => [name, Infinity])) as Record<Name, number>
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) {
      const action = actions[name]
      let count = 0
      const started = performance.now()
      let elapsed = 0
      for (let batch = 1; elapsed < ROUND_MS; batch = Math.min(1024, batch * 2)) {
        for (let index = 0; index < batch; index++) action()
        count += batch
        elapsed = performance.now() - started
      }
      best[name] = Math.min(best[name], (elapsed * 1e6) / count)
    }
  }
  return best
}

/** Writes in flight at once: as many as a stream of objects takes before it waits for the event loop. */
const IN_FLIGHT = 16

/**
 * The same for a stream, whose work may be put off until the event loop turns: only what has come out counts.
 * `perMessage`: chunks that come out for one write.
 */
async function timeStream(stream: Transform, write: () => void, perMessage: number): Promise<number> {
  let best = Infinity
  let arrived = 0
  let wanted = 0
  let done = (): void => {}
  stream.on('data', chunk => {
    made = chunk
    if (++arrived === wanted) done()
  })
  for (let round = 0; round < ROUNDS; round++) {
    let count = 0
    const started = performance.now()
    while (performance.now() - started < ROUND_MS) {
      wanted = arrived + IN_FLIGHT * perMessage
      const all = new Promise<void>(resolve => (done = resolve))
      for (let index = 0; index < IN_FLIGHT; index++) write()
      await all
      count += IN_FLIGHT
    }
    best = Math.min(best, ((performance.now() - started) * 1e6) / count)
  }
  stream.removeAllListeners('data')
  return best
}

/** A framer of ours that decodes; what it made is kept, so that nothing is optimised away. */
let made: unknown = null
const decoders: Readonly<Record<string, (payload: Uint8Array) => unknown>> = {
  version: decodeVersion,
  addr: decodeAddr,
  addrv2: decodeAddrV2,
  inv: payload => decodeInventory('inv', payload),
  headers: decodeHeaders,
}
const framer = new Framer(
  { magic: MAGIC, budget: { usedBytes: 0, maxBytes: Infinity }, explainMagic: () => '' },
  {
    message: (command, payload) => {
      made = decoders[command?.name ?? '']?.(payload)
      return made !== undefined
    },
    breach: rule => {
      throw new Error(rule)
    },
    noRoom: () => {},
  },
)

/** The quickest way that `node:crypto` has. */
const digest = Buffer.alloc(32)
const bare = (payload: Uint8Array): void => {
  digest.write(hash('sha256', payload, 'binary'), 'binary')
  made = hash('sha256', digest, 'binary')
}

interface Subject {
  readonly what: string
  readonly name: string
  readonly payload: Uint8Array
  readonly encode: () => Uint8Array
  /** The same for bitcoin-protocol: another message where it lacks this one, and how many times as many bytes. */
  readonly theirName: string
  readonly theirPayload: Uint8Array
  readonly theirMessage: unknown
}

const addresses = Array.from({ length: 1000 }, (_, index) => ({
  address: ipAddress(index % 4 === 3 ? Uint8Array.of(0x20, ...random.bytes(15)) : random.bytes(4), 8333),
  services: 0x409n,
  seenAt: 1_767_000_000_000,
}))
const inventory = Array.from({ length: 50_000 }, () => ({ kind: 1, hash: random.bytes(32) }))
const headers = Array.from({ length: 2000 }, () => random.bytes(80))
const version = {
  version: 70_016,
  services: 0x409n,
  time: 1_767_000_000,
  receiver: { ip: random.bytes(16), port: 8333 },
  nonce: 0x0102_0304_0506_0708n,
  agent: '/Satoshi:29.0.0/',
  height: 930_000,
  relay: true,
}

/** What bitcoin-protocol makes of a payload of ours: what it can encode again. */
async function theirs(name: string, payload: Uint8Array): Promise<unknown> {
  const decoder = protocol.createDecodeStream({ magic: THEIR_MAGIC })
  const message = new Promise<unknown>(resolve => decoder.once('data', resolve))
  decoder.write(Buffer.from(encodeFrame(MAGIC, name, payload)))
  return ((await message) as { payload: unknown }).payload
}

async function subject(
  what: string,
  name: string,
  encode: () => Uint8Array,
  theirName = name,
  theirPayload = encode(),
): Promise<Subject> {
  const theirMessage = await theirs(theirName, theirPayload)
  return { what, name, payload: encode(), encode, theirName, theirPayload, theirMessage }
}

const SUBJECTS: readonly Subject[] = await Promise.all([
  subject('version', 'version', () => encodeVersion(version)),
  subject('addr × 1000', 'addr', () => encodeAddr(addresses)),
  subject('addrv2 × 1000', 'addrv2', () => encodeAddrV2(addresses), 'addr', encodeAddr(addresses)),
  subject('inv × 50,000', 'inv', () => encodeInventory(inventory)),
  subject('headers × 2000', 'headers', () => encodeHeaders(headers)),
])

const us = (ns: number): string => `${(ns / 1000).toFixed(ns < 10_000 ? 2 : 0)} µs`.padStart(12)
const ratio = (value: number, goal: number): string => `${value.toFixed(2)} ${value >= goal ? '  ' : '!!'}`.padStart(10)

console.log('bitcoin-protocol has no addrv2: there its yardstick is addr × 1000 with the same addresses.\n')
let missed = 0
for (const way of ['decoding', 'encoding'] as const) {
  console.log(`${way.padEnd(16)}        ours    bitcoin-pr.     bare hash   × bitcoin-pr.   speed of bare hash`)
  for (const { what, name, payload, encode, theirName, theirPayload, theirMessage } of SUBJECTS) {
    const frame = encodeFrame(MAGIC, name, payload)
    const theirFrame = Buffer.from(encodeFrame(MAGIC, theirName, theirPayload))
    const { ours, hashed } = time({
      ours:
        way === 'decoding'
          ? () => void framer.push(frame)
          : () => {
              made = encodeFrame(MAGIC, name, encode())
            },
      hashed: () => bare(payload),
    })
    const decoder = protocol.createDecodeStream({ magic: THEIR_MAGIC })
    const encoder = protocol.createEncodeStream({ magic: THEIR_MAGIC })
    const other =
      way === 'decoding'
        ? await timeStream(decoder, () => decoder.write(theirFrame), 1)
        : await timeStream(encoder, () => encoder.write({ command: theirName, payload: theirMessage }), 2)
    const [against, floor] = [other / ours, hashed / ours]
    if (way === 'decoding' && (against < 6 || floor < 0.5)) missed++
    const goals = way === 'decoding' ? [6, 0.5] : [0, 0]
    console.log(
      `${what.padEnd(16)}${us(ours)}${us(other)}${us(hashed)}${ratio(against, goals[0] ?? 0)}     ${ratio(floor, goals[1] ?? 0)}`,
    )
  }
}
console.log(
  `\ngoals of decoding: at least 6 × bitcoin-protocol, at least 0.5 of the bare hash: ${missed === 0 ? 'met' : 'MISSED'}`,
)
if (made === null) process.exitCode = 1
