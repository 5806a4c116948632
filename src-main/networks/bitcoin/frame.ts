/**
 * Framing: a byte stream of any chunks in, whole and checked messages out. A payload that lies in one chunk is handed
 * on as a view of it; one that comes in pieces is gathered in a buffer that grows with what has arrived, never with
 * what was claimed; one that nobody reads is hashed on the way and thrown away.
 */
import { createHash, hash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { commandAt } from './commands.ts'
import type { Command } from './commands.ts'
import { FIRST_BUFFER_BYTES, MAX_PAYLOAD_BYTES } from './limits.ts'
import type { WireRule } from './wire-error.ts'

/** Magic, command, length, checksum. Source: bitcoin protocol, version 209 on. */
export const HEADER_BYTES = 24

const NAME_AT = 4
const NAME_BYTES = 12
const LENGTH_AT = 16
const CHECKSUM_AT = 20

/** After these nothing that follows can be understood: the stream is over. */
export type FatalRule = 'bad-magic' | 'garbage-before-version' | 'bad-command' | 'oversized-message'
export type FrameRule = FatalRule | WireRule | 'bad-checksum'

/** Hears what the framer finds, in the order of the stream. False stops it before the next message. */
export interface FrameSink {
  /**
   * A whole message with a right checksum.
   * @param command null when we do not know it
   * @param payload empty when `command` is unknown or not one that is read; a view that is valid during the call only
   * @param length of the payload as it was on the wire, bytes
   */
  message(command: Command | null, payload: Uint8Array, length: number): boolean
  /** A breach. The message it was found in is dropped; after a fatal rule the stream is over. */
  breach(rule: FrameRule, evidence: string, command: Command | null): void
  /** No room for the piece of a message: the budget that all framers share is used up. The stream is over. */
  noRoom(): void
}

/** Bytes that the framers of one network may hold together. */
export interface BufferBudget {
  usedBytes: number
  readonly maxBytes: number
}

/** What all framers of a network share. */
export interface FrameContext {
  /** First four bytes of every message, read big-endian. */
  readonly magic: number
  readonly budget: BufferBudget
  /** What a wrong magic may mean, as the end of a sentence; asked only when there is one. */
  explainMagic(magic: number): string
}

const EMPTY = new Uint8Array(0)

const innerDigest = Buffer.alloc(32)

/** First four bytes of the SHA-256 of a SHA-256, as a little-endian number. */
function outerWord(inner: string): number {
  innerDigest.write(inner, 'binary')
  const outer = hash('sha256', innerDigest, 'binary')
  const low = outer.charCodeAt(0) | (outer.charCodeAt(1) << 8)
  return (low | (outer.charCodeAt(2) << 16) | (outer.charCodeAt(3) << 24)) >>> 0
}

/**
 * First four bytes of the double SHA-256, as a little-endian number. Digests travel as strings of bytes: making a
 * buffer for each takes longer than hashing a short message.
 */
export const checksum = (payload: Uint8Array): number => outerWord(hash('sha256', payload, 'binary'))

const magicText = (magic: number): string => magic.toString(16).padStart(8, '0')

/** The name in a header, or null when it is not printable ASCII padded with zeros. */
function commandName(bytes: Uint8Array, at: number): string | null {
  let name = ''
  let index = at
  const end = at + NAME_BYTES
  for (; index < end; index++) {
    const char = bytes[index] ?? 0
    if (char === 0) break
    if (char < 0x20 || char > 0x7e) return null
    name += String.fromCharCode(char)
  }
  if (name === '') return null
  for (; index < end; index++) if (bytes[index] !== 0) return null
  return name
}

export class Framer {
  readonly #context: FrameContext
  readonly #sink: FrameSink
  /** An incomplete header, and how much of it is there. */
  #header: Uint8Array | null = null
  #headerBytes = 0
  #isInPayload = false
  #isFirst = true
  #isOver = false
  #command: Command | null = null
  /** Set for a message that is dropped although its length is known: no checksum then. */
  #isDropped = false
  #length = 0
  #checksum = 0
  #arrived = 0
  #buffer: Uint8Array | null = null
  #hash: Hash | null = null

  constructor(context: FrameContext, sink: FrameSink) {
    this.#context = context
    this.#sink = sink
  }

  /** Bytes held for a message that is not complete. */
  get heldBytes(): number {
    return (this.#buffer?.length ?? 0) + (this.#header === null ? 0 : HEADER_BYTES)
  }

  /** Gives back what is held. The framer takes nothing more. */
  close(): void {
    this.#isOver = true
    this.#header = null
    this.#hash = null
    this.#releaseBuffer()
  }

  /**
   * Takes a chunk from `from` on. Returns the offset of the first byte that was not taken: the chunk's length, unless
   * the sink stopped it. After the stream is over everything is taken and ignored.
   */
  push(chunk: Uint8Array, from = 0): number {
    let at = from
    let goesOn = true
    while (goesOn && !this.#isOver) {
      if (this.#isInPayload) {
        if (this.#arrived < this.#length && at === chunk.length) return at
        const next = at + Math.min(this.#length - this.#arrived, chunk.length - at)
        goesOn = this.#takePayload(chunk, at, next)
        at = next
      } else {
        if (at === chunk.length) return at
        at = this.#takeHeader(chunk, at)
      }
    }
    return this.#isOver ? chunk.length : at
  }

  #takeHeader(chunk: Uint8Array, at: number): number {
    if (this.#headerBytes === 0 && chunk.length - at >= HEADER_BYTES) {
      this.#readHeader(chunk, at)
      return at + HEADER_BYTES
    }
    this.#header ??= new Uint8Array(HEADER_BYTES)
    const end = Math.min(chunk.length, at + HEADER_BYTES - this.#headerBytes)
    this.#header.set(chunk.subarray(at, end), this.#headerBytes)
    this.#headerBytes += end - at
    if (this.#headerBytes === HEADER_BYTES) {
      const header = this.#header
      this.#header = null
      this.#headerBytes = 0
      this.#readHeader(header, 0)
    } else if (this.#headerBytes >= 4) {
      // A stranger may send a few bytes and wait; four are enough to see that it is none of ours.
      this.#checkMagic(new DataView(this.#header.buffer).getUint32(0, false))
    }
    return end
  }

  #checkMagic(magic: number): boolean {
    const { magic: ours } = this.#context
    if (magic === ours) return true
    const found = `The stream has ${magicText(magic)} where ${magicText(ours)} belongs`
    this.#fatal(this.#isFirst ? 'garbage-before-version' : 'bad-magic', `${found}${this.#context.explainMagic(magic)}.`)
    return false
  }

  #readHeader(bytes: Uint8Array, at: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, HEADER_BYTES)
    if (!this.#checkMagic(view.getUint32(0, false))) return
    this.#isFirst = false
    const command = commandAt(view, NAME_AT)
    const name = command?.name ?? commandName(bytes, at + NAME_AT)
    if (name === null) {
      this.#fatal('bad-command', 'The name of a message is not printable text padded with zeros.')
      return
    }
    const length = view.getUint32(LENGTH_AT, true)
    if (length > MAX_PAYLOAD_BYTES) {
      this.#fatal('oversized-message', `A ${name} message announced ${length} bytes of payload.`)
      return
    }
    this.#command = command
    this.#length = length
    this.#checksum = view.getUint32(CHECKSUM_AT, true)
    this.#arrived = 0
    this.#isDropped = false
    this.#isInPayload = true
    if (command !== null && length > command.maxBytes) {
      this.#isDropped = true
      const evidence = `A ${name} message announced ${length} bytes; at most ${command.maxBytes} are allowed.`
      this.#sink.breach(command.tooLong, evidence, command)
    }
  }

  /** Takes chunk[at..end), all of which belongs to this payload. False stops. */
  #takePayload(chunk: Uint8Array, at: number, end: number): boolean {
    const isWhole = this.#arrived === 0 && end - at === this.#length
    this.#arrived += end - at
    const isComplete = this.#arrived === this.#length
    const isRead = this.#command?.isRead ?? false
    if (this.#isDropped) {
      if (isComplete) this.#isInPayload = false
      return true
    }
    if (isWhole) {
      const payload = chunk.subarray(at, end)
      return this.#complete(checksum(payload), isRead ? payload : EMPTY)
    }
    if (!isRead) {
      this.#hash ??= createHash('sha256')
      this.#hash.update(chunk.subarray(at, end))
      if (!isComplete) return true
      const digest = this.#hash.digest('binary')
      this.#hash = null
      return this.#complete(outerWord(digest), EMPTY)
    }
    const buffer = this.#room(this.#arrived)
    if (buffer === null) {
      this.close()
      this.#sink.noRoom()
      return false
    }
    buffer.set(chunk.subarray(at, end), this.#arrived - (end - at))
    if (!isComplete) return true
    this.#releaseBuffer()
    const payload = buffer.subarray(0, this.#length)
    return this.#complete(checksum(payload), payload)
  }

  #complete(sum: number, payload: Uint8Array): boolean {
    this.#isInPayload = false
    const command = this.#command
    if (sum === this.#checksum) return this.#sink.message(command, payload, this.#length)
    const what = command === null ? 'an unknown message' : `a ${command.name} message`
    this.#sink.breach('bad-checksum', `The checksum of ${what} of ${this.#length} bytes is wrong.`, command)
    return true
  }

  /** A buffer that holds at least `bytes`, with what has been gathered so far; null when the budget is used up. */
  #room(bytes: number): Uint8Array | null {
    const present = this.#buffer
    if (present !== null && present.length >= bytes) return present
    const size = Math.min(this.#length, Math.max(FIRST_BUFFER_BYTES, 2 * bytes))
    const growth = size - (present?.length ?? 0)
    const { budget } = this.#context
    if (budget.usedBytes + growth > budget.maxBytes) return null
    budget.usedBytes += growth
    const grown = new Uint8Array(size)
    if (present !== null) grown.set(present)
    this.#buffer = grown
    return grown
  }

  #releaseBuffer(): void {
    this.#context.budget.usedBytes -= this.#buffer?.length ?? 0
    this.#buffer = null
  }

  #fatal(rule: FatalRule, evidence: string): void {
    this.close()
    this.#sink.breach(rule, evidence, null)
  }
}

/** A whole message, header and payload, ready to be written. `name` has at most 12 characters. */
export function encodeFrame(magic: number, name: string, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + payload.length)
  const view = new DataView(frame.buffer)
  view.setUint32(0, magic, false)
  for (let index = 0; index < name.length; index++) frame[NAME_AT + index] = name.charCodeAt(index)
  view.setUint32(LENGTH_AT, payload.length, true)
  view.setUint32(CHECKSUM_AT, checksum(payload), true)
  frame.set(payload, HEADER_BYTES)
  return frame
}
