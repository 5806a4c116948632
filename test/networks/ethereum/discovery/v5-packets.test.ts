import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { signRecord } from '../../../../src-main/networks/ethereum/discovery/enr.ts'
import {
  compressKey,
  decompressKey,
  keccak256,
  publicKeyOf,
  sharedPoint,
} from '../../../../src-main/networks/ethereum/keys.ts'
import { hex, recordNode, seenNode } from '../../../../src-main/networks/ethereum/discovery/node.ts'
import { uint } from '../../../../src-main/networks/ethereum/discovery/rlp-items.ts'
import { V5Codec } from '../../../../src-main/networks/ethereum/discovery/v5/codec.ts'
import {
  checkIdentity,
  deriveKeys,
  open,
  proveIdentity,
  seal,
} from '../../../../src-main/networks/ethereum/discovery/v5/crypto.ts'
import type { V5Message } from '../../../../src-main/networks/ethereum/discovery/v5/messages.ts'
import {
  decodeMessage,
  encodeMessage,
  recordItem,
} from '../../../../src-main/networks/ethereum/discovery/v5/messages.ts'
import { decodeV5Packet } from '../../../../src-main/networks/ethereum/discovery/v5/packets.ts'
import { VirtualClock, seededRandom } from '../../../../src-main/time/index.ts'
import { parseAddress } from '../../../../src-main/transport/index.ts'
import { unhex } from './stand.ts'
import { V5 } from './v5-vectors.ts'

const KEY_A = unhex(V5.keyA)
const KEY_B = unhex(V5.keyB)
const NODE_A = keccak256(publicKeyOf(KEY_A))
const NODE_B = keccak256(publicKeyOf(KEY_B))
const AT = parseAddress('127.0.0.1:30303')
const NONCE = new Uint8Array(12).fill(255)

const key33 = (text: string): Uint8Array => {
  const key = decompressKey(unhex(text))
  if (key === null) throw new Error('no key')
  return key
}

describe('published cryptography of discovery v5', () => {
  it('agrees on a secret', () => {
    expect(hex(sharedPoint(unhex(V5.ecdh.secretKey), key33(V5.ecdh.publicKey)) ?? NONCE)).toBe(V5.ecdh.shared)
  })

  it('derives session keys', () => {
    const keys = deriveKeys(unhex(V5.kdf.ephemeralKey), key33(V5.kdf.destKey), NODE_A, NODE_B, unhex(V5.kdf.challenge))
    expect([hex(keys.initiator), hex(keys.recipient)]).toEqual([V5.kdf.initiator, V5.kdf.recipient])
  })

  it('proves an identity', () => {
    const ephemeral = key33(V5.proof.ephemeral)
    const challenge = unhex(V5.proof.challenge)
    const key = unhex(V5.proof.staticKey)
    expect(hex(proveIdentity(key, challenge, ephemeral, NODE_B))).toBe(V5.proof.signature)
    const isGood = (recipient: Uint8Array): boolean =>
      checkIdentity(unhex(V5.proof.signature), publicKeyOf(key), challenge, ephemeral, recipient)
    expect([isGood(NODE_B), isGood(NODE_A)]).toEqual([true, false])
  })

  it('seals and opens', () => {
    const [key, nonce, text, header] = [V5.gcm.key, V5.gcm.nonce, V5.gcm.text, V5.gcm.header].map(unhex) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ]
    expect(hex(seal(key, nonce, text, header))).toBe(V5.gcm.sealed)
    expect(open(key, nonce, unhex(V5.gcm.sealed), header)).toEqual(text)
    expect(open(key, nonce, unhex(V5.gcm.sealed).with(0, 0), header)).toBeNull()
    expect(open(key, nonce, new Uint8Array(3), header)).toBeNull()
  })
})

function codecOf(key: Uint8Array, clock = new VirtualClock()): V5Codec {
  const record = signRecord(key, 1n, { ip: Uint8Array.of(127, 0, 0, 1), udp: uint(30303) })
  return new V5Codec({
    clock,
    random: seededRandom(key[0] ?? 0),
    local: { privateKey: key, idBytes: record.id, record, seq: 1n },
    mayWork: () => true,
  })
}

