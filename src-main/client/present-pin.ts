/** A pinned address as the window shows it: what the store holds, and what becomes of it now. */
import type { PinRecord } from '../../src-preload/contract.ts'
import { parseAddress } from '../transport/index.ts'
import type { PinRow } from './pins.ts'
import type { NetworkRuntime } from './runtime.ts'

/** A pin with its state; `runtime` is absent while its network is off. */
export function presentPin(row: PinRow, runtime: NetworkRuntime | undefined): PinRecord {
  const address = runtime === undefined ? null : parseAddress(row.address)
  const request = address === null ? null : (runtime?.manager.requestFor(address) ?? null)
  const nextTryAt = request?.nextTryAt ?? null
  const isConnected =
    address !== null && (runtime?.manager.sessionsAt(address).some(session => session.isReady) ?? false)
  const state: PinRecord['state'] = isConnected
    ? 'connected'
    : request === null
      ? 'off'
      : request.nextTryAt === null
        ? 'connecting'
        : 'waiting'
  return {
    ...row,
    state,
    nextTryAt: nextTryAt === null ? null : Math.max(0, Math.round(nextTryAt)),
    attempts: request?.attempts ?? 0,
    lastFailure: request?.lastFailure ?? null,
  }
}
