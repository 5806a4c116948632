/** A connection without a socket whose other end shakes hands as a Bitcoin peer does, and whose bytes are only counted. */
import { bitcoinParams } from '../../src-main/networks/bitcoin/index.ts'
import { encodeFrame } from '../../src-main/networks/bitcoin/frame.ts'
import { encodeVersion } from '../../src-main/networks/bitcoin/messages/version.ts'
import { ipAddress } from '../../src-main/transport/index.ts'
import type { Connection, ConnectionHandlers } from '../../src-main/transport/index.ts'

function greetings(): Buffer {
  const params = bitcoinParams('regtest')
  if (params === null) throw new Error('no regtest')
  const version = encodeVersion({
    version: 70_016,
    services: 0x409n,
    time: 1_700_000_000,
    receiver: { ip: new Uint8Array(16), port: 18_444 },
    nonce: 1n,
    agent: '/Chatty:1.0/',
    height: 900_000,
    relay: false,
  })
  const empty = new Uint8Array(0)
  const { magic } = params
  return Buffer.concat([encodeFrame(magic, 'version', version), encodeFrame(magic, 'verack', empty)])
}
const GREETING = greetings()

export class ChattyConnection implements Connection {
  readonly id: number
  readonly address: Connection['address']
  readonly localAddress = null
  readonly route = { kind: 'direct' } as const
  readonly direction = 'inbound'
  readonly openedAt: number
  readonly queuedBytes = 0
  bytesRead = 0
  bytesWritten = 0
  isClosed = false
  #handlers: ConnectionHandlers | null = null

  /** The `n`th gets an address and a /24 of its own. */
  constructor(n: number, openedAt: number) {
    this.id = n
    this.openedAt = openedAt
    this.address = ipAddress(Uint8Array.of(20 + (n >>> 16), (n >>> 8) & 255, n & 255, 7), 8333)
  }
  open(handlers: ConnectionHandlers): void {
    this.#handlers = handlers
  }
  greet(): void {
    this.hear(GREETING.length)
    this.#handlers?.data(Buffer.from(GREETING))
  }
  /** Counts bytes as received. */
  hear(bytes: number): void {
    this.bytesRead += bytes
  }
  write(bytes: Uint8Array): boolean {
    this.bytesWritten += bytes.length
    return true
  }
  pause(): void {}
  resume(): void {}
  close(): void {
    this.#end('local')
  }
  destroy(): void {
    this.#end('local')
  }
  hangUp(): void {
    this.#end('remote')
  }
  #end(by: 'local' | 'remote'): void {
    if (this.isClosed) return
    this.isClosed = true
    this.#handlers?.closed({ by, text: 'closed' })
  }
}
