/** A ban score as a bar towards the line, with the number. Its tone has a word for those who do not see colour. */
import type { ReactNode } from 'react'

interface ScoreBarProps {
  readonly score: number
  readonly warnAt: number
  readonly banAbove: number
}

export function ScoreBar({ score, warnAt, banAbove }: ScoreBarProps): ReactNode {
  const share = Math.min(1, score / Math.max(1, banAbove))
  const tone = score > banAbove ? 'bg-bad' : score > warnAt ? 'bg-warn' : 'bg-accent'
  const text =
    score > banAbove
      ? 'text-bad font-semibold'
      : score > warnAt
        ? 'text-warn font-semibold'
        : score > 0
          ? ''
          : 'text-faint'
  return (
    <span className="flex w-full items-center gap-2" title={`${String(score)} / ${String(banAbove)}`}>
      <span className="relative h-1.5 min-w-6 flex-1 overflow-hidden rounded-full bg-line" aria-hidden="true">
        <span
          className={`absolute inset-y-0 left-0 rounded-full ${tone}`}
          style={{ width: `${String(share * 100)}%` }}
        />
      </span>
      <span className={`num w-7 text-right ${text}`}>{score}</span>
    </span>
  )
}
