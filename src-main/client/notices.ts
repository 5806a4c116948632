/** What needs a person's attention, decided from a snapshot: one line each, with the code that the window words. */
import type { Notice, TorRecord } from '../../src-preload/contract.ts'

/** What is looked at, per network that is on. */
export interface NetworkSituation {
  readonly id: string
  readonly inbound: number
  readonly outbound: number
  readonly target: number
  readonly known: number
  readonly dialing: number
  /** Since when there has been no ready peer, milliseconds since the epoch; null while there is one. */
  readonly alone: number | null
  readonly dialsFailed: number
  /** Of these, those that did not even get to the proxy. */
  readonly proxyFailed: number
  readonly dialsRefused: number
  readonly hasSeeds: boolean
  readonly isListening: boolean
  readonly listenError: string | null
  readonly seedsFailed: readonly string[]
  readonly usedFixedSeeds: boolean
  /** Median of the peers' clocks minus ours, from at least 5 outbound peers; null when too few. */
  readonly clockOffsetMs: number | null
  readonly bannedPins: readonly string[]
}

export interface Situation {
  readonly now: number
  readonly networks: readonly NetworkSituation[]
  readonly isOnline: boolean
  readonly wantsInbound: boolean
  readonly store: { readonly isDurable: boolean; readonly text: string; readonly setAside: string | null }
  readonly playground: string | null
  /** Of the older of the tables; null without any. */
  readonly geoAgeDays: number | null
  readonly tor: Pick<TorRecord, 'mode' | 'state' | 'carries' | 'progress' | 'error'>
  /** Something contradicted the route policy. */
  readonly isPolicyBroken: boolean
}

/** No peer for this long is worth saying: a start takes a few seconds. Ours. */
export const ALONE_AFTER_MS = 10_000
/** Bitcoin Core warns when the median offset of outbound peers passes 10 minutes (DEFAULT_MAX_TIME_ADJUSTMENT's heir). */
export const CLOCK_WARNING_MS = 10 * 60_000
/** Country and ASN tables older than this are said to be old. Ours. */
export const GEO_OLD_DAYS = 365

type Draft = Omit<Notice, 'id' | 'since'>

/** All that hold now, most urgent first. `since` is kept from `before` where a notice stays. */
export function decideNotices(situation: Situation, before: readonly Notice[]): Notice[] {
  const drafts = [
    ...storeNotices(situation),
    ...clientNotices(situation),
    ...situation.networks.flatMap(network => networkNotices(network, situation)),
  ]
  const rank = { danger: 0, warning: 1, info: 2 }
  return drafts
    .map(draft => {
      const id = [draft.code, draft.network, draft.code === 'banned-pin' ? draft.values['address'] : null]
        .filter(part => part !== null)
        .join(' ')
      const known = before.find(notice => notice.id === id)
      return { ...draft, id, since: known?.since ?? Math.round(situation.now) }
    })
    .sort((a, b) => rank[a.severity] - rank[b.severity])
}

function storeNotices({ store }: Situation): Draft[] {
  const drafts: Draft[] = []
  if (!store.isDurable)
    drafts.push({ severity: 'danger', code: 'store-memory', network: null, values: { text: store.text } })
  if (store.setAside !== null)
    drafts.push({ severity: 'warning', code: 'store-damaged', network: null, values: { file: store.setAside } })
  return drafts
}

function clientNotices(situation: Situation): Draft[] {
  const drafts: Draft[] = []
  if (situation.isPolicyBroken) drafts.push({ severity: 'danger', code: 'policy-broken', network: null, values: {} })
  const { mode, state, carries, progress, error } = situation.tor
  if (mode !== 'off' && state === 'failed')
    drafts.push({ severity: 'danger', code: 'tor-failed', network: null, values: { reason: error?.text ?? '' } })
  else if (mode !== 'off' && carries === 'everything' && state !== 'ready')
    drafts.push({ severity: 'warning', code: 'tor-waiting', network: null, values: { progress } })
  if (situation.networks.length === 0)
    drafts.push({ severity: 'warning', code: 'no-network', network: null, values: {} })
  if (!situation.isOnline) drafts.push({ severity: 'warning', code: 'offline', network: null, values: {} })
  if (situation.playground !== null)
    drafts.push({ severity: 'info', code: 'playground-on', network: situation.playground, values: {} })
  if (situation.geoAgeDays !== null && situation.geoAgeDays > GEO_OLD_DAYS) {
    drafts.push({ severity: 'info', code: 'geo-old', network: null, values: { days: situation.geoAgeDays } })
  }
  return drafts
}

function networkNotices(network: NetworkSituation, situation: Situation): Draft[] {
  const drafts: Draft[] = []
  const add = (severity: Draft['severity'], code: Draft['code'], values: Draft['values'] = {}): void => {
    drafts.push({ severity, code, network: network.id, values })
  }
  const isAlone = network.alone !== null && situation.now - network.alone >= ALONE_AFTER_MS
  if (isAlone && situation.isOnline) {
    if (network.known === 0 && !network.hasSeeds) add('warning', 'no-candidates')
    else if (network.dialing === 0 && network.dialsRefused > 0 && network.dialsFailed === 0)
      add('warning', 'all-refused', { count: network.dialsRefused })
    else if (network.proxyFailed > 0 && network.proxyFailed === network.dialsFailed)
      add('danger', 'proxy-down', { count: network.proxyFailed })
    else add('warning', 'no-peers', { known: network.known, failed: network.dialsFailed })
  }
  if (network.clockOffsetMs !== null && Math.abs(network.clockOffsetMs) > CLOCK_WARNING_MS) {
    add('danger', 'clock-wrong', { minutes: Math.round(network.clockOffsetMs / 60_000) })
  }
  if (network.listenError !== null) add('warning', 'listen-failed', { reason: network.listenError })
  else if (situation.wantsInbound && !network.isListening) add('info', 'not-listening')
  if (network.usedFixedSeeds) add('info', 'fixed-seeds-used')
  if (network.seedsFailed.length > 0 && isAlone)
    add('warning', 'seeds-failed', { seeds: network.seedsFailed.join(', ') })
  for (const pin of network.bannedPins.slice(0, 5))
    drafts.push({ severity: 'warning', code: 'banned-pin', network: network.id, values: { address: pin } })
  return drafts
}
