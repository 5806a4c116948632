/** The wording of a notice in the reader's language. Pure. */
import type { NetworkRecord, Notice } from '../../../src-preload/contract.ts'
import type { I18n, TextValues } from '../../i18n/i18n.ts'

/** Stands in for what a notice does not tell, so that a text is never without its values. */
const UNTOLD: TextValues = {
  network: 'Warren',
  known: 0,
  failed: 0,
  count: 0,
  minutes: 0,
  days: 0,
  reason: '–',
  seeds: '–',
  progress: 0,
  file: '–',
  text: '',
  address: '–',
}

export function noticeText(i18n: I18n, notice: Notice, networks: readonly NetworkRecord[]): string {
  const title = networks.find(network => network.id === notice.network)?.title ?? notice.network
  return i18n.t(`overview.notice.${notice.code}`, {
    ...UNTOLD,
    ...(title === null ? {} : { network: title }),
    ...notice.values,
  })
}
