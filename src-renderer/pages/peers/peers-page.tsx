/** The Peers page. */
import type { ReactNode } from 'react'
import { Page } from '../../components/page.tsx'
import { useI18n } from '../../i18n/context.tsx'

export function PeersPage(): ReactNode {
  const { t } = useI18n()
  return <Page title={t('page.peers')} />
}
