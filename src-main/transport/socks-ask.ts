/**
 * A SOCKS5 dialog step by step, for the requests that `socks` does not know: Tor's RESOLVE and RESOLVE_PTR, and the
 * test of a proxy. Every answer is checked by `answerLength`, as in the CONNECT dialog.
 */
import type { Socket } from 'node:net'
import { DialError } from './dialer.ts'
import { CONNECT_REPLIES, answerLength } from './socks-dialog.ts'
import type { SocksCredentials, SocksReplies, SocksStep } from './socks-dialog.ts'

/** Greeting that offers no password, a password, or both. Source: RFC 1928 §3. */
export function greeting(offersNone: boolean, offersPassword: boolean): Uint8Array {
  const methods = [...(offersNone ? [0] : []), ...(offersPassword ? [2] : [])]
  return Uint8Array.of(5, methods.length, ...methods)
}

/** Source: RFC 1929. Lengths were checked before. */
export function passwordRequest({ user, password }: SocksCredentials): Uint8Array {
  const name = Buffer.from(user)
  const word = Buffer.from(password)
  return Uint8Array.of(1, name.length, ...name, word.length, ...word)
}

export interface SocksAsker {
  /**
   * Writes a request and waits for its whole answer, and for nothing behind it. Rejects with a `DialError` for whatever
   * is not a success, when the proxy closes, or with the signal's reason.
   */
  ask(step: SocksStep, request: Uint8Array, what: string): Promise<Uint8Array>
}

/** Speaks over a connected socket; the caller destroys it. `replies` says what the codes of the last answer mean. */
export function askOver(
  socket: Socket,
  hasCredentials: boolean,
  signal: AbortSignal,
  replies: SocksReplies = CONNECT_REPLIES,
): SocksAsker {
  let held = new Uint8Array(0)
  return {
    ask: (step, request, what) =>
      new Promise((resolve, reject) => {
        const settle = (act: () => void): void => {
          socket.pause()
          socket.off('data', onData)
          socket.off('close', onClose)
          socket.off('end', onClose)
          signal.removeEventListener('abort', onAbort)
          act()
        }
        const onAbort = (): void => settle(() => reject(signal.reason as Error))
        const onClose = (): void => {
          const question = step === 'reply' ? `the question about ${what}` : what
          settle(() =>
            reject(
              new DialError('proxy-protocol', `The proxy closed the connection instead of answering ${question}.`),
            ),
          )
        }
        const onData = (chunk: Uint8Array): void => {
          held = Buffer.concat([held, chunk])
          try {
            const length = answerLength(step, held, what, hasCredentials, replies)
            if (length === null || held.length < length) return
            const answer = held
            // Bytes before we asked for them would be taken for the answer to a later question.
            if (held.length > length) {
              const when = step === 'reply' ? 'sends more than its answer' : 'answers before it was asked'
              throw new DialError('proxy-protocol', `The proxy ${when}.`)
            }
            held = new Uint8Array(0)
            settle(() => resolve(answer))
          } catch (error) {
            settle(() => reject(error))
          }
        }
        if (signal.aborted) {
          onAbort()
          return
        }
        signal.addEventListener('abort', onAbort, { once: true })
        socket.on('data', onData)
        socket.on('close', onClose)
        socket.on('end', onClose)
        socket.write(request)
        socket.resume()
      }),
  }
}
