/** What needs attention: each notice with its severity by shape and word, a sentence, and buttons that do something. */
import type { ReactNode } from 'react'
import type { Notice } from '../../../src-preload/contract.ts'
import { Badge, type Tone } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { Section } from '../../components/page.tsx'
import { plainText } from '../../components/text.ts'
import { RelativeTime } from '../../components/values.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useNetworks, useNotices } from '../../live/hooks.ts'
import { noticeActions } from './notice-actions.ts'
import { noticeText } from './notice-text.ts'

const TONES: Record<Notice['severity'], Tone> = { info: 'plain', warning: 'warn', danger: 'bad' }

export function Attention(): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const notices = useNotices()
  const networks = useNetworks()
  return (
    <Section title={t('overview.attention')}>
      {notices.length === 0 ? (
        <Badge tone="good">{t('overview.attention.none')}</Badge>
      ) : (
        <ul className="-my-2 divide-y divide-line">
          {notices.map(notice => (
            <li key={notice.id} className="flex flex-col gap-1.5 py-2.5">
              <div className="flex items-center justify-between gap-3 text-sm">
                <Badge tone={TONES[notice.severity]}>{t(`overview.severity.${notice.severity}`)}</Badge>
                <span className="text-faint">
                  <RelativeTime at={notice.since} />
                </span>
              </div>
              <p className="selectable break-words">{plainText(noticeText(i18n, notice, networks))}</p>
              <div className="flex flex-wrap gap-2">
                {noticeActions(i18n, notice).map(action => (
                  <Button key={action.label} onClick={action.run}>
                    {action.label}
                  </Button>
                ))}
              </div>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}
