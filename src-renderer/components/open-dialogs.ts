/** How many dialogs are open: tables hold their order meanwhile, since a dialog may speak of a row behind it. */
import { useSyncExternalStore } from 'react'

let count = 0
const listeners = new Set<() => void>()

function change(by: 1 | -1): void {
  count += by
  for (const listener of listeners) listener()
}

/** Counts a dialog as open until the returned function is called. */
export function countDialog(): () => void {
  change(1)
  return () => change(-1)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useIsDialogOpen(): boolean {
  return useSyncExternalStore(subscribe, () => count > 0)
}
