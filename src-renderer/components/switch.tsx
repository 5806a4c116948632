/** On or off, with its label; and a check box for dialogs. */
import { Switch as Radix } from 'radix-ui'
import { useId, type ReactNode } from 'react'

interface SwitchProps {
  readonly label: string
  readonly hint?: ReactNode
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => void
  /** Why it cannot be changed. */
  readonly disabledWhy?: string | undefined
}

export function Switch({ label, hint, isOn, onChange, disabledWhy }: SwitchProps): ReactNode {
  const id = useId()
  const said = disabledWhy ?? hint
  return (
    <div className="flex items-start gap-3">
      <Radix.Root
        id={id}
        checked={isOn}
        onCheckedChange={onChange}
        disabled={disabledWhy !== undefined}
        aria-describedby={said === undefined ? undefined : `${id}h`}
        className="mt-0.5 h-4.5 w-8 shrink-0 rounded-full border border-edge bg-panel p-px transition-colors data-disabled:opacity-50 data-[state=checked]:border-accent data-[state=checked]:bg-accent"
      >
        <Radix.Thumb className="block size-3.5 rounded-full bg-edge transition-transform data-[state=checked]:translate-x-3.5 data-[state=checked]:bg-accent-ink" />
      </Radix.Root>
      <div className="min-w-0">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {said === undefined ? null : (
          <div id={`${id}h`} className="text-sm text-soft">
            {said}
          </div>
        )}
      </div>
    </div>
  )
}
