/**
 * A network for those who have none: 24 peers of our own on loopback, on sockets like any others. Eight wait to be
 * dialed, the rest dial us, and come back when they are sent away, so that a lifted ban is seen to be lifted.
 */
import type { Playground as PlaygroundRecord } from '../../../src-preload/contract.ts'
import type { Log } from '../../log/index.ts'
import { bitcoinParams } from '../../networks/bitcoin/index.ts'
import type { Clock, RandomSource, Timer } from '../../time/index.ts'
import { OPEN_POLICY, createTransport, parseAddress } from '../../transport/index.ts'
import type { Address, Listener, Transport } from '../../transport/index.ts'
import type { Role } from './cast.ts'
import { CAST, CHANGING_NAMES } from './cast.ts'
import { play } from './player.ts'

export const PLAYGROUND_NETWORK = 'bitcoin/regtest'

/** A player that was sent away comes back after this long, milliseconds; longer each time it is refused. Ours. */
const RETURN_MS = 1000
/** At most. */
const RETURN_CAP_MS = 4_000
/** Players come one after another, milliseconds: it is nicer to watch, and nobody is half-open beside all others. */
const ENTRANCE_MS = 120

export interface PlaygroundParts {
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
  /** Where Warren listens on loopback: players that dial go there. Null while it does not listen. */
  target(): Address | null
  /** Addresses of the players that wait to be dialed. */
  offer(addresses: readonly Address[]): void
  changed(): void
}

interface Place {
  readonly role: Role
  address: string
  isConnected: boolean
  /** Connections that this player is on. */
  open: number
  end: (() => void) | null
  refusals: number
}

export interface Playground {
  start(): Promise<void>
  stop(): Promise<void>
  readonly record: PlaygroundRecord
}

export function createPlayground(parts: PlaygroundParts): Playground {
  const { clock, random, log } = parts
  const magic = bitcoinParams('regtest')?.magic ?? 0
  let transport: Transport | null = null
  let places: Place[] = []
  const timers = new Set<Timer>()

  const later = (delayMs: number, action: () => void): void => {
    const timer = clock.after(delayMs, () => {
      timers.delete(timer)
      action()
    })
    timers.add(timer)
  }

  const entered = (place: Place, end: () => void): void => {
    place.open += 1
    place.end = end
    place.isConnected = true
    parts.changed()
  }
  const left = (place: Place): void => {
    place.open -= 1
    place.isConnected = place.open > 0
    if (!place.isConnected) place.end = null
    parts.changed()
  }

  /** Dials Warren from the player's own address, and again whenever that ends. */
  const enter = (place: Place): void => {
    const street = transport
    const target = parts.target()
    if (street === null) return
    const comeBack = (): void => {
      if (transport === street)
        later(Math.min(RETURN_CAP_MS, RETURN_MS * 2 ** Math.min(3, place.refusals)), () => enter(place))
    }
    if (target === null) {
      comeBack()
      return
    }
    const agent =
      place.role.kind === 'changing'
        ? (CHANGING_NAMES[random.below(CHANGING_NAMES.length)] ?? place.role.agent)
        : place.role.agent
    const openedAt = clock.monotonic()
    street.dial(target, { timeoutMs: 5000, from: place.role.host }).then(
      connection => {
        place.address = connection.localAddress?.key ?? place.role.host
        const end = play(place.role, agent, connection, { clock, random, magic }, () => {
          place.refusals = clock.monotonic() - openedAt < 1000 ? place.refusals + 1 : 0
          left(place)
          comeBack()
        })
        entered(place, end)
      },
      () => {
        place.refusals += 1
        comeBack()
      },
    )
  }

  /** Waits to be dialed. */
  const wait = async (place: Place, street: Transport): Promise<Listener> => {
    const listener = await street.listen([parseAddress(`${place.role.host}:0`)], {
      onConnection: connection => {
        const end = play(place.role, place.role.agent, connection, { clock, random, magic }, () => left(place))
        entered(place, end)
      },
    })
    place.address = listener.addresses[0]?.key ?? place.address
    return listener
  }

  return {
    async start() {
      if (transport !== null) return
      const street = createTransport({
        clock,
        log: log.child('playground'),
        policy: { ...OPEN_POLICY, hostNames: false },
      })
      transport = street
      const hosts = await reachableHosts(street)
      places = CAST.map(role => ({
        role: { ...role, host: hosts ? role.host : '127.0.0.1' },
        address: role.host,
        isConnected: false,
        open: 0,
        end: null,
        refusals: 0,
      }))
      const waiting = places.filter(place => place.role.side === 'listens')
      const listeners = await Promise.all(waiting.map(place => wait(place, street)))
      parts.offer(listeners.flatMap(listener => listener.addresses))
      for (const [index, place] of places.filter(one => one.role.side === 'dials').entries())
        later(index * ENTRANCE_MS, () => enter(place))
      log.info('playground started', { peers: places.length })
      parts.changed()
    },
    async stop() {
      const street = transport
      transport = null
      for (const timer of timers) timer.cancel()
      timers.clear()
      for (const place of places) place.end?.()
      places = []
      await street?.close()
      parts.changed()
    },
    get record() {
      return {
        isRunning: transport !== null,
        network: transport === null ? null : PLAYGROUND_NETWORK,
        peers: places.map(({ role, address, isConnected }) => ({
          address,
          kind: role.kind,
          text: role.text,
          isConnected,
        })),
      }
    },
  }
}

/** Does this system have all of 127.0.0.0/8? Macs have 127.0.0.1 only. */
async function reachableHosts(street: Transport): Promise<boolean> {
  try {
    const listener = await street.listen([parseAddress('127.1.0.2:0')], {
      onConnection: connection => connection.destroy(),
    })
    await listener.close()
    return true
  } catch {
    return false
  }
}
