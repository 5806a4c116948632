/** Deltas of the border applied to the page's records. */
import { describe, expect, it } from 'vitest'
import { applyDeltas, emptyCollection, type Delta } from '../../src-renderer/live/collection.ts'

interface Row {
  readonly id: string
  readonly score: number
  readonly agent: string
}
const row = (id: string, score = 0): Row => ({ id, score, agent: 'a' })
const delta = (fields: Partial<Delta<Row>>): Delta<Row> => ({
  reset: false,
  upsert: [],
  change: [],
  remove: [],
  ...fields,
})
const begun = applyDeltas(emptyCollection<Row>(), [delta({ reset: true, upsert: [row('a'), row('b')] })])

describe('a collection', () => {
  it('is not loaded before the first snapshot, and is after an empty one', () => {
    expect(emptyCollection<Row>().isLoaded).toBe(false)
    expect(applyDeltas(emptyCollection<Row>(), [delta({ reset: true })]).isLoaded).toBe(true)
  })

  it('forgets what it had on a reset', () => {
    const next = applyDeltas(begun, [delta({ reset: true, upsert: [row('c')] })])
    expect([...next.byId.keys()]).toEqual(['c'])
    expect(next.membership).toBeGreaterThan(begun.membership)
  })

  it('changes only the fields that came, in a new object, and leaves the others alone', () => {
    const held = applyDeltas(emptyCollection<Row>(), [delta({ reset: true, upsert: [row('a'), row('b')] })])
    const before = { a: held.byId.get('a'), b: held.byId.get('b') }
    const next = applyDeltas(held, [delta({ change: [['a', { score: 7 }]] })])
    expect(next.byId.get('a')).toEqual({ id: 'a', score: 7, agent: 'a' })
    expect(before.a).toEqual(row('a'))
    expect(next.byId.get('b')).toBe(before.b)
    expect(next.version).toBe(held.version + 1)
    expect(next.membership).toBe(held.membership)
  })

  it('skips changes to records it does not have', () => {
    const held = applyDeltas(emptyCollection<Row>(), [delta({ reset: true })])
    expect(applyDeltas(held, [delta({ change: [['x', { score: 1 }]] })]).byId.size).toBe(0)
  })

  it('applies several deltas in order: come, change, go', () => {
    const held = applyDeltas(emptyCollection<Row>(), [delta({ reset: true, upsert: [row('a')] })])
    const next = applyDeltas(held, [
      delta({ upsert: [row('c')] }),
      delta({ change: [['c', { score: 3 }]] }),
      delta({ remove: ['a', 'unknown'] }),
    ])
    expect([...next.byId.values()]).toEqual([row('c', 3)])
    expect(next.membership).toBe(held.membership + 2)
  })
})
