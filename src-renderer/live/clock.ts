/**
 * The page's time, in one place. `now` is the client's clock: a browser on another machine may be minutes off, so the
 * difference to the newest overview is taken out when it is larger than travel can explain.
 */
import { useSyncExternalStore } from 'react'
import { live } from './store.ts'

/** Below this the difference is travel and batching, not a wrong clock. */
const SKEW_MS = 3000
let skewMs = 0

live.subscribe((state, before) => {
  if (state.overview === null || state.overview === before.overview) return
  const difference = state.overview.at - Date.now()
  skewMs = Math.abs(difference) > SKEW_MS ? difference : 0
})

/** Milliseconds since the epoch by the client's clock. */
export function now(): number {
  return Date.now() + skewMs
}

let second = now()
const listeners = new Set<() => void>()
let timer = 0

function watch(listener: () => void): () => void {
  listeners.add(listener)
  if (timer === 0) {
    second = now()
    timer = window.setInterval(() => {
      second = now()
      for (const each of listeners) each()
    }, 1000)
  }
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      clearInterval(timer)
      timer = 0
    }
  }
}

/** The client's time, renewed once a second. `step` in milliseconds makes it coarser, so that fewer renders follow. */
export function useNow(step = 1000): number {
  return useSyncExternalStore(watch, () => Math.floor(second / step) * step)
}
