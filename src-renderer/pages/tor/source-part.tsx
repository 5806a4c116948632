/** Step 1: find Tor or start it, with its bootstrap as it really is. */
import { useEffect, useState, type ReactNode } from 'react'
import type { Input, Output, TorRecord } from '../../../src-preload/contract.ts'
import type { Tone } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { Choices } from '../../components/choices.tsx'
import { TextField } from '../../components/text-field.tsx'
import { RelativeTime } from '../../components/values.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { AskError, ask } from '../../live/ask.ts'
import { useNow } from '../../live/clock.ts'
import { useSettings } from '../../live/hooks.ts'
import { perform } from '../../shell/perform.ts'
import { go, toast, toastFailure } from '../../shell/ui-store.ts'
import { SettingControl, type SettingValue } from '../settings/setting-control.tsx'
import { Step } from './step.tsx'

type Found = Output<'tor.find'>
type Mode = TorRecord['mode']

const TONES: Record<TorRecord['state'], Tone> = {
  off: 'plain',
  searching: 'warn',
  starting: 'warn',
  bootstrapping: 'warn',
  ready: 'good',
  failed: 'bad',
}

/** Bootstrap that stands still for so long gets a word about it. Tor's own guide waits two minutes. */
const SLOW_MS = 120_000

export function SourcePart({ tor }: { readonly tor: TorRecord }): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const settings = useSettings()
  const [mode, setMode] = useState<Mode>(tor.mode)
  const [found, setFound] = useState<Found | null>(null)
  const [socks, setSocks] = useState(String(settings?.['tor.socks'] ?? ''))
  const [control, setControl] = useState(String(settings?.['tor.control'] ?? ''))
  const [password, setPassword] = useState('')
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({})
  const [isBusy, setBusy] = useState(false)
  useEffect(() => setMode(tor.mode), [tor.mode])
  const look = async (): Promise<void> => {
    setBusy(true)
    const answer = await perform(i18n, ask('tor.find', {}))
    if (answer !== undefined) setFound(answer)
    setBusy(false)
  }
  useEffect(() => {
    void perform(i18n, ask('tor.find', {})).then(answer => answer === undefined || setFound(answer))
  }, [i18n])

  const use = async (input: Input<'tor.use'>): Promise<void> => {
    setBusy(true)
    try {
      await ask('tor.use', input)
      setErrors({})
      toast(t('settings.saved'))
    } catch (failure) {
      if (failure instanceof AskError && Object.keys(failure.details).length > 0) setErrors(failure.details)
      else toastFailure(t('toast.failed', { reason: failure instanceof Error ? failure.message : String(failure) }))
    } finally {
      setBusy(false)
    }
  }
  const isOn = tor.mode !== 'off'
  return (
    <Step number={1} title={t('tor.source.title')} tone={TONES[tor.state]} state={t(`tor.state.${tor.state}`)}>
      <fieldset>
        <legend className="sr-only">{t('tor.source.title')}</legend>
        <Choices
          value={mode}
          onChange={setMode}
          choices={(['off', 'managed', 'existing'] as const).map(value => ({
            value,
            label: t(`tor.mode.${value}`),
            hint: t(`tor.mode.${value}Hint`),
          }))}
        />
      </fieldset>
      {mode === 'managed' ? <Programs found={found} /> : null}
      {mode === 'existing' ? (
        <div className="flex flex-col gap-3">
          <Running
            found={found}
            onChoose={one => {
              setSocks(one.socks)
              setControl(one.control ?? '')
            }}
          />
          <div className="grid gap-3 sm:grid-cols-2">
            <TextField
              label={t('tor.existing.socks')}
              value={socks}
              onChange={setSocks}
              error={errors['tor.socks'] ?? errors['socks']}
              isMono
              maxLength={300}
            />
            <TextField
              label={t('tor.existing.control')}
              value={control}
              onChange={setControl}
              error={errors['tor.control'] ?? errors['control']}
              isMono
              maxLength={300}
              hint={t('tor.existing.controlHint')}
            />
          </div>
          <form className="max-w-72" onSubmit={event => event.preventDefault()}>
            <TextField
              label={t('tor.existing.password')}
              value={password}
              onChange={setPassword}
              isSecret
              maxLength={255}
              hint={t('tor.existing.passwordHint')}
            />
          </form>
        </div>
      ) : null}
      <div className="flex flex-wrap items-center gap-2">
        {mode === tor.mode && mode !== 'existing' ? null : (
          <Button
            look="primary"
            disabledWhy={isBusy ? t('tor.busy') : undefined}
            onClick={() =>
              void use({
                mode,
                carries: tor.carries,
                ...(mode === 'existing'
                  ? { socks, control, ...(password === '' ? {} : { controlPassword: password }) }
                  : {}),
              })
            }
          >
            {t(`tor.use.${mode}`)}
          </Button>
        )}
        {isOn && mode === tor.mode ? (
          <>
            {tor.state === 'ready' ? null : (
              <Button onClick={() => void perform(i18n, ask('tor.retry', {}))}>{t('tor.retry')}</Button>
            )}
            <Button onClick={() => void use({ mode: 'off', carries: tor.carries })}>
              {t(tor.state === 'ready' || tor.state === 'failed' ? 'tor.stop' : 'tor.cancel')}
            </Button>
          </>
        ) : null}
        <Button look="quiet" disabledWhy={isBusy ? t('tor.busy') : undefined} onClick={() => void look()}>
          {t('tor.look')}
        </Button>
        <Button look="quiet" onClick={() => go('logs', 'tor')}>
          {t('tor.log')}
        </Button>
      </div>
      {isOn ? <Bootstrap tor={tor} /> : null}
      {mode === 'managed' && settings !== null ? (
        <details className="border-t border-line pt-2">
          <summary className="cursor-pointer text-sm font-medium text-soft">{t('tor.bridges')}</summary>
          <p className="pt-2 text-sm text-soft">{t('tor.bridgesText')}</p>
          {(['tor.bridges', 'tor.program', 'tor.extra'] as const).map(key => (
            <SettingControl key={key} setting={key} value={settings[key] as SettingValue} />
          ))}
        </details>
      ) : null}
    </Step>
  )
}

