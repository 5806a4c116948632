/** Asks what to ban, how long and why. What is wrong with the target stands at the field. */
import { useState, type ReactNode } from 'react'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useBanTerms } from '../peers/ban-terms.tsx'
import { add } from './ban-actions.ts'

export function AddBanDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const [target, setTarget] = useState('')
  const terms = useBanTerms()
  const [error, setError] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const submit = async (): Promise<void> => {
    if (terms.durationMs === null || isBusy) return
    if (target.trim() === '') {
      setError(t('bans.addDialog.empty'))
      return
    }
    setBusy(true)
    const refused = await add(i18n, target.trim(), terms.durationMs, terms.reason)
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
        {terms.fields(false)}
      </div>
    </Dialog>
  )
}
