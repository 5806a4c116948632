/**
 * Dialogs, on the browser's own `<dialog>`: it traps the focus, makes the rest inert, closes on Escape and gives the
 * focus back. A dialog names its subject in the title.
 */
import { useEffect, useRef, type ReactNode } from 'react'
import X from 'lucide-react/icons/x'
import { useI18n } from '../i18n/context.tsx'
import { IconButton } from './button.tsx'
import { countDialog } from './open-dialogs.ts'

interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
  /** Buttons at the bottom; the one that acts last. */
  readonly actions?: ReactNode
  /** Called on Enter in a field, and by a submit button. */
  readonly onSubmit?: () => void
  readonly width?: 'narrow' | 'wide'
}

export function Dialog({ title, onClose, children, actions, onSubmit, width = 'narrow' }: DialogProps): ReactNode {
  const { t } = useI18n()
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const dialog = element.current
    if (dialog === null) return undefined
    const before = document.activeElement
    dialog.showModal()
    dialog.querySelector<HTMLElement>('[data-autofocus]')?.focus()
    const uncount = countDialog()
    return () => {
      uncount()
      dialog.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={element}
      aria-label={title}
      className={`m-auto max-h-[85vh] ${width === 'wide' ? 'w-[640px]' : 'w-[440px]'} max-w-[92vw] rounded-lg bg-raised text-ink shadow-pop`}
      onCancel={event => {
        event.preventDefault()
        onClose()
      }}
      onMouseDown={event => {
        if (event.target === event.currentTarget) onClose()
      }}
      onKeyDown={event => event.stopPropagation()}
    >
      <form
        className="flex max-h-[85vh] flex-col"
        onSubmit={event => {
          event.preventDefault()
          onSubmit?.()
        }}
      >
        <header className="flex items-start justify-between gap-4 px-5 pt-4 pb-2">
          <h2 className="min-w-0 text-lg font-semibold break-words">{title}</h2>
          <IconButton label={t('action.close')} Icon={X} onClick={onClose} />
        </header>
        <div className="min-h-0 overflow-y-auto px-5 pt-1 pb-4">{children}</div>
        {actions === undefined ? null : (
          <footer className="flex justify-end gap-2 border-t border-line px-5 py-3">{actions}</footer>
        )}
      </form>
    </dialog>
  )
}
