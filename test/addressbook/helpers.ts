/** An address book in virtual time, and addresses by number. */
import type { AddressBook, AddressBookOptions, ToldAddress } from '../../src-main/addressbook/index.ts'
import { createAddressBook, groupOf } from '../../src-main/addressbook/index.ts'
import { VirtualClock, seededRandom } from '../../src-main/time/index.ts'
import type { Address } from '../../src-main/transport/index.ts'
import { parseAddress } from '../../src-main/transport/index.ts'

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

export const at = (text: string): Address => parseAddress(text, { defaultPort: 8333 })

/** The n-th IPv4 address: /16 groups are filled one after the other, `perGroup` addresses each. */
export const ipv4 = (n: number, perGroup = 1): Address => {
  const group = Math.floor(n / perGroup)
  const host = n % perGroup
  return at(`${1 + (group >>> 8)}.${group & 255}.${(host >>> 8) & 255}.${host & 255}`)
}

export interface Fixture {
  readonly clock: VirtualClock
  readonly book: AddressBook
  readonly tell: (address: Address, options?: { source?: string; ageMs?: number; services?: bigint }) => number
}

export function fixture(options: Partial<AddressBookOptions> & { seed?: number } = {}): Fixture {
  const clock = options.clock instanceof VirtualClock ? options.clock : new VirtualClock()
  const book = createAddressBook({
    network: 'bitcoin/regtest',
    key: Uint8Array.from({ length: 16 }, (_, n) => n + (options.seed ?? 1)),
    random: seededRandom(options.seed ?? 1),
    groupOf: address => groupOf(address),
    isBanned: () => false,
    ...options,
    clock,
  })
  return {
    clock,
    book,
    tell: (address, { source = '9.9.9.9', ageMs = 0, services = 1n } = {}) => {
      const told: ToldAddress = { address, services, seenAt: clock.now() - ageMs }
      return book.add([told], /^[a-z]+$/.test(source) ? source : at(source), 0)
    },
  }
}
