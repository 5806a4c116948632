/**
 * The transport: asks the route policy before every dial, look-up and listen, keeps the books, and when the policy
 * changes ends what no longer fits. Whoever wants a socket goes through here.
 */
import type { Log } from '../log/index.ts'
import type { Clock } from '../time/index.ts'
import type { Address } from './address.ts'
import type { Connection } from './connection.ts'
import { DialError } from './dialer.ts'
import type { DialOptions, Dialer } from './dialer.ts'
import { directDialer } from './direct.ts'
import { cancelledError } from './errors.ts'
import { Ledger } from './ledger.ts'
import type { LedgerSnapshot } from './ledger.ts'
import { ListenError, listenOn } from './listener.ts'
import type { ListenOptions, Listener } from './listener.ts'
import { boundedResolver, createLookup, systemResolver } from './lookup.ts'
import type { LookupOptions, SystemResolver } from './lookup.ts'
import { decideListen, decideRoute, isSameRoute } from './policy.ts'
import type { RoutePolicy } from './policy.ts'
import type { Route, RouteDecision } from './route.ts'
import type { ConnectionKeeper } from './socket-connection.ts'
import { socks5Dialer } from './socks5.ts'

export interface TransportParts {
  readonly clock: Clock
  readonly log: Log
  readonly policy: RoutePolicy
  /** The system's resolver; tests bring their own. */
  readonly resolver?: SystemResolver
}

export interface Transport {
  /**
   * Connects by the route that the policy names. Rejects with a `DialError`; aborting the signal closes the socket at
   * once.
   */
  dial(address: Address, options?: DialOptions): Promise<Connection>
  /** What `dial` would do, without doing it. */
  decide(address: Address): RouteDecision
  /** Listens on all the addresses or on none. Rejects with a `ListenError`. */
  listen(addresses: readonly Address[], options: ListenOptions): Promise<Listener>
  /** IP addresses of a host name, at most 256. Rejects with a `DialError`. */
  lookup(host: string, options: LookupOptions): Promise<readonly Address[]>
  readonly policy: RoutePolicy
  /** Takes effect at once: dials under way, connections and listeners that no longer fit are ended. Returns how many connections. */
  setPolicy(policy: RoutePolicy): number
  /** Adds or replaces the maker of connections for a kind of route. What it makes, it reports to `keeper`. */
  registerDialer(kind: Route['kind'], dialer: Dialer): void
  /** What makers of connections report to. */
  readonly keeper: ConnectionKeeper
  ledger(): LedgerSnapshot
  /** Payload bytes of all connections since the start, and how many connections are open. */
  totals(): { readonly bytesRead: number; readonly bytesWritten: number; readonly connections: number }
  /** Ends dials, listeners and connections; resolves when none of them is left. Afterwards everything is refused. */
  close(): Promise<void>
}

interface DialUnderWay {
  readonly address: Address
  readonly route: Route
  readonly controller: AbortController
}

const POLICY_CHANGED = 'The route settings changed, and this connection does not fit them any more.'

