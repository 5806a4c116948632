/** One live page: a WebSocket whose frames are requests, subscriptions and acknowledgements, each checked before use. */
import type { RawData, WebSocket } from 'ws'
import type { ClientPort } from '../../src-preload/contract/port.ts'
import type { Log } from '../log/index.ts'
import type { Clock } from '../time/index.ts'
import { MAX_UNSENT_BYTES, PING_EVERY_MS } from './limits.ts'
import type { Asker, Registrar } from './registrar.ts'
import { PageSubscriber } from './subscriber.ts'

/** Why the door closes a live page, as WebSocket close codes of the private range. */
export const CLOSED = { revoked: 4401, ending: 4410, misused: 4400 } as const

export interface LivePageParts {
  readonly socket: WebSocket
  readonly client: ClientPort
  readonly registrar: Registrar
  readonly asker: Asker
  readonly clock: Clock
  readonly log: Log
  /** Called with each frame: the session is in use. */
  readonly onUse: () => void
}

/** Ids that a page may give its requests. */
const isRequestId = (id: unknown): id is number => typeof id === 'number' && Number.isSafeInteger(id) && id >= 0

/** The exact size of an input matters only when the frame is larger than the smallest cap. */
const SMALL_FRAME_BYTES = 8 * 1024

/** Serves the page until its socket closes. */
export function servePage(parts: LivePageParts): void {
  const { socket, registrar, asker, clock, log } = parts
  let isAlive = true

  const send = (text: string): void => {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > MAX_UNSENT_BYTES) {
      log.warn('cut off a page that does not read')
      socket.terminate()
      return
    }
    socket.send(text)
  }
  const events = new PageSubscriber({
    client: parts.client,
    clock,
    log,
    send: batch => {
      for (const one of batch) send(JSON.stringify(one))
    },
  })
  const pings = clock.every(PING_EVERY_MS, () => {
    if (!isAlive) {
      socket.terminate()
      return
    }
    isAlive = false
    socket.ping()
  })

  const answer = async (id: number, name: unknown, input: unknown, bytes: number): Promise<void> => {
    const envelope = await registrar.answer(name, input, bytes, asker)
    send(JSON.stringify({ id, seq: events.nextSeq(), ...envelope }))
  }

  const take = (frame: Record<string, unknown>, bytes: number): void => {
    if (isRequestId(frame['id']) && 'request' in frame) {
      const input = frame['input'] ?? {}
      const size = bytes <= SMALL_FRAME_BYTES ? bytes : Buffer.byteLength(JSON.stringify(input))
      void answer(frame['id'], frame['request'], input, size)
    } else if ('subscribe' in frame) events.subscribe(frame['subscribe'])
    else if ('unsubscribe' in frame) events.unsubscribe(frame['unsubscribe'])
    else if ('ack' in frame) events.acknowledge(frame['ack'])
    else log.warn('a page sent a frame that says nothing')
  }

  socket.on('message', (raw: RawData, isBinary: boolean) => {
    parts.onUse()
    if (isBinary || !Buffer.isBuffer(raw)) {
      log.warn('a page sent a binary frame')
      return
    }
    let frame: unknown
    try {
      frame = JSON.parse(raw.toString('utf8'))
    } catch {
      log.warn('a page sent a frame that is not JSON')
      return
    }
    if (typeof frame === 'object' && frame !== null && !Array.isArray(frame))
      take(frame as Record<string, unknown>, raw.length)
    else log.warn('a page sent a frame that is no object')
  })
  socket.on('pong', () => {
    isAlive = true
    parts.onUse()
  })
  socket.on('error', error => log.warn('a live page failed', { error: error.message }))
  socket.on('close', () => {
    pings.cancel()
    events.close()
  })
}
