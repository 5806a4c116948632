/**
 * The CONNECT dialog with a SOCKS5 proxy (RFC 1928, 1929, Tor's socks-extensions). The `socks` package speaks it, but
 * never touches our socket: it talks to a stand-in stream, and every answer of the proxy is checked here before it is
 * handed on, step by step. That mends what socks 2.8.10 lacks: reply codes by number (Tor's F0 to F7 too), abort,
 * wrong versions and unknown types noticed, bytes behind the reply kept, no password in errors.
 */
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { SocksClient } from 'socks'
import type { Address } from './address.ts'
import { DialError } from './dialer.ts'
import type { DialErrorCode } from './dialer.ts'
import { MAX_SOCKS_CREDENTIAL_BYTES } from './limits.ts'

export interface SocksCredentials {
  readonly user: string
  readonly password: string
}

const VERSION = 5
const AUTH_VERSION = 1
const METHOD_NONE = 0
const METHOD_PASSWORD = 2
const METHOD_NO_ACCEPTABLE = 0xff
const TYPE_IPV4 = 1
const TYPE_NAME = 3
const TYPE_IPV6 = 4

/** What reply codes mean; `TARGET` stands for what was asked for. */
export type SocksReplies = Readonly<Record<number, readonly [DialErrorCode, string]>>

/** Replies to CONNECT: RFC 1928 §6, and from F0 on Tor's proposal 304. */
export const CONNECT_REPLIES: SocksReplies = {
  0x01: ['proxy-refused', 'The proxy failed to connect to TARGET'],
  0x02: ['proxy-refused', 'The rules of the proxy do not allow a connection to TARGET'],
  0x03: ['unreachable', 'The proxy cannot reach the network of TARGET'],
  0x04: ['unreachable', 'The proxy cannot reach TARGET'],
  0x05: ['refused', 'TARGET refused the connection from the proxy'],
  0x06: ['unreachable', 'The proxy gave up on TARGET: it took too long or too many hops'],
  0x07: ['proxy-refused', 'The proxy does not offer connections'],
  0x08: ['proxy-refused', 'The proxy does not know addresses like TARGET'],
  0xf0: ['unreachable', 'Tor found no descriptor of the onion service TARGET; it may be offline'],
  0xf1: ['unreachable', 'Tor found an invalid descriptor of the onion service TARGET'],
  0xf2: ['unreachable', 'Tor could not be introduced to the onion service TARGET'],
  0xf3: ['unreachable', 'Tor could not meet the onion service TARGET at a rendezvous point'],
  0xf4: ['proxy-refused', 'The onion service TARGET asks for client authorisation, and Tor has no key for it'],
  0xf5: ['proxy-refused', 'The onion service TARGET does not accept the key that Tor has for it'],
  0xf6: ['unknown-host', 'Tor says that TARGET is not a valid onion address'],
  0xf7: ['timeout', 'The onion service TARGET did not answer the introduction in time'],
}

/** Checks before anything is dialed: `socks` would end the process with longer ones. @throws {DialError} `proxy-auth` */
export function checkCredentials({ user, password }: SocksCredentials): void {
  for (const [what, text] of [
    ['user name', user],
    ['password', password],
  ] as const) {
    const length = Buffer.byteLength(text)
    if (length >= 1 && length <= MAX_SOCKS_CREDENTIAL_BYTES) continue
    throw new DialError(
      'proxy-auth',
      `The ${what} for the proxy has ${length} bytes; SOCKS5 takes 1 to ${MAX_SOCKS_CREDENTIAL_BYTES}.`,
    )
  }
}

export type SocksStep = 'method' | 'authentication' | 'reply'

const nonsense = (text: string): DialError => new DialError('proxy-protocol', text)

const hex = (byte: number): string => byte.toString(16).padStart(2, '0')

/**
 * Length of the answer to a step once that is known, else null; complains as soon as the bytes at hand allow it.
 * @throws {DialError} for whatever is not a success
 */
export function answerLength(
  step: SocksStep,
  bytes: Uint8Array,
  target: string,
  hasCredentials: boolean,
  replies: SocksReplies = CONNECT_REPLIES,
): number | null {
  const [version, status, , type, nameLength] = bytes
  if (version === undefined) return null
  if (step === 'authentication') {
    if (version !== AUTH_VERSION)
      throw nonsense(`The proxy answers the password with version ${version}, not ${AUTH_VERSION}.`)
    if (status === undefined) return null
    if (status !== 0) throw new DialError('proxy-auth', 'The proxy does not accept the user name and password.')
    return 2
  }
  if (version !== VERSION) throw nonsense(`This is not a SOCKS5 proxy: it answers with byte ${hex(version)}.`)
  if (status === undefined) return null
  if (step === 'method') {
    if (status === METHOD_NONE || (status === METHOD_PASSWORD && hasCredentials)) return 2
    if (status === METHOD_PASSWORD) throw new DialError('proxy-auth', 'The proxy asks for a user name and password.')
    if (status === METHOD_NO_ACCEPTABLE) {
      const how = hasCredentials ? 'with or without a password' : 'without a password'
      throw new DialError('proxy-auth', `The proxy lets nobody in ${how}.`)
    }
    throw nonsense(`The proxy chose the login method ${hex(status)}, which was not offered.`)
  }
  if (status !== 0) throw replyError(status, target, replies)
  if (type === undefined) return null
  if (type === TYPE_IPV4) return 10
  if (type === TYPE_IPV6) return 22
  if (type !== TYPE_NAME) throw nonsense(`The proxy answers with an address of the unknown type ${hex(type)}.`)
  return nameLength === undefined ? null : 7 + nameLength
}

