/** What all sessions of one Bitcoin network share: parameters, time, the register of nonces, frames made once. */
import { RULES } from '../../reputation/index.ts'
import type { Log } from '../../log/index.ts'
import type { Clock, RandomSource } from '../../time/index.ts'
import type { Address } from '../../transport/index.ts'
import { encodeFrame } from './frame.ts'
import type { FrameContext } from './frame.ts'
import { MAX_BUFFERED_BYTES } from './limits.ts'
import { explainMagic } from './params.ts'
import type { BitcoinParams } from './params.ts'

/** What the maker of a network gives. */
export interface BitcoinOptions {
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
  /** Directory that holds `seeds/`; without it there are no fixed seeds. */
  readonly resourcesDir?: string
  /** The address of ours to tell a peer, if it may be told one: we are reachable there. Nothing is told when absent. */
  readonly ownAddress?: (peer: Address) => Address | null
  /** User agent (BIP 14). */
  readonly agent?: string
}

/** Messages that are the same for every peer of a network. */
export type FixedFrame = 'verack' | 'wtxidrelay' | 'sendaddrv2' | 'sendheaders' | 'getaddr' | 'headers'

/** As the register of nonces sees a session. */
export interface NonceHolder {
  /** It turned out that both ends of this connection are us. */
  isSelf(): void
}

export interface BitcoinContext {
  readonly params: BitcoinParams
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
  readonly ownAddress: (peer: Address) => Address | null
  readonly agent: string
  readonly frameContext: FrameContext
  /** Nonces of our version messages whose handshakes are under way, and whose they are. */
  readonly nonces: Map<bigint, NonceHolder>
  readonly fixed: Readonly<Record<FixedFrame, Uint8Array>>
  /** Rules after whose breach a session cannot go on. */
  readonly endingRules: ReadonlySet<string>
}

/** Our user agent. Source: BIP 14 for its form. */
export const AGENT = '/Warren:0.1.0/'

export function createContext(params: BitcoinParams, options: BitcoinOptions): BitcoinContext {
  const { magic } = params
  const empty = (name: string): Uint8Array => encodeFrame(magic, name, new Uint8Array(0))
  return {
    params,
    clock: options.clock,
    random: options.random,
    log: options.log,
    ownAddress: options.ownAddress ?? (() => null),
    agent: options.agent ?? AGENT,
    frameContext: { magic, explainMagic, budget: { usedBytes: 0, maxBytes: MAX_BUFFERED_BYTES } },
    nonces: new Map(),
    fixed: {
      verack: empty('verack'),
      wtxidrelay: empty('wtxidrelay'),
      sendaddrv2: empty('sendaddrv2'),
      sendheaders: empty('sendheaders'),
      getaddr: empty('getaddr'),
      headers: encodeFrame(magic, 'headers', Uint8Array.of(0)),
    },
    endingRules: new Set(RULES.filter(rule => rule.family === 'bitcoin' && rule.disconnects).map(rule => rule.name)),
  }
}

/** A nonce for version and ping. */
export function randomNonce(random: RandomSource): bigint {
  const bytes = random.bytes(8)
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0)
}