export function createTransport({
  clock,
  log,
  policy: firstPolicy,
  resolver = systemResolver,
}: TransportParts): Transport {
  let policy = firstPolicy
  let isClosed = false
  let whenEmpty: (() => void) | null = null
  const ledger = new Ledger(clock)
  const connections = new Set<Connection>()
  const underWay = new Set<DialUnderWay>()
  const listeners = new Set<Listener>()

  const keeper: ConnectionKeeper = {
    clock,
    totals: { bytesRead: 0, bytesWritten: 0 },
    opened: connection => void connections.add(connection),
    closed: connection => {
      connections.delete(connection)
      if (connections.size === 0) whenEmpty?.()
    },
  }

  const checkedLookup = createLookup({ clock, resolver, policy: () => policy })
  const lookup: Transport['lookup'] = async (host, options) => {
    if (isClosed) throw closedError()
    try {
      return await ledger.lookup(checkedLookup(host, options))
    } catch (error) {
      const isRefusal = error instanceof DialError && error.code === 'blocked' && !options.signal?.aborted
      if (isRefusal) ledger.refuse('lookup', host, error.message)
      throw error
    }
  }
  const proxyLookup = boundedResolver(clock, resolver)

  const credentialsFor = (): { user: string; password: string } | null => {
    const { user, password } = policy.proxy ?? {}
    return user === undefined && password === undefined ? null : { user: user ?? '', password: password ?? '' }
  }

  const dialers = new Map<Route['kind'], Dialer>([
    ['direct', directDialer(keeper, (name, signal) => lookup(name.host, { port: name.port, signal }))],
    [
      'socks5',
      socks5Dialer(keeper, credentialsFor, (name, signal) => proxyLookup(name.host, { port: name.port, signal })),
    ],
  ])

  const dialBy = async (route: Route, address: Address, options: DialOptions): Promise<Connection> => {
    const dialer = dialers.get(route.kind)
    if (dialer === undefined) throw new DialError('blocked', `There is no way to dial ${route.kind} routes.`)
    const controller = new AbortController()
    const onAbort = (): void => controller.abort(cancelledError())
    if (options.signal?.aborted) onAbort()
    else options.signal?.addEventListener('abort', onAbort, { once: true })
    const dial: DialUnderWay = { address, route, controller }
    underWay.add(dial)
    try {
      const connection = await dialer.dial(address, route, { ...options, signal: controller.signal })
      if (!controller.signal.aborted) return connection
      connection.destroy()
      throw controller.signal.reason
    } finally {
      underWay.delete(dial)
      options.signal?.removeEventListener('abort', onAbort)
    }
  }

  const checkListen = (addresses: readonly Address[]): void => {
    if (isClosed) throw new ListenError('blocked', 'The transport has been closed.')
    for (const address of addresses) {
      const reason = decideListen(address, policy)
      if (reason === null) continue
      ledger.refuse('listen', address.key, reason)
      throw new ListenError('blocked', reason)
    }
  }

  const endWhatNoLongerFits = (): number => {
    for (const dial of underWay) {
      // A name's addresses were chosen under the old policy.
      if (dial.address.kind !== 'host' && isSameRoute(dial.route, decideRoute(dial.address, policy))) continue
      ledger.refuse('dial', dial.address.key, POLICY_CHANGED)
      dial.controller.abort(new DialError('blocked', POLICY_CHANGED))
    }
    for (const listener of listeners) {
      const reason = listener.addresses.map(address => decideListen(address, policy)).find(found => found !== null)
      if (reason === undefined) continue
      for (const address of listener.addresses) ledger.refuse('listen', address.key, reason ?? POLICY_CHANGED)
      listeners.delete(listener)
      void listener.close()
    }
    let ended = 0
    for (const connection of connections) {
      if (connection.isClosed || stillFits(connection, policy)) continue
      ledger.refuse('connection', connection.address.key, POLICY_CHANGED)
      connection.destroy(POLICY_CHANGED)
      ended += 1
    }
    return ended
  }

  return {
    async dial(address, options = {}) {
      if (isClosed) throw closedError()
      const decision = decideRoute(address, policy)
      if (decision.kind === 'blocked') {
        ledger.refuse('dial', address.key, decision.reason)
        throw new DialError('blocked', decision.reason)
      }
      return ledger.dial(decision.kind, dialBy(decision, address, options))
    },
    decide: address => decideRoute(address, policy),
    async listen(addresses, options) {
      checkListen(addresses)
      const listener = await listenOn(addresses, options, { keeper, log })
      try {
        // Asked again: the policy may have changed while the ports were opened.
        checkListen(addresses)
      } catch (error) {
        await listener.close()
        throw error
      }
      const tracked: Listener = {
        ...listener,
        close: async () => {
          listeners.delete(tracked)
          await listener.close()
        },
      }
      listeners.add(tracked)
      return tracked
    },
    lookup,
    get policy() {
      return policy
    },
    setPolicy(next) {
      policy = next
      const ended = endWhatNoLongerFits()
      if (ended > 0) log.info('Route settings changed', { connectionsEnded: ended })
      return ended
    },
    registerDialer: (kind, dialer) => void dialers.set(kind, dialer),
    keeper,
    ledger: () => ledger.snapshot(),
    totals: () => ({ ...keeper.totals, connections: connections.size }),
    async close() {
      isClosed = true
      for (const dial of underWay) dial.controller.abort(closedError())
      await Promise.all([...listeners].map(listener => listener.close()))
      for (const connection of connections) connection.destroy('Warren is closing.')
      if (connections.size > 0) await new Promise<void>(resolve => (whenEmpty = resolve))
    },
  }
}

const closedError = (): DialError => new DialError('cancelled', 'The transport has been closed.')

function stillFits(connection: Connection, policy: RoutePolicy): boolean {
  const local = connection.localAddress
  if (connection.direction === 'inbound') return local === null || decideListen(local, policy) === null
  // A host name was dialed by one of its addresses; our own end tells of which family.
  if (local?.kind === 'ipv4' && !policy.ipv4) return false
  if (local?.kind === 'ipv6' && !policy.ipv6) return false
  return isSameRoute(connection.route, decideRoute(connection.address, policy))
}
