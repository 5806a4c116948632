/** Keyed records as they are kept in the page, and how one delta of the border is applied to them. Pure. */

export interface Keyed {
  readonly id: string
}

/** The payload of a delta event, as `deltaOf` of the contract makes it. */
export interface Delta<R extends Keyed> {
  readonly reset: boolean
  readonly upsert: readonly R[]
  readonly change: readonly (readonly [string, Readonly<Record<string, unknown>>])[]
  readonly remove: readonly string[]
}

/**
 * Records by id. A record object is never changed: whoever holds one may compare by identity. The map behind is reused
 * between versions, so `version` is what tells two states apart.
 */
export interface Collection<R extends Keyed> {
  readonly byId: ReadonlyMap<string, R>
  /** Rises with every applied delta. */
  readonly version: number
  /** Rises only when records came or went. */
  readonly membership: number
  /** False until the first snapshot has come. */
  readonly isLoaded: boolean
}

export function emptyCollection<R extends Keyed>(): Collection<R> {
  return { byId: new Map(), version: 0, membership: 0, isLoaded: false }
}

/** Applies deltas in order. Changes to records that are not there are skipped: a later upsert brings them whole. */
export function applyDeltas<R extends Keyed>(held: Collection<R>, deltas: readonly Delta<R>[]): Collection<R> {
  let byId = held.byId as Map<string, R>
  let membership = held.membership
  let isLoaded = held.isLoaded
  for (const delta of deltas) {
    if (delta.reset) {
      byId = new Map()
      membership++
      isLoaded = true
    }
    for (const record of delta.upsert) {
      if (!byId.has(record.id)) membership++
      byId.set(record.id, record)
    }
    for (const [id, fields] of delta.change) {
      const before = byId.get(id)
      if (before !== undefined) byId.set(id, { ...before, ...fields })
    }
    for (const id of delta.remove) if (byId.delete(id)) membership++
  }
  return { byId, version: held.version + 1, membership, isLoaded }
}
