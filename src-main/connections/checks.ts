/**
 * The checks before a dial and after a handshake: one list each, in order, with names. go-ethereum's checks in its
 * order, then ours. Pure: what they look at is given.
 */
import type { Address } from '../transport/index.ts'
import type { DialRefusal, HandshakeRefusal } from './codes.ts'
import type { RequestKind } from './session.ts'

/** Whom to dial. */
export interface DialTarget {
  readonly address: Address
  readonly identity: string | null
  readonly kind: RequestKind
}

/** What is known when a dial is considered. Every answer is about the one target. */
export interface DialFacts {
  readonly isSelf: boolean
  readonly isDialing: boolean
  readonly isConnected: boolean
  readonly isPendingInbound: boolean
  readonly isAllowed: boolean
  /** Milliseconds since the last dial to it, null when it is not in the history. */
  readonly dialedMsAgo: number | null
  readonly isBanned: boolean
  /** Why the route policy refuses it, null when it does not. */
  readonly blockedReason: string | null
  /** The group that an automatic peer already stands for, null when its group is free or exempt. */
  readonly takenGroup: string | null
}

/** One check with its verdict. `check` is for machines, `text` a sentence for people. */
export interface DialCheck {
  readonly check: DialRefusal
  readonly passes: boolean
  readonly text: string
}

interface DialRule {
  readonly code: DialRefusal
  readonly passed: string
  /** Why not, in a sentence; null when it passes. */
  refuses(target: DialTarget, facts: DialFacts, historyBindsPermanent: boolean): string | null
}

const seconds = (ms: number): string => `${Math.max(0, Math.round(ms / 1000))} s`

/** In go-ethereum's order (checkDial): self, no port, dialing, connected, pending inbound, netrestrict, history. */
const DIAL_RULES: readonly DialRule[] = [
  {
    code: 'self',
    passed: 'It is not an address of our own.',
    refuses: (_, facts) => (facts.isSelf ? 'This is an address of our own.' : null),
  },
  {
    code: 'no-port',
    passed: 'It names a port.',
    // I2P knows no ports.
    refuses: ({ address }) => (address.port === 0 && address.kind !== 'i2p' ? 'The address names no port.' : null),
  },
  {
    code: 'already-dialing',
    passed: 'It is not being dialed.',
    refuses: (_, facts) => (facts.isDialing ? 'It is being dialed, or waits for its next dial.' : null),
  },
  {
    code: 'already-connected',
    passed: 'It is not connected.',
    refuses: (_, facts) => (facts.isConnected ? 'It is connected already.' : null),
  },
  {
    code: 'pending-inbound',
    passed: 'It is not calling us.',
    refuses: (_, facts) => (facts.isPendingInbound ? 'The same peer is calling us and shaking hands.' : null),
  },
  {
    code: 'not-allowed',
    passed: 'It lies in the allowed networks.',
    refuses: (_, facts) => (facts.isAllowed ? null : 'It lies outside the networks that are allowed.'),
  },
  {
    code: 'recently-dialed',
    passed: 'It was not dialed a moment ago.',
    refuses: ({ kind }, { dialedMsAgo }, historyBindsPermanent) => {
      if (dialedMsAgo === null || kind === 'manual') return null
      if (kind === 'permanent' && !historyBindsPermanent) return null
      return `It was dialed ${seconds(dialedMsAgo)} ago.`
    },
  },
  {
    code: 'banned',
    passed: 'It is not banned.',
    refuses: (_, facts) => (facts.isBanned ? 'It is banned.' : null),
  },
  {
    code: 'blocked-by-route',
    passed: 'The routes allow it.',
    refuses: (_, facts) => facts.blockedReason,
  },
  {
    code: 'duplicate-group',
    passed: 'No automatic peer stands for its group.',
    refuses: ({ kind }, { takenGroup }) =>
      takenGroup === null || kind !== 'automatic'
        ? null
        : `An automatic peer of the same group (${takenGroup}) is there.`,
  },
]

/** The first check that fails, or null: the target may be dialed. */
export function checkDial(
  target: DialTarget,
  facts: DialFacts,
  historyBindsPermanent: boolean,
): { readonly code: DialRefusal; readonly text: string } | null {
  for (const rule of DIAL_RULES) {
    const text = rule.refuses(target, facts, historyBindsPermanent)
    if (text !== null) return { code: rule.code, text }
  }
  return null
}

/** Every check with its verdict, in order. */
export function explainDial(
  target: DialTarget,
  facts: DialFacts,
  historyBindsPermanent: boolean,
): readonly DialCheck[] {
  return DIAL_RULES.map(rule => {
    const text = rule.refuses(target, facts, historyBindsPermanent)
    return { check: rule.code, passes: text === null, text: text ?? rule.passed }
  })
}

/** What is known when a handshake tells who the peer is. Counts leave the peer itself out. */
export interface HandshakeFacts {
  readonly isTrusted: boolean
  readonly isInbound: boolean
  readonly peers: number
  readonly maxPeers: number | null
  readonly inbound: number
  readonly maxInbound: number | null
  /** Another session with the same identity stands. */
  readonly isConnected: boolean
  readonly isSelf: boolean
}

/** The checks after a handshake, in go-ethereum's order; null when all pass. Trusted is exempt from the caps only. */
export function checkHandshake(
  facts: HandshakeFacts,
): { readonly code: HandshakeRefusal; readonly text: string } | null {
  const { isTrusted, maxPeers, maxInbound } = facts
  if (!isTrusted && maxPeers !== null && facts.peers >= maxPeers)
    return { code: 'too-many-peers', text: `All ${maxPeers} places for peers are taken.` }
  if (!isTrusted && facts.isInbound && maxInbound !== null && facts.inbound >= maxInbound)
    return { code: 'too-many-inbound', text: `All ${maxInbound} places for inbound peers are taken.` }
  if (facts.isConnected) return { code: 'already-connected', text: 'The same peer is connected already.' }
  if (facts.isSelf) return { code: 'self', text: 'We are talking to ourselves.' }
  return null
}
