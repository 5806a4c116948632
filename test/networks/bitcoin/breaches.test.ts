import { encodeFrame } from '../../../src-main/networks/bitcoin/frame.ts'
import { encodeReject, encodeSendCompact, encodeU64 } from '../../../src-main/networks/bitcoin/messages/control.ts'
import { encodeHeaders, encodeLocator } from '../../../src-main/networks/bitcoin/messages/headers.ts'
import { RULES } from '../../../src-main/reputation/index.ts'
import { describe, expect, it } from 'vitest'
import { REGTEST, Stand, entries, theirVersion } from './stand.ts'
import { concat, hex } from './wire.ts'

/** Breaches: what is said, on a fresh inbound session, and the rules it breaks. */
const header = (name: string, length: number): Uint8Array => {
  const bytes = encodeFrame(REGTEST.magic, name, new Uint8Array(0))
  new DataView(bytes.buffer).setUint32(16, length, true)
  return bytes
}
const locator = (count: number): Uint8Array =>
  encodeLocator({
    version: 1,
    hashes: Array.from({ length: count }, () => new Uint8Array(32)),
    stop: new Uint8Array(32),
  })
const version = theirVersion()
const fresh = (): Stand => new Stand()
const introduced = (): Stand => new Stand().say('version', version)
const open = (): Stand => new Stand().shake()

const BREACHES: readonly (readonly [string, () => Stand, readonly string[], 'ends' | 'goes on'])[] = [
  ['a web request', () => fresh().bytes(Buffer.from('GET / HTTP/1.1\r\n')), ['garbage-before-version'], 'ends'],
  [
    'another network',
    () => fresh().bytes(encodeFrame(0xf9be_b4d9, 'version', version)),
    ['garbage-before-version'],
    'ends',
  ],
  [
    'another network later',
    () => open().bytes(encodeFrame(0xf9be_b4d9, 'ping', new Uint8Array(8))),
    ['bad-magic'],
    'ends',
  ],
  ['a name out of control characters', () => open().say('\u0001\u0002'), ['bad-command'], 'ends'],
  ['four million and one bytes', () => open().bytes(header('block', 4_000_001)), ['oversized-message'], 'ends'],
  ['a wrong checksum', () => open().bytes(header('ping', 0).fill(1, 20)), ['bad-checksum'], 'goes on'],
  ['verack first', () => fresh().say('verack'), ['message-before-version'], 'goes on'],
  ['ping first', () => fresh().say('ping', new Uint8Array(8)), ['message-before-version'], 'goes on'],
  ['something unknown first', () => fresh().say('hello'), ['message-before-version'], 'goes on'],
  ['version twice', () => introduced().say('version', version), ['version-twice'], 'goes on'],
  ['version after verack', () => open().say('version', version), ['version-twice'], 'goes on'],
  ['getaddr before verack', () => introduced().say('getaddr'), ['message-before-verack'], 'goes on'],
  ['a block before verack', () => introduced().say('block', new Uint8Array(9)), ['message-before-verack'], 'goes on'],
  ['verack twice', () => open().say('verack'), ['verack-twice'], 'goes on'],
  ['wtxidrelay after verack', () => open().say('wtxidrelay'), ['late-handshake-message'], 'ends'],
  ['sendaddrv2 after verack', () => open().say('sendaddrv2'), ['late-handshake-message'], 'ends'],
  ['sendtxrcncl after verack', () => open().say('sendtxrcncl'), ['late-handshake-message'], 'ends'],
  ['feature after verack', () => open().say('feature', hex('046162636400')), ['late-handshake-message'], 'ends'],
  ['a malformed feature', () => introduced().say('feature', hex('0161')), ['malformed-message'], 'goes on'],
  ['a short version', () => fresh().say('version', new Uint8Array(12)), ['malformed-message'], 'goes on'],
  [
    'an endless agent',
    () => fresh().say('version', concat(version.subarray(0, 80), hex('fd0101'))),
    ['oversized-agent'],
    'ends',
  ],
  ['a ping of 9 bytes', () => open().say('ping', new Uint8Array(9)), ['malformed-message'], 'goes on'],
  ['a ping of 7 bytes', () => open().say('ping', new Uint8Array(7)), ['malformed-message'], 'goes on'],
  ['a pong out of nowhere', () => open().say('pong', new Uint8Array(8)), ['bad-pong'], 'goes on'],
  ['1001 addresses', () => open().say('addrv2', hex('fde903')), ['oversized-addr'], 'goes on'],
  ['an addr too long to buffer', () => open().bytes(header('addr', 40_000)), ['oversized-addr'], 'goes on'],
  ['a lengthy CompactSize', () => open().say('addr', hex('fd0100')), ['non-minimal-compactsize'], 'goes on'],
  [
    'an IPv4 address of 5 bytes',
    () => open().say('addrv2', hex('0100000000000105010203040520 8d')),
    ['bad-address-length'],
    'goes on',
  ],
  ['getaddr twice', () => open().say('getaddr').say('getaddr'), ['getaddr-repeated'], 'goes on'],
  ['50,001 announcements', () => open().say('inv', hex('fd51c3')), ['oversized-inv'], 'goes on'],
  ['50,001 requests', () => open().say('getdata', hex('fd51c3')), ['oversized-getdata'], 'goes on'],
  ['50,001 things not found', () => open().say('notfound', hex('fd51c3')), ['oversized-notfound'], 'goes on'],
  ['2001 headers', () => open().say('headers', hex('fdd107')), ['oversized-headers'], 'goes on'],
  ['a locator of 102', () => open().say('getheaders', locator(102)), ['oversized-locator'], 'ends'],
  ['a locator too long to buffer', () => open().bytes(header('getblocks', 9000)), ['oversized-locator'], 'ends'],
  [
    '9 headers',
    () => open().say('headers', encodeHeaders(Array.from({ length: 9 }, () => new Uint8Array(80)))),
    ['unsolicited-data'],
    'goes on',
  ],
  ['an announcement of nothing known', () => open().say('inv', entries(77, 1)), ['unknown-inventory'], 'ends'],
  ['a request for nothing known', () => open().say('getdata', entries(0, 1)), ['unknown-inventory'], 'ends'],
  ['506 requests', () => open().say('getdata', entries(1, 506)), ['getdata-load'], 'goes on'],
  ['blocks not found', () => open().say('notfound', entries(2, 3)), ['notfound-blocks'], 'goes on'],
  ['transactions not found', () => open().say('notfound', entries(1, 3)), ['notfound-transactions'], 'goes on'],
  ['mempool', () => open().say('mempool'), ['mempool-request'], 'goes on'],
  ['filterload', () => open().say('filterload', hex('01 b5 01000000 00000000 00')), ['bloom-not-offered'], 'ends'],
  ['filteradd', () => open().say('filteradd', hex('0101')), ['bloom-not-offered'], 'ends'],
  ['filterclear', () => open().say('filterclear'), ['bloom-not-offered'], 'ends'],
  ['a huge filter', () => open().say('filterload', hex('fda18c')), ['filter-too-big'], 'ends'],
  ['a transaction', () => open().say('tx', new Uint8Array(100)), ['unsolicited-data'], 'goes on'],
  ['a block', () => open().say('block', new Uint8Array(100)), ['unsolicited-data'], 'goes on'],
  ['getcfilters', () => open().say('getcfilters', new Uint8Array(37)), ['old-request'], 'goes on'],
]

