import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  AddressError,
  addressBytes,
  cjdnsAddress,
  i2pAddress,
  ipAddress,
  onionAddress,
  parseAddress,
  withPort,
} from '../../src-main/transport/index.ts'
import type { Address } from '../../src-main/transport/index.ts'

const ONION = 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion'
const I2P = 'ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p'

/** Text, default port or none, kind, canonical key. */
const READ: readonly (readonly [string, number | undefined, Address['kind'], string])[] = [
  ['1.2.3.4:8333', undefined, 'ipv4', '1.2.3.4:8333'],
  ['1.2.3.4', 8333, 'ipv4', '1.2.3.4:8333'],
  ['  1.2.3.4:1\n', undefined, 'ipv4', '1.2.3.4:1'],
  ['255.255.255.255:65535', undefined, 'ipv4', '255.255.255.255:65535'],
  ['0.0.0.0:0', undefined, 'ipv4', '0.0.0.0:0'],
  ['::1', 8333, 'ipv6', '[::1]:8333'],
  ['[::1]', 8333, 'ipv6', '[::1]:8333'],
  ['[::1]:18333', 8333, 'ipv6', '[::1]:18333'],
  ['::', 1, 'ipv6', '[::]:1'],
  ['2001:DB8::0001', 1, 'ipv6', '[2001:db8::1]:1'],
  // RFC 5952: the longest run, the first of equals, never a single group.
  ['2001:0:0:1:0:0:0:1', 1, 'ipv6', '[2001:0:0:1::1]:1'],
  ['2001:db8:0:0:1:0:0:1', 1, 'ipv6', '[2001:db8::1:0:0:1]:1'],
  ['2001:db8:0:1:1:1:1:1', 1, 'ipv6', '[2001:db8:0:1:1:1:1:1]:1'],
  ['2001:db8::1:1:1:1:1', 1, 'ipv6', '[2001:db8:0:1:1:1:1:1]:1'],
  ['1:2:3:4:5:6:7::', 1, 'ipv6', '[1:2:3:4:5:6:7:0]:1'],
  ['::2:3:4:5:6:7:8', 1, 'ipv6', '[0:2:3:4:5:6:7:8]:1'],
  ['64:ff9b::192.0.2.33', 1, 'ipv6', '[64:ff9b::c000:221]:1'],
  ['1:2:3:4:5:6:1.2.3.4', 1, 'ipv6', '[1:2:3:4:5:6:102:304]:1'],
  // IPv4 mapped into IPv6 is IPv4.
  ['::ffff:1.2.3.4', 8333, 'ipv4', '1.2.3.4:8333'],
  ['[::FFFF:102:304]:8333', undefined, 'ipv4', '1.2.3.4:8333'],
  ['::1.2.3.4', 1, 'ipv6', '[::102:304]:1'],
  ['[fc00:1::2]:8333', undefined, 'cjdns', '[fc00:1::2]:8333'],
  ['fd00::1', 1, 'ipv6', '[fd00::1]:1'],
  [`${ONION}:8333`, undefined, 'onion', `${ONION}:8333`],
  [ONION.toUpperCase(), 8333, 'onion', `${ONION}:8333`],
  [I2P, 8333, 'i2p', `${I2P}:0`],
  [`${I2P}:0`, undefined, 'i2p', `${I2P}:0`],
  ['seed.bitcoin.sipa.be', 8333, 'host', 'seed.bitcoin.sipa.be:8333'],
  ['Example.COM.:8333', undefined, 'host', 'example.com:8333'],
  ['localhost:1', undefined, 'host', 'localhost:1'],
  ['bücher.example', 1, 'host', 'xn--bcher-kva.example:1'],
  ['例え.テスト:5', undefined, 'host', 'xn--r8jz45g.xn--zckzah:5'],
  ['1.2.3.4.example', 1, 'host', '1.2.3.4.example:1'],
  ['3com.com', 1, 'host', '3com.com:1'],
  [`${'a'.repeat(63)}.example`, 1, 'host', `${'a'.repeat(63)}.example:1`],
]

const LONG_NAME = `${'a'.repeat(49)}.`.repeat(5)

