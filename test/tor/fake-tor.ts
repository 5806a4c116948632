/**
 * A made-up Tor for unit tests: a control port in memory that can be told to lie, to stop or to talk nonsense, and a
 * SOCKS port that greets. No sockets, no real time.
 */
import { randomBytes } from 'node:crypto'
import { cookieProof } from '../../src-main/tor/auth.ts'
import { TorError } from '../../src-main/tor/errors.ts'
import type { LocalStream, LocalStreamHandlers, LocalTarget } from '../../src-main/transport/index.ts'
import { printLocalTarget } from '../../src-main/transport/index.ts'

export interface FakeTorOptions {
  methods?: string
  cookie?: Uint8Array
  cookieFile?: string
  password?: string
  /** Key of the next new onion service, and its address. */
  onion?: { key: string; serviceId: string }
  info?: Record<string, string>
  conf?: Record<string, string[]>
  /** Answers instead of the usual ones; null is silence, `close` hangs up. */
  answer?: (command: string) => string | null | undefined
  /** Proves the cookie wrongly, as a program does that does not know it. */
  hasWrongProof?: boolean
  version?: string
}

export interface FakeSession {
  readonly commands: string[]
  /** Sends raw text to the client. */
  send(text: string): void
  hangUp(): void
  readonly isOpen: boolean
}

export class FakeTor {
  readonly options: FakeTorOptions
  readonly sessions: FakeSession[] = []
  /** Targets that answer; everything else refuses. */
  readonly control = new Set<string>(['127.0.0.1:9051'])
  readonly socks = new Set<string>(['127.0.0.1:9050'])
  onions = new Set<string>()

  constructor(options: FakeTorOptions = {}) {
    this.options = options
  }

  /** Every request of every session so far. */
  get commands(): string[] {
    return this.sessions.flatMap(session => session.commands)
  }

  get session(): FakeSession {
    const session = this.sessions.findLast(({ isOpen }) => isOpen)
    if (session === undefined) throw new Error('Nobody is connected.')
    return session
  }

