/**
 * The one place where a request crosses the border, whichever shell carried it. Checks in order: is it known, may this
 * asker ask it, is it small enough, does it fit its schema; then the handler. Nothing is thrown: every end is an envelope.
 */
import type { z } from 'zod'
import { REQUESTS, type Output, type ParsedInput, type Refusal, type RequestName } from '../../src-preload/contract.ts'
import { RequestError, type BorderRequest, type Caller, type ClientPort } from '../../src-preload/contract/port.ts'
import type { Log } from '../log/index.ts'
import { MAX_REQUESTS_UNDER_WAY } from './limits.ts'

/** Who asks. One object a page or connection: requests under way are counted by it. */
export interface Asker {
  readonly caller: Caller
  /** A page in a browser may not ask what the contract keeps from browsers. */
  readonly isBrowser: boolean
  /** The browser session; null for the Electron window and for the secret. */
  readonly session: string | null
}

/** A reply before it has its sequence number. */
export type Envelope = { readonly ok: unknown } | Refusal

/** Requests that no client answers: keys to the door, and what only a shell can do. */
export type BorderHandlers = {
  readonly [N in BorderRequest]: (input: ParsedInput<N>, asker: Asker) => Output<N> | Promise<Output<N>>
}

export interface Registrar {
  /** `bytes`: size of the serialised input. Never rejects. */
  answer(name: unknown, input: unknown, bytes: number, asker: Asker): Promise<Envelope>
  /** From now on every request is answered `closing`. */
  close(): void
}

export interface RegistrarParts {
  readonly client: Pick<ClientPort, 'handle'>
  readonly border: BorderHandlers
  readonly log: Log
}

const isKnown = (name: unknown): name is RequestName => typeof name === 'string' && Object.hasOwn(REQUESTS, name)

/** Names that go into the log and into answers are cut: a caller chooses them. */
const shortened = (name: unknown): string => (typeof name === 'string' ? name : typeof name).slice(0, 60)

/** What is wrong at each field, by dotted path; `input` stands for the whole. */
function detailsOf(error: z.ZodError): Record<string, string> {
  const details: Record<string, string> = {}
  for (const issue of error.issues.slice(0, 50)) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys.slice(0, 20))
        details[[...issue.path, key].map(String).join('.').slice(0, 120)] = 'is not a field of this request'
      continue
    }
    const path = issue.path.map(String).join('.').slice(0, 120)
    details[path === '' ? 'input' : path] ??= issue.message
  }
  return details
}

function refusalOf(error: RequestError): Refusal {
  return {
    code: error.code,
    text: error.message,
    ...(error.details === undefined ? {} : { details: error.details }),
  }
}

export function createRegistrar(parts: RegistrarParts): Registrar {
  const { client, border, log } = parts
  const underWay = new WeakMap<Asker, number>()
  let isClosing = false

  const refuse = (name: unknown, code: string, text: string, details?: Record<string, string>): Refusal => {
    log.warn('refused a request', { request: shortened(name), code })
    return { code, text, ...(details === undefined ? {} : { details }) }
  }

  const handle = async (name: RequestName, input: unknown, asker: Asker): Promise<Envelope> => {
    try {
      const handler = Object.hasOwn(border, name)
        ? (border[name as BorderRequest] as (input: unknown, asker: Asker) => unknown)
        : (input: unknown) => (client.handle as (name: RequestName, input: unknown) => unknown)(name, input)
      return { ok: await handler(input, asker) }
    } catch (error) {
      if (error instanceof RequestError) return refusalOf(error)
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      log.error('a handler failed', { request: name, error: text.slice(0, 500) })
      return { code: 'internal', text: 'Warren failed at this; the log has the rest' }
    }
  }

  return {
    answer: async (name, input, bytes, asker) => {
      if (!isKnown(name)) return refuse(name, 'unknown-request', `There is no request "${shortened(name)}"`)
      if (isClosing) return { code: 'closing', text: 'Warren is closing' }
      const spec = REQUESTS[name]
      if (asker.isBrowser && !spec.browser) return refuse(name, 'forbidden', 'A page in a browser may not ask this')
      if (bytes > spec.maxBytes)
        return refuse(name, 'too-large', `${name} takes at most ${String(spec.maxBytes)} bytes, not ${String(bytes)}`)
      const parsed = (spec.input as z.ZodType).safeParse(input)
      if (!parsed.success)
        return refuse(name, 'invalid-input', 'The request does not fit its schema', detailsOf(parsed.error))
      const count = underWay.get(asker) ?? 0
      if (count >= MAX_REQUESTS_UNDER_WAY) return refuse(name, 'busy', 'Too many requests are under way')
      underWay.set(asker, count + 1)
      try {
        return await handle(name, parsed.data, asker)
      } finally {
        underWay.set(asker, (underWay.get(asker) ?? 1) - 1)
      }
    },
    close: () => {
      isClosing = true
    },
  }
}
