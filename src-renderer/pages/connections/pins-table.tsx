/** Everything that is pinned or trusted: how it stands with each, why the last dial failed, and when the next is due. */
import Ban from 'lucide-react/icons/ban'
import Copy from 'lucide-react/icons/copy'
import PanelRight from 'lucide-react/icons/panel-right'
import Pin from 'lucide-react/icons/pin'
import PinOff from 'lucide-react/icons/pin-off'
import RotateCw from 'lucide-react/icons/rotate-cw'
import ShieldCheck from 'lucide-react/icons/shield-check'
import ShieldOff from 'lucide-react/icons/shield-off'
import { useMemo, type ReactNode } from 'react'
import type { PinRecord } from '../../../src-preload/contract.ts'
import { Badge, type Tone } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { Empty } from '../../components/empty.tsx'
import type { MenuItem } from '../../components/menu.tsx'
import type { Column } from '../../components/table/column.ts'
import { DataTable } from '../../components/table/data-table.tsx'
import { middleEllipsis, plainText } from '../../components/text.ts'
import { AddressText, Foreign, RelativeTime } from '../../components/values.tsx'
import { useI18n } from '../../i18n/context.tsx'
import type { I18n } from '../../i18n/i18n.ts'
import { usePins } from '../../live/hooks.ts'
import { live } from '../../live/store.ts'
import { copyText } from '../../shell/files.ts'
import { go, showOverlay } from '../../shell/ui-store.ts'
import { findBan } from '../bans/find-ban.ts'
import { mark } from '../peers/peer-actions.ts'
import { retryNow } from './attempt-actions.ts'
import { NextTry } from './next-try.tsx'

const DEFAULT_SORT = { column: 'next', isDescending: false } as const
const UNKNOWN = <span className="text-faint">–</span>
const TONES: Record<PinRecord['state'], Tone> = {
  connected: 'good',
  connecting: 'accent',
  waiting: 'warn',
  off: 'plain',
}

function pinsOf(ids: readonly string[]): PinRecord[] {
  const { byId } = live.getState().pins
  return ids.flatMap(id => byId.get(id) ?? [])
}

/** Ids of the attempts that wait for pins. */
function waitingOf(pins: readonly PinRecord[]): string[] {
  return [...live.getState().attempts.byId.values()]
    .filter(
      one => one.state === 'waiting' && pins.some(pin => pin.address === one.address && pin.network === one.network),
    )
    .map(one => one.id)
}

function flagsText({ t }: I18n, pin: PinRecord): string {
  return [pin.isPinned ? t('peers.flag.pinned') : '', pin.isTrusted ? t('peers.flag.trusted') : '']
    .filter(text => text !== '')
    .join(', ')
}

const pinSearchText = (pin: PinRecord): string => `${pin.address} ${pin.note} ${pin.network} ${pin.lastFailure ?? ''}`

function pinColumns(i18n: I18n): readonly Column<PinRecord>[] {
  const { t } = i18n
  return [
    {
      id: 'address',
      title: t('connections.column.address'),
      width: 210,
      value: pin => pin.address,
      cell: pin => <AddressText address={pin.address} max={26} />,
    },
    {
      id: 'state',
      title: t('connections.column.state'),
      width: 112,
      value: pin => pin.state,
      text: pin => t(`peers.pins.${pin.state}`),
      cell: pin => <Badge tone={TONES[pin.state]}>{t(`peers.pins.${pin.state}`)}</Badge>,
    },
    {
      id: 'next',
      title: t('connections.column.next'),
      width: 120,
      align: 'end',
      value: pin => pin.nextTryAt,
      text: pin => (pin.nextTryAt === null ? '' : i18n.exact(pin.nextTryAt)),
      cell: pin => (pin.nextTryAt === null ? UNKNOWN : <NextTry at={pin.nextTryAt} />),
    },
    {
      id: 'tries',
      title: t('connections.column.tries'),
      width: 72,
      align: 'end',
      value: pin => pin.attempts,
    },
    {
      id: 'lastFailure',
      title: t('connections.column.lastFailure'),
      width: 280,
      value: pin => (pin.lastFailure === null ? null : plainText(pin.lastFailure)),
      cell: pin => (pin.lastFailure === null ? UNKNOWN : <Foreign text={pin.lastFailure} />),
    },
    {
      id: 'flags',
      title: t('connections.column.flags'),
      width: 112,
      value: pin => flagsText(i18n, pin),
    },
    {
      id: 'note',
      title: t('connections.column.note'),
      width: 120,
      value: pin => pin.note,
    },
    {
      id: 'network',
      title: t('connections.column.network'),
      width: 136,
      isExtra: true,
      value: pin => pin.network,
    },
    {
      id: 'added',
      title: t('connections.column.added'),
      width: 112,
      align: 'end',
      isExtra: true,
      value: pin => pin.addedAt,
      text: pin => i18n.exact(pin.addedAt),
      cell: pin => <RelativeTime at={pin.addedAt} />,
    },
  ]
}

