/** Which addresses share a group. */
import { describe, expect, it } from 'vitest'
import { groupOf } from '../../src-main/addressbook/index.ts'
import { at } from './helpers.ts'

const onion = 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion'
const i2p = 'ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p'

describe('without tables', () => {
  it.each([
    ['1.2.3.4', '1.2.0.0/16'],
    ['2001:db8:1:2::3', '2001:0db8::/32'],
    ['2001:470:1f05:43b::1', '2001:0470:1000::/36'],
    ['2002:102:304::1', '1.2.0.0/16'],
    ['2001:0:9d38:6abd::fefd:fcfb', '1.2.0.0/16'],
    ['64:ff9b::102:304', '1.2.0.0/16'],
    ['fc32:17ea:e415:c3bf:9808:149d:b5a2:c9aa', 'fc30::/12'],
    [onion, 'onion:7'],
    [i2p, 'i2p:a'],
    ['seed.example.org', 'host:seed.example.org'],
    ['127.0.0.5', '127.0.0.5'],
  ])('%s belongs to %s', (address, expected) => {
    expect(groupOf(at(address.includes('::') || address.startsWith('fc') ? `[${address}]:1` : address))).toBe(expected)
  })
})

it('follows the table of autonomous systems, IPv4 and IPv6 alike, where it knows one', () => {
  const asnOf = (address: { host: string }): number | null =>
    ['1.2.3.4', '2001:db8::1'].includes(address.host) ? 64_500 : 0
  expect(groupOf(at('1.2.3.4'), asnOf)).toBe('AS64500')
  expect(groupOf(at('[2001:db8::1]:1'), asnOf)).toBe('AS64500')
  expect(groupOf(at('1.2.3.5'), asnOf)).toBe('1.2.0.0/16')
  expect(groupOf(at(onion), asnOf)).toBe('onion:7')
  expect(groupOf(at('127.0.0.1'), () => 7)).toBe('127.0.0.1')
})
