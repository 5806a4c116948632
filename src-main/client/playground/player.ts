/** One peer of the playground: shakes hands as a node does, then does what its role is known for. */
import type { HeardAddress } from '../../connections/index.ts'
import { Framer, encodeFrame } from '../../networks/bitcoin/frame.ts'
import { encodeAddrV2 } from '../../networks/bitcoin/messages/addresses.ts'
import { encodeU64 } from '../../networks/bitcoin/messages/control.ts'
import { encodeInventory } from '../../networks/bitcoin/messages/inventory.ts'
import { encodeVersion } from '../../networks/bitcoin/messages/version.ts'
import type { Clock, RandomSource, Timer } from '../../time/index.ts'
import { ipAddress } from '../../transport/index.ts'
import type { Connection } from '../../transport/index.ts'
import type { Role } from './cast.ts'

/** NETWORK and WITNESS, as a full node offers. */
const SERVICES = 9n
const PROTOCOL = 70_016
/** Bytes of unfinished messages that a player keeps. Source: ours. */
const MAX_BUFFERED_BYTES = 1024 * 1024
const EMPTY = new Uint8Array(0)

export interface PlayerParts {
  readonly clock: Clock
  readonly random: RandomSource
  readonly magic: number
}

/** Plays `role` on an open connection until that ends; then calls `over`. Gives the way to end it. */
export function play(
  role: Role,
  agent: string,
  connection: Connection,
  parts: PlayerParts,
  over: () => void,
): () => void {
  const { clock, random, magic } = parts
  const timers = new Set<Timer>()
  let isOpen = false

  const send = (name: string, payload: Uint8Array = EMPTY): void => {
    connection.write(encodeFrame(magic, name, payload))
  }
  const later = (delayMs: number, action: () => void): void => {
    const timer = clock.after(delayMs, () => {
      timers.delete(timer)
      action()
    })
    timers.add(timer)
  }
  const again = (periodMs: number, action: () => void): void => void timers.add(clock.every(periodMs, action))

  const sendVersion = (): void => {
    const nowhere = { ip: new Uint8Array(16), port: 0 }
    send(
      'version',
      encodeVersion({
        version: PROTOCOL,
        services: SERVICES,
        time: Math.floor(clock.now() / 1000),
        receiver: nowhere,
        nonce: BigInt(random.below(2 ** 32)) * 65_537n + 1n,
        agent,
        height: role.height,
        relay: true,
      }),
    )
  }

  const onMessage = (name: string, payload: Uint8Array): void => {
    switch (name) {
      case 'version':
        if (connection.direction === 'inbound') sendVersion()
        send('wtxidrelay')
        send('sendaddrv2')
        send('verack')
        break
      case 'verack':
        if (!isOpen) {
          isOpen = true
          begin()
        }
        break
      case 'ping': {
        const pong = payload.slice()
        if (role.kind === 'silent') break
        if (role.kind === 'slow') later(400 + random.below(1600), () => send('pong', pong))
        else send('pong', pong)
        break
      }
      case 'getaddr':
        if (role.kind !== 'silent') send('addrv2', encodeAddrV2(addresses(20 + random.below(30), false)))
        break
      default:
    }
  }

  /** Made-up addresses. All are on loopback, where nobody answers: what the playground tells must not lead anyone out. */
  const addresses = (count: number, isLie: boolean): HeardAddress[] =>
    Array.from({ length: count }, () => ({
      address: ipAddress(
        Uint8Array.of(127, (isLie ? 200 : 100) + random.below(50), random.below(256), 1 + random.below(254)),
        18_444,
      ),
      services: SERVICES,
      seenAt: clock.now() + (isLie ? 86_400_000 : -random.below(3_600_000)),
    }))

  const announce = (): void =>
    send(
      'inv',
      encodeInventory(
        Array.from({ length: 1 + random.below(30) }, () => ({ kind: 1 + random.below(2), hash: random.bytes(32) })),
      ),
    )

  /** What the role does once the handshake is over. */
  const begin = (): void => {
    switch (role.kind) {
      case 'quick':
      case 'slow':
        send('feefilter', encodeU64(1000n))
        again(20_000 + random.below(10_000), () => send('ping', random.bytes(8)))
        break
      case 'chatty':
        send('sendheaders')
        again(700 + random.below(800), announce)
        again(15_000, () => send('addrv2', encodeAddrV2(addresses(1 + random.below(3), false))))
        break
      case 'flooding':
        again(5_000, () => send('mempool'))
        break
      case 'malformed':
        again(12_000, () => {
          const frame = encodeFrame(magic, 'ping', random.bytes(8))
          frame[20] = (frame[20] ?? 0) ^ 0xff
          connection.write(frame)
        })
        break
      case 'lying':
        again(10_000, () => send('addrv2', encodeAddrV2(addresses(300, true))))
        break
      case 'changing':
        later(20_000, () => connection.close())
        break
      case 'silent':
        break
      default:
        role.kind satisfies never
    }
  }

  const framer = new Framer(
    { magic, budget: { usedBytes: 0, maxBytes: MAX_BUFFERED_BYTES }, explainMagic: () => '' },
    {
      message: (command, payload) => {
        if (command !== null) onMessage(command.name, payload)
        return true
      },
      breach: () => {},
      noRoom: () => connection.destroy(),
    },
  )
  connection.open({
    data: chunk => void framer.push(chunk),
    closed: () => {
      framer.close()
      for (const timer of timers) timer.cancel()
      timers.clear()
      over()
    },
  })
  if (connection.direction === 'outbound') sendVersion()
  return () => connection.destroy()
}
