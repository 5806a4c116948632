/** The numbers at a glance. Each tile leads to the page that has the rest. */
import ArrowDown from 'lucide-react/icons/arrow-down'
import ArrowUp from 'lucide-react/icons/arrow-up'
import type { ReactNode } from 'react'
import type { Overview } from '../../../src-preload/contract.ts'
import { useI18n } from '../../i18n/context.tsx'
import { go } from '../../shell/ui-store.ts'
import type { PageId } from '../page-ids.ts'

interface TileProps {
  readonly title: string
  readonly value: ReactNode
  readonly text: string
  readonly page: PageId
}

function Tile({ title, value, text, page }: TileProps): ReactNode {
  return (
    <li className="min-w-0">
      <button
        type="button"
        onClick={() => go(page)}
        className="flex h-full w-full flex-col rounded-lg border border-line bg-raised px-4 py-2.5 text-left hover:bg-hover"
      >
        <span className="text-sm text-soft">{title}</span>
        <span className="num text-lg font-semibold">{value}</span>
        <span className="num text-sm text-soft">{text}</span>
      </button>
    </li>
  )
}

export function Tiles({ overview }: { readonly overview: Overview }): ReactNode {
  const { t, number, rate, bytes } = useI18n()
  return (
    <ul
      aria-label={t('overview.tiles')}
      className="grid grid-cols-2 xl:grid-cols-[1.15fr_1.45fr_0.8fr_0.7fr_1.4fr] gap-3"
    >
      <Tile
        title={t('overview.tile.peers')}
        value={number(overview.inbound + overview.outbound)}
        text={t('overview.tile.peersText', {
          inbound: overview.inbound,
          maxInbound: overview.maxInbound,
          outbound: overview.outbound,
          target: overview.targetOutbound,
        })}
        page="peers"
      />
      <Tile
        title={t('overview.tile.handshaking')}
        value={number(overview.dialing + overview.handshaking)}
        text={t('overview.tile.handshakingText', {
          dialing: overview.dialing,
          handshaking: overview.handshaking,
          waiting: overview.waiting,
        })}
        page="connections"
      />
      <Tile
        title={t('overview.tile.known')}
        value={number(overview.known)}
        text={t('overview.tile.knownText')}
        page="addresses"
      />
      <Tile
        title={t('overview.tile.bans')}
        value={number(overview.bansToday)}
        text={t('overview.tile.bansText', { count: overview.bans })}
        page="bans"
      />
      <Tile
        title={t('overview.tile.traffic')}
        value={
          <span className="grid grid-cols-2 gap-2">
            <span className="flex items-center gap-1 whitespace-nowrap" title={t('overview.tile.down')}>
              <ArrowDown size={14} aria-hidden className="shrink-0" />
              {rate(overview.rateIn)}
            </span>
            <span className="flex items-center gap-1 whitespace-nowrap" title={t('overview.tile.up')}>
              <ArrowUp size={14} aria-hidden className="shrink-0" />
              {rate(overview.rateOut)}
            </span>
          </span>
        }
        text={t('overview.tile.trafficText', { down: bytes(overview.bytesIn), up: bytes(overview.bytesOut) })}
        page="peers"
      />
    </ul>
  )
}
