/** A test stand for one Bitcoin session: a connection in hand, virtual time, and a record of all that happens. */
import type {
  HeardAddress,
  Misbehaviour,
  Session,
  SessionEnd,
  SessionPurpose,
} from '../../../src-main/connections/index.ts'
import { silentLog } from '../../../src-main/log/index.ts'
import { createBitcoin } from '../../../src-main/networks/bitcoin/bitcoin.ts'
import type { BitcoinOptions } from '../../../src-main/networks/bitcoin/context.ts'
import { Framer, encodeFrame } from '../../../src-main/networks/bitcoin/frame.ts'
import { encodeInventory } from '../../../src-main/networks/bitcoin/messages/inventory.ts'
import { encodeVersion } from '../../../src-main/networks/bitcoin/messages/version.ts'
import type { VersionMessage } from '../../../src-main/networks/bitcoin/messages/version.ts'
import { bitcoinParams } from '../../../src-main/networks/bitcoin/params.ts'
import type { BitcoinParams } from '../../../src-main/networks/bitcoin/params.ts'
import type { Network } from '../../../src-main/networks/network.ts'
import { VirtualClock, seededRandom } from '../../../src-main/time/index.ts'
import { ipAddress, parseAddress } from '../../../src-main/transport/index.ts'
import type { Address, CloseReason, Connection, ConnectionHandlers } from '../../../src-main/transport/index.ts'

export function paramsOf(name: string): BitcoinParams {
  const params = bitcoinParams(name)
  if (params === null) throw new Error(`no network ${name}`)
  return params
}

export const REGTEST = paramsOf('regtest')

/** A connection whose other end is the test. */
export class HandConnection implements Connection {
  readonly id = 1
  readonly localAddress = null
  readonly route = { kind: 'direct' } as const
  readonly openedAt = 0
  readonly address: Address
  readonly direction: 'inbound' | 'outbound'
  bytesRead = 0
  bytesWritten = 0
  queuedBytes = 0
  isClosed = false
  isPaused = false
  /** How it was ended from our side. */
  ending: 'close' | 'destroy' | null = null
  /** Does the other end read? If not, what is written stays in the queue. */
  reads = true
  handlers: ConnectionHandlers | null = null
  readonly #onWrite: (bytes: Uint8Array) => void

  constructor(direction: 'inbound' | 'outbound', address: Address, onWrite: (bytes: Uint8Array) => void) {
    this.direction = direction
    this.address = address
    this.#onWrite = onWrite
  }

  open(handlers: ConnectionHandlers): void {
    this.handlers = handlers
  }

  write(bytes: Uint8Array): boolean {
    if (this.isClosed) return true
    this.bytesWritten += bytes.length
    if (!this.reads) this.queuedBytes += bytes.length
    this.#onWrite(bytes)
    return this.reads
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
  }

  close(): void {
    this.ending ??= 'close'
    this.isClosed = true
  }

  destroy(): void {
    this.ending ??= 'destroy'
    this.isClosed = true
  }
}

export interface Sent {
  readonly name: string
  readonly payload: Uint8Array
}

export const PEER = parseAddress('198.51.100.7:8333')

export interface StandOptions extends Partial<BitcoinOptions> {
  readonly purpose?: SessionPurpose
  readonly address?: Address
  /** Shared by stands that belong to one network. */
  readonly network?: Network
  readonly clock?: VirtualClock
}

/** The other end's version message. */
export const theirVersion = (changes: Partial<VersionMessage> = {}): Uint8Array =>
  encodeVersion({
    version: 70_016,
    services: 0x409n,
    time: 1_767_225_600,
    receiver: { ip: Uint8Array.from([...Array(10).fill(0), 255, 255, 203, 0, 113, 5]), port: 8333 },
    nonce: 77n,
    agent: '/Test:1.0/',
    height: 900_000,
    relay: true,
    ...changes,
  })

export class Stand {
  readonly clock: VirtualClock
  readonly network: Network
  readonly connection: HandConnection
  readonly session: Session
  readonly sent: Sent[] = []
  readonly breaches: Misbehaviour[] = []
  readonly heard: { addresses: readonly HeardAddress[]; solicited: boolean }[] = []
  readonly ends: { end: SessionEnd; closed: CloseReason | null }[] = []
  readonly counted: string[] = []
  readyCount = 0
  wanted = 0

  constructor(options: StandOptions = {}) {
    const purpose = options.purpose ?? 'inbound'
    this.clock = options.clock ?? new VirtualClock()
    this.network =
      options.network ??
      createBitcoin(REGTEST, { clock: this.clock, random: seededRandom(1), log: silentLog, ...options })
    const direction = purpose === 'inbound' ? 'inbound' : 'outbound'
    const budget = { usedBytes: 0, maxBytes: Infinity }
    // Reads what the session writes; messages that nobody reads come out without payload.
    const framer = new Framer(
      { magic: REGTEST.magic, budget, explainMagic: () => '' },
      {
        message: (command, payload) => this.sent.push({ name: command?.name ?? '?', payload: payload.slice() }) > 0,
        breach: rule => {
          throw new Error(`the session wrote nonsense: ${rule}`)
        },
        noRoom: () => {},
      },
    )
    this.connection = new HandConnection(direction, options.address ?? PEER, bytes => void framer.push(bytes))
    this.session = this.network.openSession(this.connection, purpose, {
      ready: () => {
        this.readyCount += 1
      },
      ended: (end, closed) => {
        this.ends.push({ end, closed })
      },
      misbehaved: breach => {
        this.breaches.push(breach)
      },
      heard: (addresses, solicited) => {
        this.heard.push({ addresses, solicited })
      },
      addressesWanted: () => {
        this.wanted += 1
      },
      message: (way, kind, bytes) => {
        this.counted.push(`${way} ${kind} ${bytes}`)
      },
    })
  }

  /** Names of the messages sent since the last call. */
  takeSent(): string[] {
    return this.sent.splice(0).map(({ name }) => name)
  }

  bytes(bytes: Uint8Array): this {
    this.connection.handlers?.data(bytes)
    return this
  }

  say(name: string, payload: Uint8Array = new Uint8Array(0)): this {
    return this.bytes(encodeFrame(REGTEST.magic, name, payload))
  }

  /** Goes through the handshake; what was sent in it is forgotten. */
  shake(version: Partial<VersionMessage> = {}, ...opening: readonly string[]): this {
    this.say('version', theirVersion(version))
    for (const name of opening) this.say(name)
    this.say('verack')
    this.sent.length = 0
    return this
  }

  get rules(): string[] {
    return this.breaches.map(breach => breach.rule)
  }

  get endCodes(): string[] {
    return this.ends.map(({ end }) => end.code)
  }
}

/** Addresses to be told: 9.0.0.0 and on. */
export const told = (count: number, first = 0): HeardAddress[] =>
  Array.from({ length: count }, (_, index) => ({
    address: ipAddress(
      Uint8Array.of(9, (first + index) >>> 16, ((first + index) >>> 8) & 255, (first + index) & 255),
      8333,
    ),
    services: 9n,
    seenAt: 1_767_000_000_000,
  }))

/** An inv, getdata or notfound payload. */
export const entries = (kind: number, count: number): Uint8Array =>
  encodeInventory(Array.from({ length: count }, () => ({ kind, hash: new Uint8Array(32) })))
