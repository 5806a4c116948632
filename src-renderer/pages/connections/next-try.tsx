/** When the next dial is due, counted down by the second; the exact time on hover. */
import type { ReactNode } from 'react'
import { useI18n } from '../../i18n/context.tsx'
import { useNow } from '../../live/clock.ts'

export function NextTry({ at }: { readonly at: number }): ReactNode {
  const { t, duration, exact } = useI18n()
  const left = at - useNow()
  return (
    <time dateTime={new Date(at).toISOString()} title={exact(at)} className="num truncate">
      {left < 1000 ? t('connections.next.due') : t('connections.next.in', { time: duration(left) })}
    </time>
  )
}
