/** What can be done with attempts: dial a waiting one now, cancel, dial one again that is over. */
import Ban from 'lucide-react/icons/ban'
import CircleX from 'lucide-react/icons/circle-x'
import Copy from 'lucide-react/icons/copy'
import RotateCw from 'lucide-react/icons/rotate-cw'
import type { AttemptRecord } from '../../../src-preload/contract.ts'
import type { MenuItem } from '../../components/menu.tsx'
import type { I18n } from '../../i18n/i18n.ts'
import { ask } from '../../live/ask.ts'
import { live } from '../../live/store.ts'
import { copyText } from '../../shell/files.ts'
import { perform } from '../../shell/perform.ts'
import { go, toast } from '../../shell/ui-store.ts'
import { findBan } from '../bans/find-ban.ts'

export function isActive(attempt: AttemptRecord): boolean {
  return attempt.state === 'dialing' || attempt.state === 'handshaking' || attempt.state === 'waiting'
}

/** The records of ids as they are now; those that went are left out. */
export function attemptsOf(ids: readonly string[]): AttemptRecord[] {
  const { byId } = live.getState().attempts
  return ids.flatMap(id => byId.get(id) ?? [])
}

/** Asks one after another and stops at the first refusal, which says why. Gives how many were done. */
async function each<T>(i18n: I18n, all: readonly T[], act: (one: T) => Promise<unknown>): Promise<number> {
  let done = 0
  for (const one of all) {
    if ((await perform(i18n, act(one))) === undefined) break
    done++
  }
  return done
}

export async function retryNow(i18n: I18n, ids: readonly string[]): Promise<void> {
  const waiting = attemptsOf(ids).filter(one => one.state === 'waiting')
  const count = await each(i18n, waiting, ({ id }) => ask('attempts.retryNow', { id }))
  if (count > 0) toast(i18n.t('connections.retried', { count }))
}

export async function cancel(i18n: I18n, ids: readonly string[]): Promise<void> {
  const there = attemptsOf(ids).filter(isActive)
  const count = await each(i18n, there, ({ id }) => ask('attempts.cancel', { id }))
  const [only] = there
  if (count === 1 && only !== undefined) toast(i18n.t('connections.cancelled', { address: only.address }))
  else if (count > 1) toast(i18n.t('connections.cancelledMany', { count }))
}

/** Dials addresses of outbound attempts that are over, once. */
async function dialAgain(i18n: I18n, attempts: readonly AttemptRecord[]): Promise<void> {
  const count = await each(i18n, attempts, ({ network, address }) =>
    ask('peers.add', { network, address, keep: false }),
  )
  if (count > 0) toast(i18n.t('connections.retried', { count }))
}

export function whyNoRetry(i18n: I18n, ids: readonly string[]): string | undefined {
  return attemptsOf(ids).some(one => one.state === 'waiting') ? undefined : i18n.t('connections.why.notWaiting')
}

function copyItem(i18n: I18n, ids: readonly string[]): MenuItem {
  return {
    label: i18n.t('action.copyAddress'),
    Icon: Copy,
    onSelect: () =>
      void copyText(
        i18n,
        attemptsOf(ids)
          .map(one => one.address)
          .join('\n'),
      ),
  }
}

export function activeMenu(i18n: I18n, ids: readonly string[]): readonly MenuItem[] {
  const { t } = i18n
  return [
    {
      label: t('connections.retry'),
      Icon: RotateCw,
      disabledWhy: whyNoRetry(i18n, ids),
      onSelect: () => void retryNow(i18n, ids),
    },
    copyItem(i18n, ids),
    'line',
    { label: t('connections.cancel'), Icon: CircleX, tone: 'bad', onSelect: () => void cancel(i18n, ids) },
  ]
}

export function endedMenu(i18n: I18n, ids: readonly string[]): readonly MenuItem[] {
  const { t } = i18n
  const attempts = attemptsOf(ids)
  const [only] = attempts
  const outbound = attempts.filter(one => one.direction === 'outbound')
  const ban =
    attempts.length === 1 && only?.code === 'banned'
      ? findBan(live.getState().bans.byId.values(), only.address)
      : undefined
  return [
    {
      label: t('connections.again'),
      Icon: RotateCw,
      disabledWhy: outbound.length === 0 ? t('connections.again.inbound') : undefined,
      onSelect: () => void dialAgain(i18n, outbound),
    },
    copyItem(i18n, ids),
    ...(attempts.length === 1 && only?.code === 'banned'
      ? [
          'line' as const,
          {
            label: t('connections.showBan'),
            Icon: Ban,
            disabledWhy: ban === undefined ? t('connections.noBan') : undefined,
            onSelect: () => go('bans', ban?.id),
          },
        ]
      : []),
  ]
}
