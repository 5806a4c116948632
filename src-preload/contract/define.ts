/** The two shapes a contract is made of, and the error codes every request may answer with. */
import { z } from 'zod'

/** Codes any request can answer with, beside its own. */
export const COMMON_ERRORS = [
  'unknown-request', // no such request
  'forbidden', // the sender may not ask this (wrong page, or a browser where the contract says no)
  'too-large', // the message is over its cap
  'invalid-input', // details name each field and what is wrong with it
  'busy', // too many requests under way
  'not-found',
  'closing', // Warren is shutting down
  'internal', // a fault of ours; the log has the rest
] as const

export interface RequestSpec<In extends z.ZodType = z.ZodType, Out extends z.ZodType = z.ZodType> {
  readonly kind: 'request'
  /** One sentence for `ctl help` and the reference page. */
  readonly summary: string
  readonly input: In
  readonly output: Out
  /** Codes beside `COMMON_ERRORS`. */
  readonly errors: readonly string[]
  /** Cap of the serialised input in bytes. */
  readonly maxBytes: number
  /** May a browser (the headless shell's page) ask this? `ctl`, with the secret, may ask everything but dialogs. */
  readonly browser: boolean
}

/**
 * How an event travels. `gauge`: only the latest value counts. `delta`: changes of keyed records since the snapshot.
 * `log`: only the newest cursor travels, lines are pulled by `logs.tail`.
 */
export type Delivery = 'gauge' | 'delta' | 'log'

export interface EventSpec<Payload extends z.ZodType = z.ZodType> {
  readonly kind: 'event'
  readonly summary: string
  readonly payload: Payload
  readonly delivery: Delivery
}

interface RequestOptions<In extends z.ZodType, Out extends z.ZodType> {
  summary: string
  input?: In
  output?: Out
  errors?: readonly string[]
  maxBytes?: number
  browser?: boolean
}

/** 16 KiB holds every request but imports and long lists of ids. */
const DEFAULT_MAX_BYTES = 16 * 1024

const nothing = z.strictObject({})
export type Nothing = typeof nothing

export function request<In extends z.ZodType = Nothing, Out extends z.ZodType = Nothing>(
  options: RequestOptions<In, Out>,
): RequestSpec<In, Out> {
  return {
    kind: 'request',
    summary: options.summary,
    input: options.input ?? (nothing as unknown as In),
    output: options.output ?? (nothing as unknown as Out),
    errors: options.errors ?? [],
    maxBytes: options.maxBytes ?? DEFAULT_MAX_BYTES,
    browser: options.browser ?? true,
  }
}

export function event<Payload extends z.ZodType>(
  delivery: Delivery,
  summary: string,
  payload: Payload,
): EventSpec<Payload> {
  return { kind: 'event', summary, payload, delivery }
}

/**
 * The payload of a delta event over records with an `id`. `reset` means: forget what you have, `upsert` is all there
 * is. `change` carries only the fields that changed of records the page already has.
 */
export function deltaOf<R extends z.ZodObject>(
  record: R,
): z.ZodObject<{
  reset: z.ZodBoolean
  upsert: z.ZodArray<R>
  change: z.ZodArray<z.ZodTuple<[z.ZodString, z.ZodRecord<z.ZodString, z.ZodUnknown>]>>
  remove: z.ZodArray<z.ZodString>
}> {
  return z.strictObject({
    reset: z.boolean(),
    upsert: z.array(record),
    change: z.array(z.tuple([z.string(), z.record(z.string(), z.unknown())])),
    remove: z.array(z.string()),
  })
}

/** Milliseconds since the epoch. */
export const time = z.number().int().nonnegative()
/** Ids of records, made by the client. */
export const id = z.string().min(1).max(120)
/** What a person may type where an address is asked for; the client parses it and says what is wrong. */
export const typedText = z.string().trim().min(1).max(300)
export const reason = z.string().trim().max(200)
/** A network's id, `bitcoin/mainnet`. */
export const networkId = z.string().regex(/^[a-z]+\/[a-z0-9-]{1,64}$/)
