/** Bans: refusals of an address or subnet until a time, with the cause that came first. */
import { z } from 'zod'
import { deltaOf, event, id, reason, request, time, typedText } from './define.ts'

export const banRecord = z.strictObject({
  id,
  /** An address (`1.2.3.4`, `[::1]`, an onion name), an address with port, or a subnet in CIDR form. */
  target: z.string(),
  kind: z.enum(['address', 'endpoint', 'subnet']),
  createdAt: time,
  until: time,
  reason: z.string(),
  by: z.enum(['rule', 'user', 'import']),
  /** The rule that crossed the line, when `by` is rule. */
  rule: z.string().nullable(),
  /** What the peer did, when it was a rule: kept from the first cause even if the ban is extended. */
  evidence: z.string().nullable(),
  score: z.number().int().nullable(),
  /** Network and agent of the peer that was banned, for people. */
  network: z.string().nullable(),
  agent: z.string().nullable(),
  /** Connections refused because of this ban since it was made. */
  refused: z.number().int(),
})
export type BanRecord = z.infer<typeof banRecord>

const MAX_IMPORT_BYTES = 4 * 1024 * 1024

export const bans = {
  'bans.list': request({
    summary: 'Bans in force, newest first.',
    output: z.strictObject({ bans: z.array(banRecord) }),
  }),
  'bans.add': request({
    summary: 'Bans an address or subnet for a time. Sessions that it covers are closed.',
    input: z.strictObject({
      target: typedText,
      durationMs: z.number().int().min(1000).max(3_155_760_000_000),
      reason: reason.default(''),
    }),
    output: z.strictObject({ id, closed: z.number().int() }),
    errors: ['bad-target', 'covers-self', 'full'],
  }),
  'bans.lift': request({
    summary: 'Lifts bans.',
    input: z.strictObject({ ids: z.array(id).min(1).max(1000) }),
    output: z.strictObject({ lifted: z.array(banRecord) }),
    maxBytes: 256 * 1024,
  }),
  'bans.restore': request({
    summary: 'Puts lifted bans back as they were: the undo of `bans.lift`.',
    input: z.strictObject({ bans: z.array(banRecord).min(1).max(1000) }),
    output: z.strictObject({ restored: z.number().int() }),
    maxBytes: 1024 * 1024,
  }),
  'bans.export': request({
    summary: 'The whole list as text (JSON), for `bans.import`.',
    output: z.strictObject({ text: z.string(), count: z.number().int() }),
  }),
  'bans.import': request({
    summary: "Adds the bans of an exported list (ours, or Bitcoin Core's banlist.json). All or nothing.",
    input: z.strictObject({ text: z.string().max(MAX_IMPORT_BYTES) }),
    output: z.strictObject({ added: z.number().int(), merged: z.number().int(), expired: z.number().int() }),
    errors: ['bad-import', 'full'],
    maxBytes: MAX_IMPORT_BYTES + 64 * 1024,
  }),
}

export const banEvents = { bans: event('delta', 'Bans made, changed, lifted or run out.', deltaOf(banRecord)) }