describe('breaches', () => {
  it.each(BREACHES)('%s', (_, act, rules, after) => {
    const stand = act()
    expect(stand.rules).toEqual(rules)
    expect(stand.endCodes).toEqual(after === 'ends' ? ['misbehaviour'] : [])
    if (after === 'ends') expect(stand.connection.ending).toBe('destroy')
  })

  it('go by the names of rules that exist, and end the session where the rule says so', () => {
    for (const [, , rules, after] of BREACHES) {
      const rule = RULES.find(each => each.name === rules[0])
      expect(rule?.disconnects).toBe(after === 'ends')
    }
  })

  it('end at once when the owner answers with a close', () => {
    const stand = open()
    stand.breaches.push = (): number => {
      stand.session.close({ code: 'banned', text: 'Banned.' })
      return 0
    }
    stand.bytes(
      concat(
        encodeFrame(REGTEST.magic, 'mempool', new Uint8Array(0)),
        encodeFrame(REGTEST.magic, 'ping', new Uint8Array(8)),
      ),
    )
    expect(stand.endCodes).toEqual(['banned'])
    expect(stand.takeSent()).toEqual([])
  })

  it.each([
    ['inv', entries(1, 3)],
    ['inv', entries(0x4000_0002, 1)],
    ['headers', encodeHeaders([new Uint8Array(80)])],
    ['getblocks', locator(101)],
    ['sendheaders', new Uint8Array(0)],
    ['sendcmpct', encodeSendCompact({ isHighBandwidth: false, version: 2n })],
    ['feefilter', encodeU64(1000n)],
    ['reject', encodeReject({ message: 'tx', code: 1, reason: '\u0007', hash: new Uint8Array(32) })],
    ['alert', new Uint8Array(100)],
    ['whatisthis', new Uint8Array(100_000)],
  ])('are none in an ordinary %s', (name, payload) => {
    const stand = open().say(name, payload)
    expect(stand.rules).toEqual([])
    expect(stand.takeSent()).toEqual([])
  })
})
