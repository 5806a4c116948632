import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_TOR_TEXT } from '../../src-main/tor/limits.ts'
import {
  cleanTorText,
  parseBootstrap,
  parseCircuit,
  parseEvent,
  parseListeners,
  parseStream,
} from '../../src-main/tor/parse.ts'
import { ReplyParser } from '../../src-main/tor/reply.ts'

const event = (text: string): ReturnType<typeof parseEvent> => {
  const [reply] = new ReplyParser().push(new TextEncoder().encode(`${text}\r\n`))
  return reply === undefined ? null : parseEvent(reply)
}

describe('lines of the control port', () => {
  it('tell circuits', () => {
    const fingerprints = ['A'.repeat(40), 'B'.repeat(40), 'C'.repeat(40)]
    const path = `$${fingerprints[0]}~guard,$${fingerprints[1]}=middle,$${fingerprints[2]}`
    expect(
      parseCircuit(
        `16 BUILT ${path} BUILD_FLAGS=NEED_CAPACITY PURPOSE=HS_CLIENT_REND HS_STATE=HSCR_JOINED REND_QUERY=abc TIME_CREATED=2026-01-02T03:04:05.123456 SOCKS_USERNAME="me" SOCKS_PASSWORD="secret"`,
      ),
    ).toEqual({
      id: '16',
      state: 'built',
      path: [
        { fingerprint: fingerprints[0], nickname: 'guard' },
        { fingerprint: fingerprints[1], nickname: 'middle' },
        { fingerprint: fingerprints[2], nickname: null },
      ],
      purpose: 'HS_CLIENT_REND',
      createdAt: Date.UTC(2026, 0, 2, 3, 4, 5, 123),
      socksUser: 'me',
      onion: 'abc',
      reason: null,
    })
    expect(parseCircuit('3 LAUNCHED BUILD_FLAGS=IS_INTERNAL PURPOSE=GENERAL')).toMatchObject({
      path: [],
      createdAt: null,
    })
    expect(parseCircuit('3 WHATEVER')).toBeNull()
  })

  it('tell streams', () => {
    expect(parseStream('21 NEW 0 example.com:80 SOURCE_ADDR=127.0.0.1:3999 PURPOSE=USER SOCKS_USERNAME="u"')).toEqual({
      id: '21',
      state: 'NEW',
      circuit: null,
      target: 'example.com:80',
      source: '127.0.0.1:3999',
      socksUser: 'u',
      reason: null,
    })
    expect(parseStream('21 NEW')).toBeNull()
  })

  it('tell how far Tor has come, and what holds it up', () => {
    expect(
      parseBootstrap('NOTICE BOOTSTRAP PROGRESS=75 TAG=enough_dirinfo SUMMARY="Loaded enough directory info"'),
    ).toEqual({
      progress: 75,
      tag: 'enough_dirinfo',
      summary: 'Loaded enough directory info',
      warning: null,
    })
    const stuck =
      'WARN BOOTSTRAP PROGRESS=5 TAG=conn SUMMARY="Connecting" WARNING="Connection refused" REASON=CONNECTREFUSED COUNT=2 RECOMMENDATION=warn HOSTID="A" HOSTADDR="192.0.2.1:443"'
    expect(parseBootstrap(stuck)?.warning).toEqual({
      text: 'Connection refused',
      reason: 'CONNECTREFUSED',
      where: '192.0.2.1:443',
    })
    expect(event(`650 STATUS_CLIENT ${stuck}`)).toMatchObject({ kind: 'bootstrap', phase: { progress: 5 } })
    expect(parseBootstrap('NOTICE BOOTSTRAP PROGRESS=101 TAG=x')).toBeNull()
    expect(parseBootstrap('')).toBeNull()
  })

  it('tell events', () => {
    expect(event('650 BW 1024 2048')).toEqual({ kind: 'bandwidth', read: 1024, written: 2048 })
    expect(event('650 BW -1 x')).toBeNull()
    expect(event('650 CIRC 5 CLOSED PURPOSE=GENERAL REASON=FINISHED')).toMatchObject({
      circuit: { id: '5', state: 'closed', reason: 'FINISHED' },
    })
    expect(event('650 STREAM 5 SUCCEEDED 9 a.onion:1')).toMatchObject({ stream: { circuit: '9' } })
    expect(event('650 HS_DESC UPLOADED abc UNKNOWN $AA~relay')).toEqual({
      kind: 'descriptor',
      action: 'UPLOADED',
      onion: 'abc',
      directory: '$AA~relay',
      reason: null,
    })
    expect(event('650 WARN Something is off')).toEqual({ kind: 'log', level: 'warn', text: 'Something is off' })
    expect(event('650+NOTICE\r\ntwo\r\nlines\r\n.\r\n650 OK')).toEqual({
      kind: 'log',
      level: 'info',
      text: 'two lines',
    })
    expect(event('650 STATUS_GENERAL WARN CLOCK_SKEW SKEW=-3600 SOURCE=DIRSERV:1.2.3.4:80')).toMatchObject({
      kind: 'status',
      severity: 'WARN',
      action: 'CLOCK_SKEW',
    })
    expect(event('650 CONF_CHANGED')).toBeNull()
  })

  it('tell where SOCKS dials are taken', () => {
    expect(parseListeners('"127.0.0.1:9050" "127.0.0.1:9052"')).toEqual({ host: '127.0.0.1', port: 9050 })
    expect(parseListeners('"unix:/x y" "[::1]:9050"')).toEqual({ host: '::1', port: 9050 })
    expect(parseListeners('"unix:/x"')).toBeNull()
    expect(parseListeners('')).toBeNull()
  })

  it('never throw, and give bounded text', () => {
    expect(cleanTorText('a\r\n\u0000b')).toBe('a b')
    expect(cleanTorText('x'.repeat(5000))).toHaveLength(MAX_TOR_TEXT)
    const word = fc.constantFrom(
      'CIRC',
      'STREAM',
      'BW',
      'HS_DESC',
      'STATUS_CLIENT',
      'NOTICE',
      'BOOTSTRAP',
      'BUILT',
      'PROGRESS=',
      '"',
      '\\',
      '$A~b,',
      '=',
      '1',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string()), { maxLength: 12 }), words => {
        const text = words.join(' ').replace(/[\r\n]/g, ' ')
        parseCircuit(text)
        parseStream(text)
        parseBootstrap(text)
        parseListeners(text)
        event(`650 ${text}`)
      }),
      { numRuns: 500 },
    )
  })
})
