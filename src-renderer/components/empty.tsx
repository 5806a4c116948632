/** What stands where there is nothing to show: what is the case, what to do, and a button that does it. */
import type { ComponentType, ReactNode } from 'react'

interface EmptyProps {
  readonly title: string
  readonly text?: ReactNode
  readonly action?: ReactNode
  readonly Icon?: ComponentType<{ size?: number; 'aria-hidden'?: boolean }>
}

export function Empty({ title, text, action, Icon }: EmptyProps): ReactNode {
  return (
    <div className="flex h-full flex-col items-center justify-center gap-2 p-8 text-center">
      {Icon === undefined ? null : (
        <span className="mb-1 text-faint">
          <Icon size={28} aria-hidden />
        </span>
      )}
      <h2 className="text-lg font-semibold">{title}</h2>
      {text === undefined ? null : <div className="max-w-md text-balance text-soft">{text}</div>}
      {action === undefined ? null : <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  )
}
