/**
 * Onion services of ours: published on whichever Tor is there, published again when it comes back, gone when closed.
 * The secret key is the caller's to keep; it stays here only as long as the service.
 */
import type { Log } from '../log/index.ts'
import type { Clock, Timer } from '../time/index.ts'
import type { Control, OnionRequest } from './control.ts'
import { TorError, asTorError } from './errors.ts'
import { MAX_ONIONS, MAX_ONION_CLIENTS, ONION_RETRY_MS, RESTART_MAX_MS } from './limits.ts'
import { checkOnionClient, checkOnionKey, onionHost } from './onion-key.ts'
import type { TorEvent } from './parse.ts'
import { cleanTorText } from './parse.ts'
import type { OnionStatus } from './status.ts'

/** What is to be reachable as an onion service. */
export interface OnionOptions {
  /** The key of an earlier time with its host, or null for a new address. */
  readonly stored: { readonly key: string; readonly host: string } | null
  /** Port of the onion address. */
  readonly port: number
  /** Where on this machine visitors are brought. */
  readonly target: { readonly host: string; readonly port: number }
  /** Public keys of the only visitors (52 characters of base32); empty for everybody. */
  readonly clients?: readonly string[]
}

export interface Onion {
  /** `<56>.onion`. */
  readonly host: string
  readonly port: number
  /** Tor's secret key of the address, `ED25519-V3:...`: to be kept encrypted, never logged or shown. */
  readonly key: string
  status(): OnionStatus
  /** Resolves when a directory knows the service, so that visitors can come. Rejects when closed or aborted first. */
  whenPublished(signal?: AbortSignal): Promise<void>
  /** Takes the service down. */
  close(): Promise<void>
}

interface Service {
  readonly request: OnionRequest
  readonly expectedHost: string | null
  key: string | null
  host: string | null
  status: OnionStatus
  retry: Timer | null
  /** Refusals in a row. */
  failures: number
  isClosed: boolean
  /** Told at every change, for those who wait. */
  readonly watchers: Set<() => void>
}

export class Onions {
  readonly #clock: Clock
  readonly #log: Log
  readonly #onChange: () => void
  readonly #services = new Set<Service>()
  #control: Control | null = null

  constructor(clock: Clock, log: Log, onChange: () => void) {
    this.#clock = clock
    this.#log = log
    this.#onChange = onChange
  }

  /**
   * Asks Tor for a service, or waits for a Tor to ask. Resolves as soon as the address is known; aborting takes the
   * service down. @throws {TorError} `bad-onion-key`, `bad-onion-client`, `control-busy`, `cancelled`
   */
  async publish(options: OnionOptions, signal?: AbortSignal): Promise<Onion> {
    const service = this.#make(options)
    this.#services.add(service)
    this.#onChange()
    this.#add(service)
    try {
      await settled(service, () => service.host !== null, signal)
    } catch (error) {
      await this.#remove(service)
      throw error
    }
    const { host, key } = service
    if (host === null || key === null) {
      await this.#remove(service)
      throw new TorError('control-protocol', 'Tor gave no key for the onion service.')
    }
    return {
      host,
      key,
      port: options.port,
      status: () => service.status,
      whenPublished: signal => settled(service, () => service.status.state === 'published', signal),
      close: () => this.#remove(service),
    }
  }

  /** A control port was opened: what is to be published is published there. */
  attach(control: Control | null): void {
    this.#control = control
    for (const service of this.#services) {
      service.retry?.cancel()
      service.retry = null
      this.#tell(service, { state: 'waiting', uploads: 0 })
      this.#add(service)
    }
  }

