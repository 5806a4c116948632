/** Asks how long and why to ban peers, and names them. Holds the peers, not their rows. */
import { useState, type ReactNode } from 'react'
import type { PeerRecord } from '../../../src-preload/contract.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { NumberField } from '../../components/number-field.tsx'
import { Select } from '../../components/select.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { BAN_TIMES, banTimeChoices } from './durations.ts'
import { ban, namePeers } from './peer-actions.ts'

const MAX_HOURS = 876_000
const HOUR_MS = 3_600_000
/** Addresses spelled out in the dialog. */
const MAX_NAMED = 6

interface BanDialogProps {
  readonly peers: readonly PeerRecord[]
  readonly onClose: () => void
}

export function BanDialog({ peers, onClose }: BanDialogProps): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const [time, setTime] = useState(String(BAN_TIMES[1][1]))
  const [hours, setHours] = useState(12)
  const [reason, setReason] = useState('')
  const isCustom = time === 'custom'
  const isBad = isCustom && (hours < 1 || hours > MAX_HOURS)
  const submit = (): void => {
    if (isBad) return
    onClose()
    void ban(i18n, peers, isCustom ? hours * HOUR_MS : Number(time), reason)
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
        <Select
          label={t('peers.banDialog.time')}
          value={time}
          onChange={setTime}
          choices={[...banTimeChoices(i18n), { value: 'custom', label: t('peers.banDialog.custom') }]}
        />
        {isCustom ? (
          <NumberField
            label={t('peers.banDialog.hours')}
            value={hours}
            onChange={setHours}
            min={1}
            max={MAX_HOURS}
            error={isBad ? t('peers.banDialog.badHours') : undefined}
          />
        ) : null}
        <TextField
          label={t('peers.banDialog.reason')}
          hint={t('peers.banDialog.reasonHint')}
          value={reason}
          onChange={setReason}
          maxLength={200}
          isFirst
        />
      </div>
    </Dialog>
  )
}
