/** Step 3: the test, step by step, each result in words. */
import { useState, type ReactNode } from 'react'
import type { TorCheck, TorRecord } from '../../../src-preload/contract.ts'
import { Badge, type Tone } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { ask } from '../../live/ask.ts'
import { useLive } from '../../live/hooks.ts'
import { perform } from '../../shell/perform.ts'
import { Step } from './step.tsx'

const TONES: Record<TorCheck['state'], Tone> = {
  waiting: 'plain',
  running: 'accent',
  passed: 'good',
  failed: 'bad',
  skipped: 'plain',
}

function verdictOf(checks: readonly TorCheck[]): readonly [Tone, 'never' | 'running' | 'failed' | 'passed'] {
  if (checks.length === 0) return ['plain', 'never']
  if (checks.some(check => check.state === 'running' || check.state === 'waiting')) return ['accent', 'running']
  return checks.some(check => check.state === 'failed') ? ['bad', 'failed'] : ['good', 'passed']
}

export function TestPart({ tor }: { readonly tor: TorRecord }): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const checks = useLive(state => state.torTest)
  const [name, setName] = useState('')
  const [tone, verdict] = verdictOf(checks)
  return (
    <Step number={3} title={t('tor.test.title')} tone={tone} state={t(`tor.test.${verdict}`)}>
      <p className="text-soft">{t('tor.test.text')}</p>
      <div className="flex items-end gap-3">
        <div className="w-72">
          <TextField
            label={t('tor.test.name')}
            value={name}
            onChange={setName}
            isMono
            maxLength={253}
            placeholder="example.org"
          />
        </div>
        <Button
          look="primary"
          disabledWhy={
            tor.mode === 'off' ? t('tor.carries.first') : verdict === 'running' ? t('tor.test.running') : undefined
          }
          onClick={() => void perform(i18n, ask('tor.test', name.trim() === '' ? {} : { lookup: name.trim() }))}
        >
          {t('tor.test.run')}
        </Button>
      </div>
      {checks.length === 0 ? null : (
        <ul className="flex flex-col" aria-live="polite">
          {checks.map(check => (
            <li key={check.name} className="flex items-baseline gap-3 border-t border-line py-1.5">
              <span className="w-44 shrink-0 font-medium">{t(`tor.test.check.${check.name}`)}</span>
              <span className="w-24 shrink-0">
                <Badge tone={TONES[check.state]}>{t(`tor.test.state.${check.state}`)}</Badge>
              </span>
              <span className="selectable min-w-0 flex-1 text-sm text-soft">{check.text}</span>
              <span className="num w-16 shrink-0 text-right text-sm text-faint">
                {check.ms === null ? '' : `${i18n.number(check.ms)} ms`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Step>
  )
}
