/** Who wants to know that something changed: topics, and for tables of records the ids. */
import type { EventName } from '../../src-preload/contract.ts'

export type ChangeListener = (event: EventName, ids?: readonly string[]) => void

export interface Changes {
  tell(event: EventName, ids?: readonly string[]): void
  onChange(listener: ChangeListener): () => void
}

export function createChanges(): Changes {
  const listeners = new Set<ChangeListener>()
  return {
    tell: (event, ids) => {
      for (const listener of listeners) listener(event, ids)
    },
    onChange: listener => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
