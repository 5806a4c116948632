/** SOCKS5 proxies by name: kept, tested by a button, chosen in the settings below. */
import { useCallback, useEffect, useState, type ReactNode } from 'react'
import type { ProxyProbe, ProxyRecord } from '../../../src-preload/contract.ts'
import { Badge } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Section } from '../../components/page.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { AskError, ask } from '../../live/ask.ts'
import { useSettings } from '../../live/hooks.ts'
import { perform } from '../../shell/perform.ts'
import { SettingControl, type SettingValue } from '../settings/setting-control.tsx'

const ROUTE_SETTINGS = [
  'routes.proxy',
  'routes.proxyUser',
  'routes.proxyPassword',
  'routes.proxyIsTor',
  'routes.onionProxy',
  'routes.onionUser',
  'routes.onionPassword',
] as const

export function ProxiesPart(): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const settings = useSettings()
  const [proxies, setProxies] = useState<readonly ProxyRecord[]>([])
  const [probes, setProbes] = useState<Readonly<Record<string, ProxyProbe | 'running'>>>({})
  const [edited, setEdited] = useState<ProxyRecord | 'new' | null>(null)
  const load = useCallback(async () => {
    const answer = await perform(i18n, ask('proxies.list', {}))
    if (answer !== undefined) setProxies(answer.proxies)
  }, [i18n])
  useEffect(() => void load(), [load, settings])
  const test = async (name: string): Promise<void> => {
    setProbes(held => ({ ...held, [name]: 'running' }))
    const answer = await perform(i18n, ask('proxies.test', { name }))
    setProbes(held => {
      const { [name]: _old, ...rest } = held
      return answer === undefined ? rest : { ...rest, [name]: answer }
    })
  }
  return (
    <div className="mx-auto flex w-full max-w-3xl flex-col gap-4 p-5">
      <Section
        title={t('tor.proxies.title')}
        aside={<Button onClick={() => setEdited('new')}>{t('tor.proxies.add')}</Button>}
      >
        {proxies.length === 0 ? <p className="text-soft">{t('tor.proxies.none')}</p> : null}
        {proxies.map(proxy => (
          <div
            key={proxy.name}
            className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t border-line py-2 first:border-t-0"
          >
            <span className="min-w-0 flex-1">
              <span className="font-medium">{proxy.name}</span> <code className="text-soft">{proxy.endpoint}</code>
              {proxy.user === '' ? null : <span className="text-sm text-soft"> · {proxy.user}</span>}
            </span>
            {proxy.carries === 'nothing' ? null : <Badge tone="accent">{t(`settings.choice.${proxy.carries}`)}</Badge>}
            <Button
              onClick={() => void test(proxy.name)}
              disabledWhy={probes[proxy.name] === 'running' ? t('tor.test.running') : undefined}
            >
              {t('tor.proxies.test')}
            </Button>
            <Button onClick={() => setEdited(proxy)}>{t('tor.proxies.edit')}</Button>
            <Button
              disabledWhy={proxy.carries === 'nothing' ? undefined : t('tor.proxies.inUse')}
              onClick={() => void perform(i18n, ask('proxies.remove', { name: proxy.name })).then(load)}
            >
              {t('tor.proxies.remove')}
            </Button>
            <Found probe={probes[proxy.name]} />
          </div>
        ))}
      </Section>
      {settings === null ? null : (
        <Section title={t('tor.proxies.use')}>
          {ROUTE_SETTINGS.map(key => (
            <SettingControl key={key} setting={key} value={settings[key] as SettingValue} />
          ))}
        </Section>
      )}
      {edited === null ? null : (
        <ProxyDialog
          proxy={edited === 'new' ? null : edited}
          onClose={() => {
            setEdited(null)
            void load()
          }}
        />
      )}
    </div>
  )
}

function Found({ probe }: { readonly probe: ProxyProbe | 'running' | undefined }): ReactNode {
  const { t } = useI18n()
  if (probe === undefined) return null
  if (probe === 'running') return <p className="w-full text-sm text-soft">{t('tor.test.running')}</p>
  const isGood = probe.isSocks5 && (probe.password === 'none' || probe.password === 'accepted')
  return (
    <div role="status" className="flex w-full items-start gap-3 text-sm">
      <Badge tone={isGood ? 'good' : 'bad'}>{t(isGood ? 'tor.proxies.works' : 'tor.proxies.fails')}</Badge>
      <span className="text-soft">{probe.text}</span>
    </div>
  )
}

function ProxyDialog({
  proxy,
  onClose,
}: {
  readonly proxy: ProxyRecord | null
  readonly onClose: () => void
}): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const [name, setName] = useState(proxy?.name ?? '')
  const [endpoint, setEndpoint] = useState(proxy?.endpoint ?? '')
  const [user, setUser] = useState(proxy?.user ?? '')
  const [password, setPassword] = useState('')
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({})
  const [probe, setProbe] = useState<ProxyProbe | 'running' | undefined>(undefined)
  const attempt = async <T,>(action: Promise<T>): Promise<T | undefined> => {
    try {
      setErrors({})
      return await action
    } catch (failure) {
      if (!(failure instanceof AskError)) throw failure
      setErrors(Object.keys(failure.details).length > 0 ? failure.details : { endpoint: failure.message })
      return undefined
    }
  }
  const save = async (): Promise<void> => {
    const secret = password === '' && proxy?.hasPassword === true ? {} : { password }
    const answer = await attempt(ask('proxies.save', { name, endpoint, user, ...secret }))
    if (answer !== undefined) onClose()
  }
  const test = async (): Promise<void> => {
    setProbe('running')
    setProbe(await attempt(ask('proxies.test', { endpoint, user, password })))
  }
  return (
    <Dialog
      title={proxy === null ? t('tor.proxies.add') : proxy.name}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button onClick={() => void test()}>{t('tor.proxies.test')}</Button>
          <Button look="primary" onClick={() => void save()}>
            {t('tor.proxies.save')}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={event => {
          event.preventDefault()
          void save()
        }}
      >
        {proxy === null ? (
          <TextField
            label={t('tor.proxies.name')}
            value={name}
            onChange={setName}
            error={errors['name']}
            maxLength={40}
            isFirst
          />
        ) : null}
        <TextField
          label={t('tor.proxies.endpoint')}
          value={endpoint}
          onChange={setEndpoint}
          error={errors['endpoint']}
          maxLength={300}
          isMono
          placeholder="127.0.0.1:1080"
        />
        <TextField
          label={t('tor.proxies.user')}
          value={user}
          onChange={setUser}
          error={errors['user']}
          maxLength={255}
        />
        <TextField
          label={t('tor.proxies.password')}
          value={password}
          onChange={setPassword}
          error={errors['password']}
          maxLength={255}
          isSecret
          hint={proxy?.hasPassword === true ? t('tor.proxies.keepPassword') : undefined}
        />
        <Found probe={probe} />
        <button type="submit" className="hidden" tabIndex={-1} aria-hidden="true" />
      </form>
    </Dialog>
  )
}
