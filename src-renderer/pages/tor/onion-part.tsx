/** The onion service: one switch, the address to give away, and who may use it. */
import { useState, type ReactNode } from 'react'
import type { OnionRecord, TorRecord } from '../../../src-preload/contract.ts'
import { Badge, type Tone } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Section } from '../../components/page.tsx'
import { QrCode } from '../../components/qr-code.tsx'
import { Switch } from '../../components/switch.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { ask } from '../../live/ask.ts'
import { useLive, useSettings } from '../../live/hooks.ts'
import { perform } from '../../shell/perform.ts'
import { toast } from '../../shell/ui-store.ts'
import { SettingControl, type SettingValue } from '../settings/setting-control.tsx'

const TONES: Record<OnionRecord['state'], Tone> = {
  off: 'plain',
  waiting: 'warn',
  publishing: 'warn',
  published: 'good',
  failed: 'bad',
}

export function OnionPart({ tor }: { readonly tor: TorRecord }): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const onion = useLive(state => state.onion)
  const settings = useSettings()
  const [isAsking, setAsking] = useState(false)
  if (onion === null) return null
  const copy = async (address: string): Promise<void> => {
    const done = await perform(
      i18n,
      navigator.clipboard.writeText(address).then(() => true),
    )
    if (done === true) toast(t('tor.onion.copied'))
  }
  return (
    <div className="mx-auto flex w-full max-w-3xl flex-col gap-4 p-5">
      <Section
        title={t('tor.onion.title')}
        aside={<Badge tone={TONES[onion.state]}>{t(`tor.onion.state.${onion.state}`)}</Badge>}
      >
        <div className="flex flex-col gap-4">
          <Switch
            label={t('tor.onion.switch')}
            hint={t('tor.onion.switchHint')}
            isOn={onion.isOn}
            disabledWhy={tor.mode === 'off' && !onion.isOn ? t('tor.carries.first') : undefined}
            onChange={on => void perform(i18n, ask('onion.switch', { on }))}
          />
          {onion.text === '' ? null : <p className="text-sm text-soft">{onion.text}</p>}
          {onion.services.map(service => (
            <div key={service.network} className="flex items-start gap-4 border-t border-line pt-4">
              <QrCode text={service.address} label={t('tor.onion.qr', { network: service.network })} />
              <div className="flex min-w-0 flex-col gap-2">
                <div className="font-medium">{service.network}</div>
                <code className="selectable break-all">{service.address}</code>
                <div className="text-sm text-soft">
                  {service.isPublished ? t('tor.onion.reaches', { target: service.target }) : t('tor.onion.notYet')}
                </div>
                <div>
                  <Button onClick={() => void copy(service.address)}>{t('tor.onion.copy')}</Button>
                </div>
              </div>
            </div>
          ))}
          <p className="text-sm text-soft">
            {t(onion.isKeyEncrypted ? 'tor.onion.keyEncrypted' : 'tor.onion.keyPlain')}
          </p>
          <div>
            <Button onClick={() => setAsking(true)}>{t('tor.onion.renew')}</Button>
          </div>
        </div>
      </Section>
      {settings === null ? null : (
        <Section title={t('tor.onion.clients')}>
          <p className="pb-2 text-sm text-soft">{t('tor.onion.clientsText')}</p>
          <SettingControl setting="tor.onionClients" value={settings['tor.onionClients'] as SettingValue} />
        </Section>
      )}
      {isAsking ? (
        <Dialog
          title={t('tor.onion.renew')}
          onClose={() => setAsking(false)}
          actions={
            <>
              <Button onClick={() => setAsking(false)}>{t('action.cancel')}</Button>
              <Button
                look="danger"
                onClick={() => {
                  setAsking(false)
                  void perform(i18n, ask('onion.renew', {}))
                }}
              >
                {t('tor.onion.renew')}
              </Button>
            </>
          }
        >
          <p>{t('tor.onion.renewAsk')}</p>
        </Dialog>
      ) : null}
    </div>
  )
}
