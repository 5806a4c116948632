/** Bridge lines as Tor Browser takes them: checked one by one, each bad one with a sentence. Pure. */
import { AddressError, parseAddress } from '../transport/index.ts'
import type { Address } from '../transport/index.ts'
import { MAX_BRIDGE_CHARACTERS, MAX_BRIDGE_LINES } from './limits.ts'
import { cleanTorText } from './parse.ts'

export type BridgeTransport = 'obfs4' | 'meek_lite' | 'snowflake' | 'webtunnel'

export interface Bridge {
  /** As it stands behind `Bridge` in a torrc. */
  readonly line: string
  /** Null for a bridge that is spoken to as a relay is. */
  readonly transport: BridgeTransport | null
  readonly address: string
}

export interface BridgeProblem {
  /** From 1. */
  readonly lineNumber: number
  readonly text: string
  /** What is wrong, as a sentence. */
  readonly reason: string
}

export interface BridgeList {
  readonly bridges: readonly Bridge[]
  readonly problems: readonly BridgeProblem[]
}

/** Reads text of one bridge a line. Empty lines, lines that begin with `#` and a leading `Bridge` are passed over. */
export function parseBridges(text: string): BridgeList {
  const bridges: Bridge[] = []
  const problems: BridgeProblem[] = []
  const seen = new Set<string>()
  for (const [index, raw] of text.split(/\r\n|\r|\n/, MAX_BRIDGE_LINES + 1).entries()) {
    const trimmed = raw.trim().replace(/^bridge\s+/i, '')
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const result = index >= MAX_BRIDGE_LINES ? `There are more than ${MAX_BRIDGE_LINES} lines.` : parseBridge(trimmed)
    if (typeof result === 'string') {
      problems.push({ lineNumber: index + 1, text: cleanTorText(raw).slice(0, 80), reason: result })
    } else if (!seen.has(result.line)) {
      seen.add(result.line)
      bridges.push(result)
    }
  }
  return { bridges, problems }
}

const FINGERPRINT = /^\$?[0-9A-Fa-f]{40}$/
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const isHttps = (value: string): boolean => /^https:\/\/[^/\s]+/.test(value)

/** What each transport needs: arguments by name, and whether a value will do. */
const TRANSPORTS: Readonly<
  Record<BridgeTransport, readonly (readonly [string, (value: string) => boolean, string])[]>
> = {
  obfs4: [
    ['cert', value => /^[A-Za-z0-9+/]{70}$/.test(value), '70 characters of base64'],
    ['iat-mode', value => /^[012]$/.test(value), '0, 1 or 2'],
  ],
  meek_lite: [['url', isHttps, 'a link that begins with https://']],
  snowflake: [['url', isHttps, 'a link that begins with https://']],
  webtunnel: [['url', isHttps, 'a link that begins with https://']],
}
const RETIRED = new Set(['obfs2', 'obfs3', 'scramblesuit', 'fte', 'flashproxy', 'meek'])

const isTransport = (name: string): name is BridgeTransport => Object.hasOwn(TRANSPORTS, name)

/** A bridge, or the reason why it is none. */
function parseBridge(line: string): Bridge | string {
  if (line.length > MAX_BRIDGE_CHARACTERS)
    return `The line is too long: ${line.length} characters, where ${MAX_BRIDGE_CHARACTERS} are allowed.`
  // In a torrc, these would end the value or begin another.
  if (/[^\x20-\x7e\t]|["\\#]/.test(line)) return 'The line has characters that no bridge has.'
  const words = line.split(/\s+/)
  const [first = ''] = words
  const transport = NAME.test(first) ? first : null
  if (transport !== null && RETIRED.has(transport))
    return `The transport ${transport} was retired; ask for an obfs4, snowflake or webtunnel bridge.`
  if (transport !== null && !isTransport(transport))
    return `The transport ${transport.slice(0, 40)} is not known here: ${Object.keys(TRANSPORTS).join(', ')} are.`
  const [addressText, ...rest] = transport === null ? words : words.slice(1)
  if (addressText === undefined) return `After ${first} an address with a port must follow.`
  const address = bridgeAddress(addressText)
  if (typeof address === 'string') return address
  const [second = ''] = rest
  const fingerprint = second.includes('=') || second === '' ? null : second
  if (fingerprint !== null && !FINGERPRINT.test(fingerprint))
    return `"${fingerprint.slice(0, 60)}" is not a fingerprint: that is 40 characters from 0 to 9 and A to F.`
  const wrong = argumentProblem(transport, fingerprint === null ? rest : rest.slice(1))
  return wrong ?? { line: words.join(' '), transport, address: address.key }
}

function bridgeAddress(text: string): Address | string {
  try {
    const address = parseAddress(text)
    return address.kind === 'ipv4' || address.kind === 'ipv6'
      ? address
      : `"${text.slice(0, 60)}" is not an IP address with a port.`
  } catch (error) {
    if (error instanceof AddressError) return error.message
    throw error
  }
}

function argumentProblem(transport: BridgeTransport | null, words: readonly string[]): string | null {
  const given = new Map<string, string>()
  for (const word of words) {
    const at = word.indexOf('=')
    if (at <= 0) return `"${word.slice(0, 60)}" is not of the form name=value.`
    given.set(word.slice(0, at), word.slice(at + 1))
  }
  if (transport === null)
    return given.size === 0 ? null : 'A bridge without a transport takes nothing of the form name=value.'
  for (const [name, isGood, what] of TRANSPORTS[transport]) {
    const value = given.get(name)
    if (value === undefined) return `A bridge of ${transport} needs ${name}=, and this line has none.`
    if (!isGood(value)) return `The ${name}= of this bridge is cut off or mistyped: it must be ${what}.`
  }
  return null
}
