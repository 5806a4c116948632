/**
 * The composition root: opens the store, makes the rooms, wires them, starts the networks that are on, answers
 * requests, and ends everything in the opposite order.
 */
import { randomBytes } from 'node:crypto'
import type { EventName, Notice, Output, Overview, ParsedInput, Payload } from '../../src-preload/contract.ts'
import { RequestError } from '../../src-preload/contract/port.ts'
import type { ClientPort, ClientRequest, GaugeEvent } from '../../src-preload/contract/port.ts'
import { GEO_ATTRIBUTIONS } from '../addressbook/index.ts'
import { createLogging } from '../log/index.ts'
import type { Log } from '../log/index.ts'
import { createReputation } from '../reputation/index.ts'
import { openStore } from '../store/index.ts'
import { systemClock, systemRandom } from '../time/index.ts'
import type { Clock, RandomSource } from '../time/index.ts'
import { createTransport, parseAddress } from '../transport/index.ts'
import { createChanges } from './changes.ts'
import { addressHandlers } from './handlers/addresses.ts'
import { banHandlers } from './handlers/bans.ts'
import { presentLedger, routeHandlers } from './handlers/routes.ts'
import { TorTest, torHandlers } from './handlers/tor.ts'
import { asRefusal } from './handlers/context.ts'
import type { Context, Handlers } from './handlers/context.ts'
import { peerHandlers } from './handlers/peers.ts'
import { FIRST_RUN, networkRecords, restHandlers } from './handlers/rest.ts'
import { loadGeo } from './geo.ts'
import { createHistory } from './history.ts'
import { reputationSettingsOf, whitelistOf } from './in-force.ts'
import { NETWORKS } from './networks.ts'
import { decideNotices } from './notices.ts'
import { watchOnline } from './online.ts'
import { overviewOf, slotsOf, sumOf, watchVitals } from './overview.ts'
import { Pins } from './pins.ts'
import { PLAYGROUND_NETWORK, createPlayground } from './playground/playground.ts'
import type { NetworkRuntime } from './runtime.ts'
import type { Shared } from './shared.ts'
import { createProxies } from './proxies.ts'
import { Switchboard } from './switchboard.ts'
import { createTables } from './tables.ts'
import { createTorService } from './tor-service.ts'
import { createVault } from './vault.ts'
import type { Sealer } from './vault.ts'
import { routePolicyOf } from './ways.ts'
import { checkPatch, createSettings } from './settings.ts'

const VERSION = '0.1.0'

export interface ClientOptions {
  readonly dataDir: string
  readonly shell: 'electron' | 'headless'
  /** From the command line, for this run. */
  readonly overrides?: {
    readonly networks?: readonly string[]
    readonly connect?: readonly string[]
    readonly listen?: readonly string[]
    readonly playground?: boolean
  }
  /** Holds the tables of countries and ASNs that were built; without it, none are named. */
  readonly tablesDir?: string
  /** Holds `seeds/`. */
  readonly resourcesDir?: string
  /** Seals secrets by the system's key store, where the shell has one. */
  readonly sealer?: Sealer
  readonly clock?: Clock
  readonly random?: RandomSource
}

export interface Client extends ClientPort {
  readonly log: Log
}

