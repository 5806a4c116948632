/** Is there any network but this machine's own? Looked at now and then: no system tells it in one way. */
import { networkInterfaces } from 'node:os'
import type { Clock, Timer } from '../time/index.ts'
import { ONLINE_CHECK_MS } from './limits.ts'

const hasWayOut = (): boolean =>
  Object.values(networkInterfaces()).some(one => one?.some(({ internal }) => !internal) ?? false)

export interface OnlineWatch {
  readonly isOnline: boolean
  close(): void
}

/** Begins online. `needsNone`: nothing wants a way out, so there is nothing to miss. `changed` is called with the news. */
export function watchOnline(clock: Clock, needsNone: () => boolean, changed: (isOnline: boolean) => void): OnlineWatch {
  let isOnline = true
  const timer: Timer = clock.every(ONLINE_CHECK_MS, () => {
    const now = hasWayOut() || needsNone()
    if (now === isOnline) return
    isOnline = now
    changed(now)
  })
  return {
    get isOnline() {
      return isOnline
    },
    close: () => timer.cancel(),
  }
}
