/** The menu of one or many peers: bound to ids, made of what they are when it opens. */
import Ban from 'lucide-react/icons/ban'
import Copy from 'lucide-react/icons/copy'
import PanelRight from 'lucide-react/icons/panel-right'
import Pin from 'lucide-react/icons/pin'
import PinOff from 'lucide-react/icons/pin-off'
import ShieldCheck from 'lucide-react/icons/shield-check'
import ShieldOff from 'lucide-react/icons/shield-off'
import Unplug from 'lucide-react/icons/unplug'
import type { MenuItem } from '../../components/menu.tsx'
import type { I18n } from '../../i18n/i18n.ts'
import { copyText } from '../../shell/files.ts'
import { BAN_TIMES } from './durations.ts'
import { ban, disconnect, mark, peersOf } from './peer-actions.ts'

interface MenuDoors {
  readonly openDetails: (id: string) => void
  readonly openBanDialog: (ids: readonly string[]) => void
}

/** Why all of these cannot be banned; undefined when they can. */
export function banDisabledWhy(i18n: I18n, ids: readonly string[]): string | undefined {
  const peers = peersOf(ids)
  return peers.length > 0 && peers.every(peer => peer.isWhitelisted) ? i18n.t('peers.ban.whitelisted') : undefined
}

export function peerMenu(i18n: I18n, ids: readonly string[], doors: MenuDoors): readonly MenuItem[] {
  const { t } = i18n
  const peers = peersOf(ids)
  const [only] = ids
  const pinnable = peers.filter(peer => peer.direction === 'outbound' || peer.isPinned)
  const areAllPinned = peers.length > 0 && peers.every(peer => peer.isPinned)
  const areAllTrusted = peers.length > 0 && peers.every(peer => peer.isTrusted)
  const cannotBan = banDisabledWhy(i18n, ids)
  return [
    ...(ids.length === 1 && only !== undefined
      ? [{ label: t('peers.action.details'), Icon: PanelRight, keys: 'Enter', onSelect: () => doors.openDetails(only) }]
      : []),
    {
      label: t('action.copyAddress'),
      Icon: Copy,
      onSelect: () => void copyText(i18n, peers.map(peer => peer.address).join('\n')),
    },
    'line',
    {
      label: t(areAllPinned ? 'peers.action.unpin' : 'peers.action.pin'),
      Icon: areAllPinned ? PinOff : Pin,
      disabledWhy: pinnable.length === 0 ? t('peers.pin.inbound') : undefined,
      onSelect: () => void mark(i18n, areAllPinned ? 'unpin' : 'pin', pinnable),
    },
    {
      label: t(areAllTrusted ? 'peers.action.untrust' : 'peers.action.trust'),
      Icon: areAllTrusted ? ShieldOff : ShieldCheck,
      onSelect: () => void mark(i18n, areAllTrusted ? 'untrust' : 'trust', peers),
    },
    'line',
    { label: t('peers.action.disconnect'), Icon: Unplug, onSelect: () => void disconnect(i18n, peers) },
    cannotBan === undefined
      ? {
          label: t('peers.action.ban'),
          Icon: Ban,
          items: [
            ...BAN_TIMES.map(([unit, ms]) => ({
              label: t('peers.action.banFor', { time: t(unit, { count: 1 }) }),
              tone: 'bad' as const,
              onSelect: () => void ban(i18n, peers, ms, ''),
            })),
            'line' as const,
            { label: t('peers.action.banOther'), onSelect: () => doors.openBanDialog(ids) },
          ],
        }
      : { label: t('peers.action.ban'), Icon: Ban, disabledWhy: cannotBan, onSelect: () => undefined },
  ]
}
