/** Those who listen to a manager, as one: calls all of them, and nobody once it has been muted. */
import type { ManagerHandlers } from './types.ts'

export class Listeners implements Required<ManagerHandlers> {
  readonly #all = new Set<ManagerHandlers>()

  add(handlers: ManagerHandlers): () => void {
    // A wrapper of its own, so that the same handlers may listen twice and stop once.
    const own = { ...handlers }
    this.#all.add(own)
    return () => void this.#all.delete(own)
  }

  /** For good: a closed manager calls nobody. */
  mute(): void {
    this.#all.clear()
  }

  sessionAdded: Required<ManagerHandlers>['sessionAdded'] = session => {
    for (const one of this.#all) one.sessionAdded?.(session)
  }
  sessionChanged: Required<ManagerHandlers>['sessionChanged'] = session => {
    for (const one of this.#all) one.sessionChanged?.(session)
  }
  sessionRemoved: Required<ManagerHandlers>['sessionRemoved'] = (session, end, closed) => {
    for (const one of this.#all) one.sessionRemoved?.(session, end, closed)
  }
  attemptChanged: Required<ManagerHandlers>['attemptChanged'] = (id, attempt) => {
    for (const one of this.#all) one.attemptChanged?.(id, attempt)
  }
  refused: Required<ManagerHandlers>['refused'] = (code, direction) => {
    for (const one of this.#all) one.refused?.(code, direction)
  }
  misbehaved: Required<ManagerHandlers>['misbehaved'] = (session, breach, verdict) => {
    for (const one of this.#all) one.misbehaved?.(session, breach, verdict)
  }
  message: Required<ManagerHandlers>['message'] = (session, direction, kind, bytes) => {
    for (const one of this.#all) one.message?.(session, direction, kind, bytes)
  }
  useful: Required<ManagerHandlers>['useful'] = (session, kind) => {
    for (const one of this.#all) one.useful?.(session, kind)
  }
  networkDown: Required<ManagerHandlers>['networkDown'] = isDown => {
    for (const one of this.#all) one.networkDown?.(isDown)
  }
}
