/** The rules of the ban score: what each adds, whether it is on, how often it was applied. */
import { useEffect, useState, type ReactNode } from 'react'
import type { RuleRecord } from '../../../src-preload/contract.ts'
import { Button } from '../../components/button.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { ask } from '../../live/ask.ts'
import { perform } from '../../shell/perform.ts'

const CELL = 'h-7 w-20 rounded-md border border-edge bg-canvas px-2 text-right num'

export function RulesEditor(): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const [rules, setRules] = useState<readonly RuleRecord[]>([])
  useEffect(() => {
    void perform(i18n, ask('rules.list', {})).then(answer => answer === undefined || setRules(answer.rules))
  }, [i18n])
  const change = async (rule: RuleRecord, part: Partial<RuleRecord>): Promise<void> => {
    const { name, persistent, transient, isOn } = { ...rule, ...part }
    const answer = await perform(i18n, ask('rules.set', { name, persistent, transient, isOn }))
    if (answer !== undefined) setRules(held => held.map(one => (one.name === name ? answer.rule : one)))
  }
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-center justify-between gap-3">
        <p className="text-soft">{t('settings.rules.text')}</p>
        <Button
          onClick={() =>
            void perform(i18n, ask('rules.reset', {})).then(answer => answer === undefined || setRules(answer.rules))
          }
        >
          {t('settings.rules.reset')}
        </Button>
      </div>
      <table className="w-full text-left">
        <thead className="text-sm text-soft">
          <tr>
            <th className="py-1 font-medium">{t('settings.rules.on')}</th>
            <th className="py-1 font-medium">{t('settings.rules.name')}</th>
            <th className="py-1 pr-2 text-right font-medium">{t('settings.rules.persistent')}</th>
            <th className="py-1 pr-2 text-right font-medium">{t('settings.rules.transient')}</th>
            <th className="py-1 text-right font-medium">{t('settings.rules.hits')}</th>
          </tr>
        </thead>
        <tbody>
          {rules.map(rule => (
            <tr key={rule.name} className="border-t border-line align-top">
              <td className="py-2">
                <input
                  type="checkbox"
                  aria-label={`${t('settings.rules.on')}: ${rule.name}`}
                  checked={rule.isOn}
                  onChange={event => void change(rule, { isOn: event.target.checked })}
                />
              </td>
              <td className="py-2 pr-3">
                <div className="font-mono text-sm">{rule.name}</div>
                <div className="text-sm text-soft">{rule.summary}</div>
              </td>
              {(['persistent', 'transient'] as const).map(part => (
                <td key={part} className="py-2 pr-2 text-right">
                  <input
                    key={rule[part]}
                    type="number"
                    min={0}
                    max={100_000}
                    aria-label={`${t(`settings.rules.${part}`)}: ${rule.name}`}
                    defaultValue={rule[part]}
                    onBlur={event => {
                      const value = Number(event.target.value)
                      if (event.target.value !== '' && value !== rule[part]) void change(rule, { [part]: value })
                    }}
                    className={CELL}
                  />
                </td>
              ))}
              <td className="num py-2 text-right">{i18n.number(rule.hits)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
