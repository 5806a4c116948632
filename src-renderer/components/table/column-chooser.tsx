/** Chooses the columns of a table and their order. */
import ChevronDown from 'lucide-react/icons/chevron-down'
import ChevronUp from 'lucide-react/icons/chevron-up'
import Columns3 from 'lucide-react/icons/columns-3'
import { Popover } from 'radix-ui'
import { useId, type ReactNode } from 'react'
import { useI18n } from '../../i18n/context.tsx'
import type { Keyed } from '../../live/collection.ts'
import { Button, IconButton } from '../button.tsx'
import type { Column } from './column.ts'
import { moveColumn, type Layout } from './layout.ts'

interface ChooserProps<R extends Keyed> {
  readonly columns: readonly Column<R>[]
  readonly layout: Layout
  readonly onChange: (layout: Layout) => void
  readonly onReset: () => void
}

export function ColumnChooser<R extends Keyed>({ columns, layout, onChange, onReset }: ChooserProps<R>): ReactNode {
  const { t } = useI18n()
  const titles = new Map(columns.map(column => [column.id, column.title]))
  const toggle = (id: string): void => {
    const isHidden = layout.hidden.includes(id)
    const hidden = isHidden ? layout.hidden.filter(each => each !== id) : [...layout.hidden, id]
    if (hidden.length < columns.length) onChange({ ...layout, hidden })
  }
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <button
          type="button"
          aria-label={t('table.columns')}
          title={t('table.columns')}
          className="inline-flex size-7 items-center justify-center rounded-md text-soft hover:bg-hover hover:text-ink"
        >
          <Columns3 size={15} aria-hidden />
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          aria-label={t('table.columns')}
          className="z-50 flex max-h-[70vh] w-64 flex-col rounded-lg bg-raised shadow-pop"
        >
          <ul className="min-h-0 flex-1 overflow-y-auto p-1">
            {layout.order.map(id => (
              <Choice
                key={id}
                title={titles.get(id) ?? id}
                isShown={!layout.hidden.includes(id)}
                onToggle={() => toggle(id)}
                onMove={step => onChange(moveColumn(layout, id, step))}
              />
            ))}
          </ul>
          <div className="border-t border-line p-2">
            <Button onClick={onReset}>{t('table.resetColumns')}</Button>
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

interface ChoiceProps {
  readonly title: string
  readonly isShown: boolean
  readonly onToggle: () => void
  readonly onMove: (step: -1 | 1) => void
}

function Choice({ title, isShown, onToggle, onMove }: ChoiceProps): ReactNode {
  const { t } = useI18n()
  const box = useId()
  return (
    <li className="flex items-center gap-2 rounded-md pl-2 hover:bg-hover">
      <input id={box} type="checkbox" checked={isShown} onChange={onToggle} className="accent-accent" />
      <label htmlFor={box} className="flex-1 truncate">
        {title}
      </label>
      <IconButton label={t('table.moveLeft', { column: title })} Icon={ChevronUp} onClick={() => onMove(-1)} />
      <IconButton label={t('table.moveRight', { column: title })} Icon={ChevronDown} onClick={() => onMove(1)} />
    </li>
  )
}
