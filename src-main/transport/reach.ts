/** What an address means to the internet: public, loopback, local network; and the prefix it shares with its neighbours. */
import type { Address } from './address.ts'
import type { Groups } from './ip.ts'
import { parseIPv4, parseIPv6, printIPv4, printIPv6 } from './ip.ts'

type Range4 = readonly [network: string, bits: number]

const compile4 = (ranges: readonly Range4[]): ReadonlyArray<readonly [number, number]> =>
  ranges.map(([network, bits]) => [(parseIPv4(network) ?? 0) >>> (32 - bits), 32 - bits])

const isIn4 = (value: number, ranges: ReadonlyArray<readonly [number, number]>): boolean =>
  ranges.some(([prefix, shift]) => value >>> shift === prefix)

/** Not reachable over the internet. Bitcoin Core's `IsRoutable` and, beyond it, multicast and reserved space (IANA registry). */
const PRIVATE_4 = compile4([
  ['0.0.0.0', 8], // this network, RFC 791
  ['10.0.0.0', 8], // RFC 1918
  ['100.64.0.0', 10], // carrier-grade NAT, RFC 6598
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local, RFC 3927
  ['172.16.0.0', 12], // RFC 1918
  ['192.0.0.0', 24], // protocol assignments, RFC 6890
  ['192.0.2.0', 24], // documentation, RFC 5737
  ['192.168.0.0', 16], // RFC 1918
  ['198.18.0.0', 15], // benchmarks, RFC 2544
  ['198.51.100.0', 24], // documentation, RFC 5737
  ['203.0.113.0', 24], // documentation, RFC 5737
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, and broadcast
])

const LAN_4 = compile4([
  ['10.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
])

/** Names that only the own machine or the own network can resolve (RFC 6761, 6762, 8375, 9476). */
const LOCAL_NAME = /(?:^|\.)(?:localhost|local|lan|internal|home\.arpa)$/

/** Could a stranger on the internet (or in the overlay that the address belongs to) reach this address? */
export function isPublic(address: Address): boolean {
  switch (address.kind) {
    case 'ipv4':
      return isPublic4(parseIPv4(address.host) ?? 0)
    case 'ipv6':
      return isPublic6(parseIPv6(address.host) ?? [])
    case 'host':
      return !LOCAL_NAME.test(address.host)
    case 'onion':
    case 'i2p':
    case 'cjdns':
      return true
    default:
      return address.kind satisfies never
  }
}

const isPublic4 = (value: number): boolean => !isIn4(value, PRIVATE_4)

function isPublic6(groups: Groups): boolean {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups
  // Transition formats are as public as the IPv4 address that they carry.
  if (a === 0x2002) return isPublic4(((b << 16) | c) >>> 0) // 6to4, RFC 3964
  if (a === 0x2001 && b === 0) return isPublic4(~((g << 16) | h) >>> 0) // Teredo, RFC 4380: inverted
  if (a === 0x64 && b === 0xff9b && (c | d | e | f) === 0) return isPublic4(((g << 16) | h) >>> 0) // RFC 6052
  if ((a | b | c | d) === 0 && e === 0xffff && f === 0) return isPublic4(((g << 16) | h) >>> 0) // RFC 6145
  if (a === 0x2001 && b < 0x200) return false // protocol assignments: ORCHID (4843, 7343), benchmarks (5180), RFC 2928
  if (a === 0x2001 && b === 0xdb8) return false // documentation, RFC 3849
  // Only 2000::/3 is global unicast; 3fff::/20 of it is documentation (RFC 9637).
  return a >>> 13 === 1 && !(a === 0x3fff && b < 0x1000)
}

/** The own machine: 127.0.0.0/8, ::1, `localhost`. */
export function isLoopback(address: Address): boolean {
  if (address.kind === 'ipv4') return address.host.startsWith('127.')
  if (address.kind === 'ipv6') return address.host === '::1'
  return address.kind === 'host' && /(?:^|\.)localhost$/.test(address.host)
}

/** The own network or machine: RFC 1918, link-local, unique local (fd00::/8), loopback, names such as `box.local`. */
export function isLan(address: Address): boolean {
  if (address.kind === 'ipv4') return isIn4(parseIPv4(address.host) ?? 0, LAN_4)
  if (address.kind === 'ipv6')
    return address.host === '::1' || /^(?:fe[89ab][0-9a-f]:|fd[0-9a-f]{2}:)/.test(address.host)
  return address.kind === 'host' && LOCAL_NAME.test(address.host)
}

/**
 * A string that addresses of one prefix share, for caps per prefix: `192.0.2.0/24`, `2001:db8::/64`. CJDNS counts by
 * `v6Bits` as well; onion, I2P and host names stand for themselves (their host).
 */
export function prefixKey(address: Address, v4Bits = 24, v6Bits = 64): string {
  if (address.kind === 'ipv4') {
    const shift = 32 - v4Bits
    const value = parseIPv4(address.host) ?? 0
    return `${printIPv4(shift >= 32 ? 0 : ((value >>> shift) << shift) >>> 0)}/${v4Bits}`
  }
  if (address.kind !== 'ipv6' && address.kind !== 'cjdns') return address.host
  return `${printIPv6(maskGroups(parseIPv6(address.host) ?? [], v6Bits))}/${v6Bits}`
}

/** The groups with every bit after the first `bits` cleared. */
export function maskGroups(groups: Groups, bits: number): Groups {
  return groups.map((group, index) => {
    const kept = Math.min(16, Math.max(0, bits - 16 * index))
    return group & (0xffff << (16 - kept)) & 0xffff
  })
}
