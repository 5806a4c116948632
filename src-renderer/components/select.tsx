/** A choice of one among few: the browser's own control, so that it works in dialogs and as the system's users expect. */
import type { ReactNode } from 'react'
import { Field, INPUT, type FieldProps } from './field.tsx'

interface Choice<V extends string> {
  readonly value: V
  readonly label: string
}

interface SelectProps<V extends string> extends FieldProps {
  readonly value: V
  readonly choices: readonly Choice<V>[]
  readonly onChange: (value: V) => void
}

export function Select<V extends string>({ value, choices, onChange, ...frame }: SelectProps<V>): ReactNode {
  return (
    <Field {...frame}>
      {ids => (
        <select {...ids} value={value} onChange={event => onChange(event.target.value as V)} className={INPUT}>
          {choices.map(choice => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

interface SmallSelectProps<V extends string> {
  readonly label: string
  readonly value: V
  readonly choices: readonly Choice<V>[]
  readonly onChange: (value: V) => void
}

/** The same for toolbars: its label is only read aloud. */
export function SmallSelect<V extends string>({ label, value, choices, onChange }: SmallSelectProps<V>): ReactNode {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={event => onChange(event.target.value as V)}
      className="h-7 max-w-56 rounded-md border border-line bg-raised px-1.5 text-sm"
    >
      {choices.map(choice => (
        <option key={choice.value} value={choice.value}>
          {choice.label}
        </option>
      ))}
    </select>
  )
}
