/** What is said after the handshake: keep-alive, gossip, and short answers to whoever takes us for a full node. */
import type { HeardAddress, SessionEnd, SessionHandlers, SessionPurpose } from '../../connections/index.ts'
import type { Connection } from '../../transport/index.ts'
import { randomNonce } from './context.ts'
import type { BitcoinContext } from './context.ts'
import type { FloodGuard } from './flood.ts'
import { PeerGossip } from './gossip.ts'
import { judge, judgeGetData } from './judge.ts'
import { KeepAlive } from './keep-alive.ts'
import {
  MAX_ADDRESSES_PER_MESSAGE,
  MAX_NOTFOUND_ANSWER,
  ONE_SHOT_ANSWER_MS,
  SELF_ANNOUNCE_MEAN_MS,
  SILENCE_TIMEOUT_MS,
} from './limits.ts'
import { decodeAddr, decodeAddrV2, encodeAddr, encodeAddrV2, isSendable } from './messages/addresses.ts'
import type { AddressEntries } from './messages/addresses.ts'
import { decodeReject, decodeSendCompact, decodeU64, encodeU64 } from './messages/control.ts'
import { decodeLocator } from './messages/headers.ts'
import { decodeInventory } from './messages/inventory.ts'
import type { Outbox } from './outbox.ts'
import type { RemotePeer } from './remote.ts'

/** First version with pong. Source: BIP 31. */
const PONG_VERSION = 60_001
/** First version with sendheaders. Source: BIP 130. */
const SENDHEADERS_VERSION = 70_012

/** The session as its exchange sees it. */
export interface Judge {
  misbehaved(rule: string, evidence: string, message?: string, count?: number): void
  close(end: SessionEnd): void
}

/** What a session is made of. */
export interface ExchangeParts {
  readonly context: BitcoinContext
  readonly connection: Connection
  readonly purpose: SessionPurpose
  readonly handlers: SessionHandlers
  readonly outbox: Outbox
  readonly remote: RemotePeer
  readonly guard: FloodGuard
  readonly session: Judge
}

export class Exchange {
  readonly #parts: ExchangeParts
  readonly gossip: PeerGossip
  readonly keepAlive = new KeepAlive()
  /** Monotonic milliseconds. */
  readonly #begunAt: number

  /** @param now monotonic milliseconds, as everywhere below */
  constructor(parts: ExchangeParts, now: number) {
    this.#parts = parts
    this.#begunAt = now
    this.gossip = new PeerGossip(parts.connection.direction === 'outbound', now)
  }

  /** Says what is said first. */
  begin(now: number): void {
    const { connection, outbox, remote } = this.#parts
    if (remote.speaks(SENDHEADERS_VERSION)) outbox.sendFixed('sendheaders')
    if (connection.direction === 'outbound') this.ask(now)
    if (remote.speaks(PONG_VERSION)) this.#sendPing(now)
  }

  /** Takes a message by name. @throws {WireError} */
  take(name: string, payload: Uint8Array, now: number): void {
    const { outbox, remote, session } = this.#parts
    switch (name) {
      case 'ping':
        this.#onPing(payload)
        return
      case 'pong':
        if (this.keepAlive.answer(decodeU64(payload), now)) return
        session.misbehaved('bad-pong', 'A pong that answers no ping of ours.', name)
        return
      case 'addr':
        this.#onAddresses(decodeAddr(payload), name, now)
        return
      case 'addrv2':
        this.#onAddresses(decodeAddrV2(payload), name, now)
        return
      case 'getaddr':
        this.#onGetAddr()
        return
      case 'getdata':
        this.#onGetData(payload)
        return
      case 'getheaders':
        decodeLocator(payload)
        outbox.sendFixed('headers')
        return
      case 'getblocks':
        decodeLocator(payload)
        return
      case 'sendheaders':
        remote.wantsHeaders = true
        return
      case 'sendcmpct':
        remote.compact = decodeSendCompact(payload)
        return
      case 'feefilter':
        remote.feeFilter = decodeU64(payload)
        return
      case 'reject':
        this.#onReject(payload)
        return
      default:
        for (const { rule, evidence, count } of judge(name, payload)) session.misbehaved(rule, evidence, name, count)
    }
  }

