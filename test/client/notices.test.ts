import { describe, expect, it } from 'vitest'
import { ALONE_AFTER_MS, CLOCK_WARNING_MS, decideNotices } from '../../src-main/client/notices.ts'
import type { NetworkSituation, Situation } from '../../src-main/client/notices.ts'

const network: NetworkSituation = {
  id: 'bitcoin/mainnet',
  inbound: 1,
  outbound: 8,
  target: 8,
  known: 1000,
  dialing: 0,
  alone: null,
  dialsFailed: 0,
  proxyFailed: 0,
  dialsRefused: 0,
  hasSeeds: true,
  isListening: true,
  listenError: null,
  seedsFailed: [],
  usedFixedSeeds: false,
  clockOffsetMs: null,
  bannedPins: [],
}
const calm: Situation = {
  now: 1_000_000,
  networks: [network],
  isOnline: true,
  wantsInbound: true,
  store: { isDurable: true, text: '', setAside: null },
  playground: null,
  tor: { mode: 'off', state: 'off', carries: 'onion', progress: 0, error: null },
  isPolicyBroken: false,
  geoAgeDays: null,
}
const alone = { ...network, outbound: 0, inbound: 0, alone: calm.now - ALONE_AFTER_MS }
const codes = (situation: Situation): string[] => decideNotices(situation, []).map(notice => notice.code)

describe('what needs attention', () => {
  it.each<[string, Situation, string[]]>([
    ['nothing when all is well', calm, []],
    ['no network is on', { ...calm, networks: [] }, ['no-network']],
    ['the proxy is not there', { ...calm, networks: [{ ...alone, dialsFailed: 3, proxyFailed: 3 }] }, ['proxy-down']],
    [
      'some dials got through the proxy',
      { ...calm, networks: [{ ...alone, dialsFailed: 3, proxyFailed: 2 }] },
      ['no-peers'],
    ],
    ['something contradicted the route policy', { ...calm, isPolicyBroken: true }, ['policy-broken']],
    [
      'Tor failed',
      {
        ...calm,
        tor: {
          ...calm.tor,
          mode: 'managed',
          state: 'failed',
          error: { code: 'no-binary', text: 'No Tor.', advice: '' },
        },
      },
      ['tor-failed'],
    ],
    [
      'everything waits for Tor',
      { ...calm, tor: { ...calm.tor, mode: 'managed', state: 'bootstrapping', carries: 'everything' } },
      ['tor-waiting'],
    ],
    ['only onion peers wait for Tor', { ...calm, tor: { ...calm.tor, mode: 'managed', state: 'starting' } }, []],
    ['tables of countries that are old', { ...calm, geoAgeDays: 400 }, ['geo-old']],
    ['no peer for ten seconds', { ...calm, networks: [alone] }, ['no-peers']],
    ['not yet after nine', { ...calm, networks: [{ ...alone, alone: calm.now - ALONE_AFTER_MS + 1 }] }, []],
    [
      'nobody to dial and nobody to ask',
      { ...calm, networks: [{ ...alone, known: 0, hasSeeds: false }] },
      ['no-candidates'],
    ],
    ['every dial is refused', { ...calm, networks: [{ ...alone, dialsRefused: 3 }] }, ['all-refused']],
    ['offline explains the rest', { ...calm, isOnline: false, networks: [alone] }, ['offline']],
    [
      'the clock is wrong',
      { ...calm, networks: [{ ...network, clockOffsetMs: -CLOCK_WARNING_MS - 1 }] },
      ['clock-wrong'],
    ],
    [
      'a port is in use',
      { ...calm, networks: [{ ...network, isListening: false, listenError: 'in use' }] },
      ['listen-failed'],
    ],
    [
      'in memory only, and a file set aside',
      { ...calm, store: { isDurable: false, text: 'full', setAside: 'x' } },
      ['store-memory', 'store-damaged'],
    ],
    [
      'a pinned peer is banned',
      { ...calm, networks: [{ ...network, bannedPins: ['1.2.3.4:8333', '5.6.7.8:8333'] }] },
      ['banned-pin', 'banned-pin'],
    ],
  ])('says: %s', (_what, situation, expected) => {
    expect(codes(situation)).toEqual(expected)
  })

  it('keeps since when a notice holds, and gives every notice an id of its own', () => {
    const first = decideNotices({ ...calm, networks: [alone] }, [])
    const later = decideNotices(
      { ...calm, now: calm.now + 5000, networks: [{ ...alone, bannedPins: ['a', 'b'] }] },
      first,
    )
    expect(later.find(notice => notice.code === 'no-peers')?.since).toBe(calm.now)
    expect(new Set(later.map(notice => notice.id)).size).toBe(later.length)
  })
})
