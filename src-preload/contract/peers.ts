/** Peers: the record that crosses the border for every session, its details, and what can be done with it. */
import { z } from 'zod'
import { deltaOf, event, id, networkId, reason, request, time, typedText } from './define.ts'

export const routeKind = z.enum(['direct', 'socks5', 'tor', 'shadowsocks', 'tunnel', 'punched'])
export const addressKind = z.enum(['ipv4', 'ipv6', 'onion', 'i2p', 'cjdns', 'host'])

/** One live session, flat, as the table of peers shows it. Fields not known yet are null. */
export const peerRecord = z.strictObject({
  id,
  network: networkId,
  /** Canonical `host:port`. */
  address: z.string(),
  addressKind,
  direction: z.enum(['inbound', 'outbound']),
  route: routeKind,
  /** Why we have it. */
  purpose: z.enum(['automatic', 'permanent', 'manual', 'one-shot', 'feeler', 'inbound']),
  state: z.enum(['handshaking', 'ready']),
  isPinned: z.boolean(),
  isTrusted: z.boolean(),
  /** Scored and shown, never banned: a setting, by address or subnet. */
  isWhitelisted: z.boolean(),
  agent: z.string().nullable(),
  version: z.number().int().nullable(),
  /** Names of services or capabilities. */
  capabilities: z.array(z.string()),
  height: z.number().int().nullable(),
  pingMs: z.number().nullable(),
  minPingMs: z.number().nullable(),
  timeOffsetMs: z.number().nullable(),
  /** Ban score now, and the score above which a ban follows. */
  score: z.number().int(),
  bytesIn: z.number(),
  bytesOut: z.number(),
  /** Bytes a second over the last few seconds. */
  rateIn: z.number(),
  rateOut: z.number(),
  lastReceivedAt: time,
  lastSentAt: time,
  connectedAt: time,
  /** ISO 3166-1 alpha-2 by the table in use, approximate; null when unknown or not an IP address. */
  country: z.string().nullable(),
  asn: z.number().int().nullable(),
})
export type PeerRecord = z.infer<typeof peerRecord>

/** One increase of a ban score. */
export const scoreEvent = z.strictObject({
  at: time,
  rule: z.string(),
  evidence: z.string(),
  message: z.string().nullable(),
  persistent: z.number(),
  transient: z.number(),
  before: z.number().int(),
  after: z.number().int(),
})
export type ScoreEvent = z.infer<typeof scoreEvent>

export const peerDetail = z.strictObject({
  peer: peerRecord,
  localAddress: z.string().nullable(),
  /** Our own address as this peer sees it. */
  seenAs: z.string().nullable(),
  group: z.string(),
  asnName: z.string().nullable(),
  relaysAddresses: z.boolean(),
  services: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  score: z.strictObject({
    persistent: z.number(),
    /** Transient part at `at`; decays by half every `halfLifeMs`. */
    transient: z.number(),
    at: time,
    halfLifeMs: z.number(),
    lifetimeMs: z.number(),
    warnAt: z.number(),
    banAbove: z.number(),
    events: z.array(scoreEvent),
  }),
  messages: z.array(
    z.strictObject({
      kind: z.string(),
      countIn: z.number(),
      bytesIn: z.number(),
      countOut: z.number(),
      bytesOut: z.number(),
    }),
  ),
  /** The session's life so far: dial, handshake, warnings. Newest last, bounded. */
  timeline: z.array(z.strictObject({ at: time, text: z.string() })),
})
export type PeerDetail = z.infer<typeof peerDetail>

/** An address the user asked for: durable, dialed for ever when pinned. Shown with its state even while not connected. */
export const pinRecord = z.strictObject({
  id,
  network: networkId,
  address: z.string(),
  isPinned: z.boolean(),
  isTrusted: z.boolean(),
  addedAt: time,
  note: z.string(),
  state: z.enum(['connected', 'connecting', 'waiting', 'off']),
  /** When the next dial is due; null when none is planned. */
  nextTryAt: time.nullable(),
  attempts: z.number().int(),
  lastFailure: z.string().nullable(),
})
export type PinRecord = z.infer<typeof pinRecord>

const ids = z.array(id).min(1).max(1000)
const target = z.strictObject({ network: networkId, address: typedText })

export const peers = {
  'peers.list': request({
    summary: 'Every live session, as the Peers page shows it.',
    input: z.strictObject({ network: networkId.optional() }),
    output: z.strictObject({ peers: z.array(peerRecord) }),
  }),
  'peers.get': request({
    summary: 'One peer with its score timeline, messages by kind and events.',
    input: z.strictObject({ id }),
    output: peerDetail,
  }),
  'peers.add': request({
    summary: 'Connects to an address: once, or pinned (kept and dialed again for ever, across restarts).',
    input: z.strictObject({
      network: networkId,
      address: typedText,
      keep: z.boolean(),
      trusted: z.boolean().default(false),
      note: z.string().max(120).default(''),
    }),
    output: z.strictObject({ id, address: z.string() }),
    errors: ['bad-address', 'banned', 'already-connected', 'blocked', 'duplicate'],
  }),
  'peers.disconnect': request({
    summary: 'Closes sessions. Pinned peers are dialed again later.',
    input: z.strictObject({ ids }),
    output: z.strictObject({ done: z.number().int() }),
    maxBytes: 256 * 1024,
  }),
  'peers.ban': request({
    summary: 'Bans the addresses of sessions for a time and closes them. Returns the bans, which `bans.lift` undoes.',
    input: z.strictObject({
      ids,
      durationMs: z.number().int().min(1000).max(3_155_760_000_000),
      reason: reason.default(''),
    }),
    output: z.strictObject({ banIds: z.array(id), refused: z.array(z.strictObject({ id, why: z.string() })) }),
    maxBytes: 256 * 1024,
  }),
  'peers.pin': request({
    summary: 'Pins an address: it is kept, dialed for ever, and survives restarts.',
    input: target.extend({ note: z.string().max(120).default('') }),
    output: z.strictObject({ id }),
    errors: ['bad-address'],
  }),
  'peers.unpin': request({ summary: 'Takes a pin back. The session stays.', input: target, errors: ['bad-address'] }),
  'peers.trust': request({
    summary: 'Trusts an address: it is let in when all slots are taken.',
    input: target,
    output: z.strictObject({ id }),
    errors: ['bad-address'],
  }),
  'peers.untrust': request({ summary: 'Takes trust back.', input: target, errors: ['bad-address'] }),
  'pins.list': request({
    summary: 'Pinned and trusted addresses with their state, last failure and next try.',
    output: z.strictObject({ pins: z.array(pinRecord) }),
  }),
}

export const peerEvents = {
  peers: event('delta', 'Sessions that came, changed or went.', deltaOf(peerRecord)),
  pins: event('delta', 'Pinned and trusted addresses.', deltaOf(pinRecord)),
}
