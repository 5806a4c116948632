/** What the system's error codes mean, in words, and the time limit that turns waiting into an error. */
import type { Clock } from '../time/index.ts'
import { DialError } from './dialer.ts'
import type { DialErrorCode } from './dialer.ts'

const codeOf = (error: unknown): string => {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : 'UNKNOWN'
}

/** Why an open connection broke, as a sentence. */
export function socketErrorText(error: unknown): string {
  const code = codeOf(error)
  switch (code) {
    case 'ECONNRESET':
      return 'The other end reset the connection.'
    case 'EPIPE':
      return 'The other end closed the connection while we were sending.'
    case 'ETIMEDOUT':
      return 'The other end stopped answering.'
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
      return 'The network went away.'
    default:
      return `The connection broke (${code}).`
  }
}

/** System error codes of `connect`: what they are to us, and what follows "HOST:PORT" in the sentence. */
const CONNECT_ERRORS: Readonly<Record<string, readonly [DialErrorCode, string]>> = {
  ECONNREFUSED: ['refused', 'refused the connection; nothing listens there'],
  ECONNRESET: ['reset', 'reset the connection'],
  ETIMEDOUT: ['timeout', 'did not answer'],
  EHOSTUNREACH: ['unreachable', 'cannot be reached: no way to the host'],
  ENETUNREACH: ['unreachable', 'cannot be reached: no way to its network'],
  ENETDOWN: ['unreachable', 'cannot be reached: our network is down'],
  EADDRNOTAVAIL: ['local-limit', 'cannot be dialed: the system has no free local address or port'],
  EMFILE: ['local-limit', 'cannot be dialed: too many files and sockets are open'],
  ENFILE: ['local-limit', 'cannot be dialed: too many files and sockets are open on this machine'],
  ENOBUFS: ['local-limit', 'cannot be dialed: the system is out of network memory'],
  ENOMEM: ['local-limit', 'cannot be dialed: the system is out of memory'],
  EACCES: ['failed', 'cannot be dialed: the system forbids it'],
  EPERM: ['failed', 'cannot be dialed: a firewall on this machine forbids it'],
}

/** The `DialError` for what `connect` to `where` said. */
export function connectError(error: unknown, where: string): DialError {
  const code = codeOf(error)
  const known = CONNECT_ERRORS[code]
  if (known === undefined) return new DialError('failed', `${where} cannot be dialed (${code}).`, error)
  return new DialError(known[0], `${where} ${known[1]}.`, error)
}

/** The `DialError` for what the system's resolver said about a name. */
export function lookupError(error: unknown, host: string): DialError {
  const code = codeOf(error)
  if (code === 'ENOTFOUND' || code === 'ENODATA') {
    return new DialError('unknown-host', `The host name ${host} is not known.`, error)
  }
  if (code === 'EAI_AGAIN') return new DialError('unreachable', `No name server answers for ${host}.`, error)
  return new DialError('failed', `Looking up ${host} failed (${code}).`, error)
}

export const cancelledError = (): DialError => new DialError('cancelled', 'The dial was cancelled.')

/**
 * Runs `work` under a time limit and the caller's signal: both abort the signal that `work` gets, with a `DialError`
 * as its reason. `work` has to reject with that reason and leave nothing behind. No timer or listener stays.
 */
export async function withDeadline<T>(
  clock: Clock,
  options: { readonly signal?: AbortSignal | undefined; readonly timeoutMs: number },
  describeTimeout: () => string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal, timeoutMs } = options
  const abortReason = (): DialError => (signal?.reason instanceof DialError ? signal.reason : cancelledError())
  if (signal?.aborted) throw abortReason()
  const scope = new AbortController()
  const onAbort = (): void => scope.abort(abortReason())
  signal?.addEventListener('abort', onAbort, { once: true })
  const timer = clock.after(timeoutMs, () => scope.abort(new DialError('timeout', describeTimeout())))
  try {
    return await work(scope.signal)
  } finally {
    timer.cancel()
    signal?.removeEventListener('abort', onAbort)
  }
}

/** Rejects with the signal's reason when it is aborted; never resolves. */
export function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = (): void => reject(signal.reason as Error)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}
