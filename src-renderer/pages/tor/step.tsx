/** One step of setting Tor up: its number, its state in one glance, and what it holds. */
import { useId, type ReactNode } from 'react'
import { Badge, type Tone } from '../../components/badge.tsx'

interface StepProps {
  readonly number: number
  readonly title: string
  readonly tone: Tone
  readonly state: string
  readonly children: ReactNode
}

export function Step({ number, title, tone, state, children }: StepProps): ReactNode {
  const id = useId()
  return (
    <section aria-labelledby={id} className="rounded-lg border border-line bg-raised">
      <header className="flex min-h-11 items-center gap-3 border-b border-line px-4">
        <span
          aria-hidden="true"
          className="num grid size-6 shrink-0 place-items-center rounded-full bg-panel text-sm font-semibold"
        >
          {number}
        </span>
        <h2 id={id} className="flex-1 font-semibold">
          {title}
        </h2>
        <Badge tone={tone}>{state}</Badge>
      </header>
      <div className="flex flex-col gap-4 p-4">{children}</div>
    </section>
  )
}
