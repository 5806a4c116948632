/** RLPx: handshake and frames, against published vectors, then by properties and abuse. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { publicKeyOf, randomKey } from '../../../src-main/networks/ethereum/keys.ts'
import { decrypt, encrypt } from '../../../src-main/networks/ethereum/rlpx/ecies.ts'
import { FrameReader, FrameWriter } from '../../../src-main/networks/ethereum/rlpx/frames.ts'
import type { Frame } from '../../../src-main/networks/ethereum/rlpx/frames.ts'
import { initiate, receive } from '../../../src-main/networks/ethereum/rlpx/handshake.ts'
import type { Handshake, HandshakeDone, Secrets } from '../../../src-main/networks/ethereum/rlpx/handshake.ts'
import { KeccakState, keccak256 } from '../../../src-main/networks/ethereum/keccak.ts'
import { MAX_KEPT_FRAME_BYTES } from '../../../src-main/networks/ethereum/rlpx/limits.ts'
import { seededRandom } from '../../../src-main/time/index.ts'
import { ACK, AUTH, KEYS, SECRETS } from './rlpx-vectors.ts'

const random = seededRandom(7)
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const asB = (): Handshake => receive({ ownKey: KEYS.staticB, random, ephemeral: KEYS.ephemeralB, nonce: KEYS.nonceB })
const asA = (): Handshake =>
  initiate(publicKeyOf(KEYS.staticB), { ownKey: KEYS.staticA, random, ephemeral: KEYS.ephemeralA, nonce: KEYS.nonceA })

describe('the handshake of RLPx', () => {
  it.each(Object.entries(AUTH))('takes the published auth: %s, in any pieces', (_name, auth) => {
    for (const size of [1, 100, auth.length]) {
      const handshake = asB()
      let done: HandshakeDone | null = null
      for (let at = 0; at < auth.length; at += size) done = handshake.take(auth.subarray(at, at + size))
      expect(hex(done?.remote ?? new Uint8Array(0))).toBe(hex(publicKeyOf(KEYS.staticA)))
      expect(done?.rest).toHaveLength(0)
    }
  })

  it.each(Object.entries(ACK))('takes the published ack: %s', (_name, ack) => {
    const done = asA().take(Buffer.concat([ack, Uint8Array.of(1, 2, 3)]))
    expect(hex(done?.rest ?? new Uint8Array(0))).toBe('010203')
    expect(done?.secrets.aes).toHaveLength(32)
  })

  it('derives the published secrets', () => {
    const secrets = asB().take(AUTH.eip8)?.secrets
    expect(hex(secrets?.aes ?? new Uint8Array(0))).toBe(hex(SECRETS.aes))
    expect(hex(secrets?.mac ?? new Uint8Array(0))).toBe(hex(SECRETS.mac))
    expect(hex(secrets?.ingress.updated(Buffer.from('foo')) ?? new Uint8Array(0))).toBe(hex(SECRETS.ingressOfFoo))
  })

  it('answers in the form in which it was asked', () => {
    expect(asB().take(AUTH.plain)?.answer).toHaveLength(210)
    const answer = asB().take(AUTH.eip8)?.answer ?? new Uint8Array(0)
    expect((answer[0] ?? 0) * 256 + (answer[1] ?? 0)).toBe(answer.length - 2)
    expect(answer.length).toBeGreaterThan(210)
  })

  const shake = (): { a: HandshakeDone; b: HandshakeDone } => {
    const [keyA, keyB] = [randomKey(random), randomKey(random)]
    const a = initiate(publicKeyOf(keyB), { ownKey: keyA, random })
    const doneB = receive({ ownKey: keyB, random }).take(a.opening ?? new Uint8Array(0))
    const doneA = a.take(doneB?.answer ?? new Uint8Array(0))
    if (doneA === null || doneB === null) throw new Error('the handshake is not over')
    return { a: doneA, b: doneB }
  }

  it('gives both ends the same secrets, crosswise', () => {
    const { a, b } = shake()
    expect([hex(a.secrets.aes), hex(a.secrets.mac)]).toEqual([hex(b.secrets.aes), hex(b.secrets.mac)])
    expect(hex(a.secrets.egress.digest())).toBe(hex(b.secrets.ingress.digest()))
    expect(hex(a.secrets.ingress.digest())).toBe(hex(b.secrets.egress.digest()))
  })

  it('refuses before any curve operation what is too big, and names an invalid point as such', () => {
    expect(() => asB().take(Uint8Array.of(8, 1))).toThrow(expect.objectContaining({ code: 'message-too-big' }))
    expect(() => asB().take(Uint8Array.of(0, 113))).toThrow(expect.objectContaining({ code: 'invalid-message' }))
    // No point of the curve: x = y = 1. CVE-2025-24883 and go-ethereum #33669.
    const size = 300
    const packet = new Uint8Array(2 + size)
    packet.set([size >>> 8, size & 255, 4])
    packet[34] = 1
    packet[66] = 1
    expect(() => asB().take(packet)).toThrow(expect.objectContaining({ code: 'invalid-public-key' }))
  })

  it('never fails but by an error of its own, however a packet is changed or cut (CVE-2026-22862)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(AUTH)),
        fc.array(fc.tuple(fc.nat(520), fc.nat(255)), { maxLength: 4 }),
        fc.option(fc.nat(520)),
        (auth, changes, cut) => {
          const changed = Uint8Array.from(auth)
          for (const [at, value] of changes) if (at < changed.length) changed[at] = value
          try {
            asB().take(cut === null ? changed : changed.subarray(0, cut))
          } catch (error) {
            expect(error).toMatchObject({ name: 'RlpxError' })
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  it('decrypts what it encrypted, and nothing that was changed', () => {
    const plain = Buffer.from('between us')
    const sealed = encrypt(plain, publicKeyOf(KEYS.staticB), Uint8Array.of(9), random)
    expect(decrypt(sealed, KEYS.staticB, Uint8Array.of(9))).toEqual(plain)
    expect(() => decrypt(sealed, KEYS.staticB, Uint8Array.of(8))).toThrow('was changed')
    expect(() => decrypt(sealed, KEYS.staticA, Uint8Array.of(9))).toThrow('not for this key')
    for (let length = 0; length < 114; length += 13)
      expect(() => decrypt(sealed.subarray(0, length), KEYS.staticB, Uint8Array.of(9))).toThrow()
  })
})

describe('frames of RLPx', () => {
  const pair = (): { writer: FrameWriter; reader: FrameReader } => {
    const keys = { aes: keccak256(Uint8Array.of(1)), mac: keccak256(Uint8Array.of(2)) }
    const secrets: Secrets = {
      ...keys,
      egress: new KeccakState(Uint8Array.of(3)),
      ingress: new KeccakState(Uint8Array.of(3)),
    }
    return { writer: new FrameWriter(secrets), reader: new FrameReader(secrets) }
  }
  const read = (reader: FrameReader, bytes: Uint8Array, size = bytes.length): Frame[] => {
    const frames: Frame[] = []
    for (let at = 0; at < bytes.length; at += size)
      reader.take(bytes.subarray(at, at + size), frame => {
        frames.push(frame.data === null ? frame : { ...frame, data: Uint8Array.from(frame.data) })
        return true
      })
    return frames
  }

  it('come whole out of any pieces, in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 700 }),
        (messages, size) => {
          const { writer, reader } = pair()
          const bytes = Buffer.concat(messages.map(message => writer.write(message)))
          expect(read(reader, bytes, size).map(({ data }) => data)).toEqual(messages)
        },
      ),
    )
  })

  it('are joined once, not once a piece: a long one byte by byte costs what it costs whole', () => {
    const { writer, reader } = pair()
    const message = new Uint8Array(MAX_KEPT_FRAME_BYTES).fill(9)
    const frames = read(reader, writer.write(message), 1)
    expect(frames.map(({ length }) => length)).toEqual([MAX_KEPT_FRAME_BYTES])
  })

  it('are checked but not held when they are long', () => {
    const { writer, reader } = pair()
    const long = writer.write(new Uint8Array(MAX_KEPT_FRAME_BYTES + 1))
    const bytes = Buffer.concat([long, writer.write(Uint8Array.of(7))])
    expect(read(reader, bytes, 10_000)).toEqual([
      { data: null, length: MAX_KEPT_FRAME_BYTES + 1 },
      { data: Uint8Array.of(7), length: 1 },
    ])
    const other = pair()
    const changed = Buffer.from(other.writer.write(new Uint8Array(MAX_KEPT_FRAME_BYTES + 1)))
    changed[50_000] = (changed[50_000] ?? 0) ^ 1
    expect(() => read(other.reader, changed, 10_000)).toThrow(expect.objectContaining({ code: 'bad-frame-mac' }))
  })

  it.each([
    [0, 'bad-header-mac'],
    [20, 'bad-header-mac'],
    [33, 'bad-frame-mac'],
    [60, 'bad-frame-mac'],
  ])('are refused when byte %i was changed: %s', (at, code) => {
    const { writer, reader } = pair()
    const bytes = writer.write(new Uint8Array(20))
    bytes[at] = (bytes[at] ?? 0) ^ 1
    expect(() => read(reader, bytes)).toThrow(expect.objectContaining({ code }))
  })
})
