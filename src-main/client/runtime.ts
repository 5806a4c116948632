/**
 * One network at work: its address book, discovery, connection manager and listener, wired together. What it tells goes
 * to the client's change listeners; what it knows is read by the handlers.
 */
import type { SlotRecord, Settings } from '../../src-preload/contract.ts'
import { createAddressBook, groupOf } from '../addressbook/index.ts'
import type { AddressBook, Geo } from '../addressbook/index.ts'
import { createConnectionManager, createGossip } from '../connections/index.ts'
import type { ConnectionManager, ManagedSession } from '../connections/index.ts'
import { createDiscovery } from '../discovery/index.ts'
import type { Discovery } from '../discovery/index.ts'
import type { Log } from '../log/index.ts'
import type { Network } from '../networks/network.ts'
import type { Reputation } from '../reputation/index.ts'
import type { Store } from '../store/index.ts'
import type { Clock, RandomSource, Timer } from '../time/index.ts'
import { ListenError, isPublic, parseAddress } from '../transport/index.ts'
import type { Address, Listener, SubnetSet, Transport } from '../transport/index.ts'
import type { Changes } from './changes.ts'
import { limitsOf } from './in-force.ts'
import { ROWS_A_WRITE, TICK_MS, TICK_PARTS, WRITE_BEHIND_MS } from './limits.ts'
import type { KnownNetwork } from './networks.ts'
import type { NetworkSituation } from './notices.ts'
import { pinId } from './pins.ts'
import { PeerWatch } from './watch.ts'

/** What all networks share. */
export interface Shared {
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
  readonly store: Store
  readonly transport: Transport
  readonly reputation: Reputation
  readonly geo: Geo
  readonly changes: Changes
  readonly resourcesDir: string
  /** 16 bytes: key of the address book's buckets. */
  readonly bookKey: Uint8Array
  settings(): Settings
  whitelist(): SubnetSet
  hasPin(id: string): boolean
  isOnline(): boolean
  lastPeerLost(network: string): void
}

const SLOT_SETTINGS: Readonly<Record<SlotRecord['kind'], string | null>> = {
  outbound: 'limits.targetOutbound',
  inbound: 'limits.maxInbound',
  pinned: null,
  dialing: 'limits.dialing',
  'half-open': 'limits.halfOpenPerPrefix',
  feeler: 'limits.feelers',
}

export class NetworkRuntime {
  readonly known: KnownNetwork
  readonly network: Network
  readonly book: AddressBook
  readonly manager: ConnectionManager
  readonly discovery: Discovery
  /** By the manager's own session id. */
  readonly watches = new Map<string, PeerWatch>()
  readonly #shared: Shared
  readonly #timers: Timer[] = []
  /** The watches again, by the part of a second in which they are measured. */
  readonly #parts: readonly Set<PeerWatch>[] = Array.from({ length: TICK_PARTS }, () => new Set())
  #part = 0
  #nextPart = 0
  #listener: Listener | null = null
  #listenError: string | null = null
  /** Listens for those who come by our onion service. */
  #onionListener: Listener | null = null
  /** Our onion address, once others can reach it. */
  #onion: Address | null = null
  #listensBehindProxy = false
  #aloneSince: number | null
  #failed = 0
  #refused = 0
  #isClosed = false

