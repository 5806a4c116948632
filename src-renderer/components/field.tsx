/** The frame of every field: label, hint, and the error at the field, tied together for screen readers. */
import { useId, type ReactNode } from 'react'

export interface FieldProps {
  readonly label: string
  readonly hint?: ReactNode
  /** What is wrong with the value, in a sentence. */
  readonly error?: string | undefined
}

export interface FieldIds {
  readonly id: string
  readonly 'aria-describedby'?: string
  readonly 'aria-invalid'?: boolean
}

export const INPUT =
  'h-8 w-full rounded-md border border-edge bg-canvas px-2.5 text-base text-ink placeholder:text-faint ' +
  'aria-invalid:border-bad disabled:opacity-60'

interface FrameProps extends FieldProps {
  readonly children: (ids: FieldIds) => ReactNode
}

export function Field({ label, hint, error, children }: FrameProps): ReactNode {
  const id = useId()
  const described = [hint === undefined ? '' : `${id}h`, error === undefined ? '' : `${id}e`].join(' ').trim()
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children({
        id,
        ...(described === '' ? {} : { 'aria-describedby': described }),
        ...(error === undefined ? {} : { 'aria-invalid': true }),
      })}
      {hint === undefined ? null : (
        <div id={`${id}h`} className="text-sm text-soft">
          {hint}
        </div>
      )}
      {error === undefined ? null : (
        <div id={`${id}e`} role="alert" className="text-sm text-bad">
          {error}
        </div>
      )}
    </div>
  )
}
