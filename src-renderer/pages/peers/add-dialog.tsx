/** Asks for the address of a peer to connect to. What is wrong with it stands at the field. */
import { useState, type ReactNode } from 'react'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Select } from '../../components/select.tsx'
import { Switch } from '../../components/switch.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { ask, AskError } from '../../live/ask.ts'
import { useNetworks } from '../../live/hooks.ts'
import { reasonOf } from '../../shell/perform.ts'
import { toast } from '../../shell/ui-store.ts'

export function AddDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { t } = useI18n()
  const networks = useNetworks().filter(each => each.isOn)
  const [address, setAddress] = useState('')
  const [chosen, setChosen] = useState('')
  const [keep, setKeep] = useState(false)
  const [trusted, setTrusted] = useState(false)
  const [note, setNote] = useState('')
  const [error, setError] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const network = networks.find(each => each.id === chosen)?.id ?? networks[0]?.id
  const submit = async (): Promise<void> => {
    if (network === undefined || isBusy) return
    if (address.trim() === '') {
      setError(t('peers.addDialog.empty'))
      return
    }
    setBusy(true)
    try {
      const added = await ask('peers.add', { network, address, keep, trusted, note })
      toast(t(keep ? 'peers.done.kept' : 'peers.done.added', { address: added.address }))
      onClose()
    } catch (failure) {
      setError((failure instanceof AskError ? failure.details['address'] : undefined) ?? reasonOf(failure))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={t('peers.addDialog.title')}
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button
            type="submit"
            look="primary"
            disabledWhy={network === undefined ? t('peers.addDialog.noNetwork') : undefined}
          >
            {t('peers.addDialog.submit')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <TextField
          label={t('peers.addDialog.address')}
          hint={t('peers.addDialog.addressHint')}
          error={error}
          value={address}
          onChange={value => {
            setAddress(value)
            setError(undefined)
          }}
          maxLength={300}
          isMono
          isFirst
        />
        <Select
          label={t('peers.addDialog.network')}
          value={network ?? ''}
          onChange={setChosen}
          choices={networks.map(each => ({ value: each.id, label: each.title }))}
        />
        <Switch label={t('peers.addDialog.keep')} hint={t('peers.addDialog.keepHint')} isOn={keep} onChange={setKeep} />
        <Switch
          label={t('peers.addDialog.trusted')}
          hint={t('peers.addDialog.trustedHint')}
          isOn={trusted}
          onChange={setTrusted}
        />
        {keep ? <TextField label={t('peers.addDialog.note')} value={note} onChange={setNote} maxLength={120} /> : null}
      </div>
    </Dialog>
  )
}
