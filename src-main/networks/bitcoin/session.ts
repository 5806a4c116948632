/**
 * One Bitcoin peer from the first byte to the last. It has no timer of its own (the network's sweep looks at its
 * deadlines) and no buffer while idle, so that thousands of them cost little. Every breach ends in one place,
 * `misbehaved`.
 */
import type {
  HeardAddress,
  Session,
  SessionEnd,
  SessionFacts,
  SessionHandlers,
  SessionPurpose,
} from '../../connections/index.ts'
import type { CloseReason, Connection, ConnectionHandlers } from '../../transport/index.ts'
import type { Command } from './commands.ts'
import { randomNonce } from './context.ts'
import type { BitcoinContext, NonceHolder } from './context.ts'
import { Exchange } from './exchange.ts'
import type { Judge } from './exchange.ts'
import { FloodGuard } from './flood.ts'
import { HEADER_BYTES } from './frame.ts'
import type { FrameRule, FrameSink } from './frame.ts'
import { Intake } from './intake.ts'
import {
  HANDSHAKE_TIMEOUT_MS,
  MIN_PEER_VERSION,
  PROTOCOL_VERSION,
  SILENCE_TIMEOUT_MS,
  STALL_TIMEOUT_MS,
} from './limits.ts'
import { mappedBytes } from './messages/addresses.ts'
import { REJECT_OBSOLETE, decodeFeature, encodeReject } from './messages/control.ts'
import { decodeVersion, encodeVersion } from './messages/version.ts'
import type { VersionMessage } from './messages/version.ts'
import { Outbox } from './outbox.ts'
import { RemotePeer } from './remote.ts'
import { WireError } from './wire-error.ts'

/** First version that is told of wtxidrelay and sendaddrv2. Source: BIP 339; Bitcoin Core for addrv2. */
const WTXID_VERSION = 70_016

/** After these the connection is cut at once: what is queued is not worth sending. */
const ABRUPT: ReadonlySet<SessionEnd['code']> = new Set([
  'misbehaviour',
  'banned',
  'timeout',
  'self',
  'handshake-timeout',
])

export class BitcoinSession implements Session, ConnectionHandlers, FrameSink, NonceHolder, Judge {
  readonly connection: Connection
  readonly #purpose: SessionPurpose
  readonly #handlers: SessionHandlers
  readonly #context: BitcoinContext
  /** Takes the session off the network's list. */
  readonly #left: (session: BitcoinSession) => void
  readonly #intake: Intake
  readonly #outbox: Outbox
  readonly #guard: FloodGuard
  readonly #remote = new RemotePeer()
  /** Null until the handshake is complete. */
  #exchange: Exchange | null = null
  #isOver = false
  /** Of our version message, while the handshake lasts. */
  #nonce: bigint | null = null
  /** Monotonic milliseconds. */
  readonly #openedAt: number
  #heardAt: number

  constructor(
    context: BitcoinContext,
    connection: Connection,
    purpose: SessionPurpose,
    handlers: SessionHandlers,
    left: (session: BitcoinSession) => void,
  ) {
    this.#context = context
    this.connection = connection
    this.#purpose = purpose
    this.#handlers = handlers
    this.#left = left
    this.#openedAt = context.clock.monotonic()
    this.#heardAt = this.#openedAt
    this.#intake = new Intake(connection, context.frameContext, this)
    this.#outbox = new Outbox(context, connection, handlers)
    this.#guard = new FloodGuard(this.#openedAt)
  }

  /** Takes over the connection and, if we made it, speaks first. */
  start(): void {
    this.connection.open(this)
    if (this.connection.direction === 'outbound') this.#sendVersion()
  }