function pinMenu(i18n: I18n, ids: readonly string[]): readonly MenuItem[] {
  const { t } = i18n
  const pins = pinsOf(ids)
  const [only] = pins
  const waiting = waitingOf(pins)
  const arePinned = pins.every(pin => pin.isPinned)
  const areTrusted = pins.every(pin => pin.isTrusted)
  const peer =
    pins.length === 1 && only !== undefined
      ? [...live.getState().peers.byId.values()].find(
          one => one.address === only.address && one.network === only.network,
        )
      : undefined
  const ban =
    pins.length === 1 && only !== undefined ? findBan(live.getState().bans.byId.values(), only.address) : undefined
  return [
    {
      label: t('connections.retry'),
      Icon: RotateCw,
      disabledWhy: waiting.length === 0 ? t('connections.why.notWaiting') : undefined,
      onSelect: () => void retryNow(i18n, waiting),
    },
    ...(pins.length === 1
      ? [
          {
            label: t('connections.pins.openPeer'),
            Icon: PanelRight,
            disabledWhy: peer === undefined ? t('connections.pins.notConnected') : undefined,
            onSelect: () => go('peers', peer?.id),
          },
        ]
      : []),
    ...(ban === undefined ? [] : [{ label: t('connections.showBan'), Icon: Ban, onSelect: () => go('bans', ban.id) }]),
    {
      label: t('action.copyAddress'),
      Icon: Copy,
      onSelect: () => void copyText(i18n, pins.map(pin => pin.address).join('\n')),
    },
    'line',
    {
      label: t(arePinned ? 'peers.action.unpin' : 'peers.action.pin'),
      Icon: arePinned ? PinOff : Pin,
      onSelect: () => void mark(i18n, arePinned ? 'unpin' : 'pin', pins),
    },
    {
      label: t(areTrusted ? 'peers.action.untrust' : 'peers.action.trust'),
      Icon: areTrusted ? ShieldOff : ShieldCheck,
      onSelect: () => void mark(i18n, areTrusted ? 'untrust' : 'trust', pins),
    },
  ]
}

export function PinsTable(): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const pins = usePins()
  const columns = useMemo(() => pinColumns(i18n), [i18n])
  return (
    <DataTable
      id="pins"
      label={t('connections.pins')}
      rows={pins}
      columns={columns}
      defaultSort={DEFAULT_SORT}
      searchText={pinSearchText}
      empty={
        <Empty
          Icon={Pin}
          title={t('connections.pins.empty')}
          text={t('connections.pins.emptyText')}
          action={
            <Button look="primary" onClick={() => showOverlay('add-peer')}>
              {t('peers.add')}
            </Button>
          }
        />
      }
      nameOf={ids => {
        const [only] = pinsOf(ids)
        return ids.length === 1 && only !== undefined
          ? middleEllipsis(only.address, 40)
          : t('connections.pins.many', { count: ids.length })
      }}
      menu={ids => pinMenu(i18n, ids)}
      renderBulk={ids => {
        const waiting = waitingOf(pinsOf(ids))
        return (
          <>
            <Button
              disabledWhy={waiting.length === 0 ? t('connections.why.notWaiting') : undefined}
              onClick={() => void retryNow(i18n, waiting)}
            >
              {t('connections.retry')}
            </Button>
            <Button
              onClick={() =>
                void mark(
                  i18n,
                  'unpin',
                  pinsOf(ids).filter(pin => pin.isPinned),
                )
              }
            >
              {t('peers.action.unpin')}
            </Button>
          </>
        )
      }}
    />
  )
}
