/** The book in figures: tables, kinds, largest groups and sources as bars. */
import type { ReactNode } from 'react'
import type { AddressStats } from '../../../src-preload/contract.ts'
import { useI18n } from '../../i18n/context.tsx'

/** Bars shown in a list. */
const BARS = 5

export function StatsStrip({ stats }: { readonly stats: AddressStats }): ReactNode {
  const { t, number } = useI18n()
  const kinds = Object.entries(stats.byKind).filter(([, count]) => count > 0)
  return (
    <div className="grid shrink-0 grid-cols-[auto_1fr_1fr_1fr] gap-4 px-5 pb-3">
      <dl className="num grid grid-cols-[auto_auto] content-start gap-x-4 gap-y-0.5">
        {(['new', 'tried', 'groups', 'collisions'] as const).map(key => (
          <div key={key} className="contents">
            <dt className="text-soft">{t(`addresses.stats.${key}`)}</dt>
            <dd className="text-right font-medium">{number(stats[key])}</dd>
          </div>
        ))}
      </dl>
      <Bars title={t('addresses.stats.kinds')} rows={kinds.map(([kind, count]) => [kind, count])} total={stats.total} />
      <Bars
        title={t('addresses.stats.topGroups')}
        rows={stats.topGroups.map(({ label, count }) => [label, count])}
        total={stats.total}
      />
      <Bars
        title={t('addresses.stats.topSources')}
        rows={stats.topSources.map(({ source, count }) => [source, count])}
        total={stats.total}
      />
    </div>
  )
}

function Bars({
  title,
  rows,
  total,
}: {
  readonly title: string
  readonly rows: readonly (readonly [string, number])[]
  readonly total: number
}): ReactNode {
  const { number } = useI18n()
  return (
    <section aria-label={title} className="min-w-0">
      <h2 className="mb-1 text-sm font-medium text-soft">{title}</h2>
      <ul className="flex flex-col gap-0.5 text-sm">
        {rows.slice(0, BARS).map(([label, count]) => (
          <li key={label} className="relative flex justify-between gap-2 overflow-hidden rounded-sm px-1.5">
            <span
              aria-hidden="true"
              className="absolute inset-y-0 left-0 bg-chosen"
              style={{ width: `${String((100 * count) / Math.max(1, total))}%` }}
            />
            <span className="relative truncate">{label}</span>
            <span className="num relative">{number(count)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
