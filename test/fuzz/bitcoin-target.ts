/**
 * What the Bitcoin fuzzer feeds: a conversation with one session, spoilt somewhere, cut into chunks anywhere. It fails
 * when anything throws, when a breach has no rule, when a stream breaks without a breach, or when something is held.
 */
import type { Session, SessionPurpose } from '../../src-main/connections/index.ts'
import { silentLog } from '../../src-main/log/index.ts'
import { createBitcoin } from '../../src-main/networks/bitcoin/bitcoin.ts'
import { Framer, encodeFrame } from '../../src-main/networks/bitcoin/frame.ts'
import { encodeAddr, encodeAddrV2 } from '../../src-main/networks/bitcoin/messages/addresses.ts'
import * as control from '../../src-main/networks/bitcoin/messages/control.ts'
import { encodeHeaders, encodeLocator } from '../../src-main/networks/bitcoin/messages/headers.ts'
import { RULES } from '../../src-main/reputation/index.ts'
import type { RandomSource } from '../../src-main/time/index.ts'
import { VirtualClock, seededRandom } from '../../src-main/time/index.ts'
import { HandConnection, PEER, REGTEST, entries, theirVersion, told } from '../networks/bitcoin/stand.ts'
import type { FuzzTarget } from './harness.ts'
import { mutate } from './harness.ts'

const NONE = new Uint8Array(0)
const hashes = (count: number): Uint8Array[] => Array.from({ length: count }, () => new Uint8Array(32))

/** Good messages of every kind. */
const MESSAGES: readonly (readonly [string, Uint8Array])[] = [
  ['version', theirVersion()],
  ['verack', NONE],
  ['wtxidrelay', NONE],
  ['sendaddrv2', NONE],
  ['sendtxrcncl', new Uint8Array(12)],
  ['feature', control.encodeFeature({ id: 'feature', data: new Uint8Array(9) })],
  ['ping', new Uint8Array(8)],
  ['pong', new Uint8Array(8)],
  ['getaddr', NONE],
  ['addr', encodeAddr(told(20))],
  ['addrv2', encodeAddrV2(told(20))],
  ['inv', entries(1, 30)],
  ['getdata', entries(2, 30)],
  ['notfound', entries(5, 30)],
  ['headers', encodeHeaders(Array.from({ length: 5 }, () => new Uint8Array(80)))],
  ['getheaders', encodeLocator({ version: 1, hashes: hashes(10), stop: new Uint8Array(32) })],
  ['getblocks', encodeLocator({ version: 1, hashes: hashes(10), stop: new Uint8Array(32) })],
  ['sendheaders', NONE],
  ['sendcmpct', control.encodeSendCompact({ isHighBandwidth: false, version: 2n })],
  ['feefilter', control.encodeU64(1000n)],
  ['mempool', NONE],
  ['reject', control.encodeReject({ message: 'tx', code: 1, reason: 'why', hash: new Uint8Array(32) })],
  ['filterload', control.encodeFilterLoad({ filter: new Uint8Array(50), functions: 5, tweak: 1, flags: 0 })],
  ['filteradd', control.encodeFilterAdd(new Uint8Array(32))],
  ['filterclear', NONE],
  ['tx', new Uint8Array(300)],
  ['block', new Uint8Array(3000)],
  ['unheardof', new Uint8Array(500)],
]

const PURPOSES: readonly SessionPurpose[] = ['inbound', 'automatic', 'one-shot', 'feeler', 'manual']

const ENDING = new Set(RULES.filter(rule => rule.disconnects).map(rule => rule.name))
const NAMES = new Set(RULES.map(rule => rule.name))

