/** A filter box: Escape clears it. */
import Search from 'lucide-react/icons/search'
import type { ReactNode } from 'react'
import { useI18n } from '../i18n/context.tsx'

interface SearchFieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}

export function SearchField({ label, value, onChange }: SearchFieldProps): ReactNode {
  const { t } = useI18n()
  return (
    <span className="relative w-56 min-w-28 shrink">
      <Search size={13} aria-hidden className="pointer-events-none absolute top-2 left-2 text-faint" />
      <input
        type="search"
        aria-label={label}
        placeholder={t('table.filter')}
        value={value}
        onChange={event => onChange(event.target.value)}
        onKeyDown={event => {
          if (event.key !== 'Escape' || value === '') return
          event.stopPropagation()
          onChange('')
        }}
        className="h-7 w-full rounded-md border border-line bg-raised pr-2 pl-7 text-base placeholder:text-faint"
      />
    </span>
  )
}
