/** Which limit is how full, where to move it, and how often each kind of refusal was given. */
import type { ReactNode } from 'react'
import { Button } from '../../components/button.tsx'
import { Section } from '../../components/page.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useLive, useNetworks } from '../../live/hooks.ts'
import { go } from '../../shell/ui-store.ts'

export function LimitsPart(): ReactNode {
  const { t, number } = useI18n()
  const slots = useLive(state => state.slots)
  const refusals = useLive(state => state.refusals)
  const networks = useNetworks().filter(network => network.isOn)
  const rows = Object.entries(refusals).toSorted((a, b) => b[1] - a[1])
  return (
    <div className="flex flex-col gap-4 p-5">
      {networks.map(network => (
        <Section key={network.id} title={network.title}>
          <ul className="flex flex-col gap-2">
            {slots
              .filter(slot => slot.network === network.id)
              .map(({ kind, used, limit, setting }) => (
                <li key={kind} className="grid grid-cols-[10rem_1fr_7rem_8rem] items-center gap-3">
                  <span>{t(`connections.slot.${kind}`)}</span>
                  <span aria-hidden="true" className="h-1.5 overflow-hidden rounded-full bg-panel">
                    <span
                      className="block h-full bg-accent"
                      style={{ width: `${String(Math.min(100, (100 * used) / Math.max(1, limit)))}%` }}
                    />
                  </span>
                  <span className="num text-right">
                    {t('connections.slot.of', { used: number(used), limit: number(limit) })}
                  </span>
                  {setting === null ? (
                    <span />
                  ) : (
                    <Button onClick={() => go('settings', setting)}>{t('connections.slot.change')}</Button>
                  )}
                </li>
              ))}
          </ul>
        </Section>
      ))}
      <Section title={t('connections.refusals')}>
        {rows.length === 0 ? (
          <p className="text-soft">{t('connections.refusals.none')}</p>
        ) : (
          <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1">
            {rows.map(([code, count]) => (
              <div key={code} className="contents">
                <dt className="font-mono text-sm">{code}</dt>
                <dd className="num">{number(count)}</dd>
              </div>
            ))}
          </dl>
        )}
      </Section>
    </div>
  )
}
