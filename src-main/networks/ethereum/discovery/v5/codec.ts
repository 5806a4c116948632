/**
 * Turns messages into packets and back, with the sessions and handshakes that this takes: what comes out is a message
 * of a node that has proven its identity at its address, or what has to be done to get there.
 */
import type { Clock, RandomSource } from '../../../../time/index.ts'
import type { Address } from '../../../../transport/index.ts'
import { decodeRecord } from '../enr.ts'
import type { NodeRecord } from '../enr.ts'
import { DiscoveryError } from '../error.ts'
import { compressKey, publicKeyOf } from '../../keys.ts'
import type { LocalNode } from '../local-node.ts'
import { hex, recordNode } from '../node.ts'
import type { DiscoveredNode } from '../node.ts'
import { concat } from '../rlp-items.ts'
import { checkIdentity, deriveKeys, open, proveIdentity, seal } from './crypto.ts'
import type { V5Message } from './messages.ts'
import { decodeMessage, encodeMessage } from './messages.ts'
import type { V5Packet } from './packets.ts'
import {
  ID_NONCE_BYTES,
  NONCE_BYTES,
  decodeV5Packet,
  encodeHeader,
  finishPacket,
  handshakeAuthdata,
  whoareyouAuthdata,
} from './packets.ts'
import { Sessions } from './sessions.ts'

/** Random bytes sent where there is no session yet, to be asked who we are. Source: go-ethereum (randomPacketMsgSize). */
const RANDOM_MESSAGE_BYTES = 20

export interface V5Encoded {
  readonly bytes: Uint8Array
  readonly nonce: Uint8Array
}

export type V5Whoareyou = Extract<V5Packet, { flag: 'whoareyou' }>

export type V5Incoming =
  | {
      readonly kind: 'message'
      readonly id: string
      readonly message: V5Message
      /** Who it is, when a handshake has just shown it. */
      readonly node: DiscoveredNode | null
    }
  /** Somebody without a session: to be asked who he is. */
  | { readonly kind: 'unknown'; readonly id: string; readonly idBytes: Uint8Array; readonly nonce: Uint8Array }
  | { readonly kind: 'whoareyou'; readonly packet: V5Whoareyou }

export interface V5CodecParts {
  readonly clock: Clock
  readonly random: RandomSource
  readonly local: Pick<LocalNode, 'privateKey' | 'idBytes' | 'record' | 'seq'>
  /** Asked before a handshake's curve operations. */
  readonly mayWork: (from: Address) => boolean
}

export class V5Codec {
  readonly sessions: Sessions
  readonly #random: RandomSource
  readonly #local: V5CodecParts['local']
  readonly #mayWork: (from: Address) => boolean

  constructor({ clock, random, local, mayWork }: V5CodecParts) {
    this.sessions = new Sessions(clock)
    this.#random = random
    this.#local = local
    this.#mayWork = mayWork
  }

