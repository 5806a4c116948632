/** A field for a whole number with its unit. What is typed is kept as typed; it is handed on only when it is a number. */
import { useState, type ReactNode } from 'react'
import { Field, INPUT, type FieldProps } from './field.tsx'

interface NumberFieldProps extends FieldProps {
  readonly value: number
  /** Called with what is typed when it is a whole number, on every change. */
  readonly onChange: (value: number) => void
  /** Called when the field is left or Enter is pressed. */
  readonly onCommit?: () => void
  readonly min: number
  readonly max: number
  readonly unit?: string
}

export function NumberField(props: NumberFieldProps): ReactNode {
  const { value, onChange, onCommit, min, max, unit, ...frame } = props
  const [typed, setTyped] = useState<string | null>(null)
  return (
    <Field {...frame}>
      {ids => (
        <span className="flex items-center gap-2">
          <input
            {...ids}
            type="number"
            inputMode="numeric"
            min={min}
            max={max}
            value={typed ?? String(value)}
            onChange={event => {
              setTyped(event.target.value)
              if (/^-?\d+$/.test(event.target.value)) onChange(Number(event.target.value))
            }}
            onBlur={() => {
              setTyped(null)
              onCommit?.()
            }}
            className={`${INPUT} num max-w-36 text-right`}
          />
          {unit === undefined ? null : <span className="text-soft">{unit}</span>}
        </span>
      )}
    </Field>
  )
}
