import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { parseAddress } from '../../../../src-main/transport/index.ts'
import { signRecord } from '../../../../src-main/networks/ethereum/discovery/enr.ts'
import { publicKeyOf } from '../../../../src-main/networks/ethereum/keys.ts'
import { hex } from '../../../../src-main/networks/ethereum/discovery/node.ts'
import { uint } from '../../../../src-main/networks/ethereum/discovery/rlp-items.ts'
import type { V4Packet } from '../../../../src-main/networks/ethereum/discovery/v4/packets.ts'
import {
  addressOf,
  decodePacket,
  encodePacket,
  encodeTyped,
  endpointOf,
} from '../../../../src-main/networks/ethereum/discovery/v4/packets.ts'
import { V4_KEY, V4_PACKETS } from './vectors.ts'

const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
const KEY = unhex(V4_KEY)
const FROM = endpointOf(parseAddress('127.0.0.1:3322'), 5544)
const TO = endpointOf(parseAddress('[::1]:2222'), 3333)
const EXPIRATION = 1_136_239_445n

const read = (name: keyof typeof V4_PACKETS): V4Packet => {
  const { packet, publicKey } = decodePacket(unhex(V4_PACKETS[name]))
  expect(publicKey).toEqual(publicKeyOf(KEY))
  return packet
}

describe('packets of discovery v4', () => {
  it('reads the published pings, with more fields than there should be', () => {
    const ping = { type: 'ping', version: 4, from: FROM, to: TO, expiration: EXPIRATION, seq: null }
    expect(read('ping')).toEqual(ping)
    expect(read('pingWithMore')).toEqual({ ...ping, seq: 1n })
  })

  it('reads the published findnode, with bytes behind it', () => {
    expect(read('findnode')).toEqual({
      type: 'findnode',
      target: unhex(
        'ca634cae0d49acb401d8a4c6b6fe8c55b70d115bf400769cc1400f3258cd31387574077f301b421bc84df7266c44e9e6d569fc56be00812904767bf5ccd1fc7f',
      ),
      expiration: EXPIRATION,
    })
  })

  it('reads the published neighbors', () => {
    const packet = read('neighbors')
    if (packet.type !== 'neighbors') throw new Error('no neighbors')
    expect(packet.nodes.map(node => [hex(node.publicKey).slice(0, 8), addressOf(node)?.key, node.tcp])).toEqual([
      ['3155e142', '99.33.22.55:4444', 4445],
      ['312c5551', '1.2.3.4:1', 1],
      ['38643200', '[2001:db8:3c4d:15::abcd:ef12]:3333', 3333],
      ['8dcab861', '[2001:db8:85a3:8d3:1319:8a2e:370:7348]:999', 1000],
    ])
  })

  it('writes the published ping, but for its signature, which was made with another nonce', () => {
    const { bytes } = encodePacket(
      { type: 'ping', version: 4, from: FROM, to: TO, expiration: EXPIRATION, seq: null },
      KEY,
    )
    expect(hex(bytes.subarray(97))).toBe(V4_PACKETS.ping.slice(194))
  })

  const samples: readonly V4Packet[] = [
    { type: 'ping', version: 555, from: FROM, to: TO, expiration: EXPIRATION, seq: 9n },
    { type: 'pong', to: TO, pingHash: new Uint8Array(32).fill(7), expiration: EXPIRATION, seq: 2n ** 64n - 1n },
    { type: 'findnode', target: new Uint8Array(64).fill(3), expiration: 0n },
    {
      type: 'neighbors',
      nodes: Array.from({ length: 12 }, () => ({ ...TO, publicKey: new Uint8Array(64).fill(200) })),
      expiration: EXPIRATION,
    },
    { type: 'neighbors', nodes: [], expiration: EXPIRATION },
    { type: 'enrRequest', expiration: EXPIRATION },
    {
      type: 'enrResponse',
      requestHash: new Uint8Array(32).fill(1),
      record: signRecord(KEY, 3n, { ip: Uint8Array.of(1, 2, 3, 4), udp: uint(30303) }),
    },
  ]

  it.each(samples.map(packet => [packet.type, packet] as const))(
    'reads back a %s, and ignores what follows',
    (_, packet) => {
      const { bytes, hash } = encodePacket(packet, KEY)
      expect(bytes.length).toBeLessThanOrEqual(1280)
      expect(decodePacket(bytes)).toEqual({ packet, publicKey: publicKeyOf(KEY), hash })
      if (packet.type !== 'neighbors' || packet.nodes.length === 0)
        expect(
          decodePacket(encodePacket(packet, KEY, [uint(42), [uint(1)]].slice(packet.type === 'ping' ? 1 : 0)).bytes)
            .packet,
        ).toMatchObject(packet.type === 'pong' || packet.type === 'ping' ? { type: packet.type } : packet)
    },
  )

  it.each([
    ['too-short', unhex(V4_PACKETS.ping).slice(0, 97)],
    ['too-long', new Uint8Array(1281)],
    ['bad-hash', unhex(V4_PACKETS.ping).with(60, 0)],
    ['bad-hash', unhex(V4_PACKETS.ping).slice(0, -1)],
    ['unknown-type', encodeTyped(66, [uint(1)], KEY).bytes],
    ['bad-form', encodeTyped(3, [new Uint8Array(63), uint(1)], KEY).bytes],
    ['bad-form', encodeTyped(1, [uint(4)], KEY).bytes],
    ['bad-form', encodeTyped(4, [[[new Uint8Array(5), uint(1), uint(1), new Uint8Array(64)]], uint(1)], KEY).bytes],
    ['bad-form', encodeTyped(5, [], KEY).bytes],
  ])('refuses as %s', (code, bytes) => {
    expect(() => decodePacket(bytes)).toThrow(expect.objectContaining({ code }))
  })

  it('reads at most 16 of the neighbors', () => {
    const node = [Uint8Array.of(1, 2, 3, 4), uint(1), uint(1), new Uint8Array(64)]
    const { packet } = decodePacket(encodeTyped(4, [Array.from({ length: 14 }, () => node), uint(1)], KEY).bytes)
    expect(packet.type === 'neighbors' && packet.nodes.length).toBe(14)
  })

  it('gives every packet one of its own hash, and never throws anything of another kind', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1400 }), bytes => {
        try {
          decodePacket(bytes)
          return false
        } catch (error) {
          return error instanceof Error && error.name === 'DiscoveryError'
        }
      }),
    )
  })
})