function Programs({ found }: { readonly found: Found | null }): ReactNode {
  const { t } = useI18n()
  if (found === null) return <p className="text-soft">{t('tor.looking')}</p>
  if (found.programs.length === 0) {
    return (
      <div className="rounded-md bg-panel p-3">
        <p className="font-medium">{t('tor.noProgram')}</p>
        <p className="selectable text-sm text-soft">{found.advice}</p>
      </div>
    )
  }
  return (
    <ul className="text-sm text-soft">
      {found.programs.map(program => (
        <li key={program.path} className="truncate">
          <code>{program.path}</code> · {program.version}
        </li>
      ))}
    </ul>
  )
}

function Running({
  found,
  onChoose,
}: {
  readonly found: Found | null
  readonly onChoose: (one: Found['running'][number]) => void
}): ReactNode {
  const { t } = useI18n()
  if (found === null) return <p className="text-soft">{t('tor.looking')}</p>
  if (found.running.length === 0) return <p className="text-soft">{t('tor.noRunning')}</p>
  return (
    <ul className="flex flex-col gap-1.5">
      {found.running.map(one => (
        <li key={one.socks} className="flex items-center gap-3">
          <span className="min-w-0 flex-1">
            {one.title} <code className="text-soft">{one.socks}</code>
            <span className="text-sm text-soft">
              {' '}
              {one.control === null ? t('tor.noControl') : t('tor.withControl', { control: one.control })}
            </span>
          </span>
          <Button onClick={() => onChoose(one)}>{t('tor.choose')}</Button>
        </li>
      ))}
    </ul>
  )
}

function Bootstrap({ tor }: { readonly tor: TorRecord }): ReactNode {
  const { t, rate } = useI18n()
  const present = useNow()
  const isSlow = tor.state === 'bootstrapping' && present - tor.since > SLOW_MS
  return (
    <div className="flex flex-col gap-2" aria-live="polite">
      <div className="flex items-center gap-3">
        <progress
          aria-label={t('tor.bootstrap')}
          max={100}
          value={tor.progress}
          className="h-2 flex-1 overflow-hidden rounded-full bg-panel [&::-webkit-progress-bar]:bg-panel [&::-webkit-progress-value]:bg-accent"
        />
        <span className="num w-12 text-right text-sm">{tor.progress} %</span>
      </div>
      <p className="text-sm text-soft">
        {tor.summary === '' ? t(`tor.state.${tor.state}`) : tor.summary}
        {tor.version === null ? '' : ` · Tor ${tor.version}`}
        {tor.socks === null ? '' : ` · SOCKS ${tor.socks}`}
        {tor.state === 'ready' ? ` · ↓ ${rate(tor.rateIn)} ↑ ${rate(tor.rateOut)}` : ''}
        {tor.restarts > 0 ? ` · ${t('tor.restarts', { count: tor.restarts })}` : ''} · <RelativeTime at={tor.since} />
      </p>
      {isSlow ? <p className="text-sm text-warn">{t('tor.slow')}</p> : null}
      {tor.warning === null ? null : <p className="text-sm text-warn">{tor.warning}</p>}
      {tor.error === null ? null : (
        <div role="alert" className="rounded-md border border-bad p-3 text-sm">
          <p className="font-medium text-bad">{tor.error.text}</p>
          <p>{tor.error.advice}</p>
        </div>
      )}
    </div>
  )
}
