/** The base protocol of devp2p: hello, disconnect, ping, pong. Every field is bounded. Source: go-ethereum p2p/peer.go. */
import { bytesOf, decode, decodeFirst, encode, listOf, numberOf, uint } from '../discovery/rlp-items.ts'
import type { Item } from '../discovery/rlp-items.ts'
import {
  MAX_AGENT_CHARACTERS,
  MAX_CAPABILITIES,
  MAX_CAPABILITY_NAME,
  MAX_DISCONNECT_BYTES,
  MAX_HELLO_BYTES,
} from './limits.ts'

/** Version of the base protocol; from 5 on, everything behind hello is compressed. */
export const P2P_VERSION = 5
export const SNAPPY_VERSION = 5
/** Codes below this belong to the base protocol. */
export const BASE_CODES = 16

export const CODE = { hello: 0, disconnect: 1, ping: 2, pong: 3 } as const

export interface Capability {
  readonly name: string
  readonly version: number
}

export interface Hello {
  readonly version: number
  /** Client name and version, control characters replaced, at most 256 characters. */
  readonly agent: string
  readonly capabilities: readonly Capability[]
  /** 0 from go-ethereum. */
  readonly port: number
  /** Node key, 64 bytes. */
  readonly id: Uint8Array
}

/** Why a peer leaves, by number. Source: go-ethereum p2p/peer_error.go. */
export const REASONS: Readonly<Record<number, string>> = {
  0: 'requested',
  1: 'network error',
  2: 'breach of protocol',
  3: 'useless peer',
  4: 'too many peers',
  5: 'already connected',
  6: 'incompatible p2p version',
  7: 'invalid identity',
  8: 'quitting',
  9: 'unexpected identity',
  10: 'connected to itself',
  11: 'read timeout',
  16: 'subprotocol error',
}
export const REASON = {
  requested: 0,
  breach: 2,
  useless: 3,
  tooMany: 4,
  already: 5,
  quitting: 8,
  unexpected: 9,
  self: 10,
  timeout: 11,
} as const
/** Local: the reason could not be read. */
export const REASON_INVALID = 255

export class HelloError extends Error {
  override readonly name = 'HelloError'
  readonly code: 'message-too-big' | 'bad-form' | 'invalid-identity'

  constructor(code: HelloError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

/** Control characters replaced, cut. */
const printable = (agent: string): string =>
  // eslint-disable-next-line no-control-regex -- control characters are what it removes
  agent.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?').slice(0, MAX_AGENT_CHARACTERS)

const text = (bytes: Uint8Array): string => new TextDecoder('utf-8').decode(bytes)

export function encodeHello({ version, agent, capabilities, port, id }: Hello): Uint8Array {
  const encoder = new TextEncoder()
  return encode([
    uint(version),
    encoder.encode(agent),
    capabilities.map(one => [encoder.encode(one.name), uint(one.version)]),
    uint(port),
    id,
  ])
}

/** Further elements are passed over. @throws {HelloError} */
export function decodeHello(bytes: Uint8Array): Hello {
  if (bytes.length > MAX_HELLO_BYTES)
    throw new HelloError('message-too-big', `A hello of ${bytes.length} bytes; ${MAX_HELLO_BYTES} are allowed.`)
  let id: Item | undefined
  try {
    const items = listOf(decodeFirst(bytes).item, 5, 'hello')
    const [version, agent, capabilities, port] = items
    id = items[4]
    const hello = {
      version: numberOf(version, Number.MAX_SAFE_INTEGER, 'the version'),
      agent: printable(text(bytesOf(agent, 0, MAX_HELLO_BYTES, 'the client name'))),
      capabilities: listOf(capabilities, 0, 'the capabilities')
        .slice(0, MAX_CAPABILITIES)
        .flatMap(one => readCapability(one)),
      port: numberOf(port, Number.MAX_SAFE_INTEGER, 'the port'),
    }
    if (id instanceof Uint8Array && id.length === 64 && id.some(byte => byte !== 0))
      return { ...hello, id: Uint8Array.from(id) }
  } catch (error) {
    throw new HelloError('bad-form', 'The hello is malformed.', error)
  }
  throw new HelloError('invalid-identity', 'The identity in the hello is not a key.')
}

/** Names that are too long belong to nothing that we know. */
function readCapability(item: Item): Capability[] {
  const [name, version] = listOf(item, 2, 'a capability')
  const bytes = bytesOf(name, 0, MAX_HELLO_BYTES, 'the name of a capability')
  const number = numberOf(version, Number.MAX_SAFE_INTEGER, 'the version of a capability')
  return bytes.length === 0 || bytes.length > MAX_CAPABILITY_NAME || !/^[a-z0-9]+$/i.test(text(bytes))
    ? []
    : [{ name: text(bytes), version: number }]
}

export const encodeDisconnect = (reason: number): Uint8Array => encode([uint(reason)])

/** The reason in either form: a list of it, or it alone; `REASON_INVALID` when it is neither. */
export function decodeDisconnect(bytes: Uint8Array): number {
  if (bytes.length > MAX_DISCONNECT_BYTES) return REASON_INVALID
  try {
    const item = decode(bytes)
    const value = item instanceof Uint8Array ? item : (listOf(item, 1, 'disconnect')[0] ?? item)
    return numberOf(value, 255, 'the reason')
  } catch {
    return REASON_INVALID
  }
}
