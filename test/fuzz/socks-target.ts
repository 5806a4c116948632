/**
 * What the SOCKS fuzzer feeds: answers of a proxy and of Tor's RESOLVE, spoilt somewhere, cut into chunks anywhere. It
 * fails when anything but a `DialError` in words is thrown, when an answer is longer than the protocol allows, when later
 * bytes change what an answer was taken for, or when something comes out that is neither an address nor a name.
 */
import { DialError, parseAddress } from '../../src-main/transport/index.ts'
import { answerLength } from '../../src-main/transport/socks-dialog.ts'
import type { SocksStep } from '../../src-main/transport/socks-dialog.ts'
import { readAnswer } from '../../src-main/transport/tor-resolve.ts'
import type { FuzzTarget } from './harness.ts'
import { mutate } from './harness.ts'

/** Version, status, reserved, type, the length of a name, 255 bytes of it, a port. Source: RFC 1928 §6. */
const MAX_ANSWER_BYTES = 262
const name = Buffer.from('peer.example')
const ANSWERS: readonly (readonly [SocksStep, readonly number[]])[] = [
  ['method', [5, 0]],
  ['method', [5, 2]],
  ['method', [5, 0xff]],
  ['authentication', [1, 0]],
  ['authentication', [1, 1]],
  ['reply', [5, 0, 0, 1, 192, 0, 2, 7, 0, 80]],
  ['reply', [5, 0, 0, 4, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 80]],
  ['reply', [5, 0, 0, 3, name.length, ...name, 0, 0]],
  ['reply', [5, 0, 0, 3, 255, ...new Uint8Array(255).fill(97), 0, 0]],
  ['reply', [5, 4, 0, 1, 0, 0, 0, 0, 0, 0]],
  ['reply', [5, 0xf0, 0, 1, 0, 0, 0, 0, 0, 0]],
]

export const socksTarget: FuzzTarget = random => {
  const [step, good] = ANSWERS[random.below(ANSWERS.length)] ?? (['method', []] as const)
  const bytes = random.below(6) === 0 ? Uint8Array.from(good) : mutate(Uint8Array.from(good), random)
  const hasCredentials = random.below(2) === 1
  let decided: number | null = null
  try {
    for (let at = 0; at < bytes.length;) {
      at = Math.min(bytes.length, at + 1 + random.below(8))
      const length = answerLength(step, bytes.subarray(0, at), 'peer.example:8333', hasCredentials)
      if (decided !== null && length !== decided)
        throw new Error(`an answer of ${decided} bytes became one of ${length}`)
      decided = length
    }
    if (decided === null) return `${step}: unfinished`
    if (decided > MAX_ANSWER_BYTES) throw new Error(`an answer of ${decided} bytes`)
    if (bytes.length < decided) return `${step}: waits for more`
    if (step !== 'reply') return `${step}: taken`
    const { kind, text } = readAnswer(bytes.slice(0, decided))
    const address = parseAddress(text.includes(':') ? `[${text}]:1` : `${text}:1`)
    return `reply: ${kind}, ${address.kind}`
  } catch (error) {
    if (!(error instanceof DialError)) throw error
    if (!/^(?:[A-Z]|peer\.example).*\.$/.test(error.message) || /undefined|TARGET|[\r\n]/.test(error.message))
      throw new Error(`not a sentence: ${error.message}`, { cause: error })
    return `${step}: ${error.code}`
  }
}
