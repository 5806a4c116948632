/** One open control port, watched: what it tells is kept and passed on. Used alike for our own Tor and for another's. */
import type { Log } from '../log/index.ts'
import type { Timer } from '../time/index.ts'
import type { LocalTarget } from '../transport/index.ts'
import { Activity } from './activity.ts'
import type { Credentials } from './auth.ts'
import { openControl, wantedEvents } from './control.ts'
import type { Control, ControlParts } from './control.ts'
import type { TorError } from './errors.ts'
import type { SocksEndpoint } from './find.ts'
import { ACTIVITY_NEWS_MS } from './limits.ts'
import { noticeOfPhase, noticeOfStatus } from './notices.ts'
import type { BootstrapPhase, TorEvent } from './parse.ts'
import type { TorNotice } from './status.ts'

export interface Session {
  readonly control: Control
  readonly activity: Activity
  /** Where this Tor takes SOCKS dials, when it says so. */
  readonly socks: SocksEndpoint | null
  /** Whether its SOCKS port separates dials by their credentials. */
  readonly isolates: boolean
  close(): void
}

export interface SessionHandlers {
  readonly onPhase: (phase: BootstrapPhase) => void
  readonly onNotice: (notice: TorNotice | null) => void
  readonly onDescriptor: (event: Extract<TorEvent, { kind: 'descriptor' }>) => void
  readonly onActivity: (topic: 'circuits' | 'bandwidth') => void
  readonly onBroken: (error: TorError) => void
}

/**
 * Connects, authenticates, asks how things stand and listens from then on. With `log`, Tor's own log goes there.
 * Rejects with a `TorError` and leaves nothing open.
 */
export async function openSession(
  parts: ControlParts,
  access: { readonly target: LocalTarget; readonly credentials: Credentials; readonly log: Log | null },
  handlers: SessionHandlers,
  signal: AbortSignal,
): Promise<Session> {
  const activity = new Activity()
  let news: Timer | null = null
  const close = (): void => {
    news?.cancel()
    news = null
    control.close()
  }
  const onEvent = (event: TorEvent): void => {
    const topic = activity.apply(event)
    if (topic === 'bandwidth') handlers.onActivity('bandwidth')
    else if (topic === 'circuits')
      news ??= parts.clock.after(ACTIVITY_NEWS_MS, () => {
        news = null
        handlers.onActivity('circuits')
      })
    else passOn(event, handlers, access.log)
  }
  const onBroken = (error: TorError): void => {
    close()
    handlers.onBroken(error)
  }
  const control = await openControl(parts, access.target, access.credentials, { onEvent, onBroken }, signal)
  const onAbort = (): void => close()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await control.listen(wantedEvents(access.log !== null))
    const [socks, ports, circuits, streams, phase] = await Promise.all([
      control.socks(),
      control.getConf('SocksPort'),
      control.circuits(),
      control.streams(),
      control.bootstrap(),
    ])
    for (const circuit of circuits) activity.addCircuit(circuit)
    for (const stream of streams) activity.addStream(stream)
    if (phase !== null) passOn({ kind: 'bootstrap', phase }, handlers, access.log)
    return { control, activity, socks, isolates: !ports.some(line => line.includes('NoIsolateSOCKSAuth')), close }
  } catch (error) {
    close()
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function passOn(event: TorEvent, handlers: SessionHandlers, log: Log | null): void {
  if (event.kind === 'bootstrap') {
    handlers.onPhase(event.phase)
    handlers.onNotice(noticeOfPhase(event.phase))
  } else if (event.kind === 'status') {
    const notice = noticeOfStatus(event)
    if (notice !== null) handlers.onNotice(notice === 'over' ? null : notice)
  } else if (event.kind === 'descriptor') {
    handlers.onDescriptor(event)
  } else if (event.kind === 'log') {
    log?.[event.level](event.text)
  }
}
