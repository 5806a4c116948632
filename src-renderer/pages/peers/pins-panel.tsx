/** Pinned peers that are not connected: how it stands with each, why, and when it is tried next. */
import Copy from 'lucide-react/icons/copy'
import Ellipsis from 'lucide-react/icons/ellipsis'
import PinOff from 'lucide-react/icons/pin-off'
import RotateCw from 'lucide-react/icons/rotate-cw'
import type { ReactNode } from 'react'
import type { PinRecord } from '../../../src-preload/contract.ts'
import { Badge, type Tone } from '../../components/badge.tsx'
import { Menu } from '../../components/menu.tsx'
import { AddressText, RelativeTime } from '../../components/values.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { ask } from '../../live/ask.ts'
import { useLive } from '../../live/hooks.ts'
import { copyText } from '../../shell/files.ts'
import { perform } from '../../shell/perform.ts'
import { mark } from './peer-actions.ts'

const TONES: Record<PinRecord['state'], Tone> = {
  connected: 'good',
  connecting: 'accent',
  waiting: 'warn',
  off: 'plain',
}

export function PinsPanel({ pins }: { readonly pins: readonly PinRecord[] }): ReactNode {
  const { t } = useI18n()
  return (
    <section
      aria-label={t('peers.pins.title')}
      className="max-h-44 shrink-0 overflow-y-auto border-y border-line bg-panel"
    >
      <ul>
        {pins.map(pin => (
          <PinRow key={pin.id} pin={pin} />
        ))}
      </ul>
    </section>
  )
}

function PinRow({ pin }: { readonly pin: PinRecord }): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const waiting = useLive(state => {
    for (const attempt of state.attempts.byId.values()) {
      if (attempt.state === 'waiting' && attempt.address === pin.address && attempt.network === pin.network)
        return attempt.id
    }
    return null
  })
  return (
    <li className="grid grid-cols-[minmax(0,5fr)_100px_minmax(0,7fr)_96px_28px] items-center gap-4 border-b border-line/60 px-5 py-1 last:border-b-0">
      <span className="flex min-w-0 items-baseline gap-2">
        <span className="flex max-w-full shrink-0">
          <AddressText address={pin.address} max={32} />
        </span>
        {pin.note === '' ? null : <span className="truncate text-sm text-soft">{pin.note}</span>}
      </span>
      <Badge tone={TONES[pin.state]}>{t(`peers.pins.${pin.state}`)}</Badge>
      <span className="selectable truncate text-soft" title={pin.lastFailure ?? undefined}>
        {pin.lastFailure ?? t('peers.pins.noFailure')}
      </span>
      <span className="num truncate text-right text-sm text-soft">
        {pin.nextTryAt === null ? null : <RelativeTime at={pin.nextTryAt} />}
        {pin.nextTryAt === null && pin.attempts > 0 ? t('peers.pins.attempts', { count: pin.attempts }) : null}
      </span>
      <Menu
        trigger={
          <button
            type="button"
            aria-label={`${t('action.more')}: ${pin.address}`}
            className="inline-flex size-7 items-center justify-center rounded-md text-soft hover:bg-hover hover:text-ink"
          >
            <Ellipsis size={15} aria-hidden />
          </button>
        }
        items={[
          ...(waiting === null
            ? []
            : [
                {
                  label: t('peers.action.retryNow'),
                  Icon: RotateCw,
                  onSelect: () => void perform(i18n, ask('attempts.retryNow', { id: waiting })),
                },
              ]),
          { label: t('action.copyAddress'), Icon: Copy, onSelect: () => void copyText(i18n, pin.address) },
          { label: t('peers.action.unpin'), Icon: PinOff, onSelect: () => void mark(i18n, 'unpin', [pin]) },
        ]}
      />
    </li>
  )
}
