/** The playground: who plays, what each does, and who is connected now; or what it is and how to start it. */
import type { ReactNode } from 'react'
import type { Payload } from '../../../src-preload/contract.ts'
import { Badge } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { Section } from '../../components/page.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { usePlayground } from '../../live/hooks.ts'
import { startPlayground, stopPlayground } from '../../shell/playground.ts'
import { TEXTS, type TextKey } from '../../i18n/texts.ts'

type Player = Payload<'playground'>['peers'][number]

/** The page's own text for a kind; the client's when it is a kind this page does not know. */
function worded(t: (key: TextKey) => string, part: 'kind' | 'does', kind: string, fallback: string): string {
  const key = `overview.playground.${part}.${kind}`
  return Object.hasOwn(TEXTS, key) ? t(key as TextKey) : fallback
}

export function PlaygroundCard(): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const playground = usePlayground()
  if (playground?.isRunning !== true) {
    return (
      <Section title={t('overview.playground')}>
        <div className="flex flex-col items-start gap-3">
          <p className="text-soft">{t('overview.playground.text')}</p>
          <Button onClick={() => void startPlayground(i18n)}>{t('action.startPlayground')}</Button>
        </div>
      </Section>
    )
  }
  const kinds = [...Map.groupBy(playground.peers, peer => peer.kind)]
  return (
    <Section
      title={t('overview.playground')}
      aside={<Button onClick={() => void stopPlayground(i18n)}>{t('action.stopPlayground')}</Button>}
    >
      <p className="num mb-3 text-soft">
        {t('overview.playground.count', {
          count: playground.peers.length,
          connected: playground.peers.filter(peer => peer.isConnected).length,
        })}
      </p>
      <ul className="flex flex-col gap-3">
        {kinds.map(([kind, players]) => (
          <li key={kind}>
            <p>
              <b className="font-semibold">{worded(t, 'kind', kind, kind)}</b>{' '}
              <span className="text-soft">{worded(t, 'does', kind, players[0]?.text ?? '')}</span>
            </p>
            <ul className="mt-1 flex flex-wrap gap-x-4 gap-y-0.5 text-sm">
              {players.map(player => (
                <PlayerMark key={player.address} player={player} />
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function PlayerMark({ player }: { readonly player: Player }): ReactNode {
  const { t } = useI18n()
  const state = t(player.isConnected ? 'overview.playground.connected' : 'overview.playground.away')
  return (
    <li title={state}>
      <Badge tone={player.isConnected ? 'good' : 'plain'}>
        <span className="selectable font-mono">{player.address}</span>
        <span className="sr-only">{state}</span>
      </Badge>
    </li>
  )
}
