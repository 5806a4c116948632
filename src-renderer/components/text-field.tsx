/** Fields for text: one line, or several with `rows`. */
import type { ReactNode } from 'react'
import { Field, INPUT, type FieldProps } from './field.tsx'

interface TextFieldProps extends FieldProps {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly placeholder?: string
  readonly maxLength?: number
  readonly isSecret?: boolean
  readonly isMono?: boolean
  readonly rows?: number
  /** Takes the focus when its dialog opens. */
  readonly isFirst?: boolean
  readonly onBlur?: () => void
}

export function TextField(props: TextFieldProps): ReactNode {
  const { value, onChange, placeholder, maxLength, isSecret, isMono, rows, isFirst, onBlur, ...frame } = props
  const shared = {
    value,
    placeholder,
    maxLength,
    onBlur,
    spellCheck: false,
    autoComplete: 'off',
    'data-autofocus': isFirst === true ? '' : undefined,
  }
  const mono = isMono === true ? 'font-mono' : ''
  return (
    <Field {...frame}>
      {ids =>
        rows === undefined ? (
          <input
            {...ids}
            {...shared}
            type={isSecret === true ? 'password' : 'text'}
            onChange={event => onChange(event.target.value)}
            className={`${INPUT} ${mono}`}
          />
        ) : (
          <textarea
            {...ids}
            {...shared}
            rows={rows}
            onChange={event => onChange(event.target.value)}
            className={`${INPUT} h-auto resize-y py-1.5 ${mono}`}
          />
        )
      }
    </Field>
  )
}
