/**
 * What the fuzzer of Ethereum's discovery feeds: packets of v4 and v5, spoilt before or after they were signed and
 * sealed, in the face of a node that waits for answers. It fails when anything throws, or when something is held.
 */
import { silentLog } from '../../src-main/log/index.ts'
import { createEthereumDiscovery } from '../../src-main/networks/ethereum/discovery/discovery.ts'
import { parseEntry, parseRoot, readEntry } from '../../src-main/networks/ethereum/discovery/dns-tree.ts'
import { decodeRecord, signRecord } from '../../src-main/networks/ethereum/discovery/enr.ts'
import { DiscoveryError } from '../../src-main/networks/ethereum/discovery/error.ts'
import { keccak256, publicKeyOf, signRecoverable } from '../../src-main/networks/ethereum/keys.ts'
import { hex, recordNode } from '../../src-main/networks/ethereum/discovery/node.ts'
import type { Item } from '../../src-main/networks/ethereum/discovery/rlp-items.ts'
import { concat, decode, encode, uint } from '../../src-main/networks/ethereum/discovery/rlp-items.ts'
import { encodePacket, endpointOf } from '../../src-main/networks/ethereum/discovery/v4/packets.ts'
import type { V4Packet } from '../../src-main/networks/ethereum/discovery/v4/packets.ts'
import { seal } from '../../src-main/networks/ethereum/discovery/v5/crypto.ts'
import { encodeMessage, recordItem } from '../../src-main/networks/ethereum/discovery/v5/messages.ts'
import type { V5Message } from '../../src-main/networks/ethereum/discovery/v5/messages.ts'
import { encodeHeader, finishPacket, whoareyouAuthdata } from '../../src-main/networks/ethereum/discovery/v5/packets.ts'
import type { RandomSource } from '../../src-main/time/index.ts'
import { VirtualClock, seededRandom } from '../../src-main/time/index.ts'
import { parseAddress } from '../../src-main/transport/index.ts'
import { MemoryUdp } from '../support/memory-udp.ts'
import type { FuzzTarget } from './harness.ts'
import { mutate } from './harness.ts'

const keyOf = (seed: number): Uint8Array => seededRandom(seed).bytes(32).with(0, 1)

const clock = new VirtualClock()
const network = new MemoryUdp(clock, seededRandom(1))
const US = parseAddress('10.0.0.1:30303')
const THEM = parseAddress('10.0.0.2:30303')
const KEY = keyOf(1)
const THEIR_KEY = keyOf(2)
network.open(THEM)
const discovery = createEthereumDiscovery({
  clock,
  random: seededRandom(3),
  log: silentLog,
  socket: network.open(US),
  privateKey: KEY,
  seq: 1n,
  seqChanged: () => {},
  tcpPort: 30303,
  usesV4: true,
  usesV5: true,
  bootNodes: [],
  bootNodesV5: [],
  lists: [],
  resolveTxt: null,
  repository: null,
})
void discovery.start()
const record = signRecord(THEIR_KEY, 2n, { ip: Uint8Array.of(10, 0, 0, 2), udp: uint(30303), tcp: uint(30303) })
const node = recordNode(record)
const ID = discovery.local.idBytes
const SESSION_KEY = new Uint8Array(16).fill(9)

const endpoint = endpointOf(THEM, 30303)
const expiration = (): bigint => BigInt(Math.floor(clock.now() / 1000) + 20)

const V4: readonly (() => V4Packet)[] = [
  () => ({ type: 'ping', version: 4, from: endpoint, to: endpointOf(US, 0), expiration: expiration(), seq: 5n }),
  () => ({ type: 'pong', to: endpointOf(US, 0), pingHash: new Uint8Array(32), expiration: expiration(), seq: 5n }),
  () => ({ type: 'findnode', target: new Uint8Array(64).fill(7), expiration: expiration() }),
  () => ({
    type: 'neighbors',
    nodes: Array.from({ length: 6 }, () => ({ ...endpoint, publicKey: node.publicKey })),
    expiration: expiration(),
  }),
  () => ({ type: 'enrRequest', expiration: expiration() }),
  () => ({ type: 'enrResponse', requestHash: new Uint8Array(32), record }),
]

const requestId = Uint8Array.of(1, 2, 3, 4)
const V5: readonly V5Message[] = [
  { type: 'ping', requestId, seq: 1n },
  { type: 'pong', requestId, seq: 3n, ip: Uint8Array.of(10, 0, 0, 1), port: 30303 },
  { type: 'findnode', requestId, distances: [0, 255, 256] },
  { type: 'nodes', requestId, total: 1, records: [recordItem(record.bytes)] },
  { type: 'talkRequest', requestId, protocol: Uint8Array.of(1), message: new Uint8Array(9) },
  { type: 'talkResponse', requestId, message: new Uint8Array(9) },
]

const pick = <T>(from: readonly T[], random: RandomSource): T => {
  const found = from[random.below(from.length)]
  if (found === undefined) throw new Error('nothing to pick from')
  return found
}

/** Spoilt within, then hashed and signed as it should be: what a hostile node can send. */
function spoiltV4(random: RandomSource): Uint8Array {
  const { bytes } = encodePacket(pick(V4, random)(), THEIR_KEY)
  const body = concat([Uint8Array.of(bytes[97] ?? 0), mutate(bytes.slice(98), random)])
  // One in eight is signed, since that is what costs time; the others have a signature of the right form.
  const signature = random.below(8) === 0 ? signRecoverable(keccak256(body), THEIR_KEY) : bytes.slice(32, 97)
  const signed = concat([signature, body])
  return concat([keccak256(signed), signed])
}

