import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checksum, encodeFrame } from '../../../src-main/networks/bitcoin/frame.ts'
import { REGTEST_MAGIC, concat, hex, listen, toHex } from './wire.ts'

const frame = (name: string, payload: Uint8Array = new Uint8Array(0)): Uint8Array =>
  encodeFrame(REGTEST_MAGIC, name, payload)

/** A frame whose header claims what it likes. */
function lying(changes: { magic?: number; name?: Uint8Array; length?: number; checksum?: number }): Uint8Array {
  const bytes = frame('ping', new Uint8Array(8))
  const view = new DataView(bytes.buffer)
  if (changes.magic !== undefined) view.setUint32(0, changes.magic)
  if (changes.name !== undefined) bytes.set(changes.name, 4)
  if (changes.length !== undefined) view.setUint32(16, changes.length, true)
  if (changes.checksum !== undefined) view.setUint32(20, changes.checksum, true)
  return bytes
}

const name12 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.padEnd(12, '\0'), 'latin1'))

describe('framing', () => {
  it('computes the checksums that the protocol documentation shows', () => {
    // Bitcoin wiki, "Protocol documentation": the addr and verack examples
    expect(checksum(hex('01e215104d010000000000000000000000000000000000ffff0a000001208d'))).toBe(0x9b39_52ed)
    expect(toHex(encodeFrame(0xf9be_b4d9, 'verack', new Uint8Array(0)))).toBe(
      'f9beb4d976657261636b000000000000000000005df6e0e2',
    )
  })

  it('finds the same messages however the stream is cut', () => {
    const stream = concat(
      frame('version', new Uint8Array(90).fill(7)),
      frame('verack'),
      frame('nonsense', new Uint8Array(5000).fill(1)),
      frame('ping', new Uint8Array(8).fill(3)),
      frame('block', new Uint8Array(9000).fill(9)),
      frame('inv', new Uint8Array(20_000).fill(2)),
      lying({ checksum: 1 }),
      frame('ping', new Uint8Array(9)),
      frame('verack'),
      lying({ magic: 0x0102_0304 }),
      frame('verack'),
    )
    const whole = listen()
    whole.framer.push(stream)
    expect(whole.found.map(entry => entry.split(':')[0]?.split(' ')[0])).toEqual(
      'version verack ? ping block inv !bad-checksum !malformed-message verack !bad-magic'.split(' '),
    )
    const cuts = fc.array(fc.integer({ min: 1, max: stream.length }), { maxLength: 60 })
    fc.assert(
      fc.property(cuts, places => {
        const pieces = listen()
        let from = 0
        for (const to of [...places, stream.length].sort((a, b) => a - b)) {
          expect(pieces.framer.push(stream.slice(from, to))).toBe(to - from)
          from = to
        }
        expect(pieces.found).toEqual(whole.found)
        expect(pieces.budget.usedBytes).toBe(0)
      }),
      { numRuns: 300 },
    )
    const single = listen()
    for (const byte of stream) single.framer.push(Uint8Array.of(byte))
    expect(single.found).toEqual(whole.found)
  })

  it('hands on a payload that lies in one chunk without copying it', () => {
    const stream = frame('ping', new Uint8Array(8).fill(1))
    const heard = listen()
    heard.framer.push(stream)
    expect(heard.found).toEqual(['ping:8:0101010101010101'])
    expect(heard.budget.usedBytes).toBe(0)
  })

  it.each([
    ['a strange first word', lying({ magic: 0x4745_5420 }), 'garbage-before-version'],
    ['a strange word later', concat(frame('verack'), lying({ magic: 0x4745_5420 })), 'bad-magic'],
    ['more than 4,000,000 bytes', lying({ length: 4_000_001 }), 'oversized-message'],
    ['the largest length there is', lying({ length: 0xffff_ffff }), 'oversized-message'],
    ['a name with a control character', lying({ name: name12('pi\u0007ng') }), 'bad-command'],
    ['a name with bytes behind its end', lying({ name: name12('ping\0x') }), 'bad-command'],
    ['an empty name', lying({ name: name12('') }), 'bad-command'],
  ])('ends the stream at %s', (_, bytes, rule) => {
    const heard = listen()
    heard.framer.push(concat(bytes, frame('verack')))
    expect(heard.breaches).toEqual([rule])
    expect(heard.found.at(-1)).toMatch(/^!/)
    expect(heard.framer.push(frame('verack'))).toBe(24)
    expect(heard.breaches).toHaveLength(1)
  })

  it('sees four strange bytes without waiting for a header', () => {
    const heard = listen()
    heard.framer.push(hex('474554'))
    expect(heard.breaches).toEqual([])
    heard.framer.push(hex('20'))
    expect(heard.breaches).toEqual(['garbage-before-version'])
  })

  it.each([
    ['ping', 9, 'malformed-message'],
    ['version', 1025, 'malformed-message'],
    ['addr', 30_006, 'oversized-addr'],
    ['addrv2', 531_006, 'oversized-addr'],
    ['inv', 1_800_006, 'oversized-inv'],
    ['getdata', 1_800_006, 'oversized-getdata'],
    ['notfound', 1_800_006, 'oversized-notfound'],
    ['headers', 162_006, 'oversized-headers'],
    ['getheaders', 3274, 'oversized-locator'],
    ['filterload', 36_013, 'filter-too-big'],
  ])('knows from the header that %s of %i bytes is too long, and reads on behind it', (name, length, rule) => {
    const heard = listen()
    const header = lying({ name: name12(name), length }).slice(0, 24)
    heard.framer.push(header)
    expect(heard.breaches).toEqual([rule])
    heard.framer.push(new Uint8Array(length))
    expect(heard.budget.usedBytes).toBe(0)
    heard.framer.push(frame('verack'))
    expect(heard.found.at(-1)).toBe('verack:0:')
  })

  it('holds no more than twice what has arrived, whatever a header claims', () => {
    const heard = listen()
    heard.framer.push(lying({ name: name12('inv'), length: 1_800_005 }).slice(0, 24))
    expect(heard.budget.usedBytes).toBe(0)
    let arrived = 0
    for (const size of [1, 100, 4000, 10_000, 60_000, 60_000, 60_000]) {
      heard.framer.push(new Uint8Array(size))
      arrived += size
      expect(heard.framer.heldBytes).toBeLessThanOrEqual(Math.max(4096, 2 * arrived))
      expect(heard.budget.usedBytes).toBe(heard.framer.heldBytes)
    }
    heard.framer.close()
    expect(heard.budget.usedBytes).toBe(0)
  })

  it('holds nothing of a message that nobody reads', () => {
    const heard = listen()
    const block = frame('block', new Uint8Array(100_000).fill(5))
    heard.framer.push(block.slice(0, 60_000))
    expect(heard.framer.heldBytes).toBe(0)
    heard.framer.push(block.slice(60_000))
    expect(heard.found).toEqual(['block:100000:'])
  })

  it('gives up when all peers together hold too much', () => {
    const heard = listen(REGTEST_MAGIC, 10_000)
    heard.framer.push(lying({ name: name12('inv'), length: 1_800_005 }).slice(0, 24))
    heard.framer.push(new Uint8Array(6000))
    expect(heard.roomless).toBe(1)
    expect(heard.budget.usedBytes).toBe(0)
    heard.framer.push(frame('verack'))
    expect(heard.found).toEqual([])
  })
})
