/**
 * The transport: asks the route policy before every dial, look-up and listen, keeps the books, and when the policy
 * changes ends what no longer fits. Whoever wants a socket goes through here.
 */
import type { Log } from '../log/index.ts'
import { systemRandom } from '../time/index.ts'
import type { Clock, RandomSource } from '../time/index.ts'
import { parseAddress } from './address.ts'
import type { Address } from './address.ts'
import type { Connection } from './connection.ts'
import { DialError } from './dialer.ts'
import type { DialOptions, Dialer } from './dialer.ts'
import { directDialer } from './direct.ts'
import { createIsolator, isolateRoute, isolatedProxy, proxyOf } from './isolation.ts'
import { routeFits, stillFits } from './fits.ts'
import { Leashes } from './leash.ts'
import { Ledger, reasonOf } from './ledger.ts'
import type { LedgerSnapshot } from './ledger.ts'
import { ListenError, listenOn } from './listener.ts'
import type { ListenOptions, Listener } from './listener.ts'
import { boundedResolver, systemResolver } from './lookup.ts'
import type { SystemResolver } from './lookup.ts'
import { createLookups } from './lookups.ts'
import type { Lookups } from './lookups.ts'
import { decideListen, decideRoute } from './policy.ts'
import type { RoutePolicy } from './policy.ts'
import { probeProxy } from './probe.ts'
import type { ProxyProbe } from './probe.ts'
import type { Route, RouteDecision } from './route.ts'
import type { ConnectionKeeper } from './socket-connection.ts'
import { socks5Dialer } from './socks5.ts'
import type { ProxyAccess } from './socks5.ts'
import type { SocksCredentials } from './socks-dialog.ts'
import { createTorLookups } from './tor-lookups.ts'
import { createWitness } from './witness.ts'
import { systemTxtResolver } from './txt.ts'
import { bindUdp, refuseUdp, udpAddress } from './udp.ts'
import type { OpenUdp, UdpOptions, UdpSocket } from './udp.ts'

export interface TransportParts {
  readonly clock: Clock
  readonly log: Log
  readonly policy: RoutePolicy
  /** The system's resolver; tests bring their own. */
  readonly resolver?: SystemResolver
  /** The same for TXT records. */
  readonly txtResolver?: SystemResolver
  readonly random?: RandomSource
}

export interface Transport extends Lookups {
  /**
   * Connects by the route that the policy names. Rejects with a `DialError`; aborting the signal closes the socket at
   * once.
   */
  dial(address: Address, options?: DialOptions): Promise<Connection>
  /** What `dial` would do, without doing it. */
  decide(address: Address): RouteDecision
  /** Listens on all the addresses or on none. Rejects with a `ListenError`. */
  listen(addresses: readonly Address[], options: ListenOptions): Promise<Listener>
  /**
   * Opens a UDP socket that several protocols may share. Rejects with a `ListenError`, code `blocked` where the policy
   * forbids UDP; when a later policy does, the socket is closed.
   */
  openUdp(options: UdpOptions): Promise<UdpSocket>
  /** What is at a proxy's address; nothing is sent through it. Rejects with `blocked` where the policy forbids to look. */
  probe(
    endpoint: { readonly host: string; readonly port: number; readonly credentials: SocksCredentials | null },
    signal?: AbortSignal,
  ): Promise<ProxyProbe>
  readonly policy: RoutePolicy
  /** Takes effect at once: dials under way, connections and listeners that no longer fit are ended. Returns how many connections. */
  setPolicy(policy: RoutePolicy): number
  /** Adds or replaces the maker of connections for a kind of route. What it makes, it reports to `keeper`. */
  registerDialer(kind: Route['kind'], dialer: Dialer): void
  /** What makers of connections report to. */
  readonly keeper: ConnectionKeeper
  ledger(): LedgerSnapshot
  /** Grows with every entry of the ledger. */
  readonly ledgerRevision: number
  /** Payload bytes of all connections since the start, and how many connections are open. */
  totals(): { readonly bytesRead: number; readonly bytesWritten: number; readonly connections: number }
  /** Ends dials, listeners and connections; resolves when none of them is left. Afterwards everything is refused. */
  close(): Promise<void>
}

