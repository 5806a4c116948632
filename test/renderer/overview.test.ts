/** What the Overview decides by itself: the window of samples, the answers of the first run, the words of notices. */
import { describe, expect, it } from 'vitest'
import type { Notice, Sample } from '../../src-preload/contract.ts'
import { notice as noticeSchema } from '../../src-preload/contract/client.ts'
import { makeI18n } from '../../src-renderer/i18n/i18n.ts'
import { settingsOf } from '../../src-renderer/pages/overview/first-run-answers.ts'
import { noticeText } from '../../src-renderer/pages/overview/notice-text.ts'
import { addSample, windowOf } from '../../src-renderer/pages/overview/traffic-window.ts'

const at = (time: number, inbound = 1): Sample => ({ at: time, inbound, outbound: 0, rateIn: 0, rateOut: 0, bans: 0 })

describe('the window of samples', () => {
  it('takes every live sample when the step is a second, and drops those that fell out of the span', () => {
    let held = windowOf(3000, 1000, [at(1000), at(2000), at(3000)])
    held = addSample(held, at(4000))
    held = addSample(held, at(5000))
    expect(held.samples.map(each => each.at)).toEqual([2000, 3000, 4000, 5000])
  })

  it('stays the same object for a sample that it has', () => {
    const held = windowOf(3000, 1000, [at(1000)])
    expect(addSample(held, at(1000))).toBe(held)
  })

  it('draws a coarse step only when it is over, by its average', () => {
    let held = windowOf(1_800_000, 5000, [at(1000)])
    const before = held.samples
    for (const [time, inbound] of [
      [2000, 1],
      [3000, 2],
      [4000, 3],
      [5000, 4],
    ] as const)
      held = addSample(held, at(time, inbound))
    expect(held.samples).toBe(before)
    held = addSample(held, at(6000, 5))
    expect(held.samples.at(-1)).toEqual(at(6000, 3))
    expect(held.pending).toEqual([])
  })
})

describe('the answers of the first run', () => {
  const answers = { network: 'bitcoin/mainnet', reach: 'direct', proxy: ' 127.0.0.1:9050 ', accepts: true } as const

  it('dial directly without a proxy, whatever stands in its field', () => {
    expect(settingsOf(answers, null)).toEqual({
      'network.enabled': ['bitcoin/mainnet'],
      'network.listen': true,
      'routes.proxy': '',
    })
  })

  it('take the proxy and refuse callers when asked to', () => {
    expect(settingsOf({ ...answers, reach: 'proxy', accepts: false }, null)).toMatchObject({
      'network.listen': false,
      'routes.proxy': '127.0.0.1:9050',
    })
  })

  it('turn every network off for the playground and touch no route', () => {
    const program = { path: '/usr/bin/tor', version: '0.4.8' }
    const running = { title: 'Tor', socks: '127.0.0.1:9050', control: null, auth: null }
    const tor = { ...answers, reach: 'tor' } as const
    expect(settingsOf(tor, { running: [running], programs: [program] })).toMatchObject({ 'tor.mode': 'managed' })
    expect(settingsOf(tor, { running: [running], programs: [] })).toMatchObject({
      'tor.mode': 'existing',
      'tor.carries': 'everything',
      'tor.socks': '127.0.0.1:9050',
    })
    expect(settingsOf({ ...answers, network: 'playground' }, null)).toEqual({ 'network.enabled': [] })
  })
})

describe('notices', () => {
  it.each(noticeSchema.shape.code.options)('%s has words in both languages, even without values', code => {
    const notice: Notice = { id: code, code, severity: 'info', network: 'bitcoin/mainnet', values: {}, since: 0 }
    for (const locale of ['en', 'zh-CN'] as const)
      expect(noticeText(makeI18n(locale), notice, [])).not.toMatch(/overview\.notice|^$/)
  })

  it('name the network by its title', () => {
    const notice: Notice = {
      id: 'x',
      code: 'not-listening',
      severity: 'info',
      network: 'bitcoin/regtest',
      values: {},
      since: 0,
    }
    const regtest = {
      id: 'bitcoin/regtest',
      title: 'Bitcoin regtest',
      family: 'bitcoin' as const,
      isOn: true,
      listening: [],
      defaultPort: 18_444,
      hasSeeds: false,
    }
    expect(noticeText(makeI18n('en'), notice, [regtest])).toContain('Bitcoin regtest')
  })
})