  constructor(known: KnownNetwork, shared: Shared) {
    this.known = known
    this.#shared = shared
    const { clock, random, log, store, transport, reputation, geo } = shared
    this.#aloneSince = clock.now()
    const settings = shared.settings()
    const group = (address: Address): string => groupOf(address, one => geo.asn(one)?.number ?? null)
    const isBanned = (address: Address): boolean => reputation.bans.isBanned(address)

    this.network = known.make({
      clock,
      random,
      log: log.child(known.family),
      resourcesDir: shared.resourcesDir,
      ownAddress: peer => this.#ownAddress(peer),
    })
    this.book = createAddressBook({
      network: known.id,
      key: shared.bookKey,
      clock,
      random,
      groupOf: group,
      isBanned,
      ...(known.isPrivate ? {} : { accepts: isPublic }),
    })
    this.book.load(store.addresses.load(known.id), store.addresses.bucketVersion(known.id) === geo.groupVersion)
    store.addresses.setBucketVersion(known.id, geo.groupVersion)

    const gossip = createGossip(this.book, () => this.manager.wake('book'))
    this.manager = createConnectionManager({
      network: known.id,
      profile: {
        defaultPort: known.defaultPort,
        wantedServices: this.network.wantedServices,
        ...this.network.profile,
      },
      limits: limitsOf(settings, this.network.dropsAtRandom),
      dialer: {
        decide: address => transport.decide(address),
        dial: (address, options) => transport.dial(address, { ...options, network: known.id }),
      },
      openSession: this.network.openSession,
      candidates: settings['network.connectOnly'].length > 0 ? null : this.book,
      bans: reputation.bans,
      reputation,
      gossip,
      anchors: {
        take: () => parsed(store.anchors.take(known.id)),
        keep: addresses =>
          store.anchors.set(
            known.id,
            addresses.map(address => address.key),
          ),
      },
      farewell: connection =>
        this.network.farewell?.(connection, this.book.answerFor(connection.address.kind)) ?? Promise.resolve(),
      groupOf: group,
      clock,
      random,
      log: log.child('connections'),
      online: () => shared.isOnline(),
      isSelf: address => this.listening().includes(address.key),
      isWhitelisted: address => shared.whitelist().match(address) !== null,
    })
    this.discovery = createDiscovery({
      network: this.network,
      transport,
      book: this.book,
      askPeer: seed => void this.manager.connect(seed, { mode: 'ask' }),
      outboundPeers: () => this.count('outbound'),
      settings: this.#discoverySettings(),
      clock,
      random,
      log: log.child('discovery'),
      handlers: { added: () => this.manager.wake('book') },
    })
    this.#listenToManager()
    this.#timers.push(clock.every(WRITE_BEHIND_MS, () => this.#flush()))
    this.#timers.push(clock.every(TICK_MS, () => this.#tick()))
  }

  /** Listens, dials what the user asked for, and lets the rest begin. Never rejects: a port in use is a notice. */
  async start(pins: readonly { address: string; isPinned: boolean; isTrusted: boolean }[]): Promise<void> {
    const settings = this.#shared.settings()
    for (const pin of pins) {
      const [address] = parsed([pin.address])
      if (address === undefined) continue
      if (pin.isTrusted) this.manager.setTrusted(address.host, true)
      if (pin.isPinned) this.manager.connect(address, { mode: 'keep', isTrusted: pin.isTrusted })
    }
    for (const address of parsed(settings['network.connectOnly'])) {
      this.manager.connect(
        address.port === 0 ? parseAddress(address.host, { defaultPort: this.known.defaultPort }) : address,
        { mode: 'keep' },
      )
    }
    await this.listen()
    this.manager.start()
    if (settings['network.connectOnly'].length === 0) this.discovery.start()
  }

  /** Begins or ends listening as the settings say now. */
  async listen(): Promise<void> {
    await this.#listener?.close()
    this.#listener = null
    this.#listenError = null
    this.#listensBehindProxy = this.#shared.transport.policy.proxy !== null
    const settings = this.#shared.settings()
    if (!settings['network.listen'] || this.#isClosed) return
    const wanted = this.#listenAddresses(settings)
    // Nobody asked for these two in particular: one of them is enough on a machine without IPv6.
    const attempts = settings['network.listenOn'].length > 0 ? [wanted] : [wanted, wanted.slice(0, 1)]
    for (const addresses of attempts) {
      try {
        this.#listener = await this.#shared.transport.listen(addresses, {
          onConnection: connection => this.manager.accept(connection),
          onTrouble: (_address, error) => (this.#listenError = error?.message ?? null),
        })
        this.#listenError = null
        this.#shared.log.info('listening for peers', { network: this.known.id, on: this.listening().join(', ') })
        break
      } catch (error) {
        if (!(error instanceof ListenError)) throw error
        this.#listenError = error.message
      }
    }
    if (this.#listenError !== null) this.#shared.log.warn(this.#listenError, { network: this.known.id })
    this.#shared.changes.tell('networks')
  }

  #listenAddresses(settings: Settings): Address[] {
    const named = settings['network.listenOn']
    if (named.length > 0) return parsed(named)
    const { defaultPort, isPrivate } = this.known
    const hosts = isPrivate || this.#shared.transport.policy.proxy !== null ? ['127.0.0.1', '::1'] : ['0.0.0.0', '::']
    return hosts.map(host => parseAddress(host, { defaultPort }))
  }