describe('published packets of discovery v5', () => {
  it('reads a ping in a session', () => {
    const codec = codecOf(KEY_B)
    codec.sessions.set(hex(NODE_A), AT, { readKey: new Uint8Array(16), writeKey: new Uint8Array(16), counter: 0 })
    expect(codec.decode(unhex(V5.ping), AT)).toEqual({
      kind: 'message',
      id: hex(NODE_A),
      message: { type: 'ping', requestId: unhex('00000001'), seq: 2n },
      node: null,
    })
  })

  it('asks who it is without one', () => {
    expect(codecOf(KEY_B).decode(unhex(V5.ping), AT)).toEqual({
      kind: 'unknown',
      id: hex(NODE_A),
      idBytes: NODE_A,
      nonce: NONCE,
    })
  })

  it('reads a WHOAREYOU', () => {
    const incoming = codecOf(KEY_B).decode(unhex(V5.whoareyou), AT)
    if (incoming.kind !== 'whoareyou') throw new Error(incoming.kind)
    expect(hex(incoming.packet.header)).toBe(
      '000000000000000000000000000000006469736376350001010102030405060708090a0b0c00180102030405060708090a0b0c0d0e0f100000000000000000',
    )
    expect(hex(incoming.packet.nonce)).toBe('0102030405060708090a0b0c')
    expect(hex(incoming.packet.idNonce)).toBe('0102030405060708090a0b0c0d0e0f10')
    expect(incoming.packet.recordSeq).toBe(0n)
  })

  it('reads a handshake of a node whose record it has', () => {
    const codec = codecOf(KEY_B)
    const known = seenNode(publicKeyOf(KEY_A), AT, 0)
    codec.sessions.challenged(hex(NODE_A), AT, unhex(V5.handshakeChallenge), known)
    expect(codec.decode(unhex(V5.handshake), AT)).toMatchObject({
      kind: 'message',
      message: { type: 'ping', requestId: unhex('00000001'), seq: 1n },
      node: known,
    })
    expect(hex(codec.sessions.get(hex(NODE_A), AT)?.readKey ?? NONCE)).toBe('4f9fac6de7567d1e3b1241dffe90f662')
  })

  it('reads a handshake with the record', () => {
    const codec = codecOf(KEY_B)
    codec.sessions.challenged(hex(NODE_A), AT, unhex(V5.handshakeWithRecordChallenge), null)
    expect(codec.decode(unhex(V5.handshakeWithRecord), AT)).toMatchObject({ kind: 'message', message: { seq: 1n } })
    expect(hex(codec.sessions.get(hex(NODE_A), AT)?.readKey ?? NONCE)).toBe('53b1c075f41876423154e157470c2f48')
  })

  it.each([
    ['not asked for', (): V5Codec => codecOf(KEY_B), V5.handshake],
    [
      'to an old challenge',
      (): V5Codec => {
        const clock = new VirtualClock()
        const codec = codecOf(KEY_B, clock)
        codec.sessions.challenged(hex(NODE_A), AT, unhex(V5.handshakeWithRecordChallenge), null)
        clock.advance(1001)
        return codec
      },
      V5.handshakeWithRecord,
    ],
    [
      'to another challenge',
      (): V5Codec => {
        const codec = codecOf(KEY_B)
        codec.sessions.challenged(hex(NODE_A), AT, unhex(V5.handshakeChallenge), null)
        return codec
      },
      V5.handshakeWithRecord,
    ],
    [
      'without the record that is wanted',
      (): V5Codec => {
        const codec = codecOf(KEY_B)
        codec.sessions.challenged(hex(NODE_A), AT, unhex(V5.handshakeChallenge), null)
        return codec
      },
      V5.handshake,
    ],
  ])('refuses a handshake %s, and has no session after it', (_, make, packet) => {
    const codec = make()
    expect(() => codec.decode(unhex(packet), AT)).toThrow(expect.objectContaining({ name: 'DiscoveryError' }))
    expect(codec.sessions.size).toBe(0)
  })
})

