import { hash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Reader, compactSizeLength, writeCompactSize } from '../../../src-main/networks/bitcoin/compact-size.ts'
import {
  decodeAddr,
  decodeAddrV2,
  encodeAddr,
  encodeAddrV2,
} from '../../../src-main/networks/bitcoin/messages/addresses.ts'
import type { AddressEntries } from '../../../src-main/networks/bitcoin/messages/addresses.ts'
import * as control from '../../../src-main/networks/bitcoin/messages/control.ts'
import {
  decodeHeaders,
  decodeLocator,
  encodeHeaders,
  encodeLocator,
} from '../../../src-main/networks/bitcoin/messages/headers.ts'
import { decodeInventory, encodeInventory } from '../../../src-main/networks/bitcoin/messages/inventory.ts'
import { decodeVersion, encodeVersion } from '../../../src-main/networks/bitcoin/messages/version.ts'
import { WireError } from '../../../src-main/networks/bitcoin/wire-error.ts'
import { i2pAddress, ipAddress, onionAddress, parseAddress } from '../../../src-main/transport/index.ts'
import { concat, hex, toHex } from './wire.ts'

/** The rule that decoding breaks, or null. */
function ruleOf(decode: () => unknown): string | null {
  try {
    decode()
    return null
  } catch (error) {
    if (error instanceof WireError) return error.code
    throw error
  }
}

const all = (entries: AddressEntries): string[] =>
  Array.from({ length: entries.usable }, (_, index) => entries.at(index).address.key)

describe('CompactSize', () => {
  it.each([
    [0n, '00'],
    [252n, 'fc'],
    [253n, 'fdfd00'],
    [515n, 'fd0302'],
    [65_535n, 'fdffff'],
    [65_536n, 'fe00000100'],
    [4_294_967_295n, 'feffffffff'],
    [4_294_967_296n, 'ff0000000001000000'],
    [2n ** 64n - 1n, 'ffffffffffffffffff'],
  ])('writes and reads %s as %s', (value, text) => {
    const bytes = new Uint8Array(compactSizeLength(value))
    expect(writeCompactSize(new DataView(bytes.buffer), 0, value)).toBe(bytes.length)
    expect(toHex(bytes)).toBe(text)
    expect(new Reader(bytes).compactSize64()).toBe(value)
    expect(new Reader(bytes).compactSize()).toBe(Number(value))
  })

  it.each(['fdfc00', 'fd0000', 'feffff0000', 'fe00000000', 'ffffffffff00000000', 'ff0000000000000000'])(
    'refuses %s, which could be shorter',
    text => {
      expect(ruleOf(() => new Reader(hex(text)).compactSize())).toBe('non-minimal-compactsize')
      expect(ruleOf(() => new Reader(hex(text)).compactSize64())).toBe('non-minimal-compactsize')
    },
  )

  it.each(['', 'fd', 'fd01', 'fe010203', 'ff01020304050607'])('refuses %j, which ends too early', text => {
    expect(ruleOf(() => new Reader(hex(text)).compactSize())).toBe('malformed-message')
  })
})

/** Bitcoin wiki, "Protocol documentation", the version example (checksum 358d4932). */
const WIKI_VERSION = hex(
  `62ea0000 0100000000000000 11b2d05000000000
   0100000000000000 00000000000000000000ffff00000000 0000
   0000000000000000 00000000000000000000ffff00000000 0000
   3b2eb35d8ce61765 0f 2f5361746f7368693a302e372e322f c03e0300`,
)

