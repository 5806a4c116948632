/** Getting text out of the window: the clipboard, and files (a save dialog in Electron, a download in a browser). */
import type { I18n } from '../i18n/i18n.ts'
import { ask, platform } from '../live/ask.ts'
import { perform } from './perform.ts'
import { toast, toastFailure } from './ui-store.ts'

/** Puts text on the clipboard and says so. */
export async function copyText(i18n: I18n, text: string, said = i18n.t('toast.copied')): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    toast(said)
  } catch {
    toastFailure(i18n.t('toast.copyFailed'))
  }
}

/** Saves text under a name the user may change. */
export async function saveText(i18n: I18n, suggestedName: string, text: string): Promise<void> {
  if (platform().canChooseFiles) {
    const saved = await perform(i18n, ask('app.saveFile', { suggestedName, text }))
    if (typeof saved?.path === 'string') toast(i18n.t('toast.saved', { path: saved.path }))
    return
  }
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = url
  link.download = suggestedName
  link.click()
  URL.revokeObjectURL(url)
}
