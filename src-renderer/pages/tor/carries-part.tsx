/** Step 2: what goes through Tor, shown cell by cell before it is applied. */
import { useEffect, useState, type ReactNode } from 'react'
import type { Input, Output, TorRecord } from '../../../src-preload/contract.ts'
import type { Tone } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { Choices } from '../../components/choices.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { ask } from '../../live/ask.ts'
import { useSettings } from '../../live/hooks.ts'
import { perform } from '../../shell/perform.ts'
import { SettingControl, type SettingValue } from '../settings/setting-control.tsx'
import { PolicyTable } from './policy-table.tsx'
import { Step } from './step.tsx'

type Carries = TorRecord['carries']
type Changed = Output<'tor.use'>['changed']

/** The badge tells usable and everything apart. */
function decideBadge(tor: TorRecord): readonly [Tone, 'everything' | 'everythingBlocked' | 'onion' | 'nothing'] {
  if (tor.mode === 'off' || tor.carries === 'nothing') return ['plain', 'nothing']
  if (tor.carries === 'onion') return [tor.state === 'ready' ? 'good' : 'warn', 'onion']
  return tor.state === 'ready' ? ['good', 'everything'] : ['warn', 'everythingBlocked']
}

export function CarriesPart({ tor }: { readonly tor: TorRecord }): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const settings = useSettings()
  const [carries, setCarries] = useState<Carries>(tor.carries)
  const [table, setTable] = useState<Output<'routes.table'> | null>(null)
  const [changed, setChanged] = useState<Changed | null>(null)
  useEffect(() => setCarries(tor.carries), [tor.carries])
  useEffect(() => {
    const changes: Input<'routes.table'>['changes'] = { 'tor.carries': carries }
    void perform(i18n, ask('routes.table', { changes })).then(answer => answer === undefined || setTable(answer))
  }, [i18n, carries, settings, tor.mode, tor.state])
  const apply = async (): Promise<void> => {
    const answer = await perform(i18n, ask('tor.use', { mode: tor.mode, carries }))
    if (answer !== undefined) setChanged(answer.changed)
  }
  const [tone, word] = decideBadge(tor)
  return (
    <Step number={2} title={t('tor.carries.title')} tone={tone} state={t(`tor.carries.badge.${word}`)}>
      <fieldset>
        <legend className="sr-only">{t('tor.carries.title')}</legend>
        <Choices
          value={carries}
          onChange={value => {
            setCarries(value)
            setChanged(null)
          }}
          choices={(['everything', 'onion', 'nothing'] as const).map(value => ({
            value,
            label: t(`settings.choice.${value}`),
            hint: t(`tor.carries.${value}Hint`),
          }))}
        />
      </fieldset>
      {table === null ? null : <PolicyTable table={table} />}
      {carries === tor.carries ? null : (
        <div className="flex gap-2">
          <Button
            look="primary"
            disabledWhy={tor.mode === 'off' ? t('tor.carries.first') : undefined}
            onClick={() => void apply()}
          >
            {t('settings.apply')}
          </Button>
          <Button onClick={() => setCarries(tor.carries)}>{t('action.cancel')}</Button>
        </div>
      )}
      {changed === null || changed.length === 0 ? null : (
        <div role="status" className="rounded-md bg-panel p-3 text-sm">
          <p className="font-medium">{t('tor.carries.changed')}</p>
          <ul>
            {changed.map(one => (
              <li key={one.key}>
                <code>{one.key}</code>: {one.from} → {one.to}
              </li>
            ))}
          </ul>
        </div>
      )}
      {settings === null ? null : (
        <div className="border-t border-line">
          {(['routes.isolation', 'routes.onion', 'routes.systemDnsForSeeds'] as const).map(key => (
            <SettingControl key={key} setting={key} value={settings[key] as SettingValue} />
          ))}
        </div>
      )}
    </Step>
  )
}