/** A conversation, always spoilt: some payloads within good frames, or the stream as a whole, or both. */
function conversation(random: RandomSource): Uint8Array {
  const frames: Uint8Array[] = []
  let isSpoilt = false
  const say = (name: string, payload: Uint8Array): void => {
    const spoils = random.below(2) === 0
    isSpoilt ||= spoils
    frames.push(encodeFrame(REGTEST.magic, name, spoils ? mutate(payload, random) : payload))
  }
  if (random.below(8) > 0) {
    frames.push(encodeFrame(REGTEST.magic, 'version', theirVersion({ version: random.below(4) > 0 ? 70_016 : 70_001 })))
    if (random.below(2) > 0) frames.push(encodeFrame(REGTEST.magic, 'sendaddrv2', NONE))
    if (random.below(8) > 0) frames.push(encodeFrame(REGTEST.magic, 'verack', NONE))
  }
  for (let count = 1 + random.below(4); count > 0; count--) {
    const message = MESSAGES[random.below(MESSAGES.length)]
    if (message !== undefined) say(...message)
  }
  const stream = new Uint8Array(Buffer.concat(frames))
  return !isSpoilt || random.below(3) === 0 ? mutate(stream, random) : stream
}

/** One network for all runs, as in life: what a session leaves behind would show. */
const clock = new VirtualClock()
const failures: string[] = []
const log = {
  ...silentLog,
  error: (message: string, fields?: unknown) => void failures.push(`${message} ${JSON.stringify(fields)}`),
}
const network = createBitcoin(REGTEST, { clock, random: seededRandom(1), log })

function mustHold(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}

/** Feeds a stream to a new session, in chunks of at most `maxChunk` bytes. Gives the rules broken and how it ended. */
function converse(
  stream: Uint8Array,
  purpose: SessionPurpose,
  random: RandomSource,
  maxChunk: number,
): { rules: readonly string[]; end: string | undefined } {
  const rules: string[] = []
  const ends: string[] = []
  let written = 0
  const connection = new HandConnection(purpose === 'inbound' ? 'inbound' : 'outbound', PEER, bytes => {
    written += bytes.length
    reader.push(bytes)
  })
  const reader = new Framer(
    { magic: REGTEST.magic, budget: { usedBytes: 0, maxBytes: Infinity }, explainMagic: () => '' },
    {
      message: () => true,
      breach: rule => {
        throw new Error(`the session wrote nonsense: ${rule}`)
      },
      noRoom: () => {},
    },
  )
  const session: Session = network.openSession(connection, purpose, {
    ready: () => {},
    ended: end => void ends.push(end.code),
    misbehaved: breach => {
      mustHold(ends.length === 0, `a breach after the end: ${breach.rule}`)
      rules.push(breach.rule)
    },
    heard: addresses => mustHold(addresses.length <= 1000, 'too many addresses in one message'),
    addressesWanted: () => void session.tellAddresses(told(3)),
  })
  for (let at = 0; at < stream.length && ends.length === 0;) {
    const end = Math.min(stream.length, at + 1 + random.below(maxChunk))
    connection.handlers?.data(stream.subarray(at, end))
    at = end
  }
  session.facts()
  for (const rule of rules) mustHold(NAMES.has(rule), `no such rule: ${rule}`)
  const broken = rules.some(rule => ENDING.has(rule))
  const isOver = ends.length > 0
  mustHold(!broken || ends[0] === 'misbehaviour', 'the session goes on after a breach that should end it')
  mustHold(broken || ends[0] !== 'misbehaviour', 'the session ended as misbehaving without a breach')
  mustHold(written <= 4096 + 2 * stream.length, `${written} bytes were written in answer to ${stream.length}`)
  if (!isOver) session.close({ code: 'requested', text: 'The run is over.' })
  mustHold(ends.length === 1, `ended ${ends.length} times`)
  mustHold(clock.pendingTimers === 0, 'a timer is left')
  clock.advance(2000)
  if (failures.length > 0) throw new Error(failures.splice(0).join('\n'))
  return { rules, end: isOver ? ends[0] : undefined }
}

export const bitcoinTarget: FuzzTarget = random => {
  const purpose = PURPOSES[random.below(PURPOSES.length)] ?? 'inbound'
  const stream = conversation(random)
  const { rules, end } = converse(stream, purpose, random, random.below(2) === 0 ? 40 : 4000)
  if (random.below(4) === 0) {
    // However it is cut, the same stream breaks the same rules.
    const again = converse(stream, purpose, random, 1_000_000)
    mustHold(
      `${again.rules.join()} ${again.end}` === `${rules.join()} ${end}`,
      `${again.rules.join()} is not ${rules.join()}`,
    )
  }
  return rules[0] ?? (end === undefined ? 'nothing wrong' : `ended: ${end}`)
}
