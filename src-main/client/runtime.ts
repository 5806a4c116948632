/**
 * One network at work: its address book, discovery, connection manager and listener, wired together. What it tells goes
 * to the client's change listeners; what it knows is read by the handlers.
 */
import type { SlotRecord } from '../../src-preload/contract.ts'
import { createAddressBook, groupOf } from '../addressbook/index.ts'
import type { AddressBook } from '../addressbook/index.ts'
import { createConnectionManager, createGossip } from '../connections/index.ts'
import type { ConnectionManager, ManagedSession } from '../connections/index.ts'
import { createDiscovery } from '../discovery/index.ts'
import type { Discovery } from '../discovery/index.ts'
import type { Network } from '../networks/network.ts'
import type { Timer } from '../time/index.ts'
import { isPublic, parseAddress } from '../transport/index.ts'
import type { Address } from '../transport/index.ts'
import { limitsOf } from './in-force.ts'
import { ROWS_A_WRITE, TICK_MS, WRITE_BEHIND_MS } from './limits.ts'
import { Listening } from './listening.ts'
import type { KnownNetwork } from './networks.ts'
import type { NetworkSituation } from './notices.ts'
import { pinId } from './pins.ts'
import { storedAddresses } from './present.ts'
import type { Shared } from './shared.ts'
import { PeerWatch, Watches } from './watch.ts'

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
  readonly watches = new Watches()
  readonly #shared: Shared
  readonly #timers: Timer[] = []
  readonly #listening: Listening
  /** Our onion address, once others can reach it. */
  #onion: Address | null = null
  #aloneSince: number | null
  #failed = 0
  /** Of these, those that did not even get to the proxy. */
  #proxyFailed = 0
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
        take: () => storedAddresses(store.anchors.take(known.id)),
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
    this.#listening = new Listening(known, shared, connection => this.manager.accept(connection))
    this.#listenToManager()
    this.#timers.push(clock.every(WRITE_BEHIND_MS, () => this.#flush()))
    this.#timers.push(
      clock.every(TICK_MS, () => {
        const changed = this.watches.tick()
        if (changed.length > 0) shared.changes.tell('peers', changed)
      }),
    )
  }

  /** Listens, dials what the user asked for, and lets the rest begin. Never rejects: a port in use is a notice. */
  async start(pins: readonly { address: string; isPinned: boolean; isTrusted: boolean }[]): Promise<void> {
    const settings = this.#shared.settings()
    for (const pin of pins) {
      const [address] = storedAddresses([pin.address])
      if (address === undefined) continue
      if (pin.isTrusted) this.manager.setTrusted(address.host, true)
      if (pin.isPinned) this.manager.connect(address, { mode: 'keep', isTrusted: pin.isTrusted })
    }
    for (const address of storedAddresses(settings['network.connectOnly'])) {
      this.manager.connect(
        address.port === 0 ? parseAddress(address.host, { defaultPort: this.known.defaultPort }) : address,
        { mode: 'keep' },
      )
    }
    await this.#listening.follow()
    this.manager.start()
    if (settings['network.connectOnly'].length === 0) this.discovery.start()
  }

  /** Printed addresses we listen on. */
  listening(): string[] {
    return this.#listening.addresses
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
      proxyFailed: this.#proxyFailed,
      dialsRefused: this.#refused,
      hasSeeds: this.known.hasSeeds,
      isListening: this.#listening.isListening,
      listenError: this.#listening.error,
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
    if (changed.some(key => key === 'network.listen' || key === 'network.listenOn')) void this.#listening.follow()
  }

  /** The route policy has changed: listens where it may now, and tries again what was refused. */
  routesChanged(): void {
    this.#listening.routesChanged()
    this.manager.wake('online')
    if (this.book.size === 0) void this.discovery.seedNow()
  }

  /** Behind an onion service: opens a listener for its visitors alone, on loopback, at a port that the system chooses. */
  listenOnion(): Promise<Address> {
    return this.#listening.openOnion()
  }

  closeOnion(): Promise<void> {
    return this.#listening.closeOnion()
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

  async close(): Promise<void> {
    this.#isClosed = true
    for (const timer of this.#timers) timer.cancel()
    await this.#listening.close()
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
        const watch = this.watches.add(new PeerWatch(managed, place))
        watch.tell(clock.now(), managed.direction === 'inbound' ? 'connected to us' : 'connected; handshake begins')
        changed(managed)
      },
      sessionChanged: managed => {
        if (managed.isReady) this.watches.get(managed.id)?.tell(clock.now(), 'handshake complete')
        changed(managed)
      },
      sessionRemoved: (managed, end) => {
        this.watches.delete(managed.id)
        this.#shared.log.debug(`session ended: ${end.text}`, { network: id, peer: managed.address.key, code: end.code })
        changed(managed)
      },
      attemptChanged: (own, attempt) => {
        if (attempt?.state === 'failed') this.#failed += 1
        if (attempt?.state === 'failed' && attempt.code === 'proxy-unreachable') this.#proxyFailed += 1
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
      this.#proxyFailed = 0
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
    return this.#listening.publicAddress ?? this.#onion
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
