/** The bridge: three functions for the page, and nothing with a channel name that the page could choose. */
import { contextBridge, ipcRenderer } from 'electron'
import type { EventName, WarrenBridge } from './contract.ts'

const IPC = { request: 'warren:request', stream: 'warren:stream', events: 'warren:events' } as const

type Listener = (payload: unknown, seq: number) => void
const listeners = new Map<string, Set<Listener>>()

ipcRenderer.on(IPC.events, (_event, batch: readonly { seq: number; event: string; payload: unknown }[]) => {
  for (const { seq, event, payload } of batch) for (const listener of listeners.get(event) ?? []) listener(payload, seq)
  const last = batch.at(-1)
  if (last !== undefined) ipcRenderer.send(IPC.stream, 'ack', last.seq)
})

const bridge: WarrenBridge = {
  request: (name, input) => ipcRenderer.invoke(IPC.request, name, input),
  subscribe: (event: EventName, listener: (payload: never, seq: number) => void) => {
    const held = listeners.get(event) ?? new Set()
    listeners.set(event, held)
    held.add(listener as Listener)
    // A second listener needs the snapshot too: the event starts anew for all.
    ipcRenderer.send(IPC.stream, 'subscribe', event)
    return () => {
      held.delete(listener as Listener)
      if (held.size === 0) ipcRenderer.send(IPC.stream, 'unsubscribe', event)
    }
  },
  platform: { shell: 'electron', os: process.platform, canChooseFiles: true },
}

contextBridge.exposeInMainWorld('warren', bridge)
