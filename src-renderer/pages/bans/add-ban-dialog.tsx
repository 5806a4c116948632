/** Asks what to ban, how long and why. What is wrong with the target stands at the field. */
import { useState, type ReactNode } from 'react'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { NumberField } from '../../components/number-field.tsx'
import { Select } from '../../components/select.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { BAN_TIMES, banTimeChoices } from '../peers/durations.ts'
import { add } from './ban-actions.ts'

const MAX_HOURS = 876_000
const HOUR_MS = 3_600_000

export function AddBanDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const [target, setTarget] = useState('')
  const [time, setTime] = useState(String(BAN_TIMES[1][1]))
  const [hours, setHours] = useState(12)
  const [reason, setReason] = useState('')
  const [error, setError] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const isCustom = time === 'custom'
  const isBad = isCustom && (hours < 1 || hours > MAX_HOURS)
  const submit = async (): Promise<void> => {
    if (isBad || isBusy) return
    if (target.trim() === '') {
      setError(t('bans.addDialog.empty'))
      return
    }
    setBusy(true)
    const refused = await add(i18n, target.trim(), isCustom ? hours * HOUR_MS : Number(time), reason)
    setBusy(false)
    if (refused === undefined) onClose()
    else setError(refused)
  }
  return (
    <Dialog
      title={t('bans.addDialog.title')}
      onClose={onClose}
      onSubmit={() => void submit()}
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
        <p className="text-soft">{t('bans.addDialog.text')}</p>
        <TextField
          label={t('bans.addDialog.target')}
          hint={t('bans.addDialog.targetHint')}
          error={error}
          value={target}
          onChange={value => {
            setTarget(value)
            setError(undefined)
          }}
          maxLength={300}
          isMono
          isFirst
        />
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
        />
      </div>
    </Dialog>
  )
}
