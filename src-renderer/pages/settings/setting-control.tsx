/** One setting: its control by type, what it does, its default, and the error at the field. */
import RotateCcw from 'lucide-react/icons/rotate-ccw'
import { useState, type ReactNode } from 'react'
import { SETTINGS, type SettingKey, type SettingSpec } from '../../../src-preload/contract.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { NumberField } from '../../components/number-field.tsx'
import { Select } from '../../components/select.tsx'
import { Switch } from '../../components/switch.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useI18n } from '../../i18n/context.tsx'
import type { I18n } from '../../i18n/i18n.ts'
import type { TextKey } from '../../i18n/texts.ts'
import { AskError, ask } from '../../live/ask.ts'
import { useNetworks } from '../../live/hooks.ts'
import { toast, toastFailure } from '../../shell/ui-store.ts'

export type SettingValue = boolean | number | string | string[]

interface ControlProps {
  readonly setting: SettingKey
  readonly value: SettingValue
}

/** The default in words. */
function defaultText(i18n: I18n, spec: SettingSpec): string {
  if (typeof spec.default === 'boolean') return i18n.t(spec.default ? 'settings.on' : 'settings.off')
  if (spec.type === 'choice') return i18n.t(`settings.choice.${spec.default}` as TextKey)
  const text = Array.isArray(spec.default) ? spec.default.join(', ') : String(spec.default)
  return text === '' ? i18n.t('settings.empty') : text
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

export function SettingControl({ setting, value }: ControlProps): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const spec: SettingSpec = SETTINGS[setting]
  const [error, setError] = useState<string | undefined>(undefined)

  const save = async (next: SettingValue): Promise<void> => {
    if (isSame(next, value)) return
    try {
      await ask('settings.set', { changes: { [setting]: next } })
      setError(undefined)
      toast(t('settings.saved'), () => void save(value))
    } catch (failure) {
      if (failure instanceof AskError)
        setError(failure.details[setting] ?? failure.details['changes'] ?? failure.message)
      else toastFailure(String(failure))
    }
  }
  const label = t(`settings.key.${setting}`)
  const hintText = t(`settings.hint.${setting}`)
  const isChanged = !isSame(value, spec.default)
  const hint = (
    <>
      <span>{hintText} </span>
      <span className="text-faint">{t('settings.default', { value: defaultText(i18n, spec) })}</span>
    </>
  )
  return (
    <div className="flex items-start gap-3 border-b border-line py-3 last:border-b-0" id={`setting-${setting}`}>
      <div className="min-w-0 flex-1" title={t('settings.key', { key: setting })}>
        <Control {...{ spec, value, label, hint, error, save }} />
      </div>
      {isChanged ? (
        <IconButton
          label={t('settings.reset', { value: defaultText(i18n, spec) })}
          Icon={RotateCcw}
          onClick={() => void save(Array.isArray(spec.default) ? [...spec.default] : (spec.default as SettingValue))}
        />
      ) : (
        <span className="w-7 shrink-0" />
      )}
    </div>
  )
}

interface InnerProps {
  readonly spec: SettingSpec
  readonly value: SettingValue
  readonly label: string
  readonly hint: ReactNode
  readonly error: string | undefined
  readonly save: (value: SettingValue) => Promise<void>
}

function Control(props: InnerProps): ReactNode {
  const { t } = useI18n()
  const networks = useNetworks()
  const { spec, value, label, hint, error, save } = props
  switch (spec.type) {
    case 'switch':
      return (
        <>
          <Switch label={label} hint={hint} isOn={value === true} onChange={isOn => void save(isOn)} />
          {error === undefined ? null : (
            <div role="alert" className="text-sm text-bad">
              {error}
            </div>
          )}
        </>
      )
    case 'choice':
      return (
        <Select
          label={label}
          hint={hint}
          error={error}
          value={String(value)}
          onChange={next => void save(next)}
          choices={spec.choices.map(choice => ({ value: choice, label: t(`settings.choice.${choice}` as TextKey) }))}
        />
      )
    case 'number':
      return <NumberControl {...props} spec={spec} />
    case 'text':
      return <TextControl {...props} isSecret={spec.format === 'secret'} />
    case 'list':
      if (spec.format === 'network') {
        const chosen = value as string[]
        return (
          <fieldset>
            <legend className="font-medium">{label}</legend>
            <div className="mb-2 text-sm text-soft">{hint}</div>
            <div className="flex flex-col gap-1.5">
              {networks.map(({ id, title }) => (
                <Switch
                  key={id}
                  label={title}
                  isOn={chosen.includes(id)}
                  onChange={isOn => void save(isOn ? [...chosen, id] : chosen.filter(one => one !== id))}
                />
              ))}
            </div>
          </fieldset>
        )
      }
      return <ListControl {...props} />
    default:
      return spec satisfies never
  }
}

function NumberControl({
  spec,
  value,
  label,
  hint,
  error,
  save,
}: InnerProps & { readonly spec: { min: number; max: number; unit: string } }): ReactNode {
  const { t } = useI18n()
  const [draft, setDraft] = useState<number | null>(null)
  const unit =
    spec.unit === '' ? {} : { unit: t(`settings.unit.${spec.unit === '%' ? 'percent' : spec.unit}` as TextKey) }
  return (
    <NumberField
      label={label}
      hint={hint}
      error={error}
      value={draft ?? Number(value)}
      min={spec.min}
      max={spec.max}
      onChange={setDraft}
      onCommit={() => {
        if (draft !== null) void save(draft).then(() => setDraft(null))
      }}
      {...unit}
    />
  )
}

function TextControl({
  value,
  label,
  hint,
  error,
  save,
  isSecret,
}: InnerProps & { readonly isSecret: boolean }): ReactNode {
  const [draft, setDraft] = useState<string | null>(null)
  return (
    <TextField
      label={label}
      hint={hint}
      error={error}
      isMono
      isSecret={isSecret}
      value={draft ?? String(value)}
      onChange={setDraft}
      onBlur={() => {
        if (draft !== null) void save(draft).then(() => setDraft(null))
      }}
    />
  )
}

function ListControl({ value, label, hint, error, save }: InnerProps): ReactNode {
  const { t } = useI18n()
  const items = value as string[]
  const [draft, setDraft] = useState<string | null>(null)
  const lines = (text: string): string[] =>
    text
      .split('\n')
      .map(line => line.trim())
      .filter(line => line !== '')
  return (
    <div className="flex flex-col gap-2">
      <TextField
        label={label}
        hint={
          <>
            {hint} <span className="text-faint">{t('settings.items')}</span>
          </>
        }
        error={error}
        isMono
        rows={Math.min(8, Math.max(2, items.length + 1))}
        value={draft ?? items.join('\n')}
        onChange={setDraft}
      />
      {draft === null || isSame(lines(draft), items) ? null : (
        <div className="flex gap-2">
          <Button look="primary" onClick={() => void save(lines(draft)).then(() => setDraft(null))}>
            {t('settings.apply')}
          </Button>
          <Button onClick={() => setDraft(null)}>{t('action.cancel')}</Button>
        </div>
      )}
    </div>
  )
}
