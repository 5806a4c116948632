/** What needs attention: each notice in words, with something to do about it. */
import type { ReactNode } from 'react'
import type { Notice } from '../../../src-preload/contract.ts'
import { Badge, type Tone } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { useI18n } from '../../i18n/context.tsx'
import type { I18n } from '../../i18n/i18n.ts'
import type { TextKey } from '../../i18n/texts.ts'
import { ask } from '../../live/ask.ts'
import { useNetworks, useNotices } from '../../live/hooks.ts'
import { perform } from '../../shell/perform.ts'
import { startPlayground, stopPlayground } from '../../shell/playground.ts'
import { go, showOverlay } from '../../shell/ui-store.ts'

const TONES: Record<Notice['severity'], Tone> = { danger: 'bad', warning: 'warn', info: 'accent' }

type Action = readonly [label: TextKey, run: () => void]

function actionsOf(i18n: I18n, notice: Notice): readonly Action[] {
  const { network } = notice
  switch (notice.code) {
    case 'no-network':
      return [
        ['action.startPlayground', () => void startPlayground(i18n)],
        ['overview.do.networks', () => go('settings', 'network.enabled')],
      ]
    case 'no-candidates':
      return [['overview.do.addPeer', () => showOverlay('add-peer')]]
    case 'no-peers':
    case 'all-refused':
      return [['overview.do.attempts', () => go('connections')]]
    case 'seeds-failed':
      return network === null
        ? []
        : [['overview.do.seed', () => void perform(i18n, ask('addresses.seed', { network }))]]
    case 'not-listening':
    case 'listen-failed':
      return [['overview.do.listening', () => go('settings', 'network.listenOn')]]
    case 'banned-pin':
      return [['overview.do.bans', () => go('bans')]]
    case 'playground-on':
      return [['action.stopPlayground', () => void stopPlayground(i18n)]]
    case 'restart-needed':
    case 'geo-old':
      return [['action.openSettings', () => go('settings')]]
    case 'clock-wrong':
    case 'disk-full':
    case 'fixed-seeds-used':
    case 'offline':
    case 'store-damaged':
    case 'store-memory':
      return [['overview.do.logs', () => go('logs')]]
    default:
      return notice.code satisfies never
  }
}

export function Attention(): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const notices = useNotices()
  const networks = useNetworks()
  if (notices.length === 0) return <p className="text-soft">{t('overview.calm')}</p>
  return (
    <ul className="flex flex-col gap-2">
      {notices.map(notice => (
        <li key={notice.id} className="flex flex-wrap items-center gap-3">
          <Badge tone={TONES[notice.severity]}>{t(`overview.severity.${notice.severity}`)}</Badge>
          <span className="min-w-0 flex-1">
            {t(`overview.notice.${notice.code}`, {
              network: networks.find(network => network.id === notice.network)?.title ?? notice.network ?? '',
              ...notice.values,
            })}
          </span>
          {actionsOf(i18n, notice).map(([label, run]) => (
            <Button key={label} onClick={run}>
              {t(label)}
            </Button>
          ))}
        </li>
      ))}
    </ul>
  )
}
