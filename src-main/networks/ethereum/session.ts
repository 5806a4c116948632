/** One Ethereum peer: the RLPx handshake, hello, and then p2p and eth messages, until it ends. Owns its connection. */
import { compress, uncompress } from 'snappyjs'
import type { Misbehaviour, Session, SessionEnd, SessionFacts, SessionHandlers } from '../../connections/index.ts'
import type { Clock, RandomSource } from '../../time/index.ts'
import type { CloseReason, Connection, ConnectionHandlers } from '../../transport/index.ts'
import { matchCapabilities } from './p2p/capabilities.ts'
import type { Shared } from './p2p/capabilities.ts'
import { ETH, STATUS, answerTo, ethName, kindOf } from './p2p/eth.ts'
import {
  HANDSHAKE_MS,
  MAX_PINGS,
  MAX_QUEUED_BYTES,
  PING_INTERVAL_MS,
  READ_TIMEOUT_MS,
  WRITE_TIMEOUT_MS,
} from './p2p/limits.ts'
import {
  BASE_CODES,
  CODE,
  HelloError,
  P2P_VERSION,
  REASON,
  REASONS,
  SNAPPY_VERSION,
  decodeDisconnect,
  decodeHello,
  encodeDisconnect,
  encodeHello,
} from './p2p/messages.ts'
import type { Hello } from './p2p/messages.ts'
import { RlpxError } from './rlpx/errors.ts'
import { FrameReader, FrameWriter } from './rlpx/frames.ts'
import type { Frame } from './rlpx/frames.ts'
import { initiate, receive } from './rlpx/handshake.ts'
import type { Handshake, HandshakeDone } from './rlpx/handshake.ts'
import { MAX_MESSAGE_BYTES } from './rlpx/limits.ts'

/** What all sessions of one network share. */
export interface EthereumContext {
  readonly clock: Clock
  readonly random: RandomSource
  /** Our node key, 32 bytes, and its public half, 64. */
  readonly ownKey: Uint8Array
  readonly ownId: Uint8Array
  readonly agent: string
}

/** The empty list, as ping and pong carry it. */
const EMPTY_LIST = Uint8Array.of(0xc0)

