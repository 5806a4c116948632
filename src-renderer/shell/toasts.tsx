/** Short messages at the bottom, read out politely. One with an undo stays longer; hovering or focusing keeps it. */
import { useEffect, useState, type ReactNode } from 'react'
import Check from 'lucide-react/icons/check'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import X from 'lucide-react/icons/x'
import { Button, IconButton } from '../components/button.tsx'
import { useI18n } from '../i18n/context.tsx'
import { dismissToast, useUi, type ToastSpec } from './ui-store.ts'

const STAY_MS = 5000
const STAY_WITH_UNDO_MS = 12_000

export function Toasts(): ReactNode {
  const { t } = useI18n()
  const toasts = useUi(state => state.toasts)
  return (
    <section
      aria-label={t('toast.region')}
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-10 z-40 flex flex-col items-center gap-2"
    >
      {toasts.map(toast => (
        <OneToast key={toast.id} toast={toast} />
      ))}
    </section>
  )
}

function OneToast({ toast }: { readonly toast: ToastSpec }): ReactNode {
  const { t } = useI18n()
  const [isHeld, hold] = useState(false)
  useEffect(() => {
    if (isHeld) return undefined
    const stay = toast.undo === undefined && toast.kind === 'done' ? STAY_MS : STAY_WITH_UNDO_MS
    const timer = setTimeout(() => dismissToast(toast.id), stay)
    return () => clearTimeout(timer)
  }, [isHeld, toast])
  const { undo } = toast
  return (
    <div
      role="group"
      className="pointer-events-auto flex max-w-xl items-center gap-3 rounded-lg bg-raised py-1.5 pr-1.5 pl-3 shadow-pop"
      onPointerEnter={() => hold(true)}
      onPointerLeave={() => hold(false)}
      onFocus={() => hold(true)}
      onBlur={() => hold(false)}
    >
      <span className={toast.kind === 'done' ? 'text-good' : 'text-bad'}>
        {toast.kind === 'done' ? <Check size={15} aria-hidden /> : <TriangleAlert size={15} aria-hidden />}
      </span>
      <span className="min-w-0 break-words">{toast.text}</span>
      {undo === undefined ? null : (
        <Button
          onClick={() => {
            dismissToast(toast.id)
            undo()
          }}
        >
          {t('action.undo')}
        </Button>
      )}
      <IconButton label={t('action.dismiss')} Icon={X} onClick={() => dismissToast(toast.id)} />
    </div>
  )
}
