/** Details at the right of a list: the list stays in reach. Escape closes it. */
import X from 'lucide-react/icons/x'
import type { ReactNode } from 'react'
import { useI18n } from '../i18n/context.tsx'
import { IconButton } from './button.tsx'

interface DrawerProps {
  readonly title: ReactNode
  /** For screen readers: what these details are of. */
  readonly label: string
  readonly aside?: ReactNode
  readonly onClose: () => void
  readonly children: ReactNode
}

export function Drawer({ title, label, aside, onClose, children }: DrawerProps): ReactNode {
  const { t } = useI18n()
  return (
    <aside
      aria-label={label}
      className="flex w-[clamp(340px,34%,480px)] shrink-0 flex-col border-l border-line bg-raised"
      onKeyDown={event => {
        if (event.key === 'Escape') onClose()
      }}
    >
      <header className="flex min-h-12 shrink-0 items-center gap-2 border-b border-line py-2 pr-2 pl-4">
        <h2 className="min-w-0 flex-1 font-semibold">{title}</h2>
        {aside}
        <IconButton label={t('action.close')} Icon={X} onClick={onClose} />
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
    </aside>
  )
}

/** A titled part of a drawer. */
export function DrawerPart({
  title,
  aside,
  children,
}: {
  readonly title: string
  readonly aside?: ReactNode
  readonly children: ReactNode
}): ReactNode {
  return (
    <section className="border-b border-line px-4 py-3 last:border-b-0" aria-label={title}>
      <header className="mb-2 flex items-center justify-between gap-2">
        <h3 className="text-sm font-semibold text-soft">{title}</h3>
        {aside}
      </header>
      {children}
    </section>
  )
}

interface FactsProps {
  /** Label and value; a null value is shown as a dash with the reason why. */
  readonly facts: readonly (readonly [label: string, value: ReactNode, whyUnknown?: string])[]
}

/** Facts as label and value. */
export function Facts({ facts }: FactsProps): ReactNode {
  const { t } = useI18n()
  return (
    <dl className="grid grid-cols-[minmax(96px,auto)_1fr] gap-x-4 gap-y-1">
      {facts.map(([label, value, why]) => (
        <div key={label} className="contents">
          <dt className="text-soft">{label}</dt>
          <dd className="selectable num min-w-0 break-words">
            {value ?? (
              <span className="text-faint">
                <span aria-hidden="true">– </span>
                {why ?? t('value.unknown')}
              </span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}
