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

export interface Focus {
  readonly id: string
  /** Tells two askings for the same thing apart. */
  readonly nonce: number
}

interface Ui {
  readonly page: PageId
  /** What the page should open at: a peer's id on Peers, a setting's key on Settings. Each `go` makes a new one. */
  readonly focus: Focus | null
  readonly overlay: 'none' | 'palette' | 'keys' | 'add-peer'
  readonly toasts: readonly ToastSpec[]
}

const ui = createStore<Ui>(() => ({ page: 'overview', focus: null, overlay: 'none', toasts: [] }))

/** Toasts shown at once; the oldest leaves. */
const MAX_TOASTS = 4
let lastToast = 0

export function useUi<T>(select: (state: Ui) => T): T {
  return useStore(ui, select)
}

let lastFocus = 0

/** Shows a page, optionally at one of its records. */
export function go(page: PageId, id?: string): void {
  ui.setState({ page, focus: id === undefined ? null : { id, nonce: ++lastFocus }, overlay: 'none' })
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