/** Text, error code, and a part of the sentence. */
const REFUSED: readonly (readonly [string, string, string])[] = [
  ['', 'empty', 'empty'],
  ['   ', 'empty', 'empty'],
  [':8333', 'empty', 'no host'],
  ['a'.repeat(500), 'too-long', '320'],
  ['1.2.3.4:', 'port', 'not a port'],
  ['1.2.3.4:65536', 'port', '65535'],
  ['1.2.3.4:-1', 'port', 'not a port'],
  ['1.2.3.4:+1', 'port', 'not a port'],
  ['1.2.3.4:08333', 'port', 'not a port'],
  ['1.2.3.4:1e3', 'port', 'not a port'],
  ['1.2.3.4: 80', 'port', 'not a port'],
  ['example.com:http', 'port', 'not a port'],
  ['1.2.3', 'ipv4', 'four numbers'],
  ['1.2.3.4.5', 'ipv4', 'four numbers'],
  ['256.1.1.1', 'ipv4', 'four numbers'],
  ['01.2.3.4', 'ipv4', 'leading zeros'],
  ['1.2.3.', 'ipv4', 'four numbers'],
  ['16909060', 'ipv4', 'four numbers'],
  ['0x7f.1', 'host', 'ends in a number'],
  ['0x7f000001', 'host', 'ends in a number'],
  ['example.123', 'host', 'ends in a number'],
  ['１.２.３.４', 'host', 'ends in a number'],
  ['1::2::3', 'ipv6', 'not an IPv6'],
  ['1:2:3', 'ipv6', 'not an IPv6'],
  ['1:2:3:4:5:6:7:8:9', 'ipv6', 'not an IPv6'],
  ['1:2:3:4:5:6:7:8::', 'ipv6', 'not an IPv6'],
  ['::1:2:3:4:5:6:7:8', 'ipv6', 'not an IPv6'],
  [':1:2:3:4:5:6:7', 'ipv6', 'not an IPv6'],
  ['1:2:3:4:5:6:7:', 'ipv6', 'not an IPv6'],
  ['12345::', 'ipv6', 'not an IPv6'],
  ['::g', 'ipv6', 'not an IPv6'],
  ['1:2:3:4:5:6:7:1.2.3.4', 'ipv6', 'not an IPv6'],
  ['::1.2.3', 'ipv6', 'not an IPv6'],
  ['::1.2.3.4:5', 'ipv6', 'not an IPv6'],
  [':::', 'ipv6', 'not an IPv6'],
  ['fe80::1%eth0', 'zone', 'interface'],
  ['[fe80::1%1]:8333', 'zone', 'interface'],
  ['[::1', 'form', 'bracket'],
  ['[::1]8333', 'form', ':port'],
  ['[1.2.3.4]:8333', 'form', 'IPv6'],
  ['[example.com]', 'form', 'IPv6'],
  ['bitcoin://1.2.3.4:8333', 'form', 'link'],
  ['http://example.com', 'form', 'link'],
  ['10.0.0.0/8', 'form', 'subnet'],
  ['user@example.com', 'form', 'user name'],
  ['expyuzz4wqqyqhjn.onion', 'onion-v2', 'retired in 2021'],
  [`a${ONION}`, 'onion', '57 characters'],
  [`x${ONION.slice(1)}`, 'onion', 'checksum'],
  [ONION.replace('d.onion', 'e.onion'), 'onion', 'version'],
  [ONION.replace('pg6', 'pg1'), 'onion', 'characters other'],
  [`www.${ONION}`, 'onion', 'in front'],
  ['stats.i2p', 'i2p', '.b32.i2p'],
  [`a${I2P}`, 'i2p', '53 characters'],
  [I2P.replace('q.b32', 'r.b32'), 'i2p', 'base32'],
  ['a b', 'host', 'letters'],
  ['under_score.example', 'host', 'letters'],
  ['-a.example', 'host', 'letters'],
  ['a-.example', 'host', 'letters'],
  ['a..b', 'host', 'two dots'],
  ['.example', 'host', 'begins'],
  ['..', 'ipv4', 'four numbers'],
  [`${'a'.repeat(64)}.example`, 'host', '63'],
  [`${LONG_NAME}aaaa`, 'host', '253'],
  ['a\u0000b', 'host', '"a?b"'],
]