describe('version', () => {
  it('reads the example of the protocol documentation', () => {
    const message = decodeVersion(WIKI_VERSION)
    expect(message).toMatchObject({ version: 60_002, services: 1n, time: 1_355_854_353, agent: '/Satoshi:0.7.2/' })
    expect(message).toMatchObject({ nonce: 0x6517_e68c_5db3_2e3bn, height: 212_672, relay: true })
    const again = encodeVersion(message)
    expect(decodeVersion(again)).toEqual(message)
    expect(toHex(again.subarray(0, 20))).toBe(toHex(WIKI_VERSION.subarray(0, 20)))
    expect(toHex(again.subarray(72))).toBe(`${toHex(WIKI_VERSION.subarray(72))}01`)
  })

  it('reads what stops behind any of the fields that came later, and passes over what comes behind the last', () => {
    expect(decodeVersion(WIKI_VERSION.subarray(0, 46))).toMatchObject({ nonce: 0n, agent: '', relay: true })
    expect(decodeVersion(WIKI_VERSION.subarray(0, 80))).toMatchObject({ agent: '', height: 0 })
    expect(decodeVersion(WIKI_VERSION.subarray(0, 96))).toMatchObject({ agent: '/Satoshi:0.7.2/', height: 0 })
    expect(decodeVersion(concat(WIKI_VERSION, hex('00 ff ff')))).toMatchObject({ height: 212_672, relay: false })
  })

  it('refuses an agent of 257 bytes, and any cut within a field', () => {
    const long = concat(WIKI_VERSION.subarray(0, 80), hex('fd0101'), new Uint8Array(257).fill(65))
    expect(ruleOf(() => decodeVersion(long))).toBe('oversized-agent')
    for (const length of [0, 3, 45, 47, 79, 81, 95, 97]) {
      expect(ruleOf(() => decodeVersion(WIKI_VERSION.subarray(0, length)))).toBe('malformed-message')
    }
  })

  it('comes back as it was, whatever it says', () => {
    const receiver = fc.record({
      ip: fc.uint8Array({ minLength: 16, maxLength: 16 }),
      port: fc.integer({ min: 0, max: 65_535 }),
    })
    const message = fc.record({
      version: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      services: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      time: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
      receiver,
      nonce: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      agent: fc.string({ maxLength: 60, unit: 'grapheme' }).filter(text => Buffer.byteLength(text) <= 256),
      height: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      relay: fc.boolean(),
    })
    fc.assert(
      fc.property(message, each => {
        const back = decodeVersion(encodeVersion(each))
        expect({ ...back, agent: back.agent.normalize() }).toEqual({ ...each, agent: each.agent.normalize() })
      }),
    )
  })
})

/** Bitcoin Core, netbase_tests.cpp: the addrv2 vectors made with BIP 155. */
const CORE_ADDRV2 = hex(
  `03
   61bc6649 00     02 10 00000000000000000000000000000001 0000
   79627683 01     02 10 00000000000000000000000000000001 00f1
   ffffffff fd4804 02 10 00000000000000000000000000000001 f1f2`,
)

/** One addrv2 entry with services 1. */
const entry = (id: number, bytes: Uint8Array, port = 8333): Uint8Array =>
  concat(
    hex('01000000 01'),
    Uint8Array.of(id, bytes.length, port >>> 8, port & 255).subarray(0, 2),
    bytes,
    Uint8Array.of(port >>> 8, port & 255),
  )

const message = (...entries: readonly Uint8Array[]): Uint8Array => concat(Uint8Array.of(entries.length), ...entries)

