/** What can be done about each notice. The first is the one that most likely helps. */
import type { Notice } from '../../../src-preload/contract.ts'
import type { I18n } from '../../i18n/i18n.ts'
import { ask, platform } from '../../live/ask.ts'
import { live } from '../../live/store.ts'
import { perform } from '../../shell/perform.ts'
import { startPlayground, stopPlayground } from '../../shell/playground.ts'
import { go, showOverlay, toast } from '../../shell/ui-store.ts'
import { lift } from '../bans/ban-actions.ts'
import { findBan } from '../bans/find-ban.ts'

export interface NoticeAction {
  readonly label: string
  readonly run: () => void
}

async function askSeeds(i18n: I18n, network: string): Promise<void> {
  const answer = await perform(i18n, ask('addresses.seed', { network }))
  if (answer !== undefined) toast(i18n.t('overview.done.seeds', { count: answer.found }))
}

export function noticeActions(i18n: I18n, notice: Notice): readonly NoticeAction[] {
  const { t } = i18n
  const { network } = notice
  const record = live.getState().networks.find(each => each.id === network)
  const addPeer = { label: t('peers.add'), run: () => showOverlay('add-peer') }
  const connections = { label: t('overview.do.connections'), run: () => go('connections') }
  const seeds =
    record?.hasSeeds === true ? [{ label: t('overview.do.seeds'), run: () => void askSeeds(i18n, record.id) }] : []
  const setting = (key: string): NoticeAction => ({ label: t('overview.do.setting'), run: () => go('settings', key) })
  const dataDir: NoticeAction =
    platform().shell === 'electron'
      ? { label: t('overview.do.dataDir'), run: () => void perform(i18n, ask('app.openDataDir', {})) }
      : { label: t('overview.do.logs'), run: () => go('logs') }
  switch (notice.code) {
    case 'no-network': {
      const [first] = live.getState().networks
      return [
        ...(first === undefined
          ? []
          : [
              {
                label: t('overview.do.turnOn', { network: first.title }),
                run: () => void perform(i18n, ask('networks.switch', { network: first.id, on: true })),
              },
            ]),
        { label: t('action.startPlayground'), run: () => void startPlayground(i18n) },
      ]
    }
    case 'no-peers':
      return [...seeds, connections]
    case 'no-candidates':
      return [addPeer, ...seeds]
    case 'offline':
    case 'all-refused':
      return [connections]
    case 'clock-wrong':
      return [{ label: t('overview.do.peers'), run: () => go('peers') }]
    case 'not-listening':
      return [setting('network.listen')]
    case 'listen-failed':
      return [setting('network.listenOn')]
    case 'store-damaged':
    case 'store-memory':
    case 'disk-full':
      return [dataDir]
    case 'playground-on':
      return [{ label: t('action.stopPlayground'), run: () => void stopPlayground(i18n) }]
    case 'fixed-seeds-used':
      return seeds.length > 0 ? seeds : [setting('network.fixedSeeds')]
    case 'seeds-failed':
      return [...seeds, setting('network.dnsSeeds')]
    case 'banned-pin': {
      const ban = findBan(live.getState().bans.byId.values(), String(notice.values['address'] ?? ''))
      return ban === undefined
        ? [{ label: t('overview.do.bans'), run: () => go('bans') }]
        : [{ label: t('overview.do.lift'), run: () => void lift(i18n, [ban.id]) }]
    }
    case 'geo-old':
      return [{ label: t('overview.do.addresses'), run: () => go('addresses') }]
    case 'proxy-down':
      return [{ label: t('overview.do.tor'), run: () => go('tor') }, setting('routes.proxy')]
    case 'tor-failed':
    case 'tor-waiting':
      return [{ label: t('overview.do.tor'), run: () => go('tor') }]
    case 'policy-broken':
      return [{ label: t('overview.do.logs'), run: () => go('logs') }]
    default:
      return notice.code satisfies never
  }
}
