/** The three questions of a first run, with sensible answers filled in. */
import { useState, type ReactNode } from 'react'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Select } from '../../components/select.tsx'
import { Switch } from '../../components/switch.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { AskError, ask } from '../../live/ask.ts'
import { useLive, useNetworks } from '../../live/hooks.ts'
import { startPlayground } from '../../shell/playground.ts'

const PLAYGROUND = 'playground'

export function FirstRun(): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const isFirstRun = useLive(state => state.about?.isFirstRun === true)
  const networks = useNetworks()
  const [isDone, setDone] = useState(false)
  const [network, setNetwork] = useState('bitcoin/mainnet')
  const [route, setRoute] = useState<'direct' | 'proxy'>('direct')
  const [proxy, setProxy] = useState('127.0.0.1:9050')
  const [listens, setListens] = useState(true)
  const [error, setError] = useState<string | undefined>(undefined)
  if (!isFirstRun || isDone) return null

  const start = async (): Promise<void> => {
    const isPlay = network === PLAYGROUND
    try {
      await ask('settings.set', {
        changes: {
          'network.enabled': [isPlay ? 'bitcoin/regtest' : network],
          'routes.proxy': !isPlay && route === 'proxy' ? proxy : '',
          'network.listen': listens,
        },
      })
      setDone(true)
      if (isPlay) await startPlayground(i18n)
    } catch (failure) {
      setError(failure instanceof AskError ? (failure.details['routes.proxy'] ?? failure.message) : String(failure))
    }
  }
  return (
    <Dialog
      title={t('overview.first.title')}
      onClose={() => setDone(true)}
      onSubmit={() => void start()}
      actions={
        <Button look="primary" type="submit">
          {t('overview.first.start')}
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <p className="text-soft">{t('overview.first.text')}</p>
        <Select
          label={t('overview.first.network')}
          value={network}
          onChange={setNetwork}
          choices={[
            ...networks.map(({ id, title }) => ({ value: id, label: title })),
            { value: PLAYGROUND, label: t('overview.first.playground') },
          ]}
        />
        <Select
          label={t('overview.first.route')}
          value={route}
          onChange={setRoute}
          choices={[
            { value: 'direct', label: t('overview.first.direct') },
            { value: 'proxy', label: t('overview.first.proxy') },
          ]}
        />
        {route === 'proxy' ? (
          <TextField label={t('overview.first.proxyAt')} value={proxy} onChange={setProxy} error={error} isMono />
        ) : null}
        <Switch label={t('overview.first.listen')} isOn={listens} onChange={setListens} />
      </div>
    </Dialog>
  )
}
