/**
 * The connection manager: puts the parts together and serves what others ask of it. Decisions stand in the parts;
 * here is only who calls whom.
 */
import type { Timer } from '../time/index.ts'
import { AttemptLog } from './attempts.ts'
import { checkHandshake, explainDial } from './checks.ts'
import type { HandshakeRefusal } from './codes.ts'
import { decideRandomDrop } from './drop.ts'
import type { Entry } from './entry.ts'
import { Deadlines } from './deadlines.ts'
import { Inbound } from './inbound.ts'
import { DEFAULT_LIMITS } from './defaults.ts'
import { MAX_ANCHORS, MAX_REQUESTS, ONE_SHOT_PATIENCE_MS, RANDOM_DROP_MAX_MS, RANDOM_DROP_MIN_MS } from './limits.ts'
import { Listeners } from './listeners.ts'
import { Outbound } from './outbound.ts'
import { Refusals } from './refusals.ts'
import type { Request } from './requests.ts'
import { viewRequest } from './requests.ts'
import type { RequestKind, SessionEnd } from './session.ts'
import { SessionTable } from './sessions.ts'
import type { ConnectionManager, ConnectOptions, ManagerLimits, ManagerOptions, SlotUse } from './types.ts'
import { ConnectionsError } from './types.ts'

const REQUESTED: SessionEnd = { code: 'requested', text: 'It was disconnected on request.' }

const KIND_OF: Readonly<Record<ConnectOptions['mode'], RequestKind>> = {
  keep: 'permanent',
  once: 'manual',
  ask: 'one-shot',
}

/** How a refusal after the handshake is told to the session. */
const END_CODE: Readonly<Record<HandshakeRefusal, SessionEnd['code']>> = {
  'too-many-peers': 'evicted',
  'too-many-inbound': 'evicted',
  'already-connected': 'duplicate',
  self: 'self',
  incompatible: 'incompatible',
}

