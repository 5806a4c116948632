/** A client of Tor's control port: authenticated, with the few requests that Warren makes, and events. */
import type { Clock, RandomSource } from '../time/index.ts'
import { printLocalTarget } from '../transport/index.ts'
import type { LocalStream, LocalTarget } from '../transport/index.ts'
import { authenticate, protocolInfo } from './auth.ts'
import type { Credentials, ProtocolInfo } from './auth.ts'
import { TorError, asTorError } from './errors.ts'
import { NEW_IDENTITY_EVERY_MS } from './limits.ts'
import { ControlLink } from './link.ts'
import { itemLines, parseBootstrap, parseCircuit, parseEvent, parseListeners, parseStream } from './parse.ts'
import type { BootstrapPhase, Circuit, Stream, TorEvent } from './parse.ts'
import { readQuoted, splitWords } from './reply.ts'

/** Opens a stream to a program on this machine; rejects with an error whose message is a sentence. */
export type ConnectLocal = (target: LocalTarget, signal: AbortSignal | undefined) => Promise<LocalStream>

export interface ControlParts {
  readonly clock: Clock
  readonly random: RandomSource
  readonly connect: ConnectLocal
}

export interface ControlHandlers {
  readonly onEvent: (event: TorEvent) => void
  /** The connection broke; called once, and not after `close`. */
  readonly onBroken: (error: TorError) => void
}

/** An onion service to be: `key` as Tor gave it (`ED25519-V3:...`), or null for a new one. */
export interface OnionRequest {
  readonly key: string | null
  /** Port of the onion address. */
  readonly port: number
  /** Where Tor brings those who come, `host:port`. */
  readonly target: string
  /** Public x25519 keys in base32 of those who may come; empty for everybody. */
  readonly clients: readonly string[]
}

