/** What can be done with peers. Each says what was done, to whom, and offers the way back where there is one. */
import type { PeerRecord } from '../../../src-preload/contract.ts'
import { middleEllipsis } from '../../components/text.ts'
import type { I18n } from '../../i18n/i18n.ts'
import { ask } from '../../live/ask.ts'
import { live } from '../../live/store.ts'
import { perform } from '../../shell/perform.ts'
import { toast, toastFailure } from '../../shell/ui-store.ts'

/** Ids in one request at most, as the contract has it. */
const MAX_IDS = 1000

/** Who is meant: one peer by its address, several by their number. */
export function namePeers(i18n: I18n, peers: readonly Pick<PeerRecord, 'address'>[]): string {
  const [only] = peers
  return peers.length === 1 && only !== undefined
    ? middleEllipsis(only.address, 40)
    : i18n.t('peers.many', { count: peers.length })
}

/** The records of ids as they are now; those that went are left out. */
export function peersOf(ids: readonly string[]): PeerRecord[] {
  const { byId } = live.getState().peers
  return ids.flatMap(id => byId.get(id) ?? [])
}

function idsOf(peers: readonly PeerRecord[]): string[] {
  return peers.slice(0, MAX_IDS).map(peer => peer.id)
}

/** Dials those again that we had dialed: an inbound peer cannot be called back on the port it called from. */
async function reconnect(i18n: I18n, peers: readonly PeerRecord[]): Promise<void> {
  for (const peer of peers) {
    if (peer.direction === 'outbound')
      await perform(i18n, ask('peers.add', { network: peer.network, address: peer.address, keep: false }))
  }
}

export async function disconnect(i18n: I18n, peers: readonly PeerRecord[]): Promise<void> {
  const done = await perform(i18n, ask('peers.disconnect', { ids: idsOf(peers) }))
  if (done === undefined) return
  const canUndo = peers.some(peer => peer.direction === 'outbound')
  const text = i18n.t('peers.done.disconnected', { who: namePeers(i18n, peers) })
  toast(text, canUndo ? () => void reconnect(i18n, peers) : undefined)
}

export async function ban(i18n: I18n, peers: readonly PeerRecord[], durationMs: number, reason: string): Promise<void> {
  const done = await perform(i18n, ask('peers.ban', { ids: idsOf(peers), durationMs, reason }))
  if (done === undefined) return
  const [refused] = done.refused
  if (refused !== undefined) toastFailure(i18n.t('peers.done.notBanned', { why: refused.why }))
  if (done.banIds.length === 0) return
  const undo = async (): Promise<void> => {
    const lifted = await perform(i18n, ask('bans.lift', { ids: done.banIds }))
    if (lifted === undefined) return
    await reconnect(i18n, peers)
    toast(i18n.t('toast.undone'))
  }
  const text = i18n.t('peers.done.banned', { who: namePeers(i18n, peers), time: i18n.duration(durationMs) })
  toast(text, () => void undo())
}

type Mark = 'pin' | 'unpin' | 'trust' | 'untrust'
const BACK = { pin: 'unpin', unpin: 'pin', trust: 'untrust', untrust: 'trust' } as const satisfies Record<Mark, Mark>
const DONE = {
  pin: 'peers.done.pinned',
  unpin: 'peers.done.unpinned',
  trust: 'peers.done.trusted',
  untrust: 'peers.done.untrusted',
} as const

type Target = Pick<PeerRecord, 'network' | 'address'>

/** Pins or trusts addresses, or takes it back. */
export async function mark(i18n: I18n, how: Mark, targets: readonly Target[]): Promise<void> {
  const done: Target[] = []
  for (const { network, address } of targets) {
    const answer = await perform(i18n, ask(`peers.${how}`, { network, address }))
    if (answer === undefined) break
    done.push({ network, address })
  }
  if (done.length === 0) return
  const undo = async (): Promise<void> => {
    for (const target of done) await perform(i18n, ask(`peers.${BACK[how]}`, target))
    toast(i18n.t('toast.undone'))
  }
  toast(i18n.t(DONE[how], { who: namePeers(i18n, done) }), () => void undo())
}