function sealedV5(random: RandomSource): Uint8Array {
  const message = mutate(encodeMessage(pick(V5, random)), random)
  const head = { iv: random.bytes(16), nonce: random.bytes(12) }
  const header = encodeHeader({ ...head, flag: 'message', authdata: node.idBytes })
  return finishPacket(ID, header, seal(SESSION_KEY, head.nonce, message.subarray(0, 1000), header))
}

/** A header of any flag with spoilt contents, masked as it should be. */
function headerV5(random: RandomSource): Uint8Array {
  const flag = pick(['message', 'whoareyou', 'handshake'] as const, random)
  const handshake = concat([
    node.idBytes,
    Uint8Array.of(64, 33),
    random.bytes(64),
    Uint8Array.of(2),
    random.bytes(32),
    record.bytes,
  ])
  const authdata = { message: node.idBytes, whoareyou: whoareyouAuthdata(random.bytes(16), 1n), handshake }[flag]
  const header = encodeHeader({ iv: random.bytes(16), nonce: random.bytes(12), flag, authdata: authdata.slice() })
  const spoilt = random.below(2) === 0 ? header : concat([header.subarray(0, 16), mutate(header.slice(16), random)])
  return finishPacket(
    ID,
    spoilt.subarray(0, 900),
    flag === 'whoareyou' ? new Uint8Array(0) : random.bytes(random.below(60)),
  )
}

const ENTRY_TEXT =
  'enrtree-root:v1 e=JWXYDBPXYWG6FX3GMDIBFA6CJ4 l=C7HRFPF3BLGF3YR4DY5KX3SMBE seq=1 sig=o908WmNp7LibOfPsr4btQwatZJ5URBr2ZAuxvK4UWHlsB9sUOTJQaGAlLPVAhM__XJesCHxLISo94z5Z2a463gA'
const ENTRIES = [
  ENTRY_TEXT,
  'enrtree-branch:2XS2367YHAXJFGLZHVAWLQD4ZY,H4FHT4B454P6UXFD7JCYQ5PWDY',
  `enr:${Buffer.from(record.bytes).toString('base64url')}`,
  'enrtree://AKPYQIUQIL7PSIACI32J7FGZW56E5FKHEFCCOFHILBIMW3M6LWXS2@n',
]

/** Reads something that no datagram carries; any error must be one of ours. */
function readText(random: RandomSource): string {
  try {
    if (random.below(2) === 0) {
      decodeRecord(mutate(record.bytes, random))
      return 'a good record'
    }
    const text = Buffer.from(mutate(Buffer.from(pick(ENTRIES, random)), random)).toString('latin1')
    if (text.startsWith('enrtree-root')) parseRoot(text, publicKeyOf(KEY))
    else if (random.below(2) === 0) parseEntry(text, '2XS2367YHAXJFGLZHVAWLQD4ZY')
    else readEntry(text)
    return 'a good entry'
  } catch (error) {
    if (!(error instanceof DiscoveryError)) throw error
    return `text: ${error.code}`
  }
}

/** RLP that is read comes out the same when it is written again. */
function roundTrip(random: RandomSource): string {
  const bytes = mutate(encode([uint(random.below(2 ** 20)), [random.bytes(random.below(80))], record.bytes]), random)
  let item: Item
  try {
    item = decode(bytes)
  } catch (error) {
    if (!(error instanceof DiscoveryError)) throw error
    return 'no RLP'
  }
  if (hex(encode(item)) !== hex(bytes)) throw new Error('RLP that is read has two forms')
  return 'RLP'
}

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)

let runs = 0

export const discoveryTarget: FuzzTarget = random => {
  const kind = random.below(8)
  if (kind === 0) return readText(random)
  if (kind === 1) return roundTrip(random)
  // Some have a session, which is then lost.
  if (random.below(4) > 0)
    discovery.v5?.codec.sessions.set(node.id, THEM, { readKey: SESSION_KEY, writeKey: SESSION_KEY, counter: 0 })
  else discovery.v5?.codec.sessions.set(node.id, THEM, { readKey: ID.slice(0, 16), writeKey: SESSION_KEY, counter: 0 })
  // Sometimes an answer is waited for.
  if (random.below(50) === 0)
    void (
      random.below(2) === 0 ? discovery.v4?.findnode(node, node.publicKey) : discovery.v5?.findnode(node, [256])
    )?.catch(() => {})
  const what = pick(['v4', 'sealed', 'header', 'noise'] as const, random)
  const bytes =
    what === 'v4'
      ? spoiltV4(random)
      : what === 'sealed'
        ? sealedV5(random)
        : what === 'header'
          ? headerV5(random)
          : mutate(pick([spoiltV4, sealedV5, headerV5], random)(random), random)
  const before = discovery.view().activity
  network.inject(bytes, THEM, US)
  // Time for the answer, and for the packets that may be looked at in a second.
  clock.advance(25)
  const after = discovery.view().activity
  if (++runs % 1000 === 0) {
    clock.advance(60_000)
    if (discovery.view().knownNodes > 20_000 || clock.pendingTimers > 200) throw new Error('something is held')
  }
  for (const [code, count] of Object.entries(after.refused))
    if (count !== before.refused[code]) return `${what}: ${code}`
  return total(after.heard) > total(before.heard) ? `${what}: taken` : `${what}: ignored`
}