describe('addrv2', () => {
  it("reads Bitcoin Core's vectors, without the entry that has no port", () => {
    const entries = decodeAddrV2(CORE_ADDRV2)
    expect(entries.count).toBe(3)
    expect(entries.usable).toBe(2)
    expect(entries.at(0)).toMatchObject({ services: 1n, seenAt: 0x8376_6279 * 1000, address: { key: '[::1]:241' } })
    expect(entries.at(1)).toMatchObject({ services: 0x448n, seenAt: 0xffff_ffff * 1000, address: { port: 0xf1f2 } })
  })

  const onion = hex('53cd5648488c4707914182655b7664034e09e66f7e8cbf1084e654eb56c5bd88')
  it.each([
    ['IPv4', entry(1, hex('01020304')), '1.2.3.4:8333'],
    ['IPv6', entry(2, hex('1a1b2a2b3a3b4a4b5a5b6a6b7a7b8a8b')), '[1a1b:2a2b:3a3b:4a4b:5a5b:6a6b:7a7b:8a8b]:8333'],
    // Core's netbase tests name this service
    ['Tor v3', entry(4, onion), 'kpgvmscirrdqpekbqjsvw5teanhatztpp2gl6eee4zkowvwfxwenqaid.onion:8333'],
    ['I2P, without a port', entry(5, new Uint8Array(32), 0), `${'a'.repeat(52)}.b32.i2p:0`],
    ['CJDNS', entry(6, hex('fc000001000200030004000500060007')), '[fc00:1:2:3:4:5:6:7]:8333'],
  ])('reads %s', (_, bytes, key) => {
    expect(all(decodeAddrV2(message(bytes)))).toEqual([key])
  })

  it.each([
    ['Tor v2', entry(3, new Uint8Array(10))],
    ['Yggdrasil', entry(7, new Uint8Array(16))],
    ['a network nobody knows', entry(170, new Uint8Array(5))],
    ['a network nobody knows, with no bytes', entry(171, new Uint8Array(0))],
    ['IPv4 under the id of IPv6', entry(2, hex('00000000000000000000ffff01020304'))],
    ['Tor v2 under the id of IPv6', entry(2, hex('fd87d87eeb4301020304050607080910'))],
    ['CJDNS outside fc00::/8', entry(6, hex('fd000001000200030004000500060007'))],
    ['port 0', entry(1, hex('01020304'), 0)],
  ])('passes over %s and reads on', (_, bytes) => {
    const entries = decodeAddrV2(message(bytes, entry(1, hex('09090909'))))
    expect(entries.count).toBe(2)
    expect(all(entries)).toEqual(['9.9.9.9:8333'])
  })

  it.each([
    [1, 5],
    [2, 4],
    [3, 16],
    [4, 10],
    [5, 16],
    [6, 4],
    [7, 4],
  ])('refuses network %i with %i bytes', (id, length) => {
    expect(ruleOf(() => decodeAddrV2(message(entry(id, new Uint8Array(length)))))).toBe('bad-address-length')
  })

  it('refuses more than 512 bytes, more than 1000 entries, a cut, and bytes left over', () => {
    const long = concat(hex('01 00000000 00 63 fd0102'), new Uint8Array(513 + 2))
    expect(ruleOf(() => decodeAddrV2(long))).toBe('bad-address-length')
    expect(ruleOf(() => decodeAddrV2(hex('fde903')))).toBe('oversized-addr')
    expect(ruleOf(() => decodeAddr(hex('fde903')))).toBe('oversized-addr')
    expect(ruleOf(() => decodeAddrV2(CORE_ADDRV2.subarray(0, -1)))).toBe('malformed-message')
    expect(ruleOf(() => decodeAddrV2(concat(CORE_ADDRV2, hex('00'))))).toBe('malformed-message')
  })

  it('comes back as it was, in every network', () => {
    const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
    const address = fc.tuple(fc.integer({ min: 1, max: 65_535 }), fc.integer({ min: 0, max: 3 }), bytes(32))
    const heard = fc.record({
      address: address.map(([port, kind, raw]) => {
        if (kind === 0) return ipAddress(raw.subarray(0, 4), port)
        if (kind === 1) return ipAddress(concat(Uint8Array.of(0x20), raw.subarray(0, 15)), port)
        return kind === 2 ? onionAddress(raw, port) : i2pAddress(raw, port)
      }),
      services: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      seenAt: fc.integer({ min: 0, max: 0xffff_ffff }).map(seconds => seconds * 1000),
    })
    fc.assert(
      fc.property(fc.array(heard, { maxLength: 300 }), list => {
        const entries = decodeAddrV2(encodeAddrV2(list))
        expect(Array.from({ length: entries.usable }, (_, index) => entries.at(index))).toEqual(list)
        const old = list.filter(each => each.address.kind === 'ipv4' || each.address.kind === 'ipv6')
        const oldEntries = decodeAddr(encodeAddr(old))
        expect(Array.from({ length: oldEntries.usable }, (_, index) => oldEntries.at(index))).toEqual(old)
      }),
    )
  })
})

describe('addr', () => {
  it('reads the example of the protocol documentation', () => {
    const entries = decodeAddr(hex('01 e215104d 0100000000000000 00000000000000000000ffff0a000001 208d'))
    expect(entries.at(0)).toEqual({ address: parseAddress('10.0.0.1:8333'), services: 1n, seenAt: 1_292_899_810_000 })
  })

  it('passes over Tor v2 in disguise and entries without a port', () => {
    const head = hex('e215104d 0100000000000000')
    const torV2 = concat(head, hex('fd87d87eeb4301020304050607080910 208d'))
    const portless = concat(head, hex('00000000000000000000ffff0a000001 0000'))
    const good = concat(head, hex('00000000000000000000ffff0a000001 208d'))
    const entries = decodeAddr(message(torV2, portless, good))
    expect(entries.count).toBe(3)
    expect(all(entries)).toEqual(['10.0.0.1:8333'])
  })
})

describe('inventories', () => {
  const entries = fc.array(
    fc.record({
      kind: fc.integer({ min: 0, max: 0xffff_ffff }),
      hash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    }),
    { maxLength: 400 },
  )

  it('come back as they were', () => {
    fc.assert(
      fc.property(entries, fc.constantFrom('inv', 'getdata', 'notfound'), (list, command) => {
        const inventory = decodeInventory(command, encodeInventory(list))
        const back = list.map((_, index) => ({ kind: inventory.kind(index), hash: inventory.hash(index) }))
        expect(back).toEqual(list)
        expect(inventory.head(3)).toEqual(encodeInventory(list.slice(0, 3)))
      }),
    )
  })

  it('count what they are about', () => {
    const kinds = [1, 0x4000_0001, 5, 2, 0x4000_0002, 3, 0x4000_0003, 4, 0, 6, 0x4000_0005, 0x4000_0004]
    const list = kinds.map(kind => ({ kind, hash: new Uint8Array(32) }))
    const inventory = decodeInventory('inv', encodeInventory(list))
    expect(inventory.counts()).toEqual({ transactions: 3, blocks: 5, unknown: 4 })
  })

  it.each(['inv', 'getdata', 'notfound'] as const)('refuse 50,001 entries of %s', command => {
    expect(ruleOf(() => decodeInventory(command, hex('fd51c3')))).toBe(`oversized-${command}`)
    expect(ruleOf(() => decodeInventory(command, hex('fd50c3')))).toBe('malformed-message')
  })
})

