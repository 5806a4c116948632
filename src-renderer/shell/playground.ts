/** Starting and stopping the playground, from the palette and from every empty state. */
import type { I18n } from '../i18n/i18n.ts'
import { ask } from '../live/ask.ts'
import { perform } from './perform.ts'
import { toast } from './ui-store.ts'

/** Starts it and says so. */
export async function startPlayground(i18n: I18n): Promise<void> {
  const started = await perform(i18n, ask('playground.start', {}))
  if (started !== undefined) toast(i18n.t('toast.playgroundStarted'), () => void stopPlayground(i18n))
}

export async function stopPlayground(i18n: I18n): Promise<void> {
  const stopped = await perform(i18n, ask('playground.stop', {}))
  if (stopped !== undefined) toast(i18n.t('toast.playgroundStopped'))
}
