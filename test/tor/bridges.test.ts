import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBridges } from '../../src-main/tor/bridges.ts'
import { MAX_BRIDGE_LINES } from '../../src-main/tor/limits.ts'

const FINGERPRINT = '0123456789ABCDEF0123456789ABCDEF01234567'
const CERT = `cert=${'aB3+/'.repeat(14)}`
const GOOD: readonly (readonly [string, string | null, string])[] = [
  ['192.0.2.1:443', null, '192.0.2.1:443'],
  [`192.0.2.1:443 ${FINGERPRINT}`, null, '192.0.2.1:443'],
  [`[2001:db8::1]:443 ${FINGERPRINT}`, null, '[2001:db8::1]:443'],
  [`obfs4 192.0.2.1:443 ${FINGERPRINT} ${CERT} iat-mode=0`, 'obfs4', '192.0.2.1:443'],
  [`obfs4 192.0.2.1:443 ${CERT} iat-mode=2`, 'obfs4', '192.0.2.1:443'],
  [
    `meek_lite 192.0.2.20:80 url=https://example.net front=www.example.com utls=HelloRandomizedALPN`,
    'meek_lite',
    '192.0.2.20:80',
  ],
  [
    `snowflake 192.0.2.3:80 ${FINGERPRINT} fingerprint=${FINGERPRINT} url=https://broker.example/ fronts=a.example,b.example ice=stun:stun.example:3478,stun:stun.example.net:3478 utls-imitate=hellorandomizedalpn`,
    'snowflake',
    '192.0.2.3:80',
  ],
  [
    `webtunnel [2001:db8::2]:443 ${FINGERPRINT} url=https://example.org/path ver=0.0.1`,
    'webtunnel',
    '[2001:db8::2]:443',
  ],
]
const BAD: readonly (readonly [string, RegExp])[] = [
  ['obfs4', /an address with a port must follow/],
  ['obfs4 192.0.2.1', /names no port/],
  ['obfs4 bridge.example:443 x=y', /not an IP address/],
  [`obfs4 192.0.2.1:443 ${FINGERPRINT} iat-mode=0`, /needs cert=/],
  [`obfs4 192.0.2.1:443 ${FINGERPRINT} ${CERT.slice(0, -9)} iat-mode=0`, /cert= of this bridge is cut off/],
  [`obfs4 192.0.2.1:443 ${FINGERPRINT} ${CERT}`, /needs iat-mode=/],
  [`obfs4 192.0.2.1:443 ${FINGERPRINT} ${CERT} iat-mode=7`, /must be 0, 1 or 2/],
  [`192.0.2.1:443 ${FINGERPRINT.slice(1)}`, /not a fingerprint/],
  [`192.0.2.1:443 ${FINGERPRINT} ${CERT}`, /takes nothing of the form/],
  [`192.0.2.1:443 ${FINGERPRINT} what`, /not of the form name=value/],
  ['obfs3 192.0.2.1:443', /was retired/],
  ['carrier_pigeon 192.0.2.1:443', /not known here/],
  ['snowflake 192.0.2.3:80 url=http://broker.example', /begins with https/],
  ['webtunnel 192.0.2.3:443 ver=1', /needs url=/],
  ['192.0.2.1:443 # a comment', /characters that no bridge has/],
  ['obfs4 192.0.2.1:443 "x"', /characters that no bridge has/],
  ['1.2.3.4:99999', /not a port/],
  [`192.0.2.1:443 ${'a'.repeat(3000)}`, /too long/],
]

describe('bridge lines', () => {
  it.each(GOOD)('are taken: %s', (line, transport, address) => {
    expect(parseBridges(`Bridge  ${line}\n`)).toEqual({ bridges: [{ line, transport, address }], problems: [] })
  })

  it.each(BAD)('are refused with the reason: %s', (line, reason) => {
    const { bridges, problems } = parseBridges(`\n${line}`)
    expect(bridges).toEqual([])
    expect(problems).toHaveLength(1)
    expect(problems[0]?.lineNumber).toBe(2)
    expect(problems[0]?.reason).toMatch(reason)
  })

  it('are read one by one, comments and doubles passed over, at most so many', () => {
    const { bridges, problems } = parseBridges(
      '# mine\r\n192.0.2.1:1\r\nnonsense here\r\n\r\n192.0.2.1:1\n bridge 192.0.2.2:1',
    )
    expect(bridges.map(({ address }) => address)).toEqual(['192.0.2.1:1', '192.0.2.2:1'])
    expect(problems.map(({ lineNumber }) => lineNumber)).toEqual([3])
    const many = Array.from({ length: 500 }, (_, index) => `192.0.2.1:${index + 1}`).join('\n')
    expect(parseBridges(many).bridges).toHaveLength(MAX_BRIDGE_LINES)
    expect(parseBridges(many).problems).toHaveLength(1)
  })

  it('of any text give lines that end no torrc line early', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom(...GOOD.map(([line]) => line), '\n', ' ', 'Bridge '))),
        parts => {
          for (const { line } of parseBridges(parts.join('')).bridges) expect(line).toMatch(/^[^\r\n#"\\]+$/)
        },
      ),
    )
  })
})
