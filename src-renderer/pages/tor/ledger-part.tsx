/** The privacy ledger: which way everything went, what was refused to keep the policy, and red if the two ever differ. */
import type { ReactNode } from 'react'
import { Badge } from '../../components/badge.tsx'
import { Facts } from '../../components/drawer.tsx'
import { Section } from '../../components/page.tsx'
import { AddressText } from '../../components/values.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useLive } from '../../live/hooks.ts'

export function LedgerPart(): ReactNode {
  const { t, number, exact } = useI18n()
  const ledger = useLive(state => state.ledger)
  if (ledger === null) return null
  const isRed = ledger.contradictions.length > 0
  return (
    <div className="mx-auto flex w-full max-w-5xl flex-col gap-4 p-5">
      <Section
        title={t('tor.ledger.title')}
        aside={<Badge tone={isRed ? 'bad' : 'good'}>{t(isRed ? 'tor.ledger.contradicted' : 'tor.ledger.kept')}</Badge>}
      >
        {isRed ? (
          <ul role="alert" className="mb-3 rounded-md border border-bad p-3 text-sm text-bad">
            {ledger.contradictions.map(one => (
              <li key={`${one.at} ${one.text}`}>
                {exact(one.at)} {one.text}
              </li>
            ))}
          </ul>
        ) : null}
        <p className="pb-3 text-sm text-soft">{t('tor.ledger.text')}</p>
        <div className="grid gap-6 sm:grid-cols-2">
          <Facts
            facts={[
              ...Object.entries(ledger.dials).map(
                ([route, count]) => [t('tor.ledger.dials', { route }), number(count)] as const,
              ),
              ...Object.entries(ledger.lookups).map(
                ([route, count]) => [t('tor.ledger.lookups', { route }), number(count)] as const,
              ),
              [t('tor.ledger.refused'), number(ledger.refused)] as const,
            ]}
          />
          <ul className="text-sm text-soft">
            {ledger.refusals.map(({ reason, count }) => (
              <li key={reason} className="flex gap-3">
                <span className="num w-12 shrink-0 text-right">{number(count)}</span>
                <span>{reason}</span>
              </li>
            ))}
          </ul>
        </div>
      </Section>
      <Section title={t('tor.ledger.latest')}>
        {ledger.entries.length === 0 ? <p className="text-soft">{t('tor.ledger.empty')}</p> : null}
        <table className="w-full text-left text-sm">
          <tbody>
            {ledger.entries.map(entry => (
              <tr key={entry.id} className="border-t border-line align-top first:border-t-0">
                <td className="num w-44 py-1 text-soft">{exact(entry.at)}</td>
                <td className="w-20 py-1">{t(`tor.ledger.kind.${entry.kind}`)}</td>
                <td className="py-1 pr-3 text-soft">{entry.network}</td>
                <td className="py-1 pr-3">
                  <AddressText address={entry.target} />
                </td>
                <td className="w-24 py-1">
                  {entry.route === 'refused' ? <Badge tone="warn">{t('tor.ledger.no')}</Badge> : entry.route}
                </td>
                <td className="py-1 text-soft">{entry.reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
    </div>
  )
}
