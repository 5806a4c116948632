/** Which limit is how full and which setting moves it, and how often each kind of refusal was given since the start. */
import type { ReactNode } from 'react'
import { SETTING_KEYS, type SettingKey, type SlotRecord } from '../../../src-preload/contract.ts'
import { Button } from '../../components/button.tsx'
import { Section } from '../../components/page.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useLive, useNetworks } from '../../live/hooks.ts'
import { go } from '../../shell/ui-store.ts'
import { codeText } from './code-text.ts'

export function LimitsPart(): ReactNode {
  const i18n = useI18n()
  const { t, number } = i18n
  const slots = useLive(state => state.slots)
  const refusals = useLive(state => state.refusals)
  const networks = useNetworks().filter(network => network.isOn)
  const rows = Object.entries(refusals).toSorted((a, b) => b[1] - a[1])
  const most = rows[0]?.[1] ?? 1
  return (
    <div className="flex flex-col gap-4 p-5">
      {networks.map(network => (
        <Section key={network.id} title={network.title}>
          <ul className="flex flex-col gap-3">
            {slots
              .filter(slot => slot.network === network.id)
              .map(slot => (
                <Slot key={slot.kind} slot={slot} />
              ))}
          </ul>
        </Section>
      ))}
      <Section title={t('connections.refusals')}>
        {rows.length === 0 ? (
          <p className="text-soft">{t('connections.refusals.none')}</p>
        ) : (
          <table className="w-full">
            <thead className="sr-only">
              <tr>
                <th>{t('connections.column.reason')}</th>
                <th>{t('connections.column.code')}</th>
                <th>{t('connections.refusals')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(([code, count]) => (
                <tr key={code}>
                  <td className="w-72 py-0.5 pr-4">{codeText(i18n, code, null)}</td>
                  <td className="selectable w-44 pr-4 font-mono text-sm text-soft">{code}</td>
                  <td>
                    <span className="flex items-center gap-3">
                      <span className="num w-16 text-right">{number(count)}</span>
                      <Bar share={count / most} tone="bg-edge" />
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Section>
    </div>
  )
}

function isSetting(key: string | null): key is SettingKey {
  return SETTING_KEYS.some(each => each === key)
}

function Slot({ slot }: { readonly slot: SlotRecord }): ReactNode {
  const { t, number } = useI18n()
  const { kind, used, limit, setting } = slot
  const isFull = limit > 0 && used >= limit
  return (
    <li className="grid grid-cols-[minmax(180px,1fr)_minmax(120px,1.2fr)_128px_210px] items-center gap-4">
      <span>
        {t(`connections.slot.${kind}`)}
        <span className="block text-sm text-soft">{t(`connections.slot.hint.${kind}`)}</span>
      </span>
      <Bar share={used / Math.max(1, limit)} tone="bg-accent" />
      <span className="num">
        {t('connections.slot.of', { used: number(used), limit: number(limit) })}
        {isFull ? <span className="ml-2 text-sm text-soft">{t('connections.slot.full')}</span> : null}
      </span>
      <span className="text-right">
        {isSetting(setting) ? (
          <Button hint={t('connections.slot.change')} onClick={() => go('settings', setting)}>
            {t(`settings.key.${setting}`)}
          </Button>
        ) : (
          <span className="text-sm text-faint">{t('connections.slot.noSetting')}</span>
        )}
      </span>
    </li>
  )
}

function Bar({ share, tone }: { readonly share: number; readonly tone: string }): ReactNode {
  return (
    <span aria-hidden="true" className="block h-1.5 w-full overflow-hidden rounded-full bg-line">
      <span className={`block h-full rounded-full ${tone}`} style={{ width: `${String(Math.min(1, share) * 100)}%` }} />
    </span>
  )
}