const POLICY_CHANGED = 'The route settings changed, and this connection does not fit them any more.'

export function createTransport({
  clock,
  log,
  policy: firstPolicy,
  resolver = systemResolver,
  txtResolver = systemTxtResolver,
  random = systemRandom,
}: TransportParts): Transport {
  let policy = firstPolicy
  let isClosed = false
  let whenEmpty: (() => void) | null = null
  const ledger = new Ledger(clock)
  const connections = new Set<Connection>()
  const leashes = new Leashes()
  const listeners = new Set<Listener>()
  const udpSockets = new Set<OpenUdp>()

  const keeper: ConnectionKeeper = {
    clock,
    totals: { bytesRead: 0, bytesWritten: 0 },
    opened: connection => {
      connections.add(connection)
      const fault = witness.connection(connection)
      if (fault !== null) connection.destroy(fault)
    },
    closed: connection => {
      connections.delete(connection)
      if (connections.size === 0) whenEmpty?.()
    },
  }

  const witness = createWitness(
    () => policy,
    text => {
      ledger.contradict(text)
      log.error(text)
    },
  )
  const proxyLookup = boundedResolver(clock, witness.proxyResolver(resolver))
  const access: ProxyAccess = {
    clock,
    witness: witness.socket,
    resolveProxy: (name, signal) => proxyLookup(name.host, { port: name.port, signal }),
  }
  const isolator = createIsolator(random)
  /** The proxy whose credentials were last said to be replaced: it is said once, not at every change of a setting. */
  let saidOf: string | null = null
  const sayIsolation = (): void => {
    const isolated = isolatedProxy(policy)
    const replaced = isolated?.user === undefined ? null : `${isolated.name} ${isolated.host}:${isolated.port}`
    if (replaced !== null && replaced !== saidOf)
      log.info('Dials are kept on circuits apart: the user name and password set for the proxy are not used', {
        proxy: isolated?.name,
        isolation: policy.isolation,
      })
    saidOf = replaced
  }
  sayIsolation()

  const checkOpen = (): void => {
    if (isClosed) throw closedError()
  }
  const lookups = createLookups({
    clock,
    ledger,
    policy: () => policy,
    resolver: witness.systemResolver(resolver),
    txtResolver: witness.systemResolver(txtResolver),
    torLookups: createTorLookups({ access, isolator, leashes, policy: () => policy }),
    checkOpen,
  })

  const proxyDialer = socks5Dialer(
    keeper,
    (route, target, network) => {
      const proxy = proxyOf(route, policy)
      return proxy === null ? null : isolator.credentials(proxy, policy, { target: target.key, network })
    },
    access,
  )
  const dialers = new Map<Route['kind'], Dialer>([
    [
      'direct',
      directDialer(keeper, (name, signal) => lookups.lookup(name.host, { port: name.port, signal }), witness.socket),
    ],
    ['socks5', proxyDialer],
    ['tor', proxyDialer],
  ])

  const dialBy = async (route: Route, address: Address, options: DialOptions): Promise<Connection> => {
    const dialer = dialers.get(route.kind)
    if (dialer === undefined) throw new DialError('blocked', `There is no way to dial ${route.kind} routes.`)
    // The addresses of a name that is dialed directly are chosen under the policy of now.
    const isOwnChoice = address.kind === 'host' && route.kind === 'direct'
    const fits = (): boolean => !isOwnChoice && routeFits(route, address, policy)
    return leashes.run(
      { kind: 'dial', target: address.key, network: options.network, fits },
      options.signal,
      async signal => {
        const connection = await dialer.dial(address, route, { ...options, signal })
        if (!signal.aborted) return connection
        connection.destroy()
        throw signal.reason
      },
    )
  }

  const checkListen = (addresses: readonly Address[]): void => {
    if (isClosed) throw new ListenError('blocked', 'The transport has been closed.')
    for (const address of addresses) {
      const reason = decideListen(address, policy)
      if (reason === null) continue
      ledger.refuse('listen', { target: address.key }, reason)
      throw new ListenError('blocked', reason)
    }
  }

  const checkUdp = (address: Address): void => {
    if (isClosed) throw new ListenError('blocked', 'The transport has been closed.')
    const reason = refuseUdp(address, policy)
    if (reason === null) return
    ledger.refuse('udp', { target: address.key }, reason)
    throw new ListenError('blocked', reason)
  }

  const endWhatNoLongerFits = (): number => {
    // Look-ups tell the ledger themselves how they ended.
    for (const ended of leashes.endUnfit(POLICY_CHANGED))
      if (ended.kind === 'dial') ledger.refuse('dial', ended, POLICY_CHANGED)
    for (const listener of listeners) {
      const reason = listener.addresses.map(address => decideListen(address, policy)).find(found => found !== null)
      if (reason === undefined) continue
      for (const address of listener.addresses)
        ledger.refuse('listen', { target: address.key }, reason ?? POLICY_CHANGED)
      listeners.delete(listener)
      void listener.close()
    }
    for (const socket of udpSockets) {
      const reason = refuseUdp(socket.address, policy)
      if (reason === null || socket.isClosed) continue
      ledger.refuse('udp', { target: socket.address.key }, reason)
      void socket.close(reason)
    }
    let ended = 0
    for (const connection of connections) {
      if (connection.isClosed || stillFits(connection, policy)) continue
      ledger.refuse('connection', { target: connection.address.key }, POLICY_CHANGED)
      connection.destroy(POLICY_CHANGED)
      ended += 1
    }
    return ended
  }

  return {
    async dial(address, options = {}) {
      checkOpen()
      const decision = decideRoute(address, policy)
      if (decision.kind === 'blocked') {
        ledger.refuse('dial', { target: address.key, network: options.network }, decision.reason)
        throw new DialError('blocked', decision.reason)
      }
      const subject = { target: address.key, network: options.network }
      const route = isolateRoute(decision, policy, subject)
      return ledger.dial(route.kind, subject, reasonOf(route), dialBy(route, address, options))
    },
    decide: address => decideRoute(address, policy),
    async listen(addresses, options) {
      checkListen(addresses)
      const listener = await listenOn(addresses, options, {
        keeper,
        log,
        witness: local => witness.bound('listen', local),
      })
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
      for (const { key } of listener.addresses)
        ledger.allow('listen', key, 'The policy lets peers come to this address.')
      return tracked
    },
    async openUdp(options) {
      const address = udpAddress(options)
      checkUdp(address)
      const socket = await bindUdp(
        address,
        keeper.totals,
        local => witness.bound('udp', local),
        closed => void udpSockets.delete(closed),
      )
      try {
        checkUdp(address)
      } catch (error) {
        await socket.close()
        throw error
      }
      udpSockets.add(socket)
      ledger.allow('udp', socket.address.key, 'The policy allows UDP.')
      return socket
    },
    ...lookups,
    async probe(endpoint, signal) {
      checkOpen()
      const at = parseAddress(endpoint.host, { defaultPort: endpoint.port })
      const reason = witness.whyNotProbe(at)
      if (reason !== null) {
        ledger.refuse('dial', { target: at.key }, reason)
        throw new DialError('blocked', reason)
      }
      const fits = (): boolean => witness.whyNotProbe(at) === null
      return leashes.run({ kind: 'dial', target: at.key, fits }, signal, scope =>
        witness.whileProbing(at, () => probeProxy(endpoint, access, scope)),
      )
    },
    get policy() {
      return policy
    },
    setPolicy(next) {
      policy = next
      sayIsolation()
      const ended = endWhatNoLongerFits()
      if (ended > 0) log.info('Route settings changed', { connectionsEnded: ended })
      return ended
    },
    registerDialer: (kind, dialer) => void dialers.set(kind, dialer),
    keeper,
    ledger: () => ledger.snapshot(),
    get ledgerRevision() {
      return ledger.revision
    },
    totals: () => ({ ...keeper.totals, connections: connections.size }),
    async close() {
      isClosed = true
      leashes.endAll(closedError())
      await Promise.all([...listeners].map(listener => listener.close()))
      await Promise.all([...udpSockets].map(socket => socket.close('Warren is closing.')))
      for (const connection of connections) connection.destroy('Warren is closing.')
      if (connections.size > 0) await new Promise<void>(resolve => (whenEmpty = resolve))
    },
  }
}

const closedError = (): DialError => new DialError('cancelled', 'The transport has been closed.')