  /** A message to a node: in its session, or, where there is none, noise of its size that makes the node ask who we are. */
  encode(recipient: Uint8Array, to: Address, message: V5Message): V5Encoded {
    const session = this.sessions.get(hex(recipient), to)
    const iv = this.#random.bytes(16)
    if (session === null) {
      const nonce = this.#random.bytes(NONCE_BYTES)
      const header = encodeHeader({ iv, nonce, flag: 'message', authdata: this.#local.idBytes })
      return { bytes: finishPacket(recipient, header, this.#random.bytes(RANDOM_MESSAGE_BYTES)), nonce }
    }
    const nonce = this.#nonce(session)
    const header = encodeHeader({ iv, nonce, flag: 'message', authdata: this.#local.idBytes })
    const sealed = seal(session.writeKey, nonce, encodeMessage(message), header)
    return { bytes: finishPacket(recipient, header, sealed), nonce }
  }

  /** The same message again, in answer to the node's challenge, with the proof of who we are. The session begins here. */
  encodeHandshake(node: DiscoveredNode, to: Address, message: V5Message, challenge: V5Whoareyou): V5Encoded {
    const { privateKey, idBytes, record, seq } = this.#local
    const ephemeralKey = this.#ephemeralKey()
    const ephemeral = publicKeyOf(ephemeralKey)
    const keys = deriveKeys(ephemeralKey, node.publicKey, idBytes, node.idBytes, challenge.header)
    const session = { readKey: keys.recipient, writeKey: keys.initiator, counter: 0 }
    const nonce = this.#nonce(session)
    const authdata = handshakeAuthdata(
      idBytes,
      proveIdentity(privateKey, challenge.header, ephemeral, node.idBytes),
      compressKey(ephemeral),
      seq > challenge.recordSeq ? record.bytes : null,
    )
    const header = encodeHeader({ iv: this.#random.bytes(16), nonce, flag: 'handshake', authdata })
    const sealed = seal(session.writeKey, nonce, encodeMessage(message), header)
    this.sessions.set(node.id, to, session)
    return { bytes: finishPacket(node.idBytes, header, sealed), nonce }
  }

  /**
   * Asks whoever sent the packet with this nonce who he is. While he has not answered, the same challenge is repeated:
   * his answer to it may be on its way. Null: too many of his neighbours have been asked.
   */
  encodeWhoareyou(
    recipient: Uint8Array,
    to: Address,
    nonce: Uint8Array,
    node: DiscoveredNode | null,
  ): Uint8Array | null {
    const id = hex(recipient)
    const waiting = this.sessions.challenge(id, to)
    if (waiting !== null) return finishPacket(recipient, waiting.header, new Uint8Array(0))
    const authdata = whoareyouAuthdata(this.#random.bytes(ID_NONCE_BYTES), node?.seq ?? 0n)
    const header = encodeHeader({ iv: this.#random.bytes(16), nonce, flag: 'whoareyou', authdata })
    if (!this.sessions.challenged(id, to, header, node)) return null
    return finishPacket(recipient, header, new Uint8Array(0))
  }

  /** Reads a packet. @throws {DiscoveryError} */
  decode(datagram: Uint8Array, from: Address): V5Incoming {
    const packet = decodeV5Packet(datagram, this.#local.idBytes)
    if (packet.flag === 'whoareyou') return { kind: 'whoareyou', packet }
    const id = hex(packet.sender)
    if (packet.flag === 'handshake') return this.#finishHandshake(id, packet, from)
    const session = this.sessions.get(id, from)
    const plain = session === null ? null : open(session.readKey, packet.nonce, packet.sealed, packet.header)
    // A session that does not open it is one that the other end has lost.
    if (plain === null) return { kind: 'unknown', id, idBytes: packet.sender, nonce: packet.nonce }
    return { kind: 'message', id, message: decodeMessage(plain), node: null }
  }

  #finishHandshake(id: string, packet: Extract<V5Packet, { flag: 'handshake' }>, from: Address): V5Incoming {
    const challenge = this.sessions.challenge(id, from)
    if (challenge === null) throw new DiscoveryError('bad-form', 'A handshake that was not asked for.')
    if (!this.#mayWork(from)) throw new DiscoveryError('busy', 'Too many handshakes.')
    this.sessions.settled(id, from)
    const { record, publicKey } = this.#identify(id, packet.record, challenge.node)
    const { idBytes, privateKey } = this.#local
    if (!checkIdentity(packet.proof, publicKey, challenge.header, packet.ephemeral, idBytes))
      throw new DiscoveryError('bad-signature', 'A handshake by somebody else than it says.')
    const keys = deriveKeys(privateKey, packet.ephemeral, packet.sender, idBytes, challenge.header)
    const plain = open(keys.initiator, packet.nonce, packet.sealed, packet.header)
    if (plain === null) throw new DiscoveryError('not-decryptable', 'A handshake whose message cannot be opened.')
    const message = decodeMessage(plain)
    this.sessions.set(id, from, { readKey: keys.initiator, writeKey: keys.recipient, counter: 0 })
    return { kind: 'message', id, message, node: record === null ? challenge.node : nodeOf(record) }
  }

  #identify(
    id: string,
    bytes: Uint8Array | null,
    known: DiscoveredNode | null,
  ): { record: NodeRecord | null; publicKey: Uint8Array } {
    if (bytes !== null) {
      const record = decodeRecord(bytes)
      if (hex(record.id) !== id) throw new DiscoveryError('bad-form', 'A handshake with the record of another node.')
      return { record, publicKey: record.publicKey }
    }
    if (known === null) throw new DiscoveryError('bad-form', 'A handshake without the record that we asked for.')
    return { record: null, publicKey: known.publicKey }
  }

  #nonce(session: { counter: number }): Uint8Array {
    session.counter += 1
    const counter = new Uint8Array(4)
    new DataView(counter.buffer).setUint32(0, session.counter)
    return concat([counter, this.#random.bytes(NONCE_BYTES - 4)])
  }

  /** Almost every 32 bytes are a private key; the rest is drawn again. */
  #ephemeralKey(): Uint8Array {
    for (;;) {
      const key = this.#random.bytes(32)
      if ((key[0] ?? 0) < 255 && key.some(byte => byte > 0)) return key
    }
  }
}

/** The node of a record; null when the record names no endpoint, which is no fault. */
function nodeOf(record: NodeRecord): DiscoveredNode | null {
  try {
    return recordNode(record)
  } catch {
    return null
  }
}
