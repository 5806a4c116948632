/**
 * The border over Electron's IPC: who sends is checked first, then the registrar does as everywhere. Takes what it needs
 * of Electron as narrow interfaces, so that it is tested without it.
 */
import type { ClientPort } from '../../src-preload/contract/port.ts'
import type { Log } from '../log/index.ts'
import type { Clock } from '../time/index.ts'
import type { Asker, Registrar } from './registrar.ts'
import { PageSubscriber, type SentEvent } from './subscriber.ts'

/** Channels between preload and main; there are no others. */
export const IPC = { request: 'warren:request', stream: 'warren:stream', events: 'warren:events' } as const

/** What of an IPC event tells who sent it. */
export interface IpcSender {
  readonly sender: { readonly id: number }
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null
}

export interface IpcMainLike {
  handle(channel: string, listener: (event: IpcSender, ...args: unknown[]) => Promise<unknown>): void
  on(channel: string, listener: (event: IpcSender, ...args: unknown[]) => void): void
}

/** The one window's page. */
export interface PageLike {
  readonly id: number
  send(channel: string, payload: unknown): void
}

export interface ElectronIpcParts {
  readonly ipcMain: IpcMainLike
  readonly client: ClientPort
  readonly registrar: Registrar
  readonly clock: Clock
  readonly log: Log
  /** Origin of our page, `app://warren`. */
  readonly origin: string
}

export interface ElectronIpc {
  /** Begins to serve a page; the one before, if any, is forgotten. */
  attach(page: PageLike): void
  detach(): void
}

export function serveIpc(parts: ElectronIpcParts): ElectronIpc {
  const { ipcMain, client, registrar, clock, log, origin } = parts
  const asker: Asker = { caller: 'page', isBrowser: false, session: null }
  let page: PageLike | null = null
  let subscriber: PageSubscriber | null = null

  /** Our window, its main frame, our origin: else it is refused, and said. */
  const isOurs = (event: IpcSender): boolean => {
    const frame = event.senderFrame
    const isGood =
      page !== null &&
      event.sender.id === page.id &&
      frame !== null &&
      frame.parent === null &&
      frame.url.startsWith(`${origin}/`)
    if (!isGood) log.error('a message from a stranger was refused', { url: frame?.url.slice(0, 200) ?? 'gone' })
    return isGood
  }

  ipcMain.handle(IPC.request, async (event, name, input) => {
    if (!isOurs(event)) return { seq: 0, code: 'forbidden', text: 'This page may not ask Warren.' }
    const current = subscriber
    const bytes = JSON.stringify(input)?.length ?? 0
    const envelope = await registrar.answer(name, input, bytes, asker)
    return { seq: current?.nextSeq() ?? 0, ...envelope }
  })
  ipcMain.on(IPC.stream, (event, word, value) => {
    if (!isOurs(event) || subscriber === null) return
    if (word === 'subscribe') subscriber.subscribe(value)
    else if (word === 'unsubscribe') subscriber.unsubscribe(value)
    else if (word === 'ack') subscriber.acknowledge(value)
    else log.error('a page sent a word that does not exist')
  })

  const detach = (): void => {
    subscriber?.close()
    subscriber = null
    page = null
  }
  return {
    attach: next => {
      detach()
      page = next
      subscriber = new PageSubscriber({
        client,
        clock,
        log,
        send: (batch: readonly SentEvent[]) => next.send(IPC.events, batch),
      })
    },
    detach,
  }
}