/** What a disconnect of ours says, by why the session ends. */
const REASON_OF: Partial<Record<SessionEnd['code'], number>> = {
  requested: REASON.requested,
  banned: REASON.breach,
  evicted: REASON.tooMany,
  incompatible: REASON.useless,
  self: REASON.self,
  duplicate: REASON.already,
  timeout: REASON.timeout,
  misbehaviour: REASON.breach,
  shutdown: REASON.quitting,
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

export class EthereumSession implements Session, ConnectionHandlers {
  readonly connection: Connection
  readonly #context: EthereumContext
  readonly #handlers: SessionHandlers
  readonly #left: (session: EthereumSession) => void
  readonly #openedAt: number
  #handshake: Handshake | null = null
  #remoteId: Uint8Array | null = null
  #writer: FrameWriter | null = null
  #reader: FrameReader | null = null
  #hello: Hello | null = null
  #shared: readonly Shared[] = []
  #isReady = false
  #isOver = false
  #heardAt: number
  #sentAt: number
  #pingAt = Infinity
  #pingSentAt: number | null = null
  #pings = 0
  #pingMs: number | null = null
  #minPingMs: number | null = null
  /** Since when our queue has not been empty. */
  #stalledAt: number | null = null
  #statusSent = false

  constructor(
    context: EthereumContext,
    connection: Connection,
    handlers: SessionHandlers,
    left: (session: EthereumSession) => void,
  ) {
    this.#context = context
    this.connection = connection
    this.#handlers = handlers
    this.#left = left
    this.#openedAt = context.clock.monotonic()
    this.#heardAt = this.#openedAt
    this.#sentAt = this.#openedAt
  }

  /** @param expected node key of the one dialed, 128 hex digits */
  start(expected: string | null): void {
    const { ownKey, random } = this.#context
    this.connection.open(this)
    if (this.connection.direction === 'inbound') {
      this.#handshake = receive({ ownKey, random })
      return
    }
    if (expected === null || !/^[0-9a-f]{128}$/.test(expected)) {
      this.close({
        code: 'handshake-failed',
        text: 'Nobody can be dialed on Ethereum without a node key: use an enode or ENR.',
      })
      return
    }
    try {
      this.#handshake = initiate(Buffer.from(expected, 'hex'), { ownKey, random })
    } catch (error) {
      this.#failed(error)
      return
    }
    this.#write(this.#handshake.opening ?? new Uint8Array(0))
  }

  get #now(): number {
    return this.#context.clock.monotonic()
  }

  data(chunk: Uint8Array): void {
    if (this.#isOver) return
    try {
      if (this.#reader !== null) {
        this.#takeFrames(chunk)
        return
      }
      const done = this.#handshake?.take(chunk) ?? null
      if (done !== null) this.#agreed(done)
    } catch (error) {
      this.#failed(error)
    }
  }

  drain(): void {
    this.#stalledAt = null
  }

  closed(reason: CloseReason): void {
    const during = this.#isReady ? '.' : ' during the handshake.'
    this.#end(
      { code: reason.by === 'remote' ? 'remote' : 'connection', text: reason.text.replace(/\.?$/, during) },
      reason,
    )
  }

  #agreed({ secrets, remote, answer, rest }: HandshakeDone): void {
    this.#handshake = null
    this.#remoteId = remote
    this.#writer = new FrameWriter(secrets)
    this.#reader = new FrameReader(secrets)
    if (answer.length > 0) this.#write(answer)
    this.#handlers.identified?.(hex(remote))
    if (this.#isOver) return
    const { agent, ownId } = this.#context
    const capabilities = ETH.map(({ name, version }) => ({ name, version }))
    this.#send(CODE.hello, encodeHello({ version: P2P_VERSION, agent, capabilities, port: 0, id: ownId }), 'hello')
    if (rest.length > 0) this.#takeFrames(rest)
  }

  #takeFrames(chunk: Uint8Array): void {
    this.#reader?.take(chunk, frame => {
      this.#onFrame(frame)
      return !this.#isOver
    })
  }

  #onFrame({ data, length }: Frame): void {
    this.#heardAt = this.#now
    if (data === null) {
      this.#handlers.message?.('in', 'long', length)
      if (!this.#isReady)
        this.#misbehaved('p2p-too-big', 'A message far too long came before the handshake was complete.')
      return
    }
    const [first = 0] = data
    // Codes are canonical RLP numbers: 0 is 0x80, up to 127 they are themselves.
    const code = first === 0x80 ? 0 : first < 0x80 && first > 0 ? first : null
    if (code === null) {
      this.#misbehaved('p2p-malformed', 'A message has a code that is no number.')
      return
    }
    const kind = kindOf(code, this.#shared)
    this.#handlers.message?.('in', kind, length)
    if (this.#isOver) return
    if (code === CODE.hello) this.#onHello(data.subarray(1))
    else if (code === CODE.disconnect) this.#onDisconnect(data.subarray(1))
    else if (this.#hello === null) this.#misbehaved('p2p-before-hello', `Message ${code} came before hello.`)
    else this.#onMessage(code, this.#inflate(data.subarray(1)), kind)
  }

  #inflate(payload: Uint8Array): Uint8Array {
    if ((this.#hello?.version ?? 0) < SNAPPY_VERSION) return payload
    try {
      return uncompress(payload, MAX_MESSAGE_BYTES)
    } catch (error) {
      throw new RlpxError('bad-snappy', 'A message does not decompress within bounds.', error)
    }
  }

  #onHello(payload: Uint8Array): void {
    if (this.#hello !== null) {
      this.#misbehaved('p2p-hello-twice', 'A second hello.')
      return
    }
    const hello = decodeHello(payload)
    this.#hello = hello
    if (this.#remoteId === null || hex(hello.id) !== hex(this.#remoteId)) {
      this.#say(REASON.unexpected)
      this.close({ code: 'handshake-failed', text: 'The hello names another identity than the handshake.' })
      return
    }
    this.#shared = matchCapabilities(ETH, hello.capabilities)
    if (this.#shared.length === 0) {
      const offered = hello.capabilities.map(({ name, version }) => `${name}/${version}`).join(', ')
      this.close({
        code: 'incompatible',
        text: `The peer speaks nothing that we do (${offered || 'it names nothing'}).`,
      })
      return
    }
    this.#isReady = true
    this.#pingAt = this.#now + PING_INTERVAL_MS
    this.#handlers.ready()
  }

  #onDisconnect(payload: Uint8Array): void {
    // ethereumjs never compresses it, go-ethereum always does after hello: both are tried.
    let reason = decodeDisconnect(payload)
    if (REASONS[reason] === undefined && this.#hello !== null) {
      try {
        reason = decodeDisconnect(uncompress(payload, MAX_MESSAGE_BYTES))
      } catch {
        // It stays unread.
      }
    }
    const text = `The peer left: ${REASONS[reason] ?? `reason ${reason}`}.`
    this.#end({ code: 'remote', text }, null)
  }

  #onMessage(code: number, payload: Uint8Array, kind: string): void {
    if (code === CODE.ping) {
      if (++this.#pings > MAX_PINGS) this.#misbehaved('p2p-ping-flood', 'Pings faster than any need.')
      else this.#send(CODE.pong, EMPTY_LIST, 'pong')
      return
    }
    if (code === CODE.pong) {
      this.#onPong()
      return
    }
    const shared = this.#shared.findLast(one => code >= one.offset)
    if (code < BASE_CODES || shared === undefined) return
    if (code >= shared.offset + shared.length) {
      this.#misbehaved('p2p-unknown-code', `Message ${code} belongs to no capability that we share.`, kind)
      return
    }
    this.#onEth(shared, code - shared.offset, payload)
  }

  #onEth(shared: Shared, code: number, payload: Uint8Array): void {
    if (code === STATUS) {
      if (this.#statusSent) return
      this.#statusSent = true
      this.#send(shared.offset + STATUS, payload, 'Status')
      return
    }
    const answer = answerTo(code, payload)
    if (answer !== null) this.#send(shared.offset + answer.code, answer.payload, ethName(answer.code))
  }

  #onPong(): void {
    if (this.#pingSentAt === null) return
    this.#pingMs = this.#now - this.#pingSentAt
    this.#minPingMs = Math.min(this.#minPingMs ?? Infinity, this.#pingMs)
    this.#pingSentAt = null
  }

  #send(code: number, payload: Uint8Array, kind: string): void {
    if (this.#writer === null || this.#isOver) return
    const isPlain = this.#hello === null || this.#hello.version < SNAPPY_VERSION || code === CODE.hello
    const body = isPlain ? payload : compress(payload)
    const frame = this.#writer.write(Buffer.concat([Uint8Array.of(code === 0 ? 0x80 : code), body]))
    this.#handlers.message?.('out', kind, frame.length)
    this.#write(frame)
  }

  #write(bytes: Uint8Array): void {
    this.#sentAt = this.#now
    if (this.connection.write(bytes)) return
    this.#stalledAt ??= this.#now
    if (this.connection.queuedBytes > MAX_QUEUED_BYTES)
      this.close({ code: 'timeout', text: 'The peer asks but does not read.' })
  }

  #say(reason: number): void {
    this.#send(CODE.disconnect, encodeDisconnect(reason), 'disconnect')
  }

  #misbehaved(rule: string, evidence: string, message?: string): void {
    const breach: Misbehaviour = message === undefined ? { rule, evidence } : { rule, evidence, message }
    this.#handlers.misbehaved(breach)
    if (!this.#isOver) this.close({ code: 'misbehaviour', text: evidence })
  }

  #failed(error: unknown): void {
    if (this.#isOver) return
    if (error instanceof HelloError) this.#misbehaved('p2p-malformed', error.message, 'hello')
    else if (error instanceof RlpxError && this.#reader === null)
      // Unauthenticated: closed without a word, as go-ethereum does.
      this.#breach('rlpx-handshake', error.message)
    else if (error instanceof RlpxError) this.#breach('rlpx-frame', error.message)
    else this.#misbehaved('p2p-malformed', error instanceof Error ? error.message : String(error))
  }

  /** A stream that cannot be read on: there is nothing to say on it. */
  #breach(rule: string, evidence: string): void {
    this.#handlers.misbehaved({ rule, evidence })
    this.#end({ code: 'misbehaviour', text: evidence }, null, true)
  }

  /** Looks at every deadline. @param now monotonic milliseconds */
  sweep(now: number): void {
    if (!this.#isReady) {
      if (now - this.#openedAt >= HANDSHAKE_MS)
        this.close({ code: 'handshake-timeout', text: 'The handshake did not end within 5 seconds.' })
      return
    }
    if (now - this.#heardAt >= READ_TIMEOUT_MS) {
      this.close({ code: 'timeout', text: 'The peer was silent for 30 seconds.' })
    } else if (this.#stalledAt !== null && now - this.#stalledAt >= WRITE_TIMEOUT_MS) {
      this.close({ code: 'timeout', text: 'The peer read nothing of what we sent for 20 seconds.' })
    } else if (now >= this.#pingAt) {
      this.#pingAt = now + PING_INTERVAL_MS
      this.#pings = 0
      this.#pingSentAt ??= now
      this.#send(CODE.ping, EMPTY_LIST, 'ping')
    }
  }

  askForAddresses(): void {}

  tellAddresses(): number {
    return 0
  }

  close(end: SessionEnd): void {
    if (this.#isOver) return
    const reason = REASON_OF[end.code]
    if (reason !== undefined && this.#hello !== null) this.#say(reason)
    this.#end(end, null)
  }

  #end(end: SessionEnd, closed: CloseReason | null, abruptly = false): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#left(this)
    if (closed === null) {
      if (abruptly) this.connection.destroy(end.text)
      else this.connection.close(end.text)
    }
    this.#handlers.ended(end, closed)
  }

  facts(): SessionFacts {
    const { clock } = this.#context
    const shift = clock.now() - clock.monotonic()
    const hello = this.#hello
    return {
      state: this.#isOver ? 'ended' : this.#isReady ? 'ready' : 'handshaking',
      identity: this.#remoteId === null ? null : hex(this.#remoteId),
      agent: hello?.agent ?? null,
      version: hello?.version ?? null,
      services: 0n,
      capabilities: hello?.capabilities.map(({ name, version }) => `${name}/${version}`) ?? [],
      height: null,
      timeOffsetMs: null,
      pingMs: this.#pingMs,
      minPingMs: this.#minPingMs,
      lastReceivedAt: Math.round(this.#heardAt + shift),
      lastSentAt: Math.round(this.#sentAt + shift),
      seenAs: null,
      relaysAddresses: false,
      details: Object.fromEntries(this.#shared.map(({ name, version, offset }) => [`${name}/${version}`, offset])),
    }
  }
}
