import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ipAddress, parseAddress, parseSubnet, subnetContains, SubnetSet } from '../../src-main/transport/index.ts'

const at = (text: string): ReturnType<typeof parseAddress> => parseAddress(text, { defaultPort: 8333 })

describe('parseSubnet', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    [' 10.0.0.0 / 8 ', '10.0.0.0/8'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1/32', '192.0.2.1'],
    ['192.0.2.1:8333', '192.0.2.1'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['[2001:db8::]/32', '2001:db8::/32'],
    ['::/0', '::/0'],
    ['::1/128', '::1'],
    ['fc00::/8', 'fc00::/8'],
    ['::ffff:10.0.0.0/8', '10.0.0.0/8'],
    ['Example.com', 'example.com'],
  ])('reads %j as %s', (text, canonical) => {
    const subnet = parseSubnet(text)
    expect(subnet.text).toBe(canonical)
    expect(parseSubnet(subnet.text)).toEqual(subnet)
  })

  it.each([
    ['10.0.0.1/8', 'subnet', '10.0.0.0/8'],
    ['2001:db8::1/32', 'subnet', '2001:db8::/32'],
    ['192.0.2.1/0', 'subnet', '0.0.0.0/0'],
    ['10.0.0.0/33', 'subnet', '0 to 32'],
    ['10.0.0.0/', 'subnet', '0 to 32'],
    ['10.0.0.0/08', 'subnet', '0 to 32'],
    ['10.0.0.0/255.0.0.0', 'subnet', '0 to 32'],
    ['::/129', 'subnet', '0 to 128'],
    ['10.0.0.0:80/8', 'subnet', 'no port'],
    ['example.com/24', 'subnet', 'name'],
    ['10.0.0/8', 'ipv4', 'four numbers'],
    ['http://10.0.0.1/', 'form', 'link'],
    ['', 'empty', 'empty'],
  ])('refuses %j as %s: …%s…', (text, code, part) => {
    expect(() => parseSubnet(text)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(part) }))
  })

  it('takes the host of an address', () => {
    expect(parseSubnet(at('[::1]:1')).text).toBe('::1')
  })
})

describe('subnetContains', () => {
  it.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['0.0.0.0/0', '200.1.1.1', true],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['2001:db8::/33', '2001:db8:7fff::1', true],
    ['fc00::/8', 'fc12::1', true],
    ['example.com', 'example.com', true],
    ['example.com', 'www.example.com', false],
  ])('%s and %s: %s', (subnet, address, isInside) => {
    expect(subnetContains(parseSubnet(subnet), at(address))).toBe(isInside)
  })
})

describe('SubnetSet', () => {
  it('finds the narrowest subnet that holds an address, and all of them', () => {
    const set = new SubnetSet()
    for (const text of ['10.0.0.0/8', '10.1.0.0/16', '10.1.2.3', '2001:db8::/32', 'bad.example'])
      set.add(parseSubnet(text))
    expect(set.size).toBe(5)
    expect(set.match(at('10.1.2.3'))?.text).toBe('10.1.2.3')
    expect([...set.matches(at('10.1.2.3'))].map(subnet => subnet.bits)).toEqual([32, 16, 8])
    expect(set.match(at('10.9.9.9'))?.text).toBe('10.0.0.0/8')
    expect(set.match(at('11.0.0.1'))).toBe(null)
    expect(set.match(at('2001:db8:ffff::1'))?.text).toBe('2001:db8::/32')
    expect(set.match(at('bad.example'))?.text).toBe('bad.example')
    expect(set.delete(parseSubnet('10.1.2.3'))).toBe(true)
    expect(set.delete(parseSubnet('10.1.2.3'))).toBe(false)
    expect(set.match(at('10.1.2.3'))?.text).toBe('10.1.0.0/16')
  })

  it('agrees with asking every subnet in turn', () => {
    const octets = fc.array(fc.constantFrom(0, 1, 128, 255), { minLength: 4, maxLength: 4 })
    const raw = fc
      .oneof(
        octets,
        octets.map(four => four.concat(four, four, four)),
      )
      .map(all => Uint8Array.from(all))
    const subnets = fc.array(fc.tuple(raw, fc.integer({ min: 0, max: 128 })), { maxLength: 20 })
    fc.assert(
      fc.property(subnets, raw, (parts, probe) => {
        const set = new SubnetSet()
        const all = parts.map(([bytes, bits]) => {
          const { host } = ipAddress(bytes, 1)
          const width = Math.min(bits, bytes.length * 8)
          try {
            return parseSubnet(`${host}/${width}`)
          } catch (error) {
            // The error names the network that was meant.
            return parseSubnet(/meant: (\S+)\.$/.exec(String(error))?.[1] ?? '')
          }
        })
        for (const subnet of all) set.add(subnet)
        const address = ipAddress(probe, 1)
        const expected = new Set(all.filter(subnet => subnetContains(subnet, address)).map(subnet => subnet.text))
        expect(new Set([...set.matches(address)].map(subnet => subnet.text))).toEqual(expected)
      }),
    )
  })
})
