/** One of a few, each with what it means. */
import { useId, type ReactNode } from 'react'

interface ChoicesProps<V extends string> {
  readonly value: V
  readonly choices: readonly { readonly value: V; readonly label: string; readonly hint: string }[]
  readonly onChange: (value: V) => void
}

/** Stands in a fieldset, whose legend asks the question. */
export function Choices<V extends string>({ value, choices, onChange }: ChoicesProps<V>): ReactNode {
  const id = useId()
  return (
    <div className="flex flex-col gap-2">
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
    </div>
  )
}
