/** Values as people read them, each a small component: times that tick, sizes, rates, addresses. */
import type { ReactNode } from 'react'
import { useI18n } from '../i18n/context.tsx'
import { useNow } from '../live/clock.ts'
import { middleEllipsis, plainText } from './text.ts'

/** A point in time, relative; the exact one on hover. */
export function RelativeTime({ at }: { readonly at: number }): ReactNode {
  const { relative, exact } = useI18n()
  const present = useNow()
  return (
    <time dateTime={new Date(at).toISOString()} title={exact(at)}>
      {relative(at, present)}
    </time>
  )
}

/** How long since, or until: `3 min 20 s`; the exact time on hover. */
export function Age({ since }: { readonly since: number }): ReactNode {
  const { duration, exact } = useI18n()
  const present = useNow()
  return (
    <time dateTime={new Date(since).toISOString()} title={exact(since)} className="num truncate">
      {duration(Math.abs(present - since))}
    </time>
  )
}

export function Bytes({ value }: { readonly value: number }): ReactNode {
  const { bytes, number } = useI18n()
  return <span title={`${number(value)} B`}>{bytes(value)}</span>
}

/** Bytes a second; nothing at all is drawn faint. */
export function Rate({ value }: { readonly value: number }): ReactNode {
  const { rate } = useI18n()
  return <span className={value < 0.5 ? 'text-faint' : ''}>{rate(value)}</span>
}

/** An address: long ones (onion, i2p) shortened in the middle, whole on hover. Copy it by the row's menu. */
export function AddressText({ address, max = 40 }: { readonly address: string; readonly max?: number }): ReactNode {
  const shown = middleEllipsis(address, max)
  return (
    <span className="truncate font-mono text-sm" title={address}>
      {shown}
    </span>
  )
}

interface ForeignProps {
  readonly text: string
  /** May take several lines instead of being cut. */
  readonly isWrapped?: boolean
}

/** A text a stranger chose: no control characters, its own direction. */
export function Foreign({ text, isWrapped = false }: ForeignProps): ReactNode {
  const plain = plainText(text)
  return (
    <bdi className={isWrapped ? 'break-words' : 'truncate'} title={isWrapped ? undefined : plain}>
      {plain}
    </bdi>
  )
}
