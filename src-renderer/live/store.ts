/**
 * The one live store: everything the client tells the page, kept by topic. Events are gathered and applied once per
 * animation frame, so that a burst costs one render. Only this file subscribes to the border.
 */
import { createStore } from 'zustand/vanilla'
import type {
  AttemptRecord,
  BanRecord,
  EventName,
  LinkState,
  NetworkRecord,
  Notice,
  Overview,
  Output,
  Payload,
  PeerRecord,
  PinRecord,
  LedgerRecord,
  OnionRecord,
  Sample,
  SlotRecord,
  TorCheck,
  TorRecord,
  WarrenBridge,
} from '../../src-preload/contract.ts'
import { applyDeltas, emptyCollection, type Collection, type Delta, type Keyed } from './collection.ts'

export interface Live {
  readonly link: LinkState
  readonly overview: Overview | null
  readonly notices: readonly Notice[]
  readonly networks: readonly NetworkRecord[]
  readonly traffic: Sample | null
  readonly playground: Payload<'playground'> | null
  readonly settings: Payload<'settings'>['settings'] | null
  readonly tor: TorRecord | null
  readonly torTest: readonly TorCheck[]
  readonly onion: OnionRecord | null
  readonly ledger: LedgerRecord | null
  readonly slots: readonly SlotRecord[]
  readonly refusals: Readonly<Record<string, number>>
  /** Cursor of the newest log line; -1 before the first. */
  readonly logCursor: number
  readonly peers: Collection<PeerRecord>
  readonly pins: Collection<PinRecord>
  readonly attempts: Collection<AttemptRecord>
  readonly bans: Collection<BanRecord>
  /** What this process is; asked once at the start and after a reconnect. */
  readonly about: Output<'app.info'> | null
}

const START: Live = {
  link: 'live',
  overview: null,
  notices: [],
  networks: [],
  traffic: null,
  playground: null,
  settings: null,
  tor: null,
  torTest: [],
  onion: null,
  ledger: null,
  slots: [],
  refusals: {},
  logCursor: -1,
  peers: emptyCollection(),
  pins: emptyCollection(),
  attempts: emptyCollection(),
  bans: emptyCollection(),
  about: null,
}

export const live = createStore<Live>(() => START)

/** Without a word from the client for this long the page says that it is out of touch. The overview comes each second. */
const SILENCE_MS = 6000
/** A hidden page has no animation frames; what came meanwhile is applied at this pace. */
const HIDDEN_FLUSH_MS = 1000

type DeltaTopic = 'peers' | 'pins' | 'attempts' | 'bans'

/** Subscribes to every topic and keeps the store true until disposed. */
export function startLive(bridge: WarrenBridge): () => void {
  const disposers: (() => void)[] = []
  const gauges: { -readonly [K in keyof Live]?: Live[K] } = {}
  const deltas = new Map<DeltaTopic, Delta<Keyed>[]>()
  let frame = 0
  let timer = 0
  let lastHeardAt = performance.now()
  let isSilent = false

  const flush = (): void => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
    frame = 0
    timer = 0
    const before = live.getState()
    const patch: { -readonly [K in keyof Live]?: Live[K] } = { ...gauges }
    for (const key of Object.keys(gauges) as (keyof Live)[]) delete gauges[key]
    for (const [topic, waiting] of deltas) {
      Object.assign(patch, { [topic]: applyDeltas(before[topic] as Collection<Keyed>, waiting) })
    }
    deltas.clear()
    live.setState(patch)
  }
  const schedule = (): void => {
    lastHeardAt = performance.now()
    if (frame === 0) frame = requestAnimationFrame(flush)
    if (timer === 0 && document.hidden) timer = window.setTimeout(flush, HIDDEN_FLUSH_MS)
  }
  const gauge = <E extends EventName>(event: E, take: (payload: Payload<E>) => void): void => {
    disposers.push(
      bridge.subscribe(event, payload => {
        take(payload)
        schedule()
      }),
    )
  }
  const delta = (topic: DeltaTopic): void => {
    disposers.push(
      bridge.subscribe(topic, payload => {
        const one = payload as unknown as Delta<Keyed>
        const waiting = deltas.get(topic)
        if (waiting === undefined || one.reset) deltas.set(topic, [one])
        else waiting.push(one)
        schedule()
      }),
    )
  }

  gauge('overview', payload => (gauges.overview = payload))
  gauge('notices', payload => (gauges.notices = payload.notices))
  gauge('networks', payload => (gauges.networks = payload.networks))
  gauge('traffic', payload => (gauges.traffic = payload))
  gauge('playground', payload => (gauges.playground = payload))
  gauge('settings', payload => (gauges.settings = payload.settings))
  gauge('tor', payload => (gauges.tor = payload))
  gauge('torTest', payload => (gauges.torTest = payload.checks))
  gauge('onion', payload => (gauges.onion = payload))
  gauge('ledger', payload => (gauges.ledger = payload))
  gauge('logs', payload => (gauges.logCursor = payload.cursor))
  gauge('slots', payload => {
    gauges.slots = payload.slots
    gauges.refusals = payload.refusals
  })
  for (const topic of ['peers', 'pins', 'attempts', 'bans'] as const) delta(topic)

  const askAbout = (): void => {
    void bridge.request('app.info', {}).then(reply => {
      if ('ok' in reply) live.setState({ about: reply.ok })
    })
  }
  askAbout()

  let linkByBridge: LinkState = 'live'
  const showLink = (): void => {
    const link = linkByBridge === 'live' && isSilent ? 'reconnecting' : linkByBridge
    if (link !== live.getState().link) live.setState({ link })
  }
  if (bridge.watchLink !== undefined) {
    disposers.push(
      bridge.watchLink(link => {
        if (link === 'live' && linkByBridge !== 'live') askAbout()
        linkByBridge = link
        lastHeardAt = performance.now()
        showLink()
      }),
    )
  }
  const watchdog = window.setInterval(() => {
    isSilent = performance.now() - lastHeardAt > SILENCE_MS
    showLink()
  }, 1000)

  return () => {
    for (const dispose of disposers) dispose()
    clearInterval(watchdog)
    clearTimeout(timer)
    cancelAnimationFrame(frame)
    live.setState(START, true)
  }
}
