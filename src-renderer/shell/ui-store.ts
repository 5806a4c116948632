/** What the window itself is doing: which page, which dialogs are open, toasts, theme and language until settings say. */
import { createStore } from 'zustand/vanilla'
import { useStore } from 'zustand'
import type { PageId } from '../pages/page-ids.ts'

export interface ToastSpec {
  readonly id: number
  readonly kind: 'done' | 'failed'
  readonly text: string
  readonly undo?: () => void
}

interface Ui {
  readonly page: PageId
  /** What the page should open at: a peer's id on Peers, a text to filter by elsewhere. Each page reads its own. */
  readonly focus: string | null
  readonly overlay: 'none' | 'palette' | 'keys'
  readonly toasts: readonly ToastSpec[]
}

const ui = createStore<Ui>(() => ({ page: 'overview', focus: null, overlay: 'none', toasts: [] }))

/** Toasts shown at once; the oldest leaves. */
const MAX_TOASTS = 4
let lastToast = 0

export function useUi<T>(select: (state: Ui) => T): T {
  return useStore(ui, select)
}

/** Shows a page, optionally at one of its records. */
export function go(page: PageId, focus: string | null = null): void {
  ui.setState({ page, focus, overlay: 'none' })
}

/** Takes what the page should open at; a second call gets null. */
export function takeFocus(): string | null {
  const { focus } = ui.getState()
  if (focus !== null) ui.setState({ focus: null })
  return focus
}

export function showOverlay(overlay: Ui['overlay']): void {
  ui.setState({ overlay })
}

/** Says what was done, with a way back where there is one. */
export function toast(text: string, undo?: () => void): void {
  add({ kind: 'done', text, ...(undo === undefined ? {} : { undo }) })
}

/** Says what was not done and why. */
export function toastFailure(text: string): void {
  add({ kind: 'failed', text })
}

function add(toast: Omit<ToastSpec, 'id'>): void {
  const toasts = [...ui.getState().toasts, { ...toast, id: ++lastToast }]
  ui.setState({ toasts: toasts.slice(-MAX_TOASTS) })
}

export function dismissToast(id: number): void {
  ui.setState({ toasts: ui.getState().toasts.filter(each => each.id !== id) })
}
