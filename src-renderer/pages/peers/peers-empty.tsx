/** What the Peers page says while there is nobody: what is the case, what is happening, and what to do. */
import Users from 'lucide-react/icons/users'
import WifiOff from 'lucide-react/icons/wifi-off'
import type { ReactNode } from 'react'
import { Button } from '../../components/button.tsx'
import { Empty } from '../../components/empty.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { ask } from '../../live/ask.ts'
import { useNetworks, useOverview } from '../../live/hooks.ts'
import { perform } from '../../shell/perform.ts'
import { startPlayground } from '../../shell/playground.ts'
import { go, showOverlay } from '../../shell/ui-store.ts'

export function PeersEmpty(): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const networks = useNetworks()
  const overview = useOverview()
  const play = <Button onClick={() => void startPlayground(i18n)}>{t('action.startPlayground')}</Button>
  const [first] = networks
  if (!networks.some(network => network.isOn)) {
    return (
      <Empty
        Icon={Users}
        title={t('peers.empty.noNetwork')}
        text={t('peers.empty.noNetworkText')}
        action={
          <>
            {play}
            {first === undefined ? null : (
              <Button
                look="primary"
                onClick={() => void perform(i18n, ask('networks.switch', { network: first.id, on: true }))}
              >
                {t('peers.empty.turnOn', { network: first.title })}
              </Button>
            )}
          </>
        }
      />
    )
  }
  const isOffline = overview?.isOnline === false
  return (
    <Empty
      Icon={isOffline ? WifiOff : Users}
      title={t(isOffline ? 'peers.empty.offline' : 'peers.empty.none')}
      text={
        isOffline
          ? t('peers.empty.offlineText')
          : t('peers.empty.dialing', { dialing: overview?.dialing ?? 0, known: overview?.known ?? 0 })
      }
      action={
        <>
          {play}
          <Button onClick={() => go('connections')}>{t('peers.empty.connections')}</Button>
          <Button look="primary" onClick={() => showOverlay('add-peer')}>
            {t('peers.add')}
          </Button>
        </>
      }
    />
  )
}
