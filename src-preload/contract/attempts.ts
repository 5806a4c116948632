/** Connection attempts: in flight, waiting for their next try, and those refused or failed, with reasons in words. */
import { z } from 'zod'
import { deltaOf, event, id, networkId, request, time } from './define.ts'

export const attemptRecord = z.strictObject({
  id,
  network: networkId,
  address: z.string(),
  direction: z.enum(['inbound', 'outbound']),
  purpose: z.enum(['automatic', 'permanent', 'manual', 'one-shot', 'feeler', 'inbound']),
  /** dialing and handshaking are in flight; waiting has a next try; failed and refused are over. */
  state: z.enum(['dialing', 'handshaking', 'waiting', 'failed', 'refused', 'cancelled']),
  startedAt: time,
  endedAt: time.nullable(),
  attempt: z.number().int(),
  nextTryAt: time.nullable(),
  /** Machine code of the failure or refusal (`timeout`, `banned`, `too-many-inbound`); null while in flight. */
  code: z.string().nullable(),
  /** The same in a sentence. */
  reason: z.string().nullable(),
  route: z.string().nullable(),
})
export type AttemptRecord = z.infer<typeof attemptRecord>

/** A limit that decides, its present use, and the setting that moves it. */
export const slotRecord = z.strictObject({
  network: networkId,
  kind: z.enum(['outbound', 'inbound', 'pinned', 'dialing', 'half-open', 'feeler']),
  used: z.number().int(),
  limit: z.number().int(),
  setting: z.string().nullable(),
})
export type SlotRecord = z.infer<typeof slotRecord>

export const attempts = {
  'attempts.list': request({
    summary: 'Attempts in flight, retries with their next time, recent failures and refusals with reasons, and slots.',
    input: z.strictObject({ network: networkId.optional() }),
    output: z.strictObject({
      attempts: z.array(attemptRecord),
      slots: z.array(slotRecord),
      /** Refusals since start by code, inbound and outbound together. */
      refusals: z.record(z.string(), z.number().int()),
    }),
  }),
  'attempts.retryNow': request({
    summary: 'Dials a waiting request at once.',
    input: z.strictObject({ id }),
    errors: ['not-waiting'],
  }),
  'attempts.cancel': request({
    summary: 'Cancels a dial in flight or a waiting request.',
    input: z.strictObject({ id }),
  }),
}

export const attemptEvents = {
  attempts: event('delta', 'Attempts that began, changed or ended.', deltaOf(attemptRecord)),
  slots: event(
    'gauge',
    'Use of every slot kind.',
    z.strictObject({ slots: z.array(slotRecord), refusals: z.record(z.string(), z.number().int()) }),
  ),
}
