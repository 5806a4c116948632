/**
 * The group of an address: those whom one party can easily hold many of share one. By autonomous system where a table
 * names it, since one operator has addresses in many subnets; by subnet otherwise. Source: Bitcoin Core netgroup.
 */
import type { Address } from '../transport/index.ts'
import { addressBytes, isLoopback } from '../transport/index.ts'
import type { AddressSource } from './types.ts'

/** IPv6 space of Hurricane Electric's tunnel broker, which gives a /48 to anyone: grouped by /36. Source: Bitcoin Core. */
const HE_NET = [0x20, 0x01, 0x04, 0x70]

/** The IPv4 address inside an IPv6 address of a transition format, or null. Sources: RFC 3964, 4380, 6052, 6145. */
function linkedIPv4(bytes: Uint8Array): Uint8Array | null {
  const starts = (...prefix: readonly number[]): boolean => prefix.every((byte, at) => bytes[at] === byte)
  if (starts(0x20, 0x02)) return bytes.subarray(2, 6)
  if (starts(0x20, 0x01, 0, 0)) return bytes.subarray(12, 16).map(byte => ~byte & 0xff)
  if (starts(0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0)) return bytes.subarray(12, 16)
  if (starts(0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0)) return bytes.subarray(12, 16)
  return null
}

const slash16 = (bytes: Uint8Array): string => `${bytes[0] ?? 0}.${bytes[1] ?? 0}.0.0/16`

const hex = (value: number): string => value.toString(16).padStart(4, '0')

/**
 * `AS64500`, `192.0.0.0/16`, `2001:0db8::/32`, `onion:a` (4 bits), `fc01::/12` (the 4 bits after the fixed fc),
 * `host:name`. On loopback every address is a group of its own: nobody else holds any, and the playground's peers
 * live there.
 * @param asnOf the autonomous system of an IP address, or null; 0 counts as none
 */
export function groupOf(address: Address, asnOf?: (address: Address) => number | null): string {
  switch (address.kind) {
    case 'ipv4':
    case 'ipv6': {
      if (isLoopback(address)) return address.host
      const asn = asnOf?.(address) ?? 0
      if (asn > 0) return `AS${asn}`
      const bytes = addressBytes(address)
      if (address.kind === 'ipv4') return slash16(bytes)
      const inner = linkedIPv4(bytes)
      if (inner !== null) return slash16(inner)
      const high = hex(((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0))
      const low = hex(((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0))
      if (!HE_NET.every((byte, at) => bytes[at] === byte)) return `${high}:${low}::/32`
      return `${high}:${low}:${((bytes[4] ?? 0) >>> 4).toString(16)}000::/36`
    }
    case 'onion':
    case 'i2p':
      return `${address.kind}:${((addressBytes(address)[0] ?? 0) >>> 4).toString(16)}`
    case 'cjdns': {
      const bytes = addressBytes(address)
      return `${hex(((bytes[0] ?? 0) << 8) | ((bytes[1] ?? 0) & 0xf0))}::/12`
    }
    case 'host':
      return `host:${address.host}`
    default:
      return address.kind satisfies never
  }
}

/** The group of who told: a peer's own, or for a named source one that no address can be of. */
export function sourceGroupOf(source: AddressSource, groupOf: (address: Address) => string): string {
  return typeof source === 'string' ? `source:${source}` : groupOf(source)
}
