/** The registrar: its checks in their order, and that nothing is ever thrown across the border. */
import { expect, test } from 'vitest'
import { MAX_REQUESTS_UNDER_WAY } from '../../src-main/border/limits.ts'
import { createRegistrar, type Asker, type BorderHandlers, type Registrar } from '../../src-main/border/registrar.ts'
import { RequestError } from '../../src-preload/contract/port.ts'
import { FakeClient, keepingLog } from './fake-client.ts'

const PAGE: Asker = { caller: 'page', isBrowser: true, session: 's' }
const WINDOW: Asker = { caller: 'page', isBrowser: false, session: null }

const BORDER: BorderHandlers = {
  'app.quit': () => ({}),
  'app.openDataDir': () => ({}),
  'app.saveFile': () => ({ path: null }),
  'doors.list': () => ({ sessions: [] }),
  'doors.revoke': () => ({}),
}

function make(): { client: FakeClient; log: string[]; registrar: Registrar } {
  const client = new FakeClient()
  const log: string[] = []
  return { client, log, registrar: createRegistrar({ client: client.port, border: BORDER, log: keepingLog(log) }) }
}

test.each<[string, unknown, unknown, number, Asker, string]>([
  ['an unknown name comes before all else', 'peers.nope', { x: 1 }, 1e9, PAGE, 'unknown-request'],
  ['a name of every object is unknown', 'constructor', {}, 2, PAGE, 'unknown-request'],
  ['a name that is no text is unknown', { toString: 1 }, {}, 2, PAGE, 'unknown-request'],
  ['a browser is turned away before the size is looked at', 'app.quit', { x: 1 }, 1e9, PAGE, 'forbidden'],
  ['the size is looked at before the schema', 'bans.list', { x: 1 }, 1e9, PAGE, 'too-large'],
  ['the schema is looked at before the client is asked', 'bans.list', { x: 1 }, 7, PAGE, 'invalid-input'],
  ['an input that is no object does not fit', 'bans.list', 7, 1, PAGE, 'invalid-input'],
])('%s', async (_, name, input, bytes, asker, code) => {
  const { client, log, registrar } = make()
  expect(await registrar.answer(name, input, bytes, asker)).toMatchObject({ code })
  expect(client.asked).toEqual([])
  expect(log).toEqual(['warn refused a request'])
})

test('a good request reaches its handler with defaults filled in, and its answer comes back', async () => {
  const { client, registrar } = make()
  client.answers.set('logs.tail', () => ({ lines: [], cursor: 3, missed: 0, rooms: [] }))
  expect(await registrar.answer('logs.tail', { text: 'x' }, 12, PAGE)).toEqual({
    ok: { lines: [], cursor: 3, missed: 0, rooms: [] },
  })
  expect(client.asked).toEqual([{ name: 'logs.tail', input: { text: 'x', limit: 200, level: 'debug', rooms: [] } }])
})

test('what only a shell can do is answered by the border, for its own window', async () => {
  const { client, registrar } = make()
  expect(await registrar.answer('app.quit', {}, 2, WINDOW)).toEqual({ ok: {} })
  expect(client.asked).toEqual([])
})

test('details name every field that is wrong', async () => {
  const { registrar } = make()
  const envelope = await registrar.answer('logs.tail', { limit: 0, level: 'loud', more: 1 }, 40, PAGE)
  expect(Object.keys('details' in envelope ? (envelope.details ?? {}) : {}).sort()).toEqual(['level', 'limit', 'more'])
})

test('a refusal of the client keeps its code, sentence and details', async () => {
  const { client, log, registrar } = make()
  client.answers.set('bans.list', () => {
    throw new RequestError('bad-address', 'Port 99999 is above 65535', { address: 'above 65535' })
  })
  expect(await registrar.answer('bans.list', {}, 2, PAGE)).toEqual({
    code: 'bad-address',
    text: 'Port 99999 is above 65535',
    details: { address: 'above 65535' },
  })
  expect(log).toEqual([])
})

test.each([
  [
    'thrown',
    () => {
      throw new Error('SELECT secret FROM passwords')
    },
  ],
  ['rejected', () => Promise.reject(new TypeError('SELECT secret FROM passwords'))],
  [
    'no error at all',
    () => {
      throw 'SELECT secret FROM passwords' as unknown as Error
    },
  ],
])('a fault of ours (%s) is told to the log, not to the page', async (_, fault) => {
  const { client, log, registrar } = make()
  client.answers.set('bans.list', fault)
  const envelope = await registrar.answer('bans.list', {}, 2, PAGE)
  expect(envelope).toMatchObject({ code: 'internal' })
  expect(JSON.stringify(envelope)).not.toContain('SELECT')
  expect(log).toEqual(['error a handler failed'])
})

test('one asker may have so many requests under way and no more; another is not held up by it', async () => {
  const { client, registrar } = make()
  let release = (): void => undefined
  const gate = new Promise<void>(done => (release = done))
  client.answers.set('bans.list', () => gate.then(() => ({ bans: [] })))
  const waiting = Array.from({ length: MAX_REQUESTS_UNDER_WAY }, () => registrar.answer('bans.list', {}, 2, PAGE))
  expect(await registrar.answer('bans.list', {}, 2, PAGE)).toMatchObject({ code: 'busy' })
  const other = registrar.answer('bans.list', {}, 2, { ...PAGE })
  release()
  expect(await other).toMatchObject({ ok: { bans: [] } })
  await Promise.all(waiting)
  expect(await registrar.answer('bans.list', {}, 2, PAGE)).toMatchObject({ ok: { bans: [] } })
})

test('once closed it says so', async () => {
  const { registrar } = make()
  registrar.close()
  expect(await registrar.answer('bans.list', {}, 2, PAGE)).toMatchObject({ code: 'closing' })
})
