/** Asks how long and why to ban peers, and names them. Holds the peers, not their rows. */
import type { ReactNode } from 'react'
import type { PeerRecord } from '../../../src-preload/contract.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useBanTerms } from './ban-terms.tsx'
import { ban, namePeers } from './peer-actions.ts'

/** Addresses spelled out in the dialog. */
const MAX_NAMED = 6

interface BanDialogProps {
  readonly peers: readonly PeerRecord[]
  readonly onClose: () => void
}

export function BanDialog({ peers, onClose }: BanDialogProps): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const terms = useBanTerms()
  const submit = (): void => {
    if (terms.durationMs === null) return
    onClose()
    void ban(i18n, peers, terms.durationMs, terms.reason)
  }
  const rest = peers.length - MAX_NAMED
  return (
    <Dialog
      title={t('peers.banDialog.title', { who: namePeers(i18n, peers) })}
      onClose={onClose}
      onSubmit={submit}
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" look="danger">
            {t('peers.banDialog.submit')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <p className="text-soft">{t('peers.banDialog.text', { count: peers.length })}</p>
        {peers.length === 1 ? null : (
          <ul className="selectable font-mono text-sm break-all">
            {peers.slice(0, MAX_NAMED).map(peer => (
              <li key={peer.id}>{peer.address}</li>
            ))}
            {rest > 0 ? <li className="text-soft">{t('peers.banDialog.more', { count: rest })}</li> : null}
          </ul>
        )}
        {terms.fields(true)}
      </div>
    </Dialog>
  )
}
