/** The Settings page: drawn from the contract's metadata, with the rules, the browser sessions and what this is. */
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { SETTINGS, SETTING_KEYS, type SettingKey, type SettingSpec } from '../../../src-preload/contract.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Page, Section } from '../../components/page.tsx'
import { SearchField } from '../../components/search-field.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { ask, platform } from '../../live/ask.ts'
import { useSettings } from '../../live/hooks.ts'
import { saveText } from '../../shell/files.ts'
import { perform } from '../../shell/perform.ts'
import { toast, useUi } from '../../shell/ui-store.ts'
import { AboutPart, DoorPart } from './about-part.tsx'
import { RulesEditor } from './rules-editor.tsx'
import { SettingControl, type SettingValue } from './setting-control.tsx'

const GROUPS: readonly SettingSpec['group'][] = [
  'network',
  'limits',
  'routes',
  'tor',
  'reputation',
  'appearance',
  'log',
  'advanced',
]

export function SettingsPage(): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const settings = useSettings()
  const [text, setText] = useState('')
  const [isAsking, setAsking] = useState(false)
  const file = useRef<HTMLInputElement>(null)
  const focus = useUi(state => state.focus)
  useEffect(() => {
    if (focus !== null)
      document.querySelector(`[id="setting-${CSS.escape(focus.id)}"]`)?.scrollIntoView({ block: 'center' })
  }, [focus])

  const found = useMemo(() => {
    const wanted = text.trim().toLowerCase()
    const matches = (key: SettingKey): boolean =>
      `${key} ${t(`settings.key.${key}`)} ${t(`settings.hint.${key}`)}`.toLowerCase().includes(wanted)
    return SETTING_KEYS.filter(key => wanted === '' || matches(key))
  }, [text, t])

  const take = async (chosen: File | undefined): Promise<void> => {
    if (chosen === undefined) return
    const answer = await perform(
      i18n,
      chosen.text().then(content => ask('settings.import', { text: content })),
    )
    if (answer !== undefined) toast(t('settings.imported'))
  }
  const isWhole = text.trim() === ''
  return (
    <Page
      title={t('page.settings')}
      aside={<SearchField label={t('settings.search')} value={text} onChange={setText} />}
      actions={
        <>
          <Button
            onClick={() =>
              void perform(i18n, ask('settings.export', {})).then(
                answer => answer && saveText(i18n, 'warren-settings.json', answer.text),
              )
            }
          >
            {t('settings.export')}
          </Button>
          <Button onClick={() => file.current?.click()}>{t('settings.import')}</Button>
          <Button onClick={() => setAsking(true)}>{t('settings.resetAll')}</Button>
          <input
            ref={file}
            type="file"
            accept=".json,application/json"
            aria-label={t('settings.import')}
            className="hidden"
            onChange={event => {
              void take(event.target.files?.[0])
              event.target.value = ''
            }}
          />
        </>
      }
    >
      <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-8" tabIndex={-1}>
        <div className="mx-auto flex max-w-3xl flex-col gap-4">
          {settings === null || found.length > 0 ? null : <p className="text-soft">{t('settings.nothing')}</p>}
          {settings === null
            ? null
            : GROUPS.map(group => {
                const keys = found.filter(key => SETTINGS[key].group === group)
                return keys.length === 0 ? null : (
                  <Section key={group} title={t(`settings.group.${group}`)}>
                    {keys.map(key => (
                      <SettingControl key={key} setting={key} value={settings[key] as SettingValue} />
                    ))}
                  </Section>
                )
              })}
          {isWhole ? (
            <>
              <Section title={t('settings.group.rules')}>
                <RulesEditor />
              </Section>
              {platform().shell === 'headless' ? (
                <Section title={t('settings.group.door')}>
                  <DoorPart />
                </Section>
              ) : null}
              <Section title={t('settings.group.about')}>
                <AboutPart />
              </Section>
            </>
          ) : null}
        </div>
      </div>
      {isAsking ? (
        <Dialog
          title={t('settings.resetAll')}
          onClose={() => setAsking(false)}
          actions={
            <>
              <Button onClick={() => setAsking(false)}>{t('action.cancel')}</Button>
              <Button
                look="danger"
                onClick={() => {
                  setAsking(false)
                  void perform(i18n, ask('settings.reset', { keys: [] }))
                }}
              >
                {t('settings.resetAll')}
              </Button>
            </>
          }
        >
          <p>{t('settings.resetAllAsk')}</p>
        </Dialog>
      ) : null}
    </Page>
  )
}
