/** The stream to one page, in virtual time: its pace, its deltas, and what it does with a page that falls behind. */
import { beforeEach, describe, expect, test } from 'vitest'
import { LAG_AFTER_MS, MAX_DIRTY_RECORDS, MAX_UNACKNOWLEDGED, SEND_EVERY_MS } from '../../src-main/border/limits.ts'
import { PageSubscriber, type SentEvent } from '../../src-main/border/subscriber.ts'
import type { TableDelta } from '../../src-main/border/table-deltas.ts'
import { VirtualClock } from '../../src-main/time/index.ts'
import { FakeClient, keepingLog } from './fake-client.ts'

let clock: VirtualClock
let client: FakeClient
let log: string[]
let batches: (readonly SentEvent[])[]
let page: PageSubscriber

beforeEach(() => {
  clock = new VirtualClock()
  client = new FakeClient()
  log = []
  batches = []
  page = new PageSubscriber({ client: client.port, clock, log: keepingLog(log), send: batch => batches.push(batch) })
})

const lastSeq = (): number => batches.at(-1)?.at(-1)?.seq ?? 0
const lastDelta = (): TableDelta => batches.at(-1)?.at(-1)?.payload as TableDelta
/** Lets one sending happen and acknowledges it. */
function turn(): void {
  clock.advance(SEND_EVERY_MS)
  page.acknowledge(lastSeq())
}

describe('pace', () => {
  test('a thousand changes in a second are ten sendings', () => {
    page.subscribe('overview')
    for (let at = 0; at < 1000; at++) {
      client.set('overview', { at })
      clock.advance(1)
      page.acknowledge(lastSeq())
    }
    expect(batches.length).toBeLessThanOrEqual(11)
    expect(batches.length).toBeGreaterThanOrEqual(9)
  })

  test('of a gauge only the latest value travels', () => {
    client.set('overview', { at: 1 })
    page.subscribe('overview')
    client.set('overview', { at: 2 })
    turn()
    expect(batches).toEqual([[{ seq: 1, event: 'overview', payload: { at: 2 } }]])
  })

  test('a gauge without a value is not sent, and nothing is sent when nothing changes', () => {
    page.subscribe('traffic')
    clock.advance(10_000)
    expect(batches).toEqual([])
  })

  test('what is not subscribed is not sent', () => {
    client.put('peers', { id: 'a' })
    client.set('overview', {})
    clock.advance(10_000)
    page.subscribe('overview')
    turn()
    page.unsubscribe('overview')
    client.set('overview', {})
    clock.advance(10_000)
    expect(batches).toHaveLength(1)
  })
})

describe('tables', () => {
  test('begin with all there is, then tell fields that changed, records that came and ids that went', () => {
    client.put('peers', { id: 'a', score: 1, caps: ['x'] })
    client.put('peers', { id: 'b', score: 1, caps: [] })
    page.subscribe('peers')
    turn()
    expect(lastDelta()).toMatchObject({ reset: true, upsert: [{ id: 'a' }, { id: 'b' }] })
    client.put('peers', { id: 'a', score: 2, caps: ['x'] })
    client.remove('peers', 'b')
    client.put('peers', { id: 'c', score: 0, caps: [] })
    turn()
    expect(lastDelta()).toEqual({
      reset: false,
      upsert: [{ id: 'c', score: 0, caps: [] }],
      change: [['a', { score: 2 }]],
      remove: ['b'],
    })
  })

  test('say nothing of a record that came back to what it was, or came and went unseen', () => {
    client.put('peers', { id: 'a', score: 1 })
    page.subscribe('peers')
    turn()
    client.put('peers', { id: 'a', score: 2 })
    client.put('peers', { id: 'a', score: 1 })
    client.put('peers', { id: 'b' })
    client.remove('peers', 'b')
    turn()
    expect(batches).toHaveLength(1)
  })

  test('send a record whole when it lost a field', () => {
    client.put('peers', { id: 'a', score: 1, ping: 4 })
    page.subscribe('peers')
    turn()
    client.put('peers', { id: 'a', score: 1 })
    turn()
    expect(lastDelta()).toMatchObject({ upsert: [{ id: 'a', score: 1 }], change: [] })
  })

  test('begin anew when they are subscribed again', () => {
    client.put('peers', { id: 'a' })
    page.subscribe('peers')
    turn()
    page.subscribe('peers')
    turn()
    expect(lastDelta().reset).toBe(true)
  })
})

describe('a page that does not keep up', () => {
  /** Changes a record every 10 ms for a while without acknowledging anything. */
  function flood(ms: number): void {
    for (let at = 0; at < ms; at += 10) {
      client.put('peers', { id: 'a', score: at })
      clock.advance(10)
    }
  }

  test('is sent three batches and no more', () => {
    page.subscribe('peers')
    flood(60_000)
    expect(batches).toHaveLength(MAX_UNACKNOWLEDGED)
  })

  test('gets one fresh snapshot with its next acknowledgement, and changes from there', () => {
    page.subscribe('peers')
    flood(5000)
    page.acknowledge(lastSeq())
    clock.advance(SEND_EVERY_MS)
    expect(batches).toHaveLength(MAX_UNACKNOWLEDGED + 1)
    expect(lastDelta()).toMatchObject({ reset: true, upsert: [{ id: 'a', score: 4990 }] })
    client.put('peers', { id: 'a', score: 1 })
    turn()
    expect(lastDelta()).toMatchObject({ reset: false, change: [['a', { score: 1 }]] })
  })

  test('gets the changes, not a snapshot, after a stutter', () => {
    page.subscribe('peers')
    flood(LAG_AFTER_MS / 2)
    page.acknowledge(lastSeq())
    clock.advance(SEND_EVERY_MS)
    expect(lastDelta()).toMatchObject({ reset: false, change: [['a', { score: LAG_AFTER_MS / 2 - 10 }]] })
  })

  test('costs no more memory the longer it sleeps: a snapshot replaces what was noted', () => {
    page.subscribe('peers')
    flood(310)
    for (let at = 0; at <= MAX_DIRTY_RECORDS; at++) {
      client.put('peers', { id: `n${String(at)}` })
      client.remove('peers', `n${String(at)}`)
    }
    page.acknowledge(lastSeq())
    clock.advance(SEND_EVERY_MS)
    expect(lastDelta()).toMatchObject({ reset: true, upsert: [{ id: 'a' }] })
  })

  test('that acknowledges what it was not sent, or takes it back, gains nothing', () => {
    page.subscribe('peers')
    flood(1000)
    for (const seq of [lastSeq() + 1, -1, 1.5, Number.NaN, '3', null, undefined, Infinity]) page.acknowledge(seq)
    flood(1000)
    expect(batches).toHaveLength(MAX_UNACKNOWLEDGED)
    expect(log).toHaveLength(8)
  })
})

test('replies and events share one count', () => {
  client.set('overview', {})
  expect(page.nextSeq()).toBe(1)
  page.subscribe('overview')
  turn()
  expect(lastSeq()).toBe(2)
  expect(page.nextSeq()).toBe(3)
})

test.each(['nope', '__proto__', 7, null, {}])('subscribing to %o is a line in the log and nothing else', event => {
  page.subscribe(event)
  page.unsubscribe(event)
  expect(log).toHaveLength(2)
})

test('once closed nothing is sent and nothing listens', () => {
  page.subscribe('peers')
  client.put('peers', { id: 'a' })
  page.close()
  client.put('peers', { id: 'b' })
  clock.advance(10_000)
  expect(batches).toEqual([])
  expect(client.listeners).toBe(0)
})