/** The first block header of the main network, and its hash as it is printed. */
const GENESIS = hex(
  `01000000 ${'00'.repeat(32)} 3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a
   29ab5f49 ffff001d 1dac2b7c`,
)

describe('headers', () => {
  it('gives the genesis header whose hash everybody knows', () => {
    const headers = decodeHeaders(concat(hex('01'), GENESIS, hex('00')))
    expect(headers.count).toBe(1)
    const digest = hash('sha256', hash('sha256', headers.at(0), 'buffer'), 'buffer').reverse()
    expect(toHex(digest)).toBe('000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f')
    expect(encodeHeaders([headers.at(0)])).toEqual(concat(hex('01'), GENESIS, hex('00')))
  })

  it('refuses 2001, and headers with transactions', () => {
    expect(ruleOf(() => decodeHeaders(hex('fdd107')))).toBe('oversized-headers')
    expect(ruleOf(() => decodeHeaders(concat(hex('01'), GENESIS, hex('01'))))).toBe('malformed-message')
    expect(ruleOf(() => decodeHeaders(concat(hex('01'), GENESIS)))).toBe('malformed-message')
  })

  it('come with locators that come back as they were, of 101 hashes at most', () => {
    const locator = { version: 70_016, hashes: [GENESIS.slice(0, 32), GENESIS.slice(32, 64)], stop: new Uint8Array(32) }
    expect(decodeLocator(encodeLocator(locator))).toEqual(locator)
    const long = encodeLocator({ ...locator, hashes: Array.from({ length: 102 }, () => new Uint8Array(32)) })
    expect(ruleOf(() => decodeLocator(long))).toBe('oversized-locator')
  })
})

describe('small messages', () => {
  it('come back as they were', () => {
    const compact = { isHighBandwidth: true, version: 2n }
    expect(control.decodeSendCompact(control.encodeSendCompact(compact))).toEqual(compact)
    const feature = { id: 'feature-of-tests', data: hex('010203') }
    expect(control.decodeFeature(control.encodeFeature(feature))).toEqual(feature)
    const reject = { message: 'tx', code: 0x10, reason: 'no', hash: new Uint8Array(32) }
    expect(control.decodeReject(control.encodeReject(reject))).toEqual(reject)
    const filter = { filter: hex('b50f'), functions: 11, tweak: 0, flags: 1 }
    expect(control.decodeFilterLoad(control.encodeFilterLoad(filter))).toEqual(filter)
    expect(control.decodeFilterAdd(control.encodeFilterAdd(hex('0102')))).toEqual(hex('0102'))
    expect(control.decodeU64(control.encodeU64(2n ** 64n - 1n))).toBe(2n ** 64n - 1n)
  })

  it.each([
    ['a ping of seven bytes', () => control.decodeU64(new Uint8Array(7)), 'malformed-message'],
    ['sendcmpct with a 2', () => control.decodeSendCompact(hex('02 0200000000000000')), 'malformed-message'],
    ['a feature with a name of 3', () => control.decodeFeature(hex('03 616263 00')), 'malformed-message'],
    ['a feature with a name of 81', () => control.decodeFeature(hex(`51${'61'.repeat(81)}00`)), 'malformed-message'],
    ['a feature without data', () => control.decodeFeature(hex('04 61626364')), 'malformed-message'],
    ['a feature with 513 bytes', () => control.decodeFeature(hex('04 61626364 fd0102')), 'malformed-message'],
    ['a filter of 36,001 bytes', () => control.decodeFilterLoad(hex('fda18c')), 'filter-too-big'],
    ['a filter of 51 functions', () => control.decodeFilterLoad(hex('0100 33000000 00000000 00')), 'filter-too-big'],
    ['an element of 521 bytes', () => control.decodeFilterAdd(hex('fd0902')), 'filter-too-big'],
    ['a reject of 112 characters', () => control.decodeReject(hex('70')), 'malformed-message'],
  ])('refuse %s', (_, decode, rule) => {
    expect(ruleOf(decode)).toBe(rule)
  })
})
