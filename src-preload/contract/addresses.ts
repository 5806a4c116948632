/** The address book as the window shows it. */
import { z } from 'zod'
import { id, networkId, request, time, typedText } from './define.ts'

export const addressRecord = z.strictObject({
  id,
  network: networkId,
  address: z.string(),
  addressKind: z.enum(['ipv4', 'ipv6', 'onion', 'i2p', 'cjdns', 'host']),
  table: z.enum(['new', 'tried']),
  group: z.string(),
  country: z.string().nullable(),
  asn: z.number().int().nullable(),
  /** Who told us: an address, a DNS seed's name, `user`, `fixed`. */
  source: z.string(),
  /** Buckets of the new table it stands in, 0 when tried. */
  references: z.number().int(),
  services: z.array(z.string()),
  seenAt: time,
  lastTryAt: time.nullable(),
  lastSuccessAt: time.nullable(),
  failures: z.number().int(),
  isTerrible: z.boolean(),
  isBanned: z.boolean(),
})
export type AddressRecord = z.infer<typeof addressRecord>

export const addressStats = z.strictObject({
  network: networkId,
  total: z.number().int(),
  new: z.number().int(),
  tried: z.number().int(),
  byKind: z.record(z.string(), z.number().int()),
  groups: z.number().int(),
  /** Largest groups, at most 20. */
  topGroups: z.array(z.strictObject({ group: z.string(), label: z.string(), count: z.number().int() })),
  /** Addresses by where they came from, at most 20. */
  topSources: z.array(z.strictObject({ source: z.string(), count: z.number().int() })),
  /** Waiting tests of tried-table collisions. */
  collisions: z.number().int(),
  /** The tables that name countries and ASNs, for "approximate, from ...". */
  geo: z.strictObject({ countrySource: z.string(), asnSource: z.string(), isUserFile: z.boolean() }),
})
export type AddressStats = z.infer<typeof addressStats>

export const addresses = {
  'addresses.stats': request({
    summary: 'Counts of the address book by table, kind, group and source.',
    input: z.strictObject({ network: networkId.optional() }),
    output: z.strictObject({ books: z.array(addressStats) }),
  }),
  'addresses.search': request({
    summary: 'Addresses of the book that match, a page at a time.',
    input: z.strictObject({
      network: networkId,
      text: z.string().max(300).default(''),
      table: z.enum(['all', 'new', 'tried']).default('all'),
      kind: z.enum(['all', 'ipv4', 'ipv6', 'onion', 'i2p', 'cjdns', 'host']).default('all'),
      offset: z.number().int().min(0).max(10_000_000).default(0),
      limit: z.number().int().min(1).max(500).default(100),
    }),
    output: z.strictObject({ total: z.number().int(), addresses: z.array(addressRecord) }),
  }),
  'addresses.explain': request({
    summary: 'Why an address would or would not be dialed now: each check with its verdict, and its chance.',
    input: z.strictObject({ network: networkId, address: typedText }),
    output: z.strictObject({
      record: addressRecord.nullable(),
      /** In order; the first that fails is why not. */
      checks: z.array(z.strictObject({ check: z.string(), passes: z.boolean(), text: z.string() })),
      mayDial: z.boolean(),
      /** Factor of the selection chance now, 0 to 1. */
      chance: z.number(),
      buckets: z.array(
        z.strictObject({ table: z.enum(['new', 'tried']), bucket: z.number().int(), position: z.number().int() }),
      ),
    }),
    errors: ['bad-address'],
  }),
  'addresses.add': request({
    summary: 'Adds addresses to the book by hand, one a line.',
    input: z.strictObject({ network: networkId, text: z.string().max(64 * 1024) }),
    output: z.strictObject({ added: z.number().int(), known: z.number().int() }),
    errors: ['bad-address'],
    maxBytes: 128 * 1024,
  }),
  'addresses.forget': request({
    summary: 'Takes an address out of the book.',
    input: z.strictObject({ network: networkId, address: typedText }),
    errors: ['bad-address'],
  }),
  'addresses.seed': request({
    summary: 'Asks the DNS seeds now.',
    input: z.strictObject({ network: networkId }),
    output: z.strictObject({ found: z.number().int(), failed: z.array(z.string()) }),
    errors: ['no-seeds'],
  }),
}