describe('packets and messages of discovery v5', () => {
  const record = signRecord(KEY_A, 1n, { ip: Uint8Array.of(127, 0, 0, 1), udp: uint(30303) })
  const requestId = Uint8Array.of(1, 2, 3)
  const messages: readonly V5Message[] = [
    { type: 'ping', requestId, seq: 5n },
    { type: 'pong', requestId, seq: 5n, ip: Uint8Array.of(127, 0, 0, 1), port: 30303 },
    { type: 'findnode', requestId, distances: [0, 256, 255] },
    { type: 'nodes', requestId, total: 2, records: [recordItem(record.bytes)] },
    { type: 'nodes', requestId: new Uint8Array(0), total: 1, records: [] },
    { type: 'talkRequest', requestId, protocol: unhex('7470'), message: unhex('01') },
    { type: 'talkResponse', requestId, message: new Uint8Array(0) },
  ]

  it.each(messages.map(message => [message.type, message] as const))('reads back a %s', (_, message) => {
    expect(decodeMessage(encodeMessage(message))).toEqual(message)
  })

  it.each([
    ['bad-form', encodeMessage({ type: 'ping', requestId: new Uint8Array(9), seq: 1n })],
    ['unknown-type', Uint8Array.of(7, 0xc0)],
    ['unknown-type', Uint8Array.of(0, 0xc0)],
    ['bad-form', new Uint8Array(0)],
    ['bad-form', Uint8Array.of(1)],
  ])('refuses a message as %s', (code, bytes) => {
    expect(() => decodeMessage(bytes)).toThrow(expect.objectContaining({ code }))
  })

  it('goes through a whole handshake, once, and then on in the session', () => {
    const a = codecOf(KEY_A)
    const b = codecOf(KEY_B)
    const nodeB = recordNode(signRecord(KEY_B, 1n, { ip: Uint8Array.of(127, 0, 0, 1), udp: uint(30303) }))
    const ping: V5Message = { type: 'ping', requestId, seq: 1n }
    const first = a.encode(NODE_B, AT, ping)
    const unknown = b.decode(first.bytes, AT)
    if (unknown.kind !== 'unknown') throw new Error(unknown.kind)
    const asked = b.encodeWhoareyou(NODE_A, AT, unknown.nonce, null)
    const again = b.encodeWhoareyou(NODE_A, AT, new Uint8Array(12), null)
    expect(again).toEqual(asked)
    expect(asked?.length).toBe(63)
    expect(asked?.length).toBeLessThanOrEqual(first.bytes.length)
    const challenge = a.decode(asked ?? NONCE, AT)
    if (challenge.kind !== 'whoareyou') throw new Error(challenge.kind)
    expect(challenge.packet.nonce).toEqual(first.nonce)
    const handshake = a.encodeHandshake(nodeB, AT, ping, challenge.packet)
    expect(b.decode(handshake.bytes, AT)).toMatchObject({ kind: 'message', message: ping, node: { id: hex(NODE_A) } })
    expect(() => b.decode(handshake.bytes, AT)).toThrow()
    const pong: V5Message = { type: 'pong', requestId, seq: 1n, ip: Uint8Array.of(127, 0, 0, 1), port: 1 }
    expect(a.decode(b.encode(NODE_A, AT, pong).bytes, AT)).toMatchObject({ kind: 'message', message: pong })
    const elsewhere = parseAddress('127.0.0.2:30303')
    expect(b.decode(a.encode(NODE_B, AT, ping).bytes, elsewhere).kind).toBe('unknown')
  })

  it('throws nothing but its own errors at whatever it reads', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1300 }), bytes => {
        try {
          decodeV5Packet(bytes, NODE_B)
          return false
        } catch (error) {
          return error instanceof Error && error.name === 'DiscoveryError'
        }
      }),
    )
  })

  it('compresses keys as it reads them', () => {
    expect(decompressKey(compressKey(publicKeyOf(KEY_A)))).toEqual(publicKeyOf(KEY_A))
  })
})
