import { describe, expect, it } from 'vitest'
import { isLan, isLoopback, isPublic, parseAddress, prefixKey } from '../../src-main/transport/index.ts'

/** Address, then: public, LAN, loopback. */
const REACH: readonly (readonly [string, boolean, boolean, boolean])[] = [
  ['8.8.8.8', true, false, false],
  ['0.1.2.3', false, false, false],
  ['10.1.2.3', false, true, false],
  ['100.64.0.1', false, false, false],
  ['100.128.0.1', true, false, false],
  ['127.0.0.1', false, true, true],
  ['127.9.9.9', false, true, true],
  ['169.254.1.1', false, true, false],
  ['172.16.0.1', false, true, false],
  ['172.31.255.255', false, true, false],
  ['172.32.0.1', true, false, false],
  ['192.0.0.8', false, false, false],
  ['192.0.2.1', false, false, false],
  ['192.168.1.1', false, true, false],
  ['198.18.0.1', false, false, false],
  ['198.20.0.1', true, false, false],
  ['198.51.100.7', false, false, false],
  ['203.0.113.7', false, false, false],
  ['224.0.0.1', false, false, false],
  ['255.255.255.255', false, false, false],
  ['2a00:1450::1', true, false, false],
  ['::', false, false, false],
  ['::1', false, true, true],
  ['fe80::1', false, true, false],
  ['febf::1', false, true, false],
  ['fd12:3456::1', false, true, false],
  ['fec0::1', false, false, false],
  ['ff02::1', false, false, false],
  ['2001:db8::1', false, false, false],
  ['3fff:123::1', false, false, false],
  ['3fff:1000::1', true, false, false],
  ['2001:10::1', false, false, false],
  ['2001:20::1', false, false, false],
  ['100::1', false, false, false],
  // Transition formats: as public as the IPv4 address inside.
  ['2002:808:808::1', true, false, false],
  ['2002:a00:1::1', false, false, false],
  ['64:ff9b::8.8.8.8', true, false, false],
  ['64:ff9b::10.0.0.1', false, false, false],
  ['64:ff9b:1::8.8.8.8', false, false, false],
  ['::ffff:0:8.8.8.8', true, false, false],
  ['2001:0:1234::f7f7:f7f7', true, false, false],
  ['2001:0:1234::f5ff:fffe', false, false, false],
  ['::ffff:10.0.0.1', false, true, false],
  ['fc00::1', true, false, false],
  ['pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion', true, false, false],
  ['example.com', true, false, false],
  ['localhost', false, true, true],
  ['box.localhost', false, true, true],
  ['printer.local', false, true, false],
  ['router.home.arpa', false, true, false],
]

describe('reach', () => {
  it.each(REACH)('%s: public %s, local network %s, loopback %s', (text, isItPublic, isItLan, isItLoopback) => {
    const address = parseAddress(text, { defaultPort: 1 })
    expect([isPublic(address), isLan(address), isLoopback(address)]).toEqual([isItPublic, isItLan, isItLoopback])
  })

  it.each([
    ['1.2.3.4', undefined, undefined, '1.2.3.0/24'],
    ['1.2.3.4', 32, 64, '1.2.3.4/32'],
    ['1.2.3.4', 16, 64, '1.2.0.0/16'],
    ['200.2.3.4', 0, 64, '0.0.0.0/0'],
    ['200.2.3.4', 1, 64, '128.0.0.0/1'],
    ['2001:db8:1:2:3::4', undefined, undefined, '2001:db8:1:2::/64'],
    ['2001:db8:1:2:3::4', 24, 36, '2001:db8::/36'],
    ['2001:db8:f1:2:3::4', 24, 44, '2001:db8:f0::/44'],
    ['fc12:3::4', 24, 8, 'fc00::/8'],
    ['a.example', 24, 64, 'a.example'],
  ])('the prefix of %s at %s/%s bits is %s', (text, v4Bits, v6Bits, key) => {
    expect(prefixKey(parseAddress(text, { defaultPort: 1 }), v4Bits, v6Bits)).toBe(key)
  })
})