export interface Control {
  /** Tor's version, as it says itself. */
  readonly version: string
  /** Values by key. @throws {TorError} `control-refused` for a key that this Tor does not know */
  getInfo(...keys: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Values of one option; none when it is at its default. */
  getConf(option: string): Promise<readonly string[]>
  bootstrap(): Promise<BootstrapPhase | null>
  /** Where Tor takes SOCKS dials; null when it takes none over TCP. */
  socks(): Promise<{ readonly host: string; readonly port: number } | null>
  circuits(): Promise<readonly Circuit[]>
  streams(): Promise<readonly Stream[]>
  /** Starts to send events of these kinds, and of no others. */
  listen(kinds: readonly string[]): Promise<void>
  /** Fresh circuits for what is dialed from then on. Gives the time until Tor acts, milliseconds. */
  newIdentity(): Promise<number>
  /** Publishes a service that lives as long as this connection. `key` is null when it was given. */
  addOnion(request: OnionRequest): Promise<{ readonly serviceId: string; readonly key: string | null }>
  deleteOnion(serviceId: string): Promise<void>
  /** Lets Tor in where a service asks its visitors for a key: x25519 private key, base64. */
  addClientKey(serviceId: string, privateKey: string): Promise<void>
  /** Tor ends when this connection ends. */
  takeOwnership(): Promise<void>
  /** Asks Tor to end. */
  shutdown(): Promise<void>
  close(): void
}

const EVENTS_OF_CLIENT = ['STATUS_CLIENT', 'STATUS_GENERAL', 'CIRC', 'CIRC_MINOR', 'STREAM', 'BW', 'HS_DESC'] as const

/** Events that a session wants; Tor's log only where it is not read elsewhere. */
export const wantedEvents = (withLog: boolean): readonly string[] =>
  withLog ? [...EVENTS_OF_CLIENT, 'NOTICE', 'WARN', 'ERR'] : EVENTS_OF_CLIENT

async function openLink(
  parts: ControlParts,
  target: LocalTarget,
  handlers: { readonly onEvent: ControlHandlers['onEvent']; readonly onBroken: (error: TorError) => void },
  signal: AbortSignal | undefined,
): Promise<ControlLink> {
  let stream
  try {
    stream = await parts.connect(target, signal)
  } catch (error) {
    if (signal?.aborted) throw cancelled()
    throw asTorError(error, 'control-unreachable')
  }
  return new ControlLink(stream, {
    clock: parts.clock,
    where: printLocalTarget(target),
    onEvent: reply => {
      const event = parseEvent(reply)
      if (event !== null) handlers.onEvent(event)
    },
    onBroken: handlers.onBroken,
  })
}

const cancelled = (): TorError => new TorError('cancelled', 'This was cancelled.')

/** Runs `work` on a link that is closed when `signal` is aborted or `work` fails. */
async function guarded<T>(link: ControlLink, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  const onAbort = (): void => link.close()
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    if (signal?.aborted) throw cancelled()
    return await work()
  } catch (error) {
    link.close()
    throw signal?.aborted ? cancelled() : error
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

/** Asks a control port what it is, without telling it anything. */
export async function askProtocolInfo(
  parts: ControlParts,
  target: LocalTarget,
  signal?: AbortSignal,
): Promise<ProtocolInfo> {
  const link = await openLink(parts, target, { onEvent: () => {}, onBroken: () => {} }, signal)
  const found = await guarded(link, signal, () => protocolInfo(link, printLocalTarget(target)))
  link.close()
  return found
}

/** Connects and authenticates. Rejects with a `TorError` and leaves nothing open. */
export async function openControl(
  parts: ControlParts,
  target: LocalTarget,
  credentials: Credentials,
  handlers: ControlHandlers,
  signal?: AbortSignal,
): Promise<Control> {
  let isOpen = false
  const onBroken = (error: TorError): void => {
    if (isOpen) handlers.onBroken(error)
  }
  const link = await openLink(parts, target, { onEvent: handlers.onEvent, onBroken }, signal)
  return guarded(link, signal, async () => {
    const found = await protocolInfo(link, printLocalTarget(target))
    await authenticate(link, found, credentials, parts.random)
    isOpen = true
    return controlOver(link, found.version, parts.clock)
  })
}

function controlOver(link: ControlLink, version: string, clock: Clock): Control {
  /** When the newest new identity acts or acted, on the monotonic clock. */
  let identityAt = -Infinity

  const getInfo: Control['getInfo'] = async (...keys) => {
    const reply = await link.command(`GETINFO ${keys.join(' ')}`)
    const values = new Map<string, string>()
    for (const { text, block } of reply.lines.slice(0, -1)) {
      const at = text.indexOf('=')
      if (at >= 0) values.set(text.slice(0, at), block ?? text.slice(at + 1))
    }
    return values
  }
  const valueOf = async (key: string): Promise<string> => (await getInfo(key)).get(key) ?? ''
  const listOf = async <T>(key: string, parse: (line: string) => T | null): Promise<T[]> =>
    itemLines(await valueOf(key)).flatMap(line => parse(line) ?? [])

  return {
    version,
    getInfo,
    async getConf(option) {
      const reply = await link.command(`GETCONF ${option}`)
      return reply.lines.flatMap(({ text }) => {
        const at = text.indexOf('=')
        const value = text.slice(at + 1)
        if (at < 0 || value === '') return []
        return [value.startsWith('"') ? readQuoted(value, 0).value : value]
      })
    },
    bootstrap: async () => parseBootstrap(await valueOf('status/bootstrap-phase')),
    socks: async () => parseListeners(await valueOf('net/listeners/socks')),
    circuits: () => listOf('circuit-status', parseCircuit),
    streams: () => listOf('stream-status', parseStream),
    async listen(kinds) {
      await link.command(`SETEVENTS ${kinds.join(' ')}`)
    },
    async newIdentity() {
      const now = clock.monotonic()
      // Asked for again before Tor has acted, it is the same new identity.
      if (identityAt > now) return identityAt - now
      const actsAt = Math.max(now, identityAt + NEW_IDENTITY_EVERY_MS)
      await link.command('SIGNAL NEWNYM')
      identityAt = actsAt
      return Math.max(0, actsAt - clock.monotonic())
    },
    async addOnion({ key, port, target, clients }) {
      const words = [
        `ADD_ONION ${key ?? 'NEW:ED25519-V3'}`,
        ...(clients.length > 0 ? ['Flags=V3Auth'] : []),
        `Port=${port},${target}`,
        ...clients.map(client => `ClientAuthV3=${client}`),
      ]
      const reply = await link.command(words.join(' '))
      const named = new Map(reply.lines.flatMap(({ text }) => [...splitWords(text).named]))
      const serviceId = named.get('ServiceID')
      if (serviceId === undefined) throw new TorError('control-protocol', 'Tor named no address for the onion service.')
      return { serviceId, key: named.get('PrivateKey') ?? null }
    },
    async deleteOnion(serviceId) {
      await link.command(`DEL_ONION ${serviceId}`)
    },
    async addClientKey(serviceId, privateKey) {
      await link.command(`ONION_CLIENT_AUTH_ADD ${serviceId} x25519:${privateKey}`)
    },
    async takeOwnership() {
      await link.command('TAKEOWNERSHIP')
    },
    async shutdown() {
      await link.command('SIGNAL SHUTDOWN')
    },
    close: () => link.close(),
  }
}
