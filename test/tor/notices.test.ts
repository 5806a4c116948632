import { describe, expect, it } from 'vitest'
import { Activity } from '../../src-main/tor/activity.ts'
import { BANDWIDTH_SECONDS, MAX_TOR_ACTIVITY } from '../../src-main/tor/limits.ts'
import { noticeOfPhase, noticeOfStatus, stuckNotice } from '../../src-main/tor/notices.ts'
import { parseBootstrap, parseCircuit, parseEvent, parseStream } from '../../src-main/tor/parse.ts'
import type { TorEvent } from '../../src-main/tor/parse.ts'
import { ReplyParser } from '../../src-main/tor/reply.ts'

const event = (text: string): TorEvent | null => {
  const [reply] = new ReplyParser().push(new TextEncoder().encode(`650 ${text}\r\n`))
  return reply === undefined ? null : parseEvent(reply)
}
const phase = (rest: string) => parseBootstrap(`WARN BOOTSTRAP PROGRESS=5 TAG=conn SUMMARY="x" ${rest}`)

describe("Tor's warnings in plain words", () => {
  const reasons: readonly (readonly [string, RegExp, RegExp])[] = [
    ['CONNECTREFUSED', /refused the connection/, /bridge/],
    ['TIMEOUT', /did not answer/, /bridge/],
    ['NOROUTE', /no way to a relay/, /online/],
    ['PT_MISSING', /program that speaks for your bridges/, /Install/],
    ['SOMETHING_NEW', /Tor reports: Oh no/, /log/],
  ]
  it.each(reasons)('say what %s means and what to do', (reason, text, advice) => {
    const found = phase(`WARNING="Oh no" REASON=${reason} HOSTADDR="192.0.2.1:443"`)
    const notice = found === null ? null : noticeOfPhase(found)
    expect(notice?.code).toBe(reason)
    expect(notice?.text).toMatch(text)
    expect(notice?.advice).toMatch(advice)
  })

  it('say nothing where nothing is wrong', () => {
    const found = phase('')
    expect(found === null ? undefined : noticeOfPhase(found)).toBeNull()
    expect(stuckNotice(true).advice).toMatch(/ask for others/)
    expect(stuckNotice(false).advice).toMatch(/try a bridge/)
  })

  const statuses: readonly (readonly [string, string | RegExp | null])[] = [
    ['STATUS_GENERAL WARN CLOCK_SKEW SKEW=7200 SOURCE=CONSENSUS', /120 minutes fast/],
    ['STATUS_GENERAL WARN CLOCK_SKEW SKEW=-7200', /120 minutes slow/],
    ['STATUS_GENERAL WARN CLOCK_SKEW', /clock of this machine is wrong/],
    ['STATUS_CLIENT NOTICE CIRCUIT_NOT_ESTABLISHED REASON=CLOCK_JUMPED', /jumped/],
    ['STATUS_CLIENT NOTICE CIRCUIT_NOT_ESTABLISHED REASON=EXTERNAL_ADDRESS', /lost its way/],
    ['STATUS_CLIENT NOTICE CIRCUIT_ESTABLISHED', 'over'],
    ['STATUS_GENERAL WARN DANGEROUS_VERSION CURRENT=0.4.5 REASON=OBSOLETE', /out of date/],
    ['STATUS_GENERAL NOTICE DANGEROUS_VERSION CURRENT=0.4.9 REASON=NEW', null],
    ['STATUS_CLIENT NOTICE ENOUGH_DIR_INFO', null],
  ]
  it.each(statuses)('read %s', (text, expected) => {
    const found = event(text)
    if (found?.kind !== 'status') throw new Error('not a status event')
    const notice = noticeOfStatus(found)
    if (expected instanceof RegExp) expect(notice).toMatchObject({ text: expect.stringMatching(expected) as string })
    else expect(notice).toBe(expected)
  })
})

describe('what goes on in Tor', () => {
  const feed = (activity: Activity, text: string): void => {
    const found = event(text)
    if (found !== null) activity.apply(found)
  }

  it('is kept from events: circuits and streams while they live, with the credentials they belong to', () => {
    const activity = new Activity()
    feed(activity, 'CIRC 5 BUILT $AA~a,$BB~b PURPOSE=CONFLUX_UNLINKED')
    feed(activity, 'CIRC_MINOR 5 PURPOSE_CHANGED $AA~a,$BB~b PURPOSE=CONFLUX_LINKED OLD_PURPOSE=CONFLUX_UNLINKED')
    feed(
      activity,
      'STREAM 9 NEW 0 192.0.2.1:8333 SOURCE_ADDR=127.0.0.1:4000 SOCKS_USERNAME="me" SOCKS_PASSWORD="secret"',
    )
    feed(activity, 'STREAM 9 SENTCONNECT 5 192.0.2.1:8333')
    expect(activity.streams()).toMatchObject([{ id: '9', circuit: '5', source: '127.0.0.1:4000', socksUser: 'me' }])
    expect(activity.circuits()).toMatchObject([{ id: '5', state: 'built', purpose: 'CONFLUX_LINKED', socksUser: 'me' }])
    feed(activity, 'CIRC 5 BUILT $AA~a,$BB~b PURPOSE=CONFLUX_LINKED')
    expect(activity.circuits()[0]?.socksUser).toBe('me')
    feed(activity, 'STREAM 9 CLOSED 5 192.0.2.1:8333 REASON=DONE')
    feed(activity, 'CIRC 5 CLOSED $AA~a,$BB~b PURPOSE=GENERAL REASON=FINISHED')
    expect([activity.circuits(), activity.streams()]).toEqual([[], []])
    expect(JSON.stringify([activity.circuits(), activity.streams()])).not.toContain('secret')
  })

  it('is bounded', () => {
    const activity = new Activity()
    for (let id = 0; id < MAX_TOR_ACTIVITY + 10; id++) {
      const circuit = parseCircuit(`${id} BUILT`)
      const stream = parseStream(`${id} NEW 0 a:1`)
      if (circuit !== null) activity.addCircuit(circuit)
      if (stream !== null) activity.addStream(stream)
      feed(activity, `BW ${id} 1`)
    }
    expect(activity.circuits()).toHaveLength(MAX_TOR_ACTIVITY)
    expect(activity.circuits()[0]?.id).toBe('10')
    expect(activity.streams()).toHaveLength(MAX_TOR_ACTIVITY)
    const { read, written, seconds } = activity.bandwidth()
    expect(seconds).toHaveLength(BANDWIDTH_SECONDS)
    expect(seconds.at(-1)).toEqual({ read: MAX_TOR_ACTIVITY + 9, written: 1 })
    expect(written).toBe(MAX_TOR_ACTIVITY + 10)
    expect(read).toBe(((MAX_TOR_ACTIVITY + 9) * (MAX_TOR_ACTIVITY + 10)) / 2)
  })
})