/** Opens everything. @throws {StoreError} when the data directory cannot be had, {SettingsError} when options are wrong */
export async function createClient(options: ClientOptions): Promise<Client> {
  const { dataDir, overrides = {}, clock = systemClock, random = systemRandom } = options
  const startedAt = Math.round(clock.now())
  // Checked before anything is opened: a mistyped option is said, not half obeyed.
  const fromCommandLine = checkPatch(
    {
      ...(isGiven(overrides.networks) ? { 'network.enabled': overrides.networks } : {}),
      ...(isGiven(overrides.connect) ? { 'network.connectOnly': overrides.connect } : {}),
      ...(isGiven(overrides.listen) ? { 'network.listenOn': overrides.listen } : {}),
    },
    { networks: new Set(NETWORKS.keys()), hasProxy: () => false },
  )
  const logging = createLogging({ clock, level: 'info', debugRooms: [], file: null })
  const { log } = logging
  const store = openStore({ dir: dataDir, clock, log: log.child('store') })
  const isFirstRun = store.secrets.get(FIRST_RUN) === null
  /** Whoever starts with options has answered the questions of a first run. */
  const isAnswered = overrides.playground === true || isGiven(overrides.networks) || isGiven(overrides.connect)
  const vault = createVault(store.secrets, options.sealer ?? null, text => log.warn(text))
  const proxies = createProxies(vault)
  const settingsService = createSettings(store.settings, log.child('client'), fromCommandLine, {
    networks: new Set(NETWORKS.keys()),
    hasProxy: name => proxies.find(name) !== null,
  })
  const applyLog = (): void => {
    const settings = settingsService.current
    logging.setLevel(settings['log.level'] as 'info', settings['log.debugRooms'])
    logging.setFile(settings['log.file'] ? `${dataDir}/log` : null)
  }
  applyLog()

  const geo = await loadGeo(options.tablesDir, dataDir, log)
  const changes = createChanges()
  const transport = createTransport({
    clock,
    log: log.child('transport'),
    policy: routePolicyOf(settingsService.current, proxies, null),
    random,
  })
  const reputation = createReputation({
    clock,
    random,
    log: log.child('reputation'),
    banStore: store.bans,
    ruleStore: store.rules,
    settings: reputationSettingsOf(settingsService.current),
  })
  let bookKey = store.secrets.get('address-book-key')
  if (bookKey === null) {
    bookKey = randomBytes(16)
    store.secrets.set('address-book-key', bookKey)
  }

  let whitelist = whitelistOf(settingsService.current['reputation.whitelist'])
  let isClosing = false
  let bansMade = 0
  let notices: Notice[] = []
  let ledgerTold = 0
  const runtimes = new Map<string, NetworkRuntime>()
  const pins = new Pins(store.pins, clock)

  const shared: Shared = {
    clock,
    random,
    log,
    store,
    transport,
    reputation,
    geo,
    changes,
    resourcesDir: options.resourcesDir ?? '',
    bookKey,
    settings: () => settingsService.current,
    whitelist: () => whitelist,
    hasPin: id => pins.get(id) !== undefined,
    isOnline: () => online.isOnline,
    lastPeerLost: network => log.info('the last peer is gone', { network }),
  }

  const playground = createPlayground({
    clock,
    random,
    log,
    target: () => {
      const own = runtimes.get(PLAYGROUND_NETWORK)?.listening() ?? []
      const text = own.find(one => one.startsWith('127.0.0.1:') || one.startsWith('0.0.0.0:'))
      return text === undefined ? null : parseAddress(text.replace('0.0.0.0', '127.0.0.1'))
    },
    offer: addresses => void runtimes.get(PLAYGROUND_NETWORK)?.discovery.addByHand(addresses),
    changed: () => changes.tell('playground'),
  })

  const history = createHistory(
    clock,
    store.samples,
    () => {
      const { bytesRead, bytesWritten } = transport.totals()
      return {
        inbound: sumOf(runtimes, one => one.count('inbound')),
        outbound: sumOf(runtimes, one => one.count('outbound')),
        bytesIn: bytesRead,
        bytesOut: bytesWritten,
        bansMade,
      }
    },
    () => {
      reviewNotices()
      changes.tell('traffic')
      changes.tell('overview')
      changes.tell('slots')
      const { ledgerRevision } = transport
      if (ledgerRevision !== ledgerTold) changes.tell('ledger')
      ledgerTold = ledgerRevision
    },
  )

  const applyRoutes = (): void => {
    transport.setPolicy(routePolicyOf(settingsService.current, proxies, tor.socks()))
    for (const runtime of runtimes.values()) runtime.routesChanged()
    changes.tell('networks')
  }
  const tor = createTorService({
    clock,
    random,
    log,
    dataDir,
    vault,
    settings: () => settingsService.current,
    hosts: () => (settingsService.current['network.listen'] ? [...runtimes.values()] : []),
    socksChanged: applyRoutes,
    changed: topic => changes.tell(topic),
  })
  const torTest = new TorTest()

  const context: Context = {
    ...shared,
    runtimes,
    pins,
    settingsService,
    history,
    logging,
    playground,
    proxies,
    tor,
    applyRoutes,
  }

  const switchboard = new Switchboard({
    shared,
    pins,
    changes,
    runtimes,
    wanted: () => settingsService.current['network.enabled'],
    changed: () => tor.hostsChanged(),
  })

  const actions = {
    switchNetwork: async (network: string, on: boolean): Promise<void> => {
      const enabled = new Set(settingsService.current['network.enabled'])
      if (on) enabled.add(network)
      else enabled.delete(network)
      settingsService.set({ 'network.enabled': [...enabled] })
      await tor.follow()
      await switchboard.follow()
    },
  }

  const reviewNotices = (): void => {
    const isPinBanned = (address: string): boolean => reputation.bans.isBanned(parseAddress(address))
    const before = notices
    notices = decideNotices(
      {
        now: clock.now(),
        networks: Array.from(runtimes.values(), runtime =>
          runtime.situation(pins.of(runtime.known.id).flatMap(pin => (isPinBanned(pin.address) ? [pin.address] : []))),
        ),
        isOnline: online.isOnline,
        wantsInbound: settingsService.current['network.listen'],
        store: store.status(),
        playground: playground.record.network,
        geoAgeDays: geo.madeAt === null ? null : Math.floor((clock.now() - geo.madeAt) / 86_400_000),
        tor: tor.record(),
        isPolicyBroken: transport.ledger().contradictions.length > 0,
      },
      before,
    )
    if (JSON.stringify(notices) !== JSON.stringify(before)) changes.tell('notices')
  }

  reputation.bans.onChange(({ added, changed, removed }) => {
    bansMade += added.filter(ban => ban.by !== 'import').length
    changes.tell('bans', [...added.map(ban => ban.id), ...changed.map(ban => ban.id), ...removed])
  })
  logging.onLines(() => changes.tell('logs'))
  store.onStatus(() => reviewNotices())
  settingsService.onChange((settings, changed) => {
    whitelist = whitelistOf(settings['reputation.whitelist'])
    if (changed.some(key => key.startsWith('routes.') || key.startsWith('tor.'))) applyRoutes()
    reputation.configure(reputationSettingsOf(settings))
    applyLog()
    for (const runtime of runtimes.values()) runtime.configure(changed)
    store.secrets.set(FIRST_RUN, Uint8Array.of(1))
    changes.tell('settings')
    if (changed.includes('network.enabled')) void switchboard.follow()
    if (changed.some(key => key.startsWith('tor.'))) void tor.follow()
    if (changed.includes('network.listen')) tor.hostsChanged()
    // Connect-only mode decides how a network is made.
    if (changed.includes('network.connectOnly')) void switchboard.restart()
  })
  const online = watchOnline(
    clock,
    () => [...runtimes.values()].every(runtime => runtime.known.isPrivate),
    isOnline => {
      log.info(isOnline ? 'online again' : 'offline: this machine has no network')
      if (isOnline) for (const runtime of runtimes.values()) runtime.manager.wake('online')
      reviewNotices()
    },
  )

  const vitals = watchVitals(clock)
  const overview = (): Overview =>
    overviewOf({
      clock,
      runtimes,
      reputation,
      transport,
      history,
      isOnline: online.isOnline,
      loopDelayMs: vitals.loopDelayMs(),
    })

  const gauges: { readonly [E in GaugeEvent]: () => Payload<E> | null } = {
    overview,
    notices: () => ({ notices }),
    networks: () => ({ networks: networkRecords(context) }),
    traffic: () => history.latest,
    playground: () => playground.record,
    slots: () => slotsOf(runtimes),
    logs: () => ({ cursor: logging.cursor }),
    settings: () => ({ settings: settingsService.shown() }),
    tor: () => tor.record(),
    torTest: () => ({ checks: [...torTest.checks] }),
    onion: () => tor.onion(),
    ledger: () => presentLedger(transport),
  }

  const { record, records } = createTables({ runtimes, reputation, pins })

  const handlers: Handlers = {
    ...peerHandlers(context),
    ...banHandlers(context),
    ...addressHandlers(context),
    ...restHandlers(context, actions),
    ...routeHandlers(context),
    ...torHandlers(context, torTest),
    'app.info': () => ({
      version: VERSION,
      shell: options.shell,
      pid: process.pid,
      platform: process.platform,
      dataDir,
      startedAt,
      attributions: [...GEO_ATTRIBUTIONS],
      isFirstRun: isFirstRun && store.secrets.get(FIRST_RUN) === null && !isAnswered,
      store: { isDurable: store.status().isDurable, text: store.status().text },
    }),
    'overview.get': () => ({ overview: overview(), notices, networks: networkRecords(context) }),
  }

  await switchboard.follow()
  if (overrides.playground === true) {
    await switchboard.turnOn(PLAYGROUND_NETWORK)
    await playground.start()
  }
  reviewNotices()

  return {
    log,
    handle: <N extends ClientRequest>(name: N, input: ParsedInput<N>): Output<N> | Promise<Output<N>> => {
      if (isClosing) throw new RequestError('closing', 'Warren is shutting down.')
      const handler = handlers[name]
      if (handler === undefined)
        throw new RequestError('unknown-request', `${name} is answered by the window, not by the client.`)
      try {
        const answer = handler(input)
        return answer instanceof Promise ? answer.catch((error: unknown) => Promise.reject(asRefusal(error))) : answer
      } catch (error) {
        throw asRefusal(error)
      }
    },
    gauge: <E extends GaugeEvent>(event: E): Payload<E> | null => (gauges[event] as () => Payload<E> | null)(),
    records,
    record,
    onChange: (listener: (event: EventName, ids?: readonly string[]) => void) =>
      changes.onChange((event, ids) =>
        // Pins have few rows and many reasons to change: all of them are looked at.
        event === 'pins' && ids === undefined
          ? listener(
              event,
              Array.from(pins.rows(), row => row.id),
            )
          : listener(event, ids),
      ),
    close: async () => {
      if (isClosing) return
      isClosing = true
      online.close()
      vitals.close()
      history.close()
      await playground.stop()
      await tor.close()
      await switchboard.close()
      reputation.close()
      await transport.close()
      store.close()
      log.info('stopped')
      await logging.close()
    },
  }
}

const isGiven = (list: readonly string[] | undefined): list is readonly string[] =>
  list !== undefined && list.length > 0
