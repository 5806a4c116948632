/**
 * Ranges of addresses: `10.0.0.0/8`, `2001:db8::/32`, or one host. For bans and whitelists, which name hosts without
 * ports, and want to know quickly whether one of thousands of ranges covers an address.
 */
import { AddressError, parseAddress } from './address.ts'
import type { Address } from './address.ts'
import type { Groups } from './ip.ts'
import { parseIPv4, parseIPv6, printIPv4, printIPv6 } from './ip.ts'
import { maskGroups } from './reach.ts'

export interface Subnet {
  /** `name` is one onion, I2P or host name. CJDNS counts as IPv6. */
  readonly family: 'ipv4' | 'ipv6' | 'name'
  /** The first address of the range, or the name. */
  readonly network: string
  /** Leading bits that count: 0 to 32 or 128; 0 for a name. */
  readonly bits: number
  /** Canonical: `10.0.0.0/8`, and a single host without a slash. Equal exactly when the subnets are. */
  readonly text: string
}

const widthOf = (family: Subnet['family']): number => (family === 'ipv4' ? 32 : family === 'ipv6' ? 128 : 0)

const maskIPv4 = (value: number, bits: number): number => (bits === 0 ? 0 : (value & (-1 << (32 - bits))) >>> 0)

function familyOf(address: Address): Subnet['family'] {
  if (address.kind === 'ipv4') return 'ipv4'
  return address.kind === 'ipv6' || address.kind === 'cjdns' ? 'ipv6' : 'name'
}

/** The first address of the range of `bits` bits around a host. */
function networkOf(family: Subnet['family'], host: string, bits: number): string {
  if (family === 'ipv4') return printIPv4(maskIPv4(parseIPv4(host) ?? 0, bits))
  return family === 'ipv6' ? printIPv6(maskGroups(parseIPv6(host) ?? [], bits)) : host
}

/**
 * Reads `10.0.0.0/8`, `2001:db8::/32`, `192.0.2.1`, `[::1]`, a name; or takes the host of an address (its port does not count).
 * @throws {AddressError} `subnet` when the prefix length is wrong or bits after it are set, else as `parseAddress`
 */
export function parseSubnet(source: string | Address): Subnet {
  if (typeof source !== 'string') return ofAddress(source)
  const slash = source.indexOf('/')
  if (slash < 0 || source.includes('://')) return ofAddress(parseAddress(source, { defaultPort: 0 }))
  const hostText = source.slice(0, slash).trim()
  const address = parseAddress(hostText, { defaultPort: 0 })
  const family = familyOf(address)
  if (family === 'name') {
    throw new AddressError('subnet', `"${address.host}" is a name; only IPv4 and IPv6 addresses have subnets.`)
  }
  if (address.port !== 0) throw new AddressError('subnet', 'A subnet has no port; leave it out.')
  const width = widthOf(family)
  const bitsText = source.slice(slash + 1).trim()
  const bits = /^(?:0|[1-9][0-9]{0,2})$/.test(bitsText) ? Number(bitsText) : NaN
  if (!(bits <= width)) {
    throw new AddressError(
      'subnet',
      `After the slash stands a number from 0 to ${width}, such as ${address.host}/${width / 2}.`,
    )
  }
  const network = networkOf(family, address.host, bits)
  if (network !== address.host) {
    throw new AddressError(
      'subnet',
      `${address.host}/${bits} has bits set after the first ${bits}; the network was probably meant: ${network}/${bits}.`,
    )
  }
  return make(family, network, bits)
}

const ofAddress = (address: Address): Subnet => {
  const family = familyOf(address)
  return make(family, address.host, widthOf(family))
}

const make = (family: Subnet['family'], network: string, bits: number): Subnet => ({
  family,
  network,
  bits,
  text: bits === widthOf(family) ? network : `${network}/${bits}`,
})

/** Is the address one of the range? */
export function subnetContains(subnet: Subnet, address: Address): boolean {
  const family = familyOf(address)
  return family === subnet.family && networkOf(family, address.host, subnet.bits) === subnet.network
}

/** The subnets of one family and one prefix length, by the value of their prefix. */
interface Length<Key> {
  readonly bits: number
  readonly byPrefix: Map<Key, Subnet>
}

/** Many subnets and the question whether one of them holds an address: one look-up per prefix length in use. */
export class SubnetSet {
  readonly #ipv4: Length<number>[] = []
  readonly #ipv6: Length<string>[] = []
  readonly #names = new Map<string, Subnet>()

  get size(): number {
    const count = (lengths: readonly Length<unknown>[]): number => lengths.reduce((sum, l) => sum + l.byPrefix.size, 0)
    return count(this.#ipv4) + count(this.#ipv6) + this.#names.size
  }

  /** Adds a subnet; one that is there already is replaced by the equal one. */
  add(subnet: Subnet): void {
    if (subnet.family === 'ipv4')
      lengthFor(this.#ipv4, subnet.bits).byPrefix.set(parseIPv4(subnet.network) ?? 0, subnet)
    else if (subnet.family === 'ipv6') lengthFor(this.#ipv6, subnet.bits).byPrefix.set(subnet.network, subnet)
    else this.#names.set(subnet.network, subnet)
  }

  /** Removes a subnet; false when it was not there. */
  delete(subnet: Subnet): boolean {
    if (subnet.family === 'ipv4') return removeFrom(this.#ipv4, subnet.bits, parseIPv4(subnet.network) ?? 0)
    if (subnet.family === 'ipv6') return removeFrom(this.#ipv6, subnet.bits, subnet.network)
    return this.#names.delete(subnet.network)
  }

  /** The narrowest subnet that holds the address, or null. */
  match(address: Address): Subnet | null {
    return this.matches(address).next().value ?? null
  }

  /** Every subnet that holds the address, narrowest first. */
  *matches(address: Address): Generator<Subnet, undefined> {
    const family = familyOf(address)
    if (family === 'ipv4') {
      const value = this.#ipv4.length > 0 ? (parseIPv4(address.host) ?? 0) : 0
      for (const { bits, byPrefix } of this.#ipv4) {
        const subnet = byPrefix.get(maskIPv4(value, bits))
        if (subnet !== undefined) yield subnet
      }
    } else if (family === 'ipv6') {
      const groups: Groups = this.#ipv6.length > 0 ? (parseIPv6(address.host) ?? []) : []
      for (const { bits, byPrefix } of this.#ipv6) {
        const subnet = byPrefix.get(bits === 128 ? address.host : printIPv6(maskGroups(groups, bits)))
        if (subnet !== undefined) yield subnet
      }
    } else {
      const subnet = this.#names.get(address.host)
      if (subnet !== undefined) yield subnet
    }
  }
}

/** The entry for a prefix length, made when absent; longest prefixes come first. */
function lengthFor<Key>(lengths: Length<Key>[], bits: number): Length<Key> {
  const found = lengths.find(length => length.bits === bits)
  if (found !== undefined) return found
  const made: Length<Key> = { bits, byPrefix: new Map() }
  lengths.push(made)
  lengths.sort((a, b) => b.bits - a.bits)
  return made
}

function removeFrom<Key>(lengths: Length<Key>[], bits: number, prefix: Key): boolean {
  const index = lengths.findIndex(length => length.bits === bits)
  const length = lengths[index]
  if (length === undefined || !length.byPrefix.delete(prefix)) return false
  if (length.byPrefix.size === 0) lengths.splice(index, 1)
  return true
}