  readonly connect = (target: LocalTarget, signal?: AbortSignal): Promise<LocalStream> => {
    const where = printLocalTarget(target)
    if (signal?.aborted) return Promise.reject(new Error('cancelled'))
    if (this.control.has(where)) return Promise.resolve(this.#serve((send, end) => this.#controlSession(send, end)))
    if (this.socks.has(where)) return Promise.resolve(this.#serve((send, end) => socksSession(send, end)))
    return Promise.reject(new Error(`${where} refused the connection; nothing listens there.`))
  }

  #serve(
    make: (send: (text: string) => void, end: () => void) => { heard: (text: string) => void; ended: () => void },
  ): LocalStream {
    let handlers: LocalStreamHandlers | null = null
    let isOpen = true
    const early: string[] = []
    const deliver = (text: string): void => {
      queueMicrotask(() => {
        if (!isOpen) return
        if (handlers === null) early.push(text)
        else handlers.data(Buffer.from(text, 'latin1'))
      })
    }
    const end = (): void => {
      queueMicrotask(() => {
        if (!isOpen) return
        isOpen = false
        session.ended()
        handlers?.closed('The other end closed the connection.')
      })
    }
    const session = make(deliver, end)
    return {
      open: owner => {
        handlers = owner
        for (const text of early.splice(0)) owner.data(Buffer.from(text, 'latin1'))
      },
      write: bytes => {
        const text = Buffer.from(bytes).toString('latin1')
        queueMicrotask(() => {
          if (isOpen) session.heard(text)
        })
      },
      destroy: () => {
        if (isOpen) session.ended()
        isOpen = false
      },
    }
  }

  #controlSession(send: (text: string) => void, end: () => void): { heard: (text: string) => void; ended: () => void } {
    const commands: string[] = []
    const added = new Set<string>()
    const state = { isOpen: true }
    const session: FakeSession = {
      commands,
      send,
      hangUp: end,
      get isOpen() {
        return state.isOpen
      },
    }
    this.sessions.push(session)
    const serverNonce = randomBytes(32)
    let clientNonce = Buffer.alloc(0)
    const { cookie = new Uint8Array(32), password, hasWrongProof = false } = this.options
    const bad = (text: string): string => {
      queueMicrotask(end)
      return `515 ${text}\r\n`
    }
    const usual = (command: string): string => {
      const [word = '', ...rest] = command.split(' ')
      switch (word) {
        case 'PROTOCOLINFO': {
          const file = this.options.cookieFile === undefined ? '' : ` COOKIEFILE="${this.options.cookieFile}"`
          return `250-PROTOCOLINFO 1\r\n250-AUTH METHODS=${this.options.methods ?? 'NULL'}${file}\r\n250-VERSION Tor="${this.options.version ?? '0.4.9.11'}"\r\n250 OK\r\n`
        }
        case 'AUTHCHALLENGE': {
          clientNonce = Buffer.from(rest[1] ?? '', 'hex')
          const proof = cookieProof('server', [
            hasWrongProof ? new Uint8Array(32).fill(9) : cookie,
            clientNonce,
            serverNonce,
          ])
          return `250 AUTHCHALLENGE SERVERHASH=${proof.toString('hex').toUpperCase()} SERVERNONCE=${serverNonce.toString('hex').toUpperCase()}\r\n`
        }
        case 'AUTHENTICATE': {
          const given = rest.join(' ')
          const isIn =
            given === ''
              ? (this.options.methods ?? 'NULL').includes('NULL')
              : given.startsWith('"')
                ? given === `"${password}"`
                : given === cookieProof('client', [cookie, clientNonce, serverNonce]).toString('hex')
          return isIn ? '250 OK\r\n' : bad('Authentication failed: it did not match')
        }
        case 'GETINFO': {
          const info: Record<string, string> = {
            'status/bootstrap-phase': 'NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY="Done"',
            'net/listeners/socks': '"127.0.0.1:9050"',
            'circuit-status': '',
            'stream-status': '',
            ...this.options.info,
          }
          const unknown = rest.find(key => info[key] === undefined)
          if (unknown !== undefined) return `552 Unrecognized key "${unknown}"\r\n`
          const lines = rest.map(key => {
            const value = info[key] ?? ''
            return value.includes('\n')
              ? `250+${key}=\r\n${value.replaceAll('\n', '\r\n')}\r\n.\r\n`
              : `250-${key}=${value}\r\n`
          })
          return `${lines.join('')}250 OK\r\n`
        }
        case 'GETCONF': {
          const values = this.options.conf?.[rest[0] ?? ''] ?? []
          if (values.length === 0) return `250 ${rest[0]}\r\n`
          return values
            .map((value, index) => `250${index === values.length - 1 ? ' ' : '-'}${rest[0]}=${value}\r\n`)
            .join('')
        }
        case 'ADD_ONION': {
          const { onion } = this.options
          if (onion === undefined) return '513 Invalid key\r\n'
          if (this.onions.has(onion.serviceId)) return '550 Onion address collision\r\n'
          this.onions.add(onion.serviceId)
          added.add(onion.serviceId)
          const key = rest[0]?.startsWith('NEW:') === true ? `250-PrivateKey=${onion.key}\r\n` : ''
          return `250-ServiceID=${onion.serviceId}\r\n${key}250 OK\r\n`
        }
        case 'DEL_ONION':
          return this.onions.delete(rest[0] ?? '') ? '250 OK\r\n' : '552 Unknown Onion Service id\r\n'
        case 'SETEVENTS':
        case 'SIGNAL':
        case 'TAKEOWNERSHIP':
        case 'ONION_CLIENT_AUTH_ADD':
          return '250 OK\r\n'
        default:
          return `510 Unrecognized command "${word}"\r\n`
      }
    }
    let held = ''
    return {
      heard: text => {
        held += text
        for (let at = held.indexOf('\r\n'); at >= 0; at = held.indexOf('\r\n')) {
          const command = held.slice(0, at)
          held = held.slice(at + 2)
          commands.push(command)
          const own = this.options.answer?.(command)
          if (own === 'close') end()
          else if (own !== null) send(own ?? usual(command))
        }
      },
      ended: () => {
        state.isOpen = false
        for (const serviceId of added) this.onions.delete(serviceId)
      },
    }
  }
}

/** Greets as Tor does, and tells a browser what it is. */
function socksSession(
  send: (text: string) => void,
  end: () => void,
): { heard: (text: string) => void; ended: () => void } {
  return {
    heard: text => {
      if (text.startsWith('\u0005')) send('\u0005\u0000')
      else send('HTTP/1.0 501 Tor is not an HTTP Proxy\r\n\r\n')
      end()
    },
    ended: () => {},
  }
}

/** The error that a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<TorError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof TorError) return error
    throw error
  }
  throw new Error('It did not fail.')
}
