/** Two parts of a peer's details: its messages by kind, and what happened to it. */
import type { ReactNode } from 'react'
import type { PeerDetail } from '../../../src-preload/contract.ts'
import { Foreign } from '../../components/values.tsx'
import { useI18n } from '../../i18n/context.tsx'

export function MessageTable({ messages }: { readonly messages: PeerDetail['messages'] }): ReactNode {
  const { t, number, bytes } = useI18n()
  if (messages.length === 0) return <p className="text-soft">{t('peers.message.none')}</p>
  const sorted = [...messages].sort((a, b) => b.bytesIn + b.bytesOut - a.bytesIn - a.bytesOut)
  return (
    <table className="num w-full text-right text-sm">
      <thead className="text-soft">
        <tr>
          <th scope="col" className="pb-1 text-left font-medium">
            {t('peers.message.kind')}
          </th>
          <th scope="col" colSpan={2} className="pb-1 font-medium">
            {t('peers.column.bytesIn')}
          </th>
          <th scope="col" colSpan={2} className="pb-1 font-medium">
            {t('peers.column.bytesOut')}
          </th>
        </tr>
      </thead>
      <tbody>
        {sorted.map(message => (
          <tr key={message.kind} className="border-t border-line/60">
            <th scope="row" className="max-w-32 truncate py-0.5 text-left font-mono font-normal">
              <Foreign text={message.kind} />
            </th>
            <td className="pl-2">{number(message.countIn)}</td>
            <td className="w-20 text-soft">{bytes(message.bytesIn)}</td>
            <td className="pl-2">{number(message.countOut)}</td>
            <td className="w-20 text-soft">{bytes(message.bytesOut)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Newest first: what just happened is what one looks for. */
export function Timeline({ events }: { readonly events: PeerDetail['timeline'] }): ReactNode {
  const { clock, exact } = useI18n()
  return (
    <ol className="flex flex-col gap-1">
      {events.toReversed().map((event, index) => (
        <li key={`${String(event.at)} ${String(events.length - index)}`} className="flex gap-3">
          <time className="num shrink-0 text-soft" title={exact(event.at)} dateTime={new Date(event.at).toISOString()}>
            {clock(event.at)}
          </time>
          <span className="selectable min-w-0 break-words">
            <Foreign isWrapped text={event.text} />
          </span>
        </li>
      ))}
    </ol>
  )
}