function replyError(status: number, target: string, replies: SocksReplies): DialError {
  const known = replies[status]
  if (known === undefined) {
    return new DialError('proxy-refused', `The proxy refused ${target} with the unknown code ${hex(status)}.`)
  }
  return new DialError(known[0], `${known[1].replace('TARGET', target)} (SOCKS reply ${hex(status)}).`)
}

/** What `socks` takes for the proxy: its writes go to the real socket, and it reads what `answer` is given. */
class StandIn extends Duplex {
  readonly #socket: Socket

  constructor(socket: Socket) {
    super()
    this.#socket = socket
  }

  answer(bytes: Uint8Array): void {
    this.push(bytes)
  }

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.#socket.write(chunk)
    done()
  }
}

export interface SocksDialog {
  readonly target: Address
  readonly credentials: SocksCredentials | null
  /** Milliseconds after which `socks` may forget the dialog; the caller's signal has to end it before. */
  readonly timeoutMs: number
}

/**
 * Asks the proxy at the other end of a connected, paused and guarded socket for a connection to `target`. Afterwards the socket is
 * paused again and holds every byte that came behind the reply.
 * Rejects with a `DialError` or the signal's reason, and destroys the socket then.
 */
export async function askProxy(socket: Socket, dialog: SocksDialog, signal: AbortSignal): Promise<void> {
  const { target, credentials } = dialog
  if (credentials !== null) checkCredentials(credentials)
  const standIn = new StandIn(socket)
  // `socks` complains in words that carry its options, password included: nothing of it is passed on.
  const asked = SocksClient.createConnection({
    command: 'connect',
    destination: { host: target.host, port: target.port },
    // The host is never used: the connection stands already.
    proxy: {
      host: '',
      port: 0,
      type: VERSION,
      ...(credentials && { userId: credentials.user, password: credentials.password }),
    },
    existing_socket: standIn,
    // Its timer is never cancelled; after this it lets go of what it holds.
    timeout: dialog.timeoutMs + 1000,
  }).catch((): never => {
    throw nonsense('The proxy broke off the dialog.')
  })
  try {
    await Promise.all([readAnswers(socket, standIn, target.key, credentials !== null, signal), asked])
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    asked.catch(() => {})
    standIn.destroy()
  }
}

/** Hands the proxy's answers on, each when it is whole, and resolves after the last one. */
function readAnswers(
  socket: Socket,
  standIn: StandIn,
  target: string,
  hasCredentials: boolean,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let step: SocksStep = 'method'
    let held = new Uint8Array(0)

    const settle = (error: unknown): void => {
      socket.pause()
      socket.off('data', onData)
      socket.off('close', onClose)
      socket.off('end', onClose)
      signal.removeEventListener('abort', onAbort)
      if (error === null) resolve()
      else reject(error)
    }
    const onAbort = (): void => settle(signal.reason)
    const onClose = (): void => {
      const when =
        step === 'method' ? 'the greeting' : step === 'authentication' ? 'the password' : `the request for ${target}`
      settle(nonsense(`The proxy closed the connection instead of answering ${when}.`))
    }
    const onData = (chunk: Uint8Array): void => {
      held = held.length === 0 ? new Uint8Array(chunk) : Buffer.concat([held, chunk])
      try {
        for (;;) {
          const length = answerLength(step, held, target, hasCredentials)
          if (length === null || held.length < length) return
          const answer = held.slice(0, length)
          held = held.slice(length)
          if (step === 'reply') {
            standIn.answer(answer)
            break
          }
          // Bytes before we asked for them would be taken for the answer to a later question.
          if (held.length > 0) throw nonsense('The proxy answers before it was asked.')
          step = step === 'method' && answer[1] === METHOD_PASSWORD ? 'authentication' : 'reply'
          standIn.answer(answer)
        }
      } catch (error) {
        settle(error)
        return
      }
      socket.pause()
      if (held.length > 0) socket.unshift(held)
      settle(null)
    }

    if (signal.aborted) {
      onAbort()
      return
    }
    signal.addEventListener('abort', onAbort, { once: true })
    socket.on('data', onData)
    socket.on('close', onClose)
    socket.on('end', onClose)
    socket.resume()
  })
}
