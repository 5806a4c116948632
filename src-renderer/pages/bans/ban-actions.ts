/** What can be done with bans. Lifting keeps the whole records, so that the way back restores them with their first cause. */
import type { BanRecord } from '../../../src-preload/contract.ts'
import { middleEllipsis } from '../../components/text.ts'
import type { I18n } from '../../i18n/i18n.ts'
import { ask, AskError } from '../../live/ask.ts'
import { live } from '../../live/store.ts'
import { saveText } from '../../shell/files.ts'
import { perform, reasonOf } from '../../shell/perform.ts'
import { toast, toastFailure } from '../../shell/ui-store.ts'
import { hostOf } from './find-ban.ts'

/** Bans in one request: well under the contract's cap of 1000 and its bytes. */
const CHUNK = 500
/** Bytes of an imported file, as the contract has it. */
const MAX_IMPORT_BYTES = 4 * 1024 * 1024

function chunks<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / CHUNK) }, (_, index) =>
    all.slice(index * CHUNK, (index + 1) * CHUNK),
  )
}

/** Which bans are meant: one by its target, several by their number. */
export function nameBans(i18n: I18n, bans: readonly Pick<BanRecord, 'target'>[]): string {
  const [only] = bans
  return bans.length === 1 && only !== undefined
    ? middleEllipsis(only.target, 44)
    : i18n.t('bans.many', { count: bans.length })
}

/** The records of ids as they are now. */
export function bansOf(ids: readonly string[]): BanRecord[] {
  const { byId } = live.getState().bans
  return ids.flatMap(id => byId.get(id) ?? [])
}

async function restore(i18n: I18n, bans: readonly BanRecord[]): Promise<void> {
  for (const part of chunks(bans)) {
    const done = await perform(i18n, ask('bans.restore', { bans: part }))
    if (done === undefined) return
  }
  toast(i18n.t('toast.undone'))
}

/** Lifts bans, says whose, and offers to put them back. */
export async function lift(i18n: I18n, ids: readonly string[]): Promise<void> {
  const lifted: BanRecord[] = []
  for (const part of chunks(ids)) {
    const done = await perform(i18n, ask('bans.lift', { ids: part }))
    if (done === undefined) break
    lifted.push(...done.lifted)
  }
  if (lifted.length === 0) return
  const text =
    lifted.length === 1
      ? i18n.t('bans.done.lifted', { who: nameBans(i18n, lifted) })
      : i18n.t('bans.done.liftedMany', { count: lifted.length })
  toast(text, () => void restore(i18n, lifted))
}

/** Bans what was typed. Gives the sentence for the field when it is refused, undefined when it is done. */
export async function add(i18n: I18n, target: string, durationMs: number, reason: string): Promise<string | undefined> {
  try {
    const made = await ask('bans.add', { target, durationMs, reason })
    toast(
      i18n.t('bans.done.added', { who: hostOf(target), time: i18n.duration(durationMs), closed: made.closed }),
      () => void perform(i18n, ask('bans.lift', { ids: [made.id] })).then(() => toast(i18n.t('toast.undone'))),
    )
    return undefined
  } catch (failure) {
    const said = (failure instanceof AskError ? failure.details['target'] : undefined) ?? reasonOf(failure)
    if (!(failure instanceof AskError)) return said
    if (failure.code === 'bad-target') return i18n.t('bans.error.bad-target', { reason: said })
    if (failure.code === 'covers-self') return i18n.t('bans.error.covers-self')
    if (failure.code === 'full') return i18n.t('bans.error.full')
    return said
  }
}

export async function exportBans(i18n: I18n): Promise<void> {
  const done = await perform(i18n, ask('bans.export', {}))
  if (done !== undefined) await saveText(i18n, 'warren-bans.json', done.text)
}

/** Reads a file and adds its bans: all or none. Says what came of it. */
export async function importBans(i18n: I18n, file: File): Promise<void> {
  if (file.size > MAX_IMPORT_BYTES) {
    toastFailure(i18n.t('bans.import.failed', { reason: i18n.t('bans.import.tooLarge') }))
    return
  }
  try {
    const done = await ask('bans.import', { text: await file.text() })
    toast(i18n.t('bans.done.imported', { added: done.added, merged: done.merged, expired: done.expired }))
  } catch (failure) {
    toastFailure(i18n.t('bans.import.failed', { reason: reasonOf(failure) }))
  }
}
