/** The log as rooms and the window meet it: ring, cursors, levels, floods, redaction, and the rolling file. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLogging } from '../../src-main/log/index.ts'
import type { LoggingOptions, TailRequest } from '../../src-main/log/index.ts'
import { MAX_FILES, MAX_FILE_BYTES, MAX_QUEUED_BYTES } from '../../src-main/log/limits.ts'
import { VirtualClock } from '../../src-main/time/index.ts'

const ALL: TailRequest = { limit: 2000, level: 'debug', rooms: [], text: '' }

const started = (options: Partial<LoggingOptions> = {}) => {
  const clock = new VirtualClock()
  return { clock, logging: createLogging({ clock, level: 'info', debugRooms: [], ...options }) }
}
const texts = (lines: readonly { readonly text: string }[]): string[] => lines.map(line => line.text)

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'warren-log-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe('the ring', () => {
  it('gives the newest lines, then only what came after', () => {
    const { logging } = started()
    expect(logging.cursor).toBe(-1)
    for (let n = 0; n < 5; n++) logging.log.info(`line ${n}`)
    const first = logging.tail({ ...ALL, limit: 2 })
    expect(texts(first.lines)).toEqual(['line 3', 'line 4'])
    expect(first.cursor).toBe(4)
    logging.log.info('line 5')
    expect(texts(logging.tail({ ...ALL, after: first.cursor }).lines)).toEqual(['line 5'])
    expect(texts(logging.tail({ ...ALL, after: 5 }).lines)).toEqual([])
  })

  it('goes on where a limited answer ended', () => {
    const { logging } = started()
    for (let n = 0; n < 5; n++) logging.log.info(`line ${n}`)
    const seen: string[] = []
    let after = -1
    for (let round = 0; round < 3; round++) {
      const tail = logging.tail({ ...ALL, after, limit: 2 })
      seen.push(...texts(tail.lines))
      after = tail.cursor
    }
    expect(seen).toEqual(['line 0', 'line 1', 'line 2', 'line 3', 'line 4'])
  })

  it('says how many lines left it unread', () => {
    const { logging } = started({ ringSize: 10 })
    for (let n = 0; n < 25; n++) logging.log.info(`line ${n}`)
    const tail = logging.tail({ ...ALL, after: 4 })
    expect(tail.missed).toBe(10)
    expect(tail.lines).toHaveLength(10)
    expect(tail.lines[0]?.cursor).toBe(15)
    expect(logging.tail({ ...ALL, after: 20 }).missed).toBe(0)
  })

  it('takes a cursor from before a restart for none', () => {
    const { logging } = started()
    logging.log.info('fresh')
    expect(texts(logging.tail({ ...ALL, after: 9000 }).lines)).toEqual(['fresh'])
  })

  it.each([
    ['level', { level: 'warn' }, ['b']],
    ['room', { rooms: ['transport'] }, ['b', 'c']],
    ['text', { text: 'PEER' }, ['c']],
  ] as const)('is filtered by %s', (_, filter, expected) => {
    const { logging } = started()
    logging.log.info('a')
    logging.log.child('transport').warn('b')
    logging.log.child('transport.tcp').info('c', { who: 'a peer' })
    const tail = logging.tail({ ...ALL, ...filter })
    expect(texts(tail.lines)).toEqual(expected)
    expect(tail.rooms).toEqual(['client', 'transport', 'transport.tcp'])
  })
})

describe('a line', () => {
  it('is made only from its level up, or in a room that may say everything', () => {
    const { logging } = started({ debugRooms: ['transport'] })
    logging.log.debug('unwanted')
    logging.log.child('transport.tcp').debug('wanted')
    logging.log.child('transporter').debug('unwanted')
    expect(texts(logging.tail(ALL).lines)).toEqual(['wanted'])
    logging.setLevel('error', [])
    logging.log.warn('unwanted now')
    expect(logging.tail(ALL).lines).toHaveLength(1)
  })

  it.each([
    ['password', { password: 'swordfish' }],
    ['a part of the name', { proxyPassword: 'swordfish', api_key: 'swordfish', COOKIE: 'swordfish' }],
    ['the sentence', {}],
    ['an address with credentials', { url: 'socks5://me:swordfish@127.0.0.1:9050' }],
  ])('hides secrets: %s', (_, fields) => {
    const { logging } = started()
    logging.log.info('refused, password=swordfish', fields)
    expect(JSON.stringify(logging.tail(ALL).lines)).not.toContain('swordfish')
  })

  it('keeps what only looks like a secret', () => {
    const { logging } = started()
    logging.log.info('fed', { monkey: 'George', keyboard: 'tidy', nothing: null, absent: undefined, odd: NaN })
    expect(logging.tail(ALL).lines[0]?.fields).toEqual({
      monkey: 'George',
      keyboard: 'tidy',
      nothing: null,
      odd: 'NaN',
    })
  })

  it('cannot be forged, colored or stretched by what a peer says', () => {
    const { logging } = started()
    const fields = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`f${n}`, 'x'.repeat(9000)]))
    logging.log.info(`agent \n2026 ERROR \u001b[31mred\u202e ${'y'.repeat(9000)}\ud800`, fields)
    const line = logging.tail(ALL).lines[0]
    expect(line?.text).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(line?.text.length).toBe(500)
    expect(Object.values(line?.fields ?? {})).toHaveLength(20)
    expect(Object.values(line?.fields ?? {}).every(value => String(value).length <= 500)).toBe(true)
  })
})

describe('a flood', () => {
  it('passes twenty times in ten seconds and is then counted in one line', () => {
    const { clock, logging } = started()
    for (let n = 0; n < 1000; n++) logging.log.warn('A peer shouts.', { n })
    logging.log.warn('Something else.')
    expect(logging.tail(ALL).lines).toHaveLength(21)
    clock.advance(10_000)
    expect(logging.tail(ALL).lines.at(-1)).toMatchObject({
      level: 'warn',
      text: '980 more in 10 seconds of: A peer shouts.',
    })
    logging.log.warn('A peer shouts.')
    expect(logging.tail(ALL).lines).toHaveLength(23)
  })

  it('is bounded when every sentence differs, and leaves no timer behind', async () => {
    const { clock, logging } = started()
    for (let n = 0; n < 5000; n++) logging.log.info(`sentence ${n}`)
    expect(logging.tail(ALL).lines).toHaveLength(2000)
    await logging.close()
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('listeners', () => {
  it('hear of many lines at once, at most ten times a second', () => {
    const { clock, logging } = started()
    const heard: number[] = []
    const stop = logging.onLines(cursor => heard.push(cursor))
    for (let n = 0; n < 30; n++) logging.log.info(`line ${n}`)
    clock.advance(100)
    expect(heard).toEqual([29])
    stop()
    logging.log.info('unheard')
    clock.advance(1000)
    expect(heard).toEqual([29])
  })
})

describe('the rolling file', () => {
  const path = (name: string): string => join(dir, name)

  it('holds the lines, for the user alone', async () => {
    const { logging } = started({ file: { dir } })
    logging.log.child('transport').warn('Refused.', { port: 8333 })
    await logging.close()
    expect(readFileSync(path('warren.log'), 'utf8')).toBe(
      '2026-01-01T00:00:00.000Z WARN  transport: Refused. {"port":8333}\n',
    )
    if (process.platform !== 'win32') expect(statSync(path('warren.log')).mode & 0o777).toBe(0o600)
  })

  it('never holds more than five parts of two MiB, the newest lines in the first', async () => {
    writeFileSync(path('warren.log'), 'x'.repeat(MAX_FILE_BYTES - 10))
    const { logging, clock } = started({ file: { dir } })
    const filler = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`f${n}`, 'z'.repeat(500)]))
    for (let n = 0; n < 1200; n++) {
      logging.log.info(`line ${n}`, filler)
      // The queue is bounded: let it drain now and then.
      if (n % 80 === 0) {
        logging.setFile(null)
        logging.setFile(dir)
        await new Promise(resolve => setImmediate(resolve))
        clock.advance(1)
      }
    }
    await logging.close()
    const names = readdirSync(dir)
    expect(names).toHaveLength(MAX_FILES)
    for (const name of names) expect(statSync(path(name)).size).toBeLessThanOrEqual(MAX_FILE_BYTES)
    expect(readFileSync(path('warren.log'), 'utf8')).toContain('line 1199 ')
  })

  it('leaves out and counts what comes faster than the disk', async () => {
    const { logging } = started({ file: { dir } })
    const filler = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`f${n}`, 'z'.repeat(500)]))
    for (let n = 0; n < 300; n++) logging.log.info(`line ${n}`, filler)
    await logging.close()
    expect(statSync(path('warren.log')).size).toBeLessThanOrEqual(MAX_QUEUED_BYTES + 100)
    expect(readFileSync(path('warren.log'), 'utf8')).toContain('lines before this one could not be written')
  })

  it('that cannot be written costs no more than itself', async () => {
    writeFileSync(path('in-the-way'), '')
    const { logging } = started({ file: { dir: path('in-the-way') } })
    logging.log.info('still here')
    await logging.close()
    expect(texts(logging.tail(ALL).lines)).toEqual(['still here'])
  })

  it('is exported with the ring, newest kept, whole lines', async () => {
    writeFileSync(path('warren.log'), 'an older line\n')
    const { logging } = started({ file: { dir } })
    for (let n = 0; n < 10; n++) logging.log.info(`ärger ${n}`)
    expect(logging.exportText(1_000_000)).toMatch(/^an older line\n[^]*ärger 9\n$/)
    const short = logging.exportText(100)
    expect(Buffer.byteLength(short)).toBeLessThanOrEqual(100)
    expect(short).toMatch(/^2026-[^]*ärger 9\n$/)
    await logging.close()
  })
})
