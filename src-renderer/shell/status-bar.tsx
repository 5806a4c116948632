/** The bar at the bottom: a state word, peers each way (opens Peers), traffic each way, networks. */
import type { ReactNode } from 'react'
import ArrowDown from 'lucide-react/icons/arrow-down'
import ArrowUp from 'lucide-react/icons/arrow-up'
import { Badge, type Tone } from '../components/badge.tsx'
import { Hint } from '../components/hint.tsx'
import { useI18n } from '../i18n/context.tsx'
import type { TextKey } from '../i18n/texts.ts'
import type { Live } from '../live/store.ts'
import { useLive, useNetworks, useOverview } from '../live/hooks.ts'
import { go } from './ui-store.ts'

/** The one word for how things stand. */
export function decideStateWord(state: Pick<Live, 'link' | 'overview' | 'networks'>): readonly [Tone, TextKey] {
  if (state.link === 'lost') return ['bad', 'status.lost']
  if (state.link === 'reconnecting') return ['warn', 'status.reconnecting']
  if (state.overview === null) return ['plain', 'status.starting']
  if (!state.networks.some(network => network.isOn)) return ['plain', 'status.idle']
  if (state.overview.inbound + state.overview.outbound > 0) return ['good', 'status.connected']
  return state.overview.isOnline ? ['warn', 'status.searching'] : ['bad', 'status.offline']
}

export function StatusBar(): ReactNode {
  const { t } = useI18n()
  const link = useLive(state => state.link)
  const overview = useOverview()
  const networks = useNetworks()
  const [tone, word] = decideStateWord({ link, overview, networks })
  const on = networks.filter(network => network.isOn)
  return (
    <footer
      aria-label={t('status.label')}
      className="num flex h-7 shrink-0 items-center gap-4 border-t border-line bg-panel px-4 text-sm text-soft"
    >
      <span role="status">
        <Badge tone={tone}>{t(word)}</Badge>
      </span>
      {overview === null ? null : <Counts overview={overview} />}
      <span className="flex-1" />
      <TorBadge />
      <Hint text={on.map(network => network.title).join(', ') || t('status.idle')}>
        <button type="button" onClick={() => go('settings')} className="rounded-sm px-1 hover:text-ink">
          {on.length === 1 ? on[0]?.title : t('status.networks', { count: on.length })}
        </button>
      </Hint>
    </footer>
  )
}

/** Usable and everything are two things: the badge says which, and opens the page. */
export function decideTorBadge(
  tor: Live['tor'],
  isRed: boolean,
): readonly [Tone, 'usable' | 'everything' | 'waiting' | 'running' | 'red'] | null {
  if (isRed) return ['bad', 'red']
  if (tor === null || tor.mode === 'off') return null
  if (tor.state !== 'ready') return ['warn', 'waiting']
  if (tor.carries === 'everything') return ['good', 'everything']
  return tor.carries === 'onion' ? ['accent', 'usable'] : ['plain', 'running']
}

function TorBadge(): ReactNode {
  const { t } = useI18n()
  const tor = useLive(state => state.tor)
  const isRed = useLive(state => (state.ledger?.contradictions.length ?? 0) > 0)
  const badge = decideTorBadge(tor, isRed)
  if (badge === null) return null
  return (
    <button type="button" onClick={() => go('tor')} className="rounded-sm px-1 hover:text-ink">
      <Badge tone={badge[0]}>{t(`tor.badge.${badge[1]}`)}</Badge>
    </button>
  )
}

function Counts({ overview }: { readonly overview: NonNullable<Live['overview']> }): ReactNode {
  const { t, number, rate } = useI18n()
  const total = overview.inbound + overview.outbound
  return (
    <>
      <button
        type="button"
        onClick={() => go('peers')}
        title={t('status.peers', { total, inbound: overview.inbound, outbound: overview.outbound })}
        className="flex gap-3 rounded-sm px-1 hover:text-ink"
      >
        <span>
          <b className="font-semibold text-ink">{number(overview.inbound)}</b> {t('status.in')}
        </span>
        <span>
          <b className="font-semibold text-ink">{number(overview.outbound)}</b> {t('status.out')}
        </span>
      </button>
      <Hint text={t('status.down')}>
        <span className="flex w-24 items-center gap-1">
          <ArrowDown size={12} aria-hidden /> {rate(overview.rateIn)}
        </span>
      </Hint>
      <Hint text={t('status.up')}>
        <span className="flex w-24 items-center gap-1">
          <ArrowUp size={12} aria-hidden /> {rate(overview.rateOut)}
        </span>
      </Hint>
    </>
  )
}