  get #now(): number {
    return this.#context.clock.monotonic()
  }

  data(chunk: Uint8Array): void {
    if (this.#isOver || this.#intake.take(chunk, this.#now)) return
    this.close({ code: 'timeout', text: 'The peer sends but does not read.' })
  }

  drain(): void {
    if (!this.#isOver) this.#intake.goOn(this.#now)
  }

  closed(reason: CloseReason): void {
    const code = reason.by === 'remote' ? 'remote' : 'connection'
    const during = this.#exchange === null ? ' during the handshake.' : '.'
    this.#end({ code, text: reason.text.replace(/\.?$/, during) }, reason)
  }

  noRoom(): void {
    this.close({ code: 'evicted', text: 'All peers together sent too many unfinished messages; this one wanted more.' })
  }

  breach(rule: FrameRule, evidence: string, command: Command | null): void {
    this.misbehaved(rule, evidence, command?.name)
  }

  message(command: Command | null, payload: Uint8Array, length: number): boolean {
    const now = this.#now
    this.#heardAt = now
    const kind = command?.name ?? 'other'
    this.#handlers.message?.('in', kind, HEADER_BYTES + length)
    if (this.#isOver) return false
    if (this.#guard.takeMessage(length, now)) {
      try {
        this.#dispatch(command, payload, now)
      } catch (error) {
        this.#failed(error, kind)
      }
    } else {
      this.misbehaved('message-flood', 'Messages faster than any need; this one was passed over.', kind)
    }
    return !this.#isOver && !this.#outbox.isFull
  }

  #failed(error: unknown, kind: string): void {
    if (error instanceof WireError) {
      this.misbehaved(error.code, error.message, kind)
      return
    }
    // Ours, not the peer's: it must not take the others down with it.
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    this.#context.log.error('A message could not be handled', { kind, peer: this.connection.address.key, error: text })
    this.close({ code: 'connection', text: `Warren failed at a ${kind} message; the log has the details.` })
  }

  #dispatch(command: Command | null, payload: Uint8Array, now: number): void {
    const isIntroduced = this.#remote.version !== null
    if (command === null) {
      if (!isIntroduced) this.misbehaved('message-before-version', 'An unknown message came before version.')
      return
    }
    const { name, phase } = command
    if (phase === 'version') this.#onVersion(payload)
    else if (!isIntroduced) this.misbehaved('message-before-version', `A ${name} message came before version.`, name)
    else if (phase === 'verack') this.#onVerack(now)
    else if (phase === 'opening') this.#onOpening(name, payload)
    else if (this.#exchange !== null) this.#exchange.take(name, payload, now)
    else this.misbehaved('message-before-verack', `A ${name} message came before verack.`, name)
  }

  #sendVersion(): void {
    const context = this.#context
    const { address } = this.connection
    const nonce = randomNonce(context.random)
    this.#nonce = nonce
    context.nonces.set(nonce, this)
    const payload = encodeVersion({
      version: PROTOCOL_VERSION,
      services: 0n,
      time: Math.floor(context.clock.now() / 1000),
      receiver: { ip: mappedBytes(address), port: address.port },
      nonce,
      agent: context.agent,
      height: 0,
      relay: false,
    })
    this.#outbox.send('version', payload)
  }

  isSelf(): void {
    this.close({ code: 'self', text: 'This address is our own: we were connected to ourselves.' })
  }

  #onVersion(payload: Uint8Array): void {
    if (this.#remote.version !== null) {
      this.misbehaved('version-twice', 'A second version message.', 'version')
      return
    }
    const message = decodeVersion(payload)
    const other = this.#context.nonces.get(message.nonce)
    if (other !== undefined) {
      other.isSelf()
      this.isSelf()
      return
    }
    this.#remote.introduce(message, this.#context.clock.now())
    if (message.version < MIN_PEER_VERSION) {
      this.#refuseObsolete(message)
      return
    }
    if (this.connection.direction === 'inbound') this.#sendVersion()
    if (this.#remote.speaks(WTXID_VERSION)) {
      this.#outbox.sendFixed('wtxidrelay')
      this.#outbox.sendFixed('sendaddrv2')
    }
    this.#outbox.sendFixed('verack')
  }

  /** Tells the peer why as well: `reject`, as nodes of its day understood it (BIP 61). */
  #refuseObsolete({ version }: VersionMessage): void {
    const reason = `Version must be ${MIN_PEER_VERSION} or greater`
    const reject = { message: 'version', code: REJECT_OBSOLETE, reason, hash: new Uint8Array(0) }
    this.#outbox.send('reject', encodeReject(reject))
    const text = `The peer speaks version ${version} of the protocol; at least ${MIN_PEER_VERSION} is needed.`
    this.close({ code: 'incompatible', text })
  }

  #onOpening(name: string, payload: Uint8Array): void {
    if (this.#exchange !== null) {
      this.misbehaved('late-handshake-message', `A ${name} message came after verack.`, name)
    } else if (name === 'sendaddrv2') this.#remote.wantsAddrV2 = true
    else if (name === 'wtxidrelay') this.#remote.wantsWtxid = true
    else if (name === 'feature') this.#remote.addFeature(decodeFeature(payload).id)
    // sendtxrcncl (BIP 330) is for those who relay transactions.
  }

  #onVerack(now: number): void {
    if (this.#exchange !== null) {
      this.misbehaved('verack-twice', 'A second verack message.', 'verack')
      return
    }
    this.#forgetNonce()
    const exchange = new Exchange(
      {
        context: this.#context,
        connection: this.connection,
        purpose: this.#purpose,
        handlers: this.#handlers,
        outbox: this.#outbox,
        remote: this.#remote,
        guard: this.#guard,
        session: this,
      },
      now,
    )
    this.#exchange = exchange
    this.#handlers.ready()
    if (this.#isOver) return
    if (this.#purpose === 'feeler') {
      this.close({ code: 'requested', text: 'The address was to be tested only, and it works.' })
    } else {
      exchange.begin(now)
    }
  }

  askForAddresses(): void {
    if (!this.#isOver && this.#purpose !== 'feeler') this.#exchange?.ask(this.#now)
  }

  tellAddresses(addresses: readonly HeardAddress[]): number {
    return this.#isOver ? 0 : (this.#exchange?.tell(addresses) ?? 0)
  }

  /** Looks at every deadline of this session. @param now monotonic milliseconds */
  sweep(now: number): void {
    if (this.#exchange === null && now - this.#openedAt >= HANDSHAKE_TIMEOUT_MS) {
      this.close({ code: 'handshake-timeout', text: 'The handshake did not end within 60 seconds.' })
    } else if (now - this.#heardAt >= SILENCE_TIMEOUT_MS) {
      this.close({ code: 'timeout', text: 'The peer was silent for 20 minutes.' })
    } else if ((this.#intake.stalledMs(now) ?? 0) >= STALL_TIMEOUT_MS) {
      this.close({ code: 'timeout', text: 'The peer read nothing of what we sent for two minutes.' })
    } else {
      this.#exchange?.sweep(now)
    }
  }

  /** The one place where a breach ends up. */
  misbehaved(rule: string, evidence: string, message?: string, count?: number): void {
    if (this.#isOver) return
    this.#handlers.misbehaved({
      rule,
      evidence,
      ...(message === undefined ? {} : { message }),
      ...(count === undefined ? {} : { count }),
    })
    if (this.#context.endingRules.has(rule)) this.close({ code: 'misbehaviour', text: evidence })
  }

  close(end: SessionEnd): void {
    this.#end(end, null)
  }

  #end(end: SessionEnd, closed: CloseReason | null): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#forgetNonce()
    this.#intake.close()
    this.#outbox.close()
    this.#left(this)
    if (closed === null) {
      if (ABRUPT.has(end.code)) this.connection.destroy(end.text)
      else this.connection.close(end.text)
    }
    this.#handlers.ended(end, closed)
  }

  #forgetNonce(): void {
    if (this.#nonce !== null) this.#context.nonces.delete(this.#nonce)
    this.#nonce = null
  }

  facts(): SessionFacts {
    const { clock } = this.#context
    const remote = this.#remote
    const gossip = this.#exchange?.gossip
    const keepAlive = this.#exchange?.keepAlive
    // Kept by the monotonic clock, shown by the wall clock.
    const shift = clock.now() - clock.monotonic()
    const open = this.#exchange === null ? 'handshaking' : 'ready'
    return {
      state: this.#isOver ? 'ended' : open,
      identity: null,
      agent: remote.agent,
      version: remote.version,
      services: remote.services,
      capabilities: remote.capabilities(),
      height: remote.height,
      timeOffsetMs: remote.timeOffsetMs,
      pingMs: keepAlive?.lastMs ?? null,
      minPingMs: keepAlive?.minMs ?? null,
      lastReceivedAt: Math.round(this.#heardAt + shift),
      lastSentAt: Math.round(this.#outbox.sentAt + shift),
      seenAs: remote.seenAs,
      relaysAddresses: gossip?.isOn ?? false,
      details: remote.details(gossip?.told ?? 0, gossip?.taken ?? 0),
    }
  }
}