describe('parseAddress', () => {
  it.each(READ)('reads %j with default port %s as %s %s', (text, defaultPort, kind, key) => {
    const address = parseAddress(text, defaultPort === undefined ? {} : { defaultPort })
    expect([address.kind, address.key]).toEqual([kind, key])
    expect(parseAddress(address.key)).toEqual(address)
  })

  it.each(REFUSED)('refuses %j as %s: …%s…', (text, code, part) => {
    let error: unknown
    try {
      parseAddress(text, { defaultPort: 8333 })
    } catch (caught) {
      error = caught
    }
    expect(error).toBeInstanceOf(AddressError)
    expect(error).toMatchObject({ code })
    expect((error as AddressError).message).toContain(part)
    expect((error as AddressError).message).toMatch(/\.$/)
  })

  it('takes a name of 253 bytes, and not one more', () => {
    expect(parseAddress(`${LONG_NAME}aaa`, { defaultPort: 1 }).host).toHaveLength(253)
    expect(() => parseAddress(`${LONG_NAME}aaaa`, { defaultPort: 1 })).toThrow(AddressError)
  })

  it('asks for a port when there is no default', () => {
    for (const text of ['1.2.3.4', '::1', '[::1]', 'example.com', ONION]) {
      expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'port-missing' }))
    }
  })

  it('never throws anything but an AddressError', () => {
    const pieces = fc.constantFrom(
      '1',
      '.',
      ':',
      '::',
      '[',
      ']',
      '%',
      '/',
      'a',
      'ff',
      '-',
      '.onion',
      '.i2p',
      'é',
      ' ',
      '0x',
    )
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces).map(parts => parts.join('')),
    )
    fc.assert(
      fc.property(texts, text => {
        try {
          const address = parseAddress(text, { defaultPort: 1 })
          expect(parseAddress(address.key)).toEqual(address)
        } catch (error) {
          expect(error).toBeInstanceOf(AddressError)
        }
      }),
      { numRuns: 3000 },
    )
  })
})

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
const port = fc.integer({ min: 0, max: 65_535 })

describe('addresses from bytes', () => {
  const survives = (address: Address, raw: Uint8Array): void => {
    expect(parseAddress(address.key)).toEqual(address)
    expect([...addressBytes(address)]).toEqual([...raw])
  }

  it('survive printing, reading and taking apart', () => {
    fc.assert(fc.property(bytes(4), port, (raw, port) => survives(ipAddress(raw, port), raw)))
    fc.assert(fc.property(bytes(32), port, (raw, port) => survives(onionAddress(raw, port), raw)))
    fc.assert(fc.property(bytes(32), port, (raw, port) => survives(i2pAddress(raw, port), raw)))
    // Many zeros, for the sake of `::`.
    const sparse = fc
      .array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 })
      .map(all => Uint8Array.from(all))
    fc.assert(
      fc.property(fc.oneof(bytes(16), sparse), port, (raw, port) => {
        const address = ipAddress(raw, port)
        if (address.kind !== 'ipv4') survives(address, raw)
        else expect([...addressBytes(address)]).toEqual([...raw.subarray(12)])
      }),
    )
  })

  it('print IPv6 as the WHATWG URL parser does', () => {
    fc.assert(
      fc.property(bytes(16), raw => {
        const groups = Array.from({ length: 8 }, (_, at) =>
          ((raw[2 * at] ?? 0) * 256 + (raw[2 * at + 1] ?? 0)).toString(16),
        )
        const address = ipAddress(raw, 1)
        expect(`[${address.host}]`).toBe(new URL(`http://[${groups.join(':')}]/`).hostname)
      }),
    )
  })

  it('are refused when the length, the port or the prefix is wrong', () => {
    const code = (code: string): unknown => expect.objectContaining({ code })
    expect(() => ipAddress(new Uint8Array(5), 1)).toThrow(code('length'))
    expect(() => onionAddress(new Uint8Array(31), 1)).toThrow(code('length'))
    expect(() => i2pAddress(new Uint8Array(33), 1)).toThrow(code('length'))
    expect(() => cjdnsAddress(new Uint8Array(4), 1)).toThrow(code('length'))
    expect(() => cjdnsAddress(new Uint8Array(16), 1)).toThrow(code('cjdns'))
    for (const port of [-1, 65_536, 1.5, NaN]) expect(() => ipAddress(new Uint8Array(4), port)).toThrow(code('port'))
  })

  it('get another port without a second reading', () => {
    expect(withPort(parseAddress('[::1]:1'), 2)).toEqual(parseAddress('[::1]:2'))
    expect(withPort(parseAddress('a.example:1'), 2)).toEqual(parseAddress('a.example:2'))
    expect(() => withPort(parseAddress('[::1]:1'), 70_000)).toThrow(AddressError)
  })
})
