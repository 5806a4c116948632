import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeUtpPacket,
  encodeUtpPacket,
  isSelectivelyAcked,
  sequenceDistance,
} from '../../../src-main/transport/utp/packet.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const SYN = '41 00 1234 01020304 00000000 00100000 0001 0000'
const STATE = '21 01 1235 01020304 ffffffff 00100000 0002 0010'

describe('uTP packets', () => {
  it('are laid out as BEP 29 draws them', () => {
    const packet = decodeUtpPacket(hex(SYN))
    expect(packet).toMatchObject({ type: 'syn', connectionId: 0x1234, timestampUs: 0x01020304, windowBytes: 0x100000 })
    expect(packet).toMatchObject({ sequence: 1, acknowledged: 0, timestampDifferenceUs: 0, selectiveAck: null })
    expect(packet && encodeUtpPacket(packet)).toEqual(hex(SYN))
  })

  it('count a selective ack from the ack + 2, lowest bit first', () => {
    const packet = decodeUtpPacket(hex(`${STATE} 00 04 01 80 00 00`))
    if (packet === null) throw new Error('not decoded')
    const acked = Array.from({ length: 40 }, (_, i) => 0x10 + i).filter(n => isSelectivelyAcked(packet, n))
    expect(acked).toEqual([0x12, 0x10 + 2 + 15])
  })

  it('skip an unknown extension by its length', () => {
    const packet = decodeUtpPacket(hex('01 02 1235 01020304 00000000 00100000 0002 0010 00 03 aabbcc 6869'))
    expect(packet?.payload).toEqual(hex('6869'))
  })

  it.each([
    ['shorter than a header', SYN.slice(0, -2)],
    ['of another version', SYN.replace('41', '42')],
    ['of an unknown type', SYN.replace('41', '51')],
    ['with an extension that is not there', STATE],
    ['with an extension longer than the datagram', `${STATE} 00 04 0100`],
    ['with a mask of 3 bytes', `${STATE} 00 03 010000`],
    ['with an empty mask', `${STATE} 00 00`],
    ['with two masks', `${STATE} 01 04 01000000 00 04 01000000`],
    ['with an endless chain', SYN.replace('41 00', '41 02') + '0200'.repeat(300) + '0000'],
  ])('are refused when %s', (_, text) => {
    expect(decodeUtpPacket(hex(text))).toBeNull()
  })

  it('survive the way there and back, and no bytes whatever throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.integer({ min: 0, max: 4 }), (noise, type) => {
        if (noise.length > 0) noise[0] = (type << 4) | 1
        const packet = decodeUtpPacket(noise)
        if (packet !== null) expect(decodeUtpPacket(encodeUtpPacket(packet))).toEqual(packet)
      }),
    )
  })

  it('are numbered on a circle of 16 bits', () => {
    expect(sequenceDistance(65_535, 0)).toBe(1)
    expect(sequenceDistance(0, 65_535)).toBe(-1)
    expect(sequenceDistance(65_000, 464)).toBe(1000)
  })
})
