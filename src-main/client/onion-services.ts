/** Our onion services: one for each network that listens, its key in the vault, so that the address stays the same. */
import { z } from 'zod'
import type { OnionRecord, Settings } from '../../src-preload/contract.ts'
import type { Log } from '../log/index.ts'
import type { Onion, Tor, TorStatus } from '../tor/index.ts'
import { parseAddress } from '../transport/index.ts'
import type { Address } from '../transport/index.ts'
import type { Vault } from './vault.ts'

/** A network that can be reached as an onion service. */
export interface OnionHost {
  readonly known: { readonly id: string; readonly defaultPort: number }
  /** Opens a listener of its own on loopback; gives where. Rejects with a `ListenError`. */
  listenOnion(): Promise<Address>
  closeOnion(): Promise<void>
  /** The address to announce; null: none any more. */
  setOnion(address: Address | null): void
}

interface Parts {
  readonly tor: Tor
  readonly log: Log
  readonly vault: Vault
  readonly settings: () => Settings
  readonly hosts: () => readonly OnionHost[]
  readonly changed: () => void
}

interface Service {
  readonly host: OnionHost
  readonly abort: AbortController
  target: Address | null
  onion: Onion | null
  problem: string | null
  /** Resolves when nothing of it is left. */
  done: Promise<void>
}

const stored = z.strictObject({ key: z.string(), host: z.string() })
const keyName = (network: string): string => `onion-key/${network}`

export class OnionServices {
  readonly #parts: Parts
  readonly #services = new Map<string, Service>()
  /** What the services were made with: other visitors need other services. */
  #clients = ''
  #ending: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Begins what is wanted and is not there, ends what is there and is not wanted. */
  reconcile(): void {
    const settings = this.#parts.settings()
    const isWanted = settings['tor.onionService'] && settings['tor.mode'] !== 'off' && !this.#isClosed
    const hosts = isWanted ? this.#parts.hosts() : []
    const clients = settings['tor.onionClients'].join()
    for (const [network, service] of this.#services) {
      if (clients !== this.#clients || !hosts.includes(service.host)) this.#end(network, service)
    }
    this.#clients = clients
    const ended = this.#ending
    for (const host of hosts) {
      if (this.#services.has(host.known.id)) continue
      const service: Service = {
        host,
        abort: new AbortController(),
        target: null,
        onion: null,
        problem: null,
        done: Promise.resolve(),
      }
      this.#services.set(host.known.id, service)
      service.done = ended.then(() => this.#run(service, settings['tor.onionClients']))
    }
    this.#parts.changed()
  }

  async #run(service: Service, clients: readonly string[]): Promise<void> {
    const { tor, vault, log, changed } = this.#parts
    const { host, abort } = service
    try {
      if (abort.signal.aborted) return
      const target = await host.listenOnion()
      service.target = target
      changed()
      const onion = await tor.publishOnion(
        {
          stored: this.#storedKey(host.known.id),
          port: host.known.defaultPort,
          target: { host: target.host, port: target.port },
          clients,
        },
        abort.signal,
      )
      vault.set(keyName(host.known.id), JSON.stringify({ key: onion.key, host: onion.host }))
      service.onion = onion
      changed()
      await onion.whenPublished(abort.signal)
      log.info('reachable as an onion service', { network: host.known.id, address: onion.host })
      host.setOnion(parseAddress(onion.host, { defaultPort: host.known.defaultPort }))
      changed()
    } catch (error) {
      if (abort.signal.aborted) return
      service.problem = error instanceof Error ? error.message : String(error)
      log.warn('the onion service could not be published', { network: host.known.id, reason: service.problem })
      changed()
    }
  }

  #storedKey(network: string): { key: string; host: string } | null {
    const text = this.#parts.vault.get(keyName(network))
    if (text === null) return null
    try {
      return stored.parse(JSON.parse(text))
    } catch {
      return null
    }
  }

  #end(network: string, service: Service): void {
    this.#services.delete(network)
    service.abort.abort()
    service.host.setOnion(null)
    const end = async (): Promise<void> => {
      await service.done
      await service.onion?.close()
      await service.host.closeOnion()
    }
    this.#ending = Promise.all([this.#ending, end()])
  }

  /** New addresses for all networks: the old ones are gone for ever. */
  async renewKeys(): Promise<void> {
    for (const [network, service] of this.#services) this.#end(network, service)
    await this.#ending
    for (const { known } of this.#parts.hosts()) this.#parts.vault.remove(keyName(known.id))
    this.reconcile()
  }

  record({ onions }: TorStatus): OnionRecord {
    const settings = this.#parts.settings()
    const isOn = settings['tor.onionService']
    const services = [...this.#services.values()].flatMap(({ host, onion, target }) => {
      const name = onion?.host ?? this.#storedKey(host.known.id)?.host
      if (name === undefined) return []
      const isPublished = onions.some(one => one.host === name && one.state === 'published')
      return [
        {
          network: host.known.id,
          address: `${name}:${host.known.defaultPort}`,
          target: target?.key ?? '',
          isPublished,
        },
      ]
    })
    const problem =
      [...this.#services.values()].find(one => one.problem !== null)?.problem ??
      onions.find(one => one.problem !== null)?.problem ??
      null
    return {
      isOn,
      state: decideOnionState(isOn, settings['tor.mode'] !== 'off', services, onions, problem),
      services,
      text: !isOn
        ? ''
        : this.#services.size === 0 && settings['tor.mode'] !== 'off'
          ? 'No network accepts inbound peers, so there is nothing to reach.'
          : (problem ?? ''),
      clients: [...settings['tor.onionClients']],
      isKeyEncrypted: this.#parts.vault.isEncrypted,
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const [network, service] of this.#services) this.#end(network, service)
    await this.#ending
  }
}

export function decideOnionState(
  isOn: boolean,
  usesTor: boolean,
  services: readonly { readonly isPublished: boolean }[],
  onions: TorStatus['onions'],
  problem: string | null,
): OnionRecord['state'] {
  if (!isOn) return 'off'
  if (!usesTor) return 'waiting'
  if (services.length > 0 && services.every(service => service.isPublished)) return 'published'
  if (problem !== null) return 'failed'
  return onions.some(one => one.state === 'uploading') ? 'publishing' : 'waiting'
}