  #onPing(payload: Uint8Array): void {
    const { guard, outbox, remote, session } = this.#parts
    if (!guard.takePing()) {
      session.misbehaved('ping-flood', 'Pings faster than any need; this one got no answer.', 'ping')
      return
    }
    // Before BIP 31 a ping was empty and had no answer.
    if (payload.length === 0 && !remote.speaks(PONG_VERSION)) return
    outbox.send('pong', encodeU64(decodeU64(payload)))
  }

  #onAddresses(entries: AddressEntries, name: string, now: number): void {
    const { connection, context, handlers, purpose, session } = this.#parts
    const { addresses, isSolicited, excess } = this.gossip.hear(entries, connection.address, context.random, now)
    if (addresses.length > 0) handlers.heard(addresses, isSolicited)
    if (excess > 0) {
      const evidence = `Told ${excess} addresses beyond what the gossip limit lets in.`
      session.misbehaved('addr-flood', evidence, name, excess)
    }
    if (purpose === 'one-shot' && isSolicited && entries.count > 1) {
      session.close({ code: 'requested', text: `Was asked for addresses and told ${entries.count}.` })
    }
  }

  #onGetAddr(): void {
    const { connection, handlers, session } = this.#parts
    // Only those who came to us are answered: otherwise our view of the network could be read off us (Core).
    if (connection.direction === 'outbound') return
    if (this.gossip.hasAsked) {
      session.misbehaved('getaddr-repeated', 'Asked again for addresses.', 'getaddr')
      return
    }
    this.gossip.hasAsked = true
    this.gossip.isOn = true
    handlers.addressesWanted()
  }

  #onGetData(payload: Uint8Array): void {
    const { outbox, session } = this.#parts
    const inventory = decodeInventory('getdata', payload)
    const breaches = judgeGetData(inventory)
    for (const { rule, evidence, count } of breaches) session.misbehaved(rule, evidence, 'getdata', count)
    if (inventory.count > 0) outbox.send('notfound', inventory.head(MAX_NOTFOUND_ANSWER))
  }

  #onReject(payload: Uint8Array): void {
    const { message, code, reason } = decodeReject(payload)
    const shown = (text: string): string => text.replace(/[^ -~]/g, '?')
    const { connection, context } = this.#parts
    const peer = connection.address.key
    context.log.debug('A peer rejected a message', { peer, kind: shown(message), code, reason: shown(reason) })
  }

  #sendPing(now: number): void {
    const { context, outbox } = this.#parts
    const nonce = randomNonce(context.random)
    if (this.keepAlive.start(nonce, now)) outbox.send('ping', encodeU64(nonce))
  }

  /** Asks for addresses, unless an answer is still awaited. */
  ask(now: number): void {
    if (this.gossip.ask(now)) this.#parts.outbox.sendFixed('getaddr')
  }

  /** Returns how many addresses were sent: those that the peer can take, at most one message of them. */
  tell(addresses: readonly HeardAddress[]): number {
    const { outbox, remote } = this.#parts
    if (outbox.isFull) return 0
    const v2 = remote.wantsAddrV2
    const sendable = addresses.filter(({ address }) => isSendable(address, v2)).slice(0, MAX_ADDRESSES_PER_MESSAGE)
    if (sendable.length === 0) return 0
    if (v2) outbox.send('addrv2', encodeAddrV2(sendable))
    else outbox.send('addr', encodeAddr(sendable))
    return sendable.length
  }

  /** Tells the peer our own address, in a message of its own, now and about once a day. */
  #announce(now: number): void {
    const { connection, context } = this.#parts
    this.gossip.announceAt = now - Math.log(1 - context.random.float()) * SELF_ANNOUNCE_MEAN_MS
    const address = context.ownAddress(connection.address)
    if (address !== null) this.tell([{ address, services: 0n, seenAt: context.clock.now() }])
  }

  /** Sends what is due and ends the session when a deadline has passed. */
  sweep(now: number): void {
    const { purpose, session } = this.#parts
    if (this.keepAlive.waitingMs(now) >= SILENCE_TIMEOUT_MS) {
      session.close({ code: 'timeout', text: 'The peer did not answer a ping for 20 minutes.' })
    } else if (purpose === 'one-shot' && now - this.#begunAt >= ONE_SHOT_ANSWER_MS) {
      session.close({ code: 'requested', text: 'Was asked for addresses and told none within 30 seconds.' })
    } else {
      if (this.keepAlive.isDue(now)) this.#sendPing(now)
      if (this.gossip.isOn && now >= this.gossip.announceAt) this.#announce(now)
    }
  }
}
