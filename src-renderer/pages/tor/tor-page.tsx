/** Tor and the other ways out: three steps to set Tor up, the onion service, circuits, proxies, and the ledger. */
import type { ReactNode } from 'react'
import { Badge } from '../../components/badge.tsx'
import { Page } from '../../components/page.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useLive } from '../../live/hooks.ts'
import { CarriesPart } from './carries-part.tsx'
import { CircuitsPart } from './circuits-part.tsx'
import { LedgerPart } from './ledger-part.tsx'
import { OnionPart } from './onion-part.tsx'
import { ProxiesPart } from './proxies-part.tsx'
import { SourcePart } from './source-part.tsx'
import { TestPart } from './test-part.tsx'

export function TorPage(): ReactNode {
  const { t } = useI18n()
  const tor = useLive(state => state.tor)
  const isRed = useLive(state => (state.ledger?.contradictions.length ?? 0) > 0)
  if (tor === null) return <Page title={t('page.tor')} />
  return (
    <Page title={t('page.tor')} aside={isRed ? <Badge tone="bad">{t('tor.ledger.contradicted')}</Badge> : null}>
      <Tabs
        label={t('page.tor')}
        tabs={[
          {
            id: 'setup',
            title: t('tor.tab.setup'),
            content: (
              <div className="mx-auto flex w-full max-w-3xl flex-col gap-4 p-5">
                <SourcePart tor={tor} />
                <CarriesPart tor={tor} />
                <TestPart tor={tor} />
                <section aria-label={t('tor.plain.title')} className="flex flex-col gap-2 px-1 text-soft">
                  <h2 className="font-semibold text-ink">{t('tor.plain.title')}</h2>
                  <p>{t('tor.plain.hides')}</p>
                  <p>{t('tor.plain.hidesNot')}</p>
                  <p>{t('tor.plain.advice')}</p>
                </section>
              </div>
            ),
          },
          { id: 'onion', title: t('tor.tab.onion'), content: <OnionPart tor={tor} /> },
          { id: 'circuits', title: t('tor.tab.circuits'), content: <CircuitsPart tor={tor} /> },
          { id: 'proxies', title: t('tor.tab.proxies'), content: <ProxiesPart /> },
          { id: 'ledger', title: t('tor.tab.ledger'), content: <LedgerPart /> },
        ]}
      />
    </Page>
  )
}
