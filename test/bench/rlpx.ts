/** RLPx beside @ethereumjs/devp2p in one run: handshakes a second, both ends in one process; frames written and read. */
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { ECIES } from '@ethereumjs/devp2p'
import { publicKeyOf } from '../../src-main/networks/ethereum/keys.ts'
import { FrameReader, FrameWriter } from '../../src-main/networks/ethereum/rlpx/frames.ts'
import { initiate, receive } from '../../src-main/networks/ethereum/rlpx/handshake.ts'
import { KeccakState, keccak256 } from '../../src-main/networks/ethereum/keccak.ts'
import { systemRandom } from '../../src-main/time/index.ts'

const { values } = parseArgs({ options: { short: { type: 'boolean', default: false } } })
const SPAN_MS = values.short ? 400 : 2000

/** Runs for a while; gives rounds a second. */
function rate(round: () => void): number {
  round()
  const from = performance.now()
  let rounds = 0
  while (performance.now() - from < SPAN_MS) {
    round()
    rounds += 1
  }
  return (rounds * 1000) / (performance.now() - from)
}

const [keyA, keyB] = [randomBytes(32), randomBytes(32)]
const [idA, idB] = [publicKeyOf(keyA), publicKeyOf(keyB)]

function ourHandshake(): void {
  const a = initiate(idB, { ownKey: keyA, random: systemRandom })
  const b = receive({ ownKey: keyB, random: systemRandom }).take(a.opening ?? new Uint8Array(0))
  a.take(b?.answer ?? new Uint8Array(0))
}

/** What of it its own peer sets before it reads: protected in its types. */
type Open = Omit<ECIES, '_gotEIP8Auth' | '_gotEIP8Ack'> & { _gotEIP8Auth: boolean; _gotEIP8Ack: boolean }

function theirEnds(): { a: Open; b: Open } {
  const a = new ECIES(keyA, idA, idB) as unknown as Open
  const b = new ECIES(keyB, idB, null as never) as unknown as Open
  const auth = a.createAuthEIP8()
  b._gotEIP8Auth = true
  b.parseAuthEIP8(auth as Uint8Array)
  a._gotEIP8Ack = true
  a.parseAckEIP8(b.createAckEIP8() as Uint8Array)
  return { a, b }
}

const ours = rate(ourHandshake)
const theirs = rate(theirEnds)
console.log(
  `handshakes, both ends: ${ours.toFixed(0)} a second, @ethereumjs/devp2p ${theirs.toFixed(0)}: ${(ours / theirs).toFixed(1)} x`,
)

for (const size of [1024, 65_536]) {
  const secrets = { aes: keccak256(Uint8Array.of(1)), mac: keccak256(Uint8Array.of(2)) }
  const writer = new FrameWriter({ ...secrets, egress: new KeccakState(Uint8Array.of(3)) })
  const reader = new FrameReader({ ...secrets, ingress: new KeccakState(Uint8Array.of(3)) })
  const payload = randomBytes(size)
  const frames = rate(() => reader.take(writer.write(payload), () => true))
  const { a, b } = theirEnds()
  const other = rate(() => {
    const header = a.createBlockHeader(size) as Uint8Array
    const body = a.createBody(payload) as Uint8Array
    b.parseHeader(header)
    b.parseBody(body)
  })
  const mb = (rounds: number): string => ((rounds * size) / 1e6).toFixed(1)
  console.log(
    `frames of ${size} bytes, written and read: ${mb(frames)} MB/s, @ethereumjs/devp2p ${mb(other)} MB/s: ${(frames / other).toFixed(1)} x`,
  )
}
