/** A state as a word with a shape: the shape differs by tone, so that colour is never the only sign. */
import type { ReactNode } from 'react'

export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'accent'

const TONES: Record<Tone, string> = {
  plain: 'text-soft',
  good: 'text-good',
  warn: 'text-warn',
  bad: 'text-bad',
  accent: 'text-accent',
}
/** Disc, triangle, square, ring and diamond on a 10 by 10 field. */
const SHAPES: Record<Tone, string> = {
  plain: 'M5 1.5a3.5 3.5 0 1 1 0 7a3.5 3.5 0 0 1 0-7Zm0 1.500a2 2 0 1 0 0 4a2 2 0 0 0 0-4Z',
  good: 'M5 1.500a3.5 3.5 0 1 1 0 7a3.5 3.5 0 0 1 0-7Z',
  warn: 'M5 1l4.3 7.800H.7Z',
  bad: 'M1.7 1.700h6.600v6.600H1.700Z',
  accent: 'M5 .8L9.2 5L5 9.200L.8 5Z',
}

export function Badge({ tone = 'plain', children }: { readonly tone?: Tone; readonly children: ReactNode }): ReactNode {
  return (
    <span className={`inline-flex items-center gap-1.5 whitespace-nowrap ${TONES[tone]}`}>
      <svg width="9" height="9" viewBox="0 0 10 10" aria-hidden="true" className="shrink-0">
        <path d={SHAPES[tone]} fill="currentColor" fillRule="evenodd" />
      </svg>
      {children}
    </span>
  )
}
