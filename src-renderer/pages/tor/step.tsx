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

interface ChoicesProps<V extends string> {
  readonly label: string
  readonly value: V
  readonly choices: readonly { readonly value: V; readonly label: string; readonly hint: string }[]
  readonly onChange: (value: V) => void
}

/** One of a few, each with what it means. */
export function Choices<V extends string>({ label, value, choices, onChange }: ChoicesProps<V>): ReactNode {
  const id = useId()
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="sr-only">{label}</legend>
      {choices.map(choice => (
        <label key={choice.value} className="flex items-start gap-2.5">
          <input
            type="radio"
            name={id}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
            className="mt-1 accent-accent"
          />
          <span>
            {choice.label}
            <span className="block text-sm text-soft">{choice.hint}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
