/** What tests of the Bitcoin codec share: bytes from hex, a framer that keeps what it hears, whole streams. */
import { Framer } from '../../../src-main/networks/bitcoin/frame.ts'
import type { FrameRule } from '../../../src-main/networks/bitcoin/frame.ts'

export const REGTEST_MAGIC = 0xfabf_b5da

export const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s+/g, ''), 'hex'))
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

export const concat = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat([...parts]))

/** What a framer found: `name:length:payload` for a message, `!rule` for a breach. */
export interface Heard {
  readonly found: string[]
  readonly breaches: FrameRule[]
  readonly framer: Framer
  readonly budget: { usedBytes: number; readonly maxBytes: number }
  roomless: number
}

export function listen(magic = REGTEST_MAGIC, maxBytes = 64 * 1024 * 1024): Heard {
  const budget = { usedBytes: 0, maxBytes }
  const heard: Heard = {
    found: [],
    breaches: [],
    budget,
    roomless: 0,
    framer: new Framer(
      { magic, budget, explainMagic: () => '' },
      {
        message: (command, payload, length) => {
          heard.found.push(`${command?.name ?? '?'}:${length}:${toHex(payload)}`)
          return true
        },
        breach: (rule, evidence) => {
          heard.found.push(`!${rule} ${evidence}`)
          heard.breaches.push(rule)
        },
        noRoom: () => {
          heard.roomless++
        },
      },
    ),
  }
  return heard
}