export function createConnectionManager(options: ManagerOptions): ConnectionManager {
  const { network, profile, clock, random, log } = options
  let limits: ManagerLimits = { ...DEFAULT_LIMITS, ...options.limits }
  let state: 'new' | 'running' | 'closed' = 'new'
  let whenClosed: Promise<void> | null = null
  let dropTimer: Timer | null = null

  const tell = new Listeners()
  const attempts = new AttemptLog(tell.attemptChanged)
  const refusals = new Refusals(clock, log, network, tell)
  const currentLimits = (): ManagerLimits => limits
  const oneShots = new Deadlines<Entry>(clock, entry => {
    sessions.close(entry, { code: 'requested', text: 'It gave no addresses.' })
  })
  const sessions: SessionTable = new SessionTable(options, currentLimits, tell, {
    refuses,
    ready,
    heard: (entry, count, solicited) => {
      // A single address may be the peer's own, told of its own accord. Source: Bitcoin Core net_processing.
      if (entry.purpose !== 'one-shot' || !solicited || count < 2) return
      sessions.close(entry, { code: 'requested', text: 'It gave the addresses that it was asked for.' })
    },
    ended: (entry, end) => {
      oneShots.delete(entry)
      if (state === 'closed') return
      if (entry.request !== null) outbound.fates.lost(entry, entry.request, end)
      else if (entry.readyAt === null && end.code !== 'requested') inbound.recordFailure(entry, end)
      if (end.code === 'self' && entry.direction === 'inbound') outbound.noteOwnDial(entry.address)
    },
    settled: entry => {
      if (entry.direction === 'outbound') outbound.pump()
    },
  })
  const parts = { options, limits: currentLimits, attempts, refusals, tell, sessions }
  const outbound = new Outbound(parts)
  const inbound = new Inbound(parts)

  function refuses(entry: Entry): SessionEnd | null {
    const same = entry.identity === null ? [] : [...sessions.withIdentity(entry.identity)]
    const isAutomatic = entry.purpose === 'automatic'
    const refusal =
      checkHandshake({
        isTrusted: entry.isTrusted,
        isInbound: entry.direction === 'inbound',
        peers: sessions.peers,
        maxPeers: limits.maxPeers,
        inbound: sessions.ready('inbound'),
        maxInbound: limits.maxInbound,
        isConnected: same.some(other => other !== entry && other.isReady),
        isSelf: entry.identity !== null && entry.identity === options.ownIdentity,
      }) ??
      (isAutomatic && sessions.ready('automatic') >= limits.targetOutbound
        ? { code: 'too-many-peers' as const, text: 'Enough peers were connected by then.' }
        : null) ??
      (isAutomatic ? lacksServices(entry) : null)
    if (refusal === null) return null
    refusals.count(refusal.code, entry.direction)
    return { code: END_CODE[refusal.code], text: refusal.text }
  }

  function lacksServices(entry: Entry): { readonly code: HandshakeRefusal; readonly text: string } | null {
    const { state: sessionState, services } = entry.session.facts()
    const missing = profile.wantedServices & ~services
    // Asked at the end of a handshake and, on networks with identities, before services are known.
    if (missing === 0n || (services === 0n && sessionState === 'handshaking' && profile.identifiesPeers)) return null
    return {
      code: 'incompatible',
      text: `It does not offer what an automatic peer should (services ${missing} missing).`,
    }
  }

  function ready(entry: Entry): void {
    const { request, session } = entry
    if (request === null) return
    outbound.fates.succeeded(entry, request)
    if (entry.purpose === 'feeler') {
      sessions.close(entry, { code: 'requested', text: 'The address works, which is all we wanted to know.' })
      return
    }
    if (entry.purpose === 'one-shot') oneShots.add(entry, ONE_SHOT_PATIENCE_MS)
    session.askForAddresses()
  }

  function planDrop(): void {
    dropTimer?.cancel()
    dropTimer = null
    if (!limits.dropsAtRandom || state !== 'running') return
    const delay = RANDOM_DROP_MIN_MS + random.float() * (RANDOM_DROP_MAX_MS - RANDOM_DROP_MIN_MS)
    dropTimer = clock.after(delay, () => {
      dropOne()
      planDrop()
    })
  }

  function dropOne(): void {
    const { maxInbound, maxPeers, targetOutbound } = limits
    const isFull = maxPeers !== null && sessions.peers >= maxPeers
    const isInboundFull = isFull || (maxInbound !== null && maxInbound > 0 && sessions.inbound >= maxInbound)
    const isOutboundFull = isFull || (targetOutbound > 0 && sessions.ready('automatic') >= targetOutbound)
    if (!isInboundFull && !isOutboundFull) return
    const peers = [...sessions.all()].filter(entry => entry.isReady && entry.ending === null)
    const chosen = decideRandomDrop(
      {
        now: clock.now(),
        isInboundFull,
        isOutboundFull,
        peers: peers.map(entry => ({
          id: entry.id,
          direction: entry.direction,
          connectedAt: entry.connectedAt,
          isExempt:
            entry.isTrusted || entry.isWhitelisted || (entry.purpose !== 'automatic' && entry.purpose !== 'inbound'),
        })),
      },
      random,
    )
    const entry = chosen === null ? null : sessions.get(chosen)
    if (entry !== null)
      sessions.close(entry, {
        code: 'evicted',
        text: 'All places were taken; one peer goes at random to let others in.',
      })
  }

  /** Fewer automatic peers are wanted: the youngest go. */
  function shrinkOutbound(): void {
    const excess = sessions.ready('automatic') - limits.targetOutbound
    if (excess <= 0) return
    const automatic = [...sessions.all()].filter(entry => entry.purpose === 'automatic' && entry.isReady)
    const text = `Only ${limits.targetOutbound} automatic peers are wanted now.`
    for (const entry of automatic.slice(-excess)) sessions.close(entry, { code: 'evicted', text })
  }

  function open(): void {
    if (state === 'closed') throw new ConnectionsError('closed', 'Warren is closing.')
  }

  function connect(address: Parameters<ConnectionManager['connect']>[0], wish: ConnectOptions): string {
    open()
    const identity = wish.identity ?? null
    const isTrusted = wish.isTrusted ?? false
    if (address === null && (identity === null || options.resolve === undefined))
      throw new ConnectionsError('no-endpoint', 'An address is needed: this network finds nobody by name alone.')
    const kind = KIND_OF[wish.mode]
    const standing = outbound.requests.find(address, identity)
    if (standing !== null) {
      if (isTrusted) trust(standing)
      const isMore = kind === 'permanent' || standing.kind === 'automatic' || standing.kind === 'feeler'
      if (isMore && kind !== 'one-shot') outbound.setKind(standing, kind)
      return standing.id
    }
    if (outbound.requests.standing.size >= MAX_REQUESTS)
      throw new ConnectionsError('too-many-requests', `At most ${MAX_REQUESTS} peers can be asked for.`)
    const request = outbound.add(kind, address, identity, isTrusted)
    outbound.fates.recordLive(request)
    outbound.pump()
    return request.id
  }

  function trust(request: Request): void {
    request.isTrusted = true
    const { entry } = request
    if (entry === null || entry.isTrusted) return
    entry.isTrusted = true
    tell.sessionChanged(entry)
  }

  /** A request without a session, or with one that has not begun to matter. */
  function takeBack(request: Request, text: string, end: SessionEnd): void {
    const { entry } = request
    outbound.fates.cancel(request, text)
    if (entry !== null) sessions.close(entry, end)
    outbound.pump()
  }

  const whenIdle = (): Promise<void> =>
    new Promise(resolve => {
      const check = (): void => {
        if (sessions.connections === 0 && outbound.dialsUnderWay === 0) resolve()
      }
      sessions.whenEmpty = check
      outbound.whenIdle = check
      check()
    })

  function slots(): readonly SlotUse[] {
    const automatic = sessions.ready('automatic') + outbound.requests.inFlight('automatic')
    return [
      { kind: 'outbound', used: automatic, limit: limits.targetOutbound },
      { kind: 'inbound', used: sessions.inbound, limit: limits.maxInbound },
      { kind: 'pinned', used: outbound.requests.standing.size, limit: MAX_REQUESTS },
      { kind: 'dialing', used: outbound.requests.inFlight(), limit: limits.maxDialing },
      { kind: 'half-open', used: sessions.halfOpen, limit: limits.maxHalfOpen },
      { kind: 'feeler', used: outbound.requests.inFlight('feeler') + sessions.ready('feeler'), limit: 1 },
    ]
  }

  return {
    get limits() {
      return limits
    },
    start: () => {
      open()
      if (state === 'running') {
        log.warn('the connection manager runs already', { network })
        return
      }
      state = 'running'
      outbound.start()
      planDrop()
    },
    close: () => {
      whenClosed ??= (() => {
        const anchors = [...sessions.all()].filter(entry => entry.purpose === 'automatic' && entry.isReady)
        if (limits.usesAnchors && state === 'running')
          options.anchors?.keep(anchors.slice(0, MAX_ANCHORS).map(entry => entry.address))
        state = 'closed'
        tell.mute()
        dropTimer?.cancel()
        oneShots.clear()
        outbound.stop()
        inbound.stop()
        for (const entry of sessions.all()) sessions.close(entry, { code: 'shutdown', text: 'Warren is closing.' })
        return whenIdle()
      })()
      return whenClosed
    },
    connect,
    remove: id => {
      const request = outbound.requests.get(id)
      if (request === null) return false
      takeBack(request, 'It was removed.', { code: 'requested', text: 'It was removed.' })
      return true
    },
    cancel: id => {
      const request = outbound.requests.get(id)
      if (request === null || request.phase === 'connected') return false
      takeBack(request, 'It was cancelled.', REQUESTED)
      return true
    },
    disconnect: (id, end = REQUESTED) => {
      const request = outbound.requests.get(id)
      const entry = sessions.get(id) ?? request?.entry ?? null
      if (state === 'closed') return false
      if (entry !== null) return sessions.close(entry, end)
      if (request !== null) {
        takeBack(request, 'It was cancelled.', end)
        return true
      }
      log.warn('asked to disconnect what is not there', { network, id })
      return false
    },
    retryNow: id => {
      const request = outbound.requests.get(id)
      if (state !== 'running' || request === null || request.phase !== 'waiting') return false
      outbound.retryNow(request)
      return true
    },
    setLimits: changes => {
      limits = { ...limits, ...changes }
      if (state !== 'running') return
      inbound.shrink()
      shrinkOutbound()
      if (changes.dropsAtRandom !== undefined) planDrop()
      outbound.pump()
    },
    setPinned: (sessionId, isPinned) => {
      const request = sessions.get(sessionId)?.request ?? null
      if (request === null) return null
      if (isPinned) outbound.setKind(request, 'permanent')
      else if (request.kind === 'permanent') outbound.setKind(request, 'manual')
      return request.id
    },
    setTrusted: (hostOrIdentity, isTrusted) => sessions.setTrusted(hostOrIdentity, isTrusted),
    accept: connection => inbound.accept(connection),
    wake: why => {
      if (why === 'online') outbound.startAnew()
      else outbound.bookChanged()
    },
    refreshWhitelist: () => sessions.refreshWhitelist(),
    enforceBans: () => {
      let count = 0
      for (const entry of sessions.all()) {
        if (options.bans.isBanned(entry.address) && sessions.close(entry, { code: 'banned', text: 'It was banned.' }))
          count += 1
      }
      return count
    },
    sessions: () => [...sessions.all()],
    count: direction => sessions.readyOf(direction),
    sessionsAt: address => [...sessions.atHost(address.host)].filter(entry => entry.address.key === address.key),
    session: id => sessions.get(id),
    requests: () => {
      const now = clock.now()
      const monotonic = clock.monotonic()
      return [...outbound.requests.standing].map(request => viewRequest(request, now, monotonic))
    },
    requestFor: address => {
      const request = outbound.requests.find(address, null)
      if (request === null || !outbound.requests.standing.has(request)) return null
      return viewRequest(request, clock.now(), clock.monotonic())
    },
    attempts: () => attempts.all(),
    attempt: id => attempts.get(id),
    slots,
    refusals: () => refusals.counts,
    explainDial: address => {
      const target = { address, identity: null, kind: 'automatic' as const }
      return explainDial(target, outbound.knowledge.facts(address, null, null), profile.historyBindsPermanent)
    },
    explainEviction: () => inbound.plan(),
    listen: handlers => (state === 'closed' ? () => {} : tell.add(handlers)),
  }
}