  heard(event: Extract<TorEvent, { kind: 'descriptor' }>): void {
    for (const service of this.#services) {
      if (service.host !== `${event.onion}.onion`) continue
      if (event.action === 'UPLOADED')
        this.#tell(service, { state: 'published', uploads: service.status.uploads + 1, problem: null })
      else if (event.action === 'FAILED' && service.status.state !== 'published')
        this.#tell(service, {
          problem: `A directory did not take the address of the service (${cleanTorText(event.reason ?? 'no reason given')}).`,
        })
    }
  }

  statuses(): readonly OnionStatus[] {
    return Array.from(this.#services, service => service.status)
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#services, service => this.#remove(service)))
  }

  #make({ stored, port, target, clients = [] }: OnionOptions): Service {
    if (this.#services.size >= MAX_ONIONS)
      throw new TorError('control-busy', `${MAX_ONIONS} onion services are published already.`)
    if (clients.length > MAX_ONION_CLIENTS)
      throw new TorError('bad-onion-client', `An onion service has at most ${MAX_ONION_CLIENTS} visitors' keys.`)
    if (stored !== null) checkOnionKey(stored.key, stored.host)
    const where = target.host.includes(':') ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`
    return {
      request: { key: null, port, target: where, clients: clients.map(checkOnionClient) },
      expectedHost: stored?.host ?? null,
      key: stored?.key ?? null,
      host: null,
      status: { host: stored?.host ?? null, port, state: 'waiting', uploads: 0, problem: null },
      retry: null,
      failures: 0,
      isClosed: false,
      watchers: new Set(),
    }
  }

  #add(service: Service): void {
    const control = this.#control
    if (control !== null) void this.#addTo(control, service)
  }

  async #addTo(control: Control, service: Service): Promise<void> {
    let unwanted: string | null = null
    try {
      const added = await control.addOnion({ ...service.request, key: service.key })
      unwanted = added.serviceId
      if (service.isClosed || this.#control !== control) return
      const host = onionHost(added.serviceId)
      service.key ??= added.key
      if (service.key !== null) checkOnionKey(service.key, host)
      if (host !== (service.host ?? service.expectedHost ?? host))
        throw new TorError('bad-onion-key', `Tor published ${host} where another address was meant.`)
      unwanted = null
      service.host = host
      service.failures = 0
      this.#log.info('Onion service added', { host })
      this.#tell(service, { host, state: service.status.state === 'published' ? 'published' : 'uploading' })
    } catch (error) {
      if (service.isClosed || this.#control !== control) return
      const problem = asTorError(error, 'control-refused')
      this.#log.warn('Onion service refused', { problem: problem.message })
      this.#tell(service, { problem: problem.message })
      const delayMs = Math.min(ONION_RETRY_MS * 2 ** service.failures++, RESTART_MAX_MS)
      service.retry = this.#clock.after(delayMs, () => {
        service.retry = null
        this.#add(service)
      })
    } finally {
      if (unwanted !== null) await control.deleteOnion(unwanted).catch(() => {})
    }
  }

  async #remove(service: Service): Promise<void> {
    if (service.isClosed) return
    service.isClosed = true
    service.retry?.cancel()
    this.#services.delete(service)
    for (const watcher of service.watchers) watcher()
    this.#onChange()
    const serviceId = service.host?.slice(0, -'.onion'.length)
    if (serviceId !== undefined) await this.#control?.deleteOnion(serviceId).catch(() => {})
  }

  #tell(service: Service, news: Partial<OnionStatus>): void {
    service.status = { ...service.status, ...news }
    for (const watcher of service.watchers) watcher()
    this.#onChange()
  }
}

/** Resolves when `isTrue`; rejects with `cancelled` when the service is closed or the signal aborted first. */
function settled(service: Service, isTrue: () => boolean, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = (): void => {
      service.watchers.delete(look)
      signal?.removeEventListener('abort', look)
    }
    const look = (): void => {
      if (service.isClosed || signal?.aborted) {
        over()
        reject(new TorError('cancelled', 'The onion service was closed before it was published.'))
      } else if (isTrue()) {
        over()
        resolve()
      }
    }
    service.watchers.add(look)
    signal?.addEventListener('abort', look)
    look()
  })
}
