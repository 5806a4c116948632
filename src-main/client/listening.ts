/**
 * Where one network takes inbound peers: the listener that the settings ask for, and the one behind an onion service.
 * Changes are made one after another: a listener is never opened while the one before it is being closed.
 */
import type { Settings } from '../../src-preload/contract.ts'
import { ListenError, isPublic, parseAddress } from '../transport/index.ts'
import type { Address, Connection, Listener } from '../transport/index.ts'
import type { KnownNetwork } from './networks.ts'
import type { Shared } from './shared.ts'
import { storedAddresses } from './present.ts'

export class Listening {
  readonly #known: KnownNetwork
  readonly #shared: Shared
  readonly #accept: (connection: Connection) => void
  #listener: Listener | null = null
  #error: string | null = null
  /** Listens for those who come by our onion service. */
  #onionListener: Listener | null = null
  #isBehindProxy = false
  #isClosed = false
  /** The change under way, and those that wait for it. */
  #turn: Promise<void> = Promise.resolve()

  constructor(known: KnownNetwork, shared: Shared, accept: (connection: Connection) => void) {
    this.#known = known
    this.#shared = shared
    this.#accept = accept
  }

  /** Printed addresses we listen on. */
  get addresses(): string[] {
    return this.#listener?.addresses.map(address => address.key) ?? []
  }

  /** One that strangers can reach, where the user has named it. */
  get publicAddress(): Address | null {
    return this.#listener?.addresses.find(address => isPublic(address)) ?? null
  }

  get isListening(): boolean {
    return this.#listener !== null
  }

  /** Why there is no listener though one is wanted, or what troubles the one there is: a sentence. */
  get error(): string | null {
    return this.#error
  }

  /** Begins or ends listening as the settings say when its turn comes. Never rejects for a port in use. */
  follow(): Promise<void> {
    return this.#inTurn(() => this.#follow())
  }

  /** The route policy has changed: behind a proxy only this machine may come in. */
  routesChanged(): void {
    if ((this.#shared.transport.policy.proxy !== null) !== this.#isBehindProxy) void this.follow()
  }

  /** Opens a listener for an onion service's visitors alone, on loopback, at a port that the system chooses. */
  openOnion(): Promise<Address> {
    return this.#inTurn(async () => {
      await this.#closeOnion()
      const listener = await this.#shared.transport.listen([parseAddress('127.0.0.1:0')], {
        route: { kind: 'tor', proxy: 'the onion service', host: '127.0.0.1', port: 0 },
        onConnection: this.#accept,
      })
      this.#onionListener = listener
      const [address] = listener.addresses
      if (address === undefined) throw new ListenError('failed', 'The system gave no port for the onion service.')
      return address
    })
  }

  closeOnion(): Promise<void> {
    return this.#inTurn(() => this.#closeOnion())
  }

  /** For good. */
  close(): Promise<void> {
    this.#isClosed = true
    return this.#inTurn(async () => {
      await this.#closeListener()
      await this.#closeOnion()
    })
  }

  #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(act)
    this.#turn = done.then(
      () => {},
      () => {},
    )
    return done
  }

  async #follow(): Promise<void> {
    const { transport, changes } = this.#shared
    await this.#closeListener()
    this.#error = null
    this.#isBehindProxy = transport.policy.proxy !== null
    const settings = this.#shared.settings()
    if (this.#isClosed) return
    if (settings['network.listen']) await this.#open(settings)
    changes.tell('networks')
  }

  async #open(settings: Settings): Promise<void> {
    const { transport, log } = this.#shared
    const wanted = this.#wanted(settings)
    // Nobody asked for these two in particular: one of them is enough on a machine without IPv6.
    const attempts = settings['network.listenOn'].length > 0 ? [wanted] : [wanted, wanted.slice(0, 1)]
    for (const addresses of attempts) {
      try {
        this.#listener = await transport.listen(addresses, {
          onConnection: this.#accept,
          onTrouble: (_address, error) => (this.#error = error?.message ?? null),
        })
        this.#error = null
        log.info('listening for peers', { network: this.#known.id, on: this.addresses.join(', ') })
        break
      } catch (error) {
        if (!(error instanceof ListenError)) throw error
        this.#error = error.message
      }
    }
    if (this.#error !== null) log.warn(this.#error, { network: this.#known.id })
  }

  async #closeListener(): Promise<void> {
    const listener = this.#listener
    this.#listener = null
    await listener?.close()
  }

  async #closeOnion(): Promise<void> {
    const listener = this.#onionListener
    this.#onionListener = null
    await listener?.close()
  }

  #wanted(settings: Settings): Address[] {
    const named = settings['network.listenOn']
    if (named.length > 0) return storedAddresses(named)
    const { defaultPort, isPrivate } = this.#known
    const hosts = isPrivate || this.#isBehindProxy ? ['127.0.0.1', '::1'] : ['0.0.0.0', '::']
    return hosts.map(host => parseAddress(host, { defaultPort }))
  }
}
