/** The little that we use of two Bitcoin packages that have no types. Only tests and benches use them. */

declare module 'bitcoin-net' {
  import type { EventEmitter } from 'node:events'
  import type { Duplex } from 'node:stream'

  interface NetVersion {
    version: number
    services: Buffer
    userAgent: string
    startHeight: number
    relay: boolean
  }

  export class Peer extends EventEmitter {
    constructor(
      params: { magic: number; defaultPort: number },
      options?: { socket?: Duplex; userAgent?: string; handshakeTimeout?: number; pingInterval?: number },
    )
    ready: boolean
    version: NetVersion | null
    latency: number
    connect(socket: Duplex): void
    disconnect(error?: Error): void
    send(command: string, payload: unknown): void
    ping(done: (error: Error | null, elapsedMs: number) => void): void
    _onVersion(message: NetVersion): void
  }
}

declare module 'bitcoin-protocol' {
  import type { Transform } from 'node:stream'

  interface StreamOptions {
    magic: number
  }
  const protocol: {
    createDecodeStream(options: StreamOptions): Transform
    createEncodeStream(options: StreamOptions): Transform
  }
  export = protocol
}
