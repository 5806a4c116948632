/** Why an address would or would not be dialed now: every check with its verdict. */
import Check from 'lucide-react/icons/check'
import X from 'lucide-react/icons/x'
import { useEffect, useState, type ReactNode } from 'react'
import type { Output } from '../../../src-preload/contract.ts'
import { Badge } from '../../components/badge.tsx'
import { Drawer, DrawerPart, Facts } from '../../components/drawer.tsx'
import { AddressText } from '../../components/values.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { ask } from '../../live/ask.ts'
import { perform } from '../../shell/perform.ts'

interface ExplainProps {
  readonly network: string
  readonly address: string
  readonly onClose: () => void
}

export function ExplainDrawer({ network, address, onClose }: ExplainProps): ReactNode {
  const i18n = useI18n()
  const { t, percent, exact } = i18n
  const [answer, setAnswer] = useState<Output<'addresses.explain'> | null>(null)
  useEffect(() => {
    let isGone = false
    void perform(i18n, ask('addresses.explain', { network, address })).then(got => {
      if (!isGone && got !== undefined) setAnswer(got)
    })
    return () => {
      isGone = true
    }
  }, [i18n, network, address])
  const record = answer?.record ?? null
  const time = (at: number | null): string | null => (at === null ? null : exact(at))
  return (
    <Drawer title={<AddressText address={address} />} label={`${t('addresses.explain')}: ${address}`} onClose={onClose}>
      {answer === null ? null : (
        <>
          <DrawerPart
            title={t('addresses.explain')}
            aside={
              <Badge tone={answer.mayDial ? 'good' : 'warn'}>
                {t(answer.mayDial ? 'addresses.explain.yes' : 'addresses.explain.no')}
              </Badge>
            }
          >
            <ul className="flex flex-col gap-1.5">
              {answer.checks.map((check, index) => (
                <li key={`${check.check} ${String(index)}`} className="flex items-start gap-2">
                  <span className={check.passes ? 'text-good' : 'text-bad'}>
                    {check.passes ? (
                      <Check size={14} aria-label={t('addresses.passes')} />
                    ) : (
                      <X size={14} aria-label={t('addresses.fails')} />
                    )}
                  </span>
                  <span>{check.text}</span>
                </li>
              ))}
            </ul>
          </DrawerPart>
          <DrawerPart title={t('addresses.explain.places')}>
            <Facts
              facts={[
                [t('addresses.explain.chance'), percent(answer.chance, 1)],
                [t('addresses.column.group'), record?.group ?? null, t('addresses.explain.unknown')],
                [t('addresses.column.source'), record?.source ?? null, t('addresses.explain.unknown')],
                [t('addresses.column.seen'), time(record?.seenAt ?? null)],
                [t('addresses.column.tried'), time(record?.lastTryAt ?? null), t('value.never')],
                [t('addresses.column.success'), time(record?.lastSuccessAt ?? null), t('value.never')],
                [t('addresses.column.failures'), record === null ? null : String(record.failures)],
              ]}
            />
            <ul className="num mt-2 text-sm text-soft">
              {answer.buckets.map(place => (
                <li key={`${place.table} ${String(place.bucket)} ${String(place.position)}`}>
                  {t('addresses.explain.place', {
                    table: t(`addresses.table.${place.table}`),
                    bucket: place.bucket,
                    position: place.position,
                  })}
                </li>
              ))}
            </ul>
          </DrawerPart>
        </>
      )}
    </Drawer>
  )
}
