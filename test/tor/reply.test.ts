import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TorError } from '../../src-main/tor/errors.ts'
import { MAX_CONTROL_LINE_BYTES, MAX_CONTROL_REPLY_BYTES, MAX_CONTROL_REPLY_LINES } from '../../src-main/tor/limits.ts'
import { ReplyParser, isEvent, quote, readQuoted, splitWords } from '../../src-main/tor/reply.ts'
import type { Reply } from '../../src-main/tor/reply.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const parse = (text: string): Reply[] => new ReplyParser().push(bytes(text))

describe('the reply parser', () => {
  it('reads one line, several lines and a data block with stuffed dots', () => {
    expect(parse('250 OK\r\n')).toEqual([{ status: 250, lines: [{ text: 'OK', block: null }] }])
    expect(parse('250-version=0.4.9\r\n250+circuit-status=\r\n1 BUILT\r\n..dot\r\n\r\n.\r\n250 OK\r\n')).toEqual([
      {
        status: 250,
        lines: [
          { text: 'version=0.4.9', block: null },
          { text: 'circuit-status=', block: '1 BUILT\n.dot\n' },
          { text: 'OK', block: null },
        ],
      },
    ])
  })

  it('keeps events apart from the answer they stand in', () => {
    const [event, answer] = parse('250-a=1\r\n650 BW 1 2\r\n250 OK\r\n')
    expect(event).toEqual({ status: 650, lines: [{ text: 'BW 1 2', block: null }] })
    expect(event !== undefined && isEvent(event)).toBe(true)
    expect(answer?.lines.map(line => line.text)).toEqual(['a=1', 'OK'])
    expect(answer !== undefined && isEvent(answer)).toBe(false)
  })

  const nonsense = [
    'HTTP/1.1 400 Bad Request\r\n',
    'SSH-2.0-OpenSSH_9.2\r\n',
    '\r\n',
    '25 OK\r\n',
    '250OK\r\n',
    '150 OK\r\n',
    '250-a\r\n551 b\r\n',
    `250 ${'a'.repeat(MAX_CONTROL_LINE_BYTES)}`,
    '250-x\r\n'.repeat(MAX_CONTROL_REPLY_LINES + 1),
    `250+x=\r\n${`${'b'.repeat(60_000)}\r\n`.repeat(MAX_CONTROL_REPLY_BYTES / 60_000 + 1)}`,
  ]
  it.each(nonsense)('refuses nonsense number %#', text => {
    expect(() => parse(text)).toThrow(TorError)
    expect(() => parse(text)).toThrow(/not Tor's control port/)
  })

  it('gives the same replies however the bytes are cut', () => {
    // eslint-disable-next-line no-control-regex -- what a line of Tor never holds
    const text = fc.string({ unit: 'binary', maxLength: 40 }).map(raw => raw.replace(/[\r\n\ud800-\udfff]/g, '~'))
    const line = fc.record({ text, block: fc.option(fc.array(text, { maxLength: 4 })) })
    const reply = fc.record({
      status: fc.constantFrom(250, 251, 451, 515, 552, 650),
      lines: fc.array(line, { maxLength: 4 }),
      last: text,
    })
    fc.assert(
      fc.property(fc.array(reply, { maxLength: 5 }), fc.array(fc.nat(80)), (replies, cuts) => {
        const sent = replies
          .map(({ status, lines, last }) => {
            const print = lines.map(({ text, block }) =>
              block === null
                ? `${status}-${text}\r\n`
                : `${status}+${text}\r\n${block.map(row => `${row.startsWith('.') ? '.' : ''}${row}\r\n`).join('')}.\r\n`,
            )
            return `${print.join('')}${status} ${last}\r\n`
          })
          .join('')
        const expected = replies.map(({ status, lines, last }) => ({
          status,
          lines: [
            ...lines.map(({ text, block }) => ({ text, block: block === null ? null : block.join('\n') })),
            { text: last, block: null },
          ],
        }))
        const whole = bytes(sent)
        const parser = new ReplyParser()
        const heard: Reply[] = []
        let at = 0
        for (const cut of cuts) {
          heard.push(...parser.push(whole.subarray(at, at + cut)))
          at = Math.min(at + cut, whole.length)
        }
        heard.push(...parser.push(whole.subarray(at)))
        expect(heard).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })

  it('answers any garbage with replies or with a TorError', () => {
    const pieces = fc.oneof(
      fc.uint8Array({ maxLength: 30 }),
      fc.constantFrom('250+a\r\n', '.\r\n', '650 x\r\n', '250-', '\n').map(bytes),
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), chunks => {
        const parser = new ReplyParser()
        try {
          for (const chunk of chunks)
            for (const reply of parser.push(chunk)) expect(reply.lines.length).toBeGreaterThan(0)
        } catch (error) {
          expect(error).toBeInstanceOf(TorError)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('words of a reply line', () => {
  it('are split at spaces, with quoted values read', () => {
    const { plain, named } = splitWords(
      'NOTICE BOOTSTRAP PROGRESS=80 SUMMARY="Connecting to \\"x\\", \\\\o/" TAG=conn COOKIEFILE="/t\\303\\266r\\tx" "lone \\n"',
    )
    expect(plain).toEqual(['NOTICE', 'BOOTSTRAP', 'lone \n'])
    expect(Object.fromEntries(named)).toEqual({
      PROGRESS: '80',
      SUMMARY: 'Connecting to "x", \\o/',
      TAG: 'conn',
      COOKIEFILE: '/tör\tx',
    })
  })

  it('come out of a quote as they went in', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).map(raw => raw.replace(/[\r\n\0]/g, '')),
        text => {
          const quoted = quote(text)
          expect(readQuoted(quoted, 0)).toEqual({ value: text, end: quoted.length })
          expect(splitWords(`A=${quoted} b`)).toEqual({ plain: ['b'], named: new Map([['A', text]]) })
        },
      ),
    )
    expect(() => quote('a\r\nSIGNAL HALT')).toThrow(TorError)
  })

  it('of any text end', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('"', '\\', ' ', '=', 'A', '3', '7') }),
        text => void splitWords(text),
      ),
    )
  })
})