  /** Printed addresses we listen on. */
  listening(): string[] {
    return this.#listener?.addresses.map(address => address.key) ?? []
  }

  /** Ready peers. */
  count(direction: 'inbound' | 'outbound'): number {
    return this.manager.count(direction)
  }

  slots(): SlotRecord[] {
    const { maxDialing } = this.manager.limits
    return this.manager.slots().map(({ kind, used, limit }) => ({
      network: this.known.id,
      kind,
      used,
      limit: limit ?? Math.max(used, maxDialing),
      setting: SLOT_SETTINGS[kind],
    }))
  }

  situation(bannedPins: readonly string[]): NetworkSituation {
    const dialing = this.manager.slots().find(slot => slot.kind === 'dialing')?.used ?? 0
    return {
      id: this.known.id,
      inbound: this.count('inbound'),
      outbound: this.count('outbound'),
      target: this.manager.limits.targetOutbound,
      known: this.book.size,
      dialing,
      alone: this.#aloneSince,
      dialsFailed: this.#failed,
      dialsRefused: this.#refused,
      hasSeeds: this.known.hasSeeds,
      isListening: this.#listener !== null,
      listenError: this.#listenError,
      seedsFailed: this.discovery.failedSeeds,
      usedFixedSeeds: this.discovery.usedFixedSeeds,
      clockOffsetMs: this.#medianOffset(),
      bannedPins,
    }
  }

  /** Takes what the settings say now. */
  configure(changed: readonly string[]): void {
    const settings = this.#shared.settings()
    this.manager.setLimits(limitsOf(settings, this.network.dropsAtRandom))
    this.discovery.configure(this.#discoverySettings())
    this.manager.refreshWhitelist()
    if (changed.some(key => key === 'network.listen' || key === 'network.listenOn')) void this.listen()
  }

  /** The route policy has changed: listens where it may now, and tries again what was refused. */
  routesChanged(): void {
    const { transport } = this.#shared
    const isBehind = transport.policy.proxy !== null
    if (isBehind !== this.#listensBehindProxy) void this.listen()
    this.manager.wake('online')
    if (this.book.size === 0) void this.discovery.seedNow()
  }

  /** Behind an onion service: opens a listener for its visitors alone, on loopback, at a port that the system chooses. */
  async listenOnion(): Promise<Address> {
    await this.closeOnion()
    const listener = await this.#shared.transport.listen([parseAddress('127.0.0.1:0')], {
      route: { kind: 'tor', proxy: 'the onion service', host: '127.0.0.1', port: 0 },
      onConnection: connection => this.manager.accept(connection),
    })
    this.#onionListener = listener
    const [address] = listener.addresses
    if (address === undefined) throw new ListenError('failed', 'The system gave no port for the onion service.')
    return address
  }

  async closeOnion(): Promise<void> {
    const listener = this.#onionListener
    this.#onionListener = null
    await listener?.close()
  }

  /** What to announce to those who can reach it. */
  setOnion(address: Address | null): void {
    this.#onion = address
  }

  /** Writes behind all that changed in the book, so many rows at a time, and lets others run in between. */
  #flush(): void {
    if (!this.#isClosed && this.#write()) this.#shared.clock.after(0, () => this.#flush())
  }

