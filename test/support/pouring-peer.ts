/** A Bitcoin peer on loopback that pours addresses: a thousand whenever it is asked, more of its own accord, for ever. */
import { createServer, type Server, type Socket } from 'node:net'
import { Framer, encodeFrame } from '../../src-main/networks/bitcoin/frame.ts'
import { bitcoinParams } from '../../src-main/networks/bitcoin/index.ts'
import { encodeAddrV2 } from '../../src-main/networks/bitcoin/messages/addresses.ts'
import { encodeVersion } from '../../src-main/networks/bitcoin/messages/version.ts'
import type { RandomSource } from '../../src-main/time/index.ts'
import { ipAddress } from '../../src-main/transport/index.ts'

/** Addresses in one message at most. Source: BIP 155. */
const A_MESSAGE = 1000
const POUR_EVERY_MS = 20

export interface PouringPeer {
  /** `127.60.0.2:40000`. */
  readonly address: string
  /** Addresses poured so far, over all connections. */
  readonly poured: () => number
  close(): Promise<void>
}

/** Listens on a loopback host. All that it tells of is on loopback too, where nobody answers. */
export async function startPouringPeer(host: string, random: RandomSource): Promise<PouringPeer> {
  const params = bitcoinParams('regtest')
  if (params === null) throw new Error('no regtest')
  const { magic } = params
  const empty = new Uint8Array(0)
  const sockets = new Set<Socket>()
  let poured = 0

  const fresh = (count: number): Uint8Array =>
    encodeAddrV2(
      Array.from({ length: count }, () => ({
        address: ipAddress(
          Uint8Array.of(127, 100 + random.below(100), random.below(256), 1 + random.below(254)),
          18_444,
        ),
        services: 9n,
        seenAt: Date.now() - random.below(3_600_000),
      })),
    )
  const serve = (socket: Socket): void => {
    sockets.add(socket)
    const send = (name: string, payload: Uint8Array = empty): void =>
      void (socket.writable && socket.write(encodeFrame(magic, name, payload)))
    const pour = (count: number): void => {
      poured += count
      send('addrv2', fresh(count))
    }
    let timer: NodeJS.Timeout | null = null
    const framer = new Framer(
      { magic, budget: { usedBytes: 0, maxBytes: 4 * 1024 * 1024 }, explainMagic: () => '' },
      {
        message: (command, payload) => {
          if (command?.name === 'version') {
            const receiver = { ip: new Uint8Array(16), port: 0 }
            const time = Math.floor(Date.now() / 1000)
            const nonce = BigInt(random.below(2 ** 32)) + 1n
            const version = {
              version: 70_016,
              services: 9n,
              time,
              receiver,
              nonce,
              agent: '/Pour:1.0/',
              height: 1,
              relay: true,
            }
            send('version', encodeVersion(version))
            send('sendaddrv2')
            send('verack')
          } else if (command?.name === 'verack') timer = setInterval(() => pour(10), POUR_EVERY_MS)
          else if (command?.name === 'ping') send('pong', payload.slice())
          else if (command?.name === 'getaddr') pour(A_MESSAGE)
          return true
        },
        breach: () => {},
        noRoom: () => socket.destroy(),
      },
    )
    socket.on('data', (chunk: Buffer) => void framer.push(chunk))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      if (timer !== null) clearInterval(timer)
      framer.close()
      sockets.delete(socket)
    })
  }
  const server: Server = createServer({ noDelay: true }, serve)
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen({ host, port: 0 }, done)
  })
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('no port')
  return {
    address: `${host}:${String(bound.port)}`,
    poured: () => poured,
    close: () =>
      new Promise(done => {
        server.close(() => done())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
