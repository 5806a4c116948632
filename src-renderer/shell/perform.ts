/** Runs an action whose failure has no field to stand at: the reason goes into a toast. */
import type { I18n } from '../i18n/i18n.ts'
import { toastFailure } from './ui-store.ts'

/** The sentence of an error. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Waits for the action; on failure says why and gives undefined. */
export async function perform<T>(i18n: I18n, action: Promise<T>): Promise<T | undefined> {
  try {
    return await action
  } catch (error) {
    toastFailure(i18n.t('toast.failed', { reason: reasonOf(error) }))
    return undefined
  }
}