  /** True when there may be more to write. */
  #write(): boolean {
    const { addresses } = this.#shared.store
    const dirty = this.book.takeDirty(ROWS_A_WRITE)
    if (dirty === null) return false
    if (dirty.reset) addresses.clear(this.known.id)
    if (dirty.removed.length > 0) addresses.remove(this.known.id, dirty.removed)
    if (dirty.upserts.length > 0) addresses.save(this.known.id, dirty.upserts)
    return dirty.reset || dirty.upserts.length + dirty.removed.length >= ROWS_A_WRITE
  }

  /** Rates of one part of the sessions after another, so that ten thousand do not change in one moment. */
  #tick(): void {
    this.#part = (this.#part + 1) % TICK_PARTS
    const changed: string[] = []
    for (const watch of this.#parts[this.#part] ?? []) if (watch.tick()) changed.push(watch.managed.id)
    if (changed.length > 0) this.#shared.changes.tell('peers', changed)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const timer of this.#timers) timer.cancel()
    await this.#listener?.close()
    await this.closeOnion()
    await this.discovery.close()
    await this.manager.close()
    await this.network.close()
    this.watches.clear()
    while (this.#write());
  }

  #listenToManager(): void {
    const { changes, clock, geo } = this.#shared
    const { id } = this.known
    const pinChanged = (address: string): void => {
      const pin = pinId(id, address)
      if (this.#shared.hasPin(pin)) changes.tell('pins', [pin])
    }
    const changed = (managed: ManagedSession): void => {
      this.#noteAlone()
      changes.tell('peers', [managed.id])
      pinChanged(managed.address.key)
    }
    this.manager.listen({
      sessionAdded: managed => {
        const place = { country: geo.country(managed.address), asn: geo.asn(managed.address)?.number ?? null }
        const watch = new PeerWatch(managed, place)
        this.watches.set(managed.id, watch)
        this.#nextPart = (this.#nextPart + 1) % TICK_PARTS
        this.#parts[this.#nextPart]?.add(watch)
        watch.tell(clock.now(), managed.direction === 'inbound' ? 'connected to us' : 'connected; handshake begins')
        changed(managed)
      },
      sessionChanged: managed => {
        if (managed.isReady) this.watches.get(managed.id)?.tell(clock.now(), 'handshake complete')
        changed(managed)
      },
      sessionRemoved: (managed, end) => {
        const watch = this.watches.get(managed.id)
        this.watches.delete(managed.id)
        if (watch !== undefined) for (const part of this.#parts) part.delete(watch)
        this.#shared.log.debug(`session ended: ${end.text}`, { network: id, peer: managed.address.key, code: end.code })
        changed(managed)
      },
      attemptChanged: (own, attempt) => {
        if (attempt?.state === 'failed') this.#failed += 1
        changes.tell('attempts', [own])
        if (attempt !== null) pinChanged(attempt.address)
      },
      refused: (_code, direction) => {
        if (direction === 'outbound') this.#refused += 1
        changes.tell('slots')
      },
      misbehaved: (managed, breach) => {
        this.watches.get(managed.id)?.tell(clock.now(), `${breach.rule}: ${breach.evidence}`)
        changes.tell('peers', [managed.id])
      },
      message: (managed, direction, kind, bytes) => this.watches.get(managed.id)?.message(direction, kind, bytes),
    })
  }

  #noteAlone(): void {
    const isAlone = this.count('inbound') + this.count('outbound') === 0
    if (!isAlone) {
      this.#aloneSince = null
    } else if (this.#aloneSince === null) {
      this.#aloneSince = this.#shared.clock.now()
      this.#failed = 0
      this.#refused = 0
      if (!this.#isClosed) this.#shared.lastPeerLost(this.known.id)
    }
  }

  #discoverySettings(): { usesDnsSeeds: boolean; usesFixedSeeds: boolean } {
    const settings = this.#shared.settings()
    return { usesDnsSeeds: settings['network.dnsSeeds'], usesFixedSeeds: settings['network.fixedSeeds'] }
  }

  /**
   * The address to announce to a peer: our onion address to those who surely can reach it, and to everybody when
   * nothing else may be known of us; else a public one that we listen on in particular.
   */
  #ownAddress(peer: Address): Address | null {
    const { transport } = this.#shared
    if (!this.#shared.settings()['advanced.selfAnnounce']) return null
    if (transport.policy.proxy !== null || peer.kind === 'onion') return this.#onion
    return this.#listener?.addresses.find(address => isPublic(address)) ?? this.#onion
  }

  /** Median of what outbound peers' clocks say, from five on. */
  #medianOffset(): number | null {
    const offsets: number[] = []
    for (const { managed } of this.watches.values()) {
      if (!managed.isReady || managed.direction !== 'outbound') continue
      const offset = managed.session.facts().timeOffsetMs
      if (offset !== null) offsets.push(offset)
    }
    if (offsets.length < 5) return null
    offsets.sort((a, b) => a - b)
    return offsets[offsets.length >> 1] ?? null
  }
}

/** Addresses that parse; what was stored was checked before. */
function parsed(texts: readonly string[]): Address[] {
  return texts.flatMap(text => {
    try {
      return [parseAddress(text, { defaultPort: 0 })]
    } catch {
      return []
    }
  })
}
