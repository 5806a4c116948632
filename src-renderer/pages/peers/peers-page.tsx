/** The Peers page: the live table of sessions, what is pinned but away, and the details of one. */
import Pin from 'lucide-react/icons/pin'
import Plus from 'lucide-react/icons/plus'
import { useCallback, useMemo, useState, type ReactNode } from 'react'
import type { PeerRecord, PinRecord } from '../../../src-preload/contract.ts'
import { Button } from '../../components/button.tsx'
import { Page } from '../../components/page.tsx'
import { SmallSelect } from '../../components/select.tsx'
import { DataTable } from '../../components/table/data-table.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useLive, useNetworks, useOverview, usePeers, usePins } from '../../live/hooks.ts'
import { showOverlay, useUi, type Focus } from '../../shell/ui-store.ts'
import { BanDialog } from './ban-dialog.tsx'
import { disconnect, namePeers, peersOf } from './peer-actions.ts'
import { peerColumns, peerSearchText } from './peer-columns.tsx'
import { PeerDrawer } from './peer-drawer.tsx'
import { banDisabledWhy, peerMenu } from './peer-menu.ts'
import { PeersEmpty } from './peers-empty.tsx'
import { PinsPanel } from './pins-panel.tsx'
import { quartiles } from './quality.ts'

const DEFAULT_SORT = { column: 'age', isDescending: false } as const
type DirectionChoice = 'all' | PeerRecord['direction']

export function PeersPage(): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const peers = usePeers()
  const overview = useOverview()
  const networks = useNetworks()
  const banAbove = useLive(state => Number(state.settings?.['reputation.banAbove'] ?? 100))
  const away = usePinsAway()
  const [open, setOpen] = useState<string | null>(null)
  const [banning, setBanning] = useState<readonly PeerRecord[] | null>(null)
  const [direction, setDirection] = useState<DirectionChoice>('all')
  const [network, setNetwork] = useState('all')
  const [arePinsShown, showPins] = useState(true)
  const focus = useUi(state => state.focus)
  const [revealed, setRevealed] = useState<Focus | null>(null)
  if (focus !== revealed) {
    setRevealed(focus)
    if (focus !== null) setOpen(focus.id)
  }

  // Once a second is enough to compare pings: the overview marks the seconds.
  const quarters = useMemo(
    () => (overview === null ? null : quartiles([...peers.byId.values()].flatMap(peer => peer.pingMs ?? []))),
    [overview, peers.byId],
  )
  const quartersKey = quarters?.join() ?? ''
  const columns = useMemo(
    () =>
      peerColumns(
        i18n,
        banAbove,
        quartersKey === '' ? null : (quartersKey.split(',').map(Number) as [number, number, number]),
      ),
    [i18n, banAbove, quartersKey],
  )
  const where = useCallback(
    (peer: PeerRecord): boolean =>
      (direction === 'all' || peer.direction === direction) && (network === 'all' || peer.network === network),
    [direction, network],
  )
  const openBanDialog = (ids: readonly string[]): void => setBanning(peersOf(ids))
  const on = networks.filter(each => each.isOn)
  return (
    <Page
      title={t('page.peers')}
      aside={
        overview === null ? null : (
          <span className="num">{t('peers.count', { inbound: overview.inbound, outbound: overview.outbound })}</span>
        )
      }
      actions={
        <Button look="primary" Icon={Plus} onClick={() => showOverlay('add-peer')}>
          {t('peers.add')}
        </Button>
      }
    >
      <div className="flex min-h-0 flex-1">
        <div className="flex min-w-0 flex-1 flex-col">
          {away.length > 0 && arePinsShown ? <PinsPanel pins={away} /> : null}
          {away.length > 0 && arePinsShown ? <div className="h-2 shrink-0" /> : null}
          <DataTable
            id="peers"
            label={t('peers.table')}
            rows={peers}
            columns={columns}
            defaultSort={DEFAULT_SORT}
            searchText={peerSearchText}
            where={where}
            empty={<PeersEmpty />}
            nameOf={ids => namePeers(i18n, peersOf(ids))}
            menu={ids => peerMenu(i18n, ids, { openDetails: setOpen, openBanDialog })}
            renderBulk={ids => <BulkActions ids={ids} onBan={openBanDialog} />}
            onOpen={setOpen}
            onActive={id => setOpen(held => (held === null ? null : id))}
            reveal={focus}
            toolbar={
              <>
                <SmallSelect
                  label={t('peers.column.direction')}
                  value={direction}
                  onChange={setDirection}
                  choices={[
                    { value: 'all', label: t('peers.direction.all') },
                    { value: 'inbound', label: t('peers.direction.onlyIn') },
                    { value: 'outbound', label: t('peers.direction.onlyOut') },
                  ]}
                />
                {on.length < 2 ? null : (
                  <SmallSelect
                    label={t('peers.column.network')}
                    value={network}
                    onChange={setNetwork}
                    choices={[
                      { value: 'all', label: t('peers.network.all') },
                      ...on.map(each => ({ value: each.id, label: each.title })),
                    ]}
                  />
                )}
                {away.length === 0 ? null : (
                  <Button look="quiet" Icon={Pin} isPressed={arePinsShown} onClick={() => showPins(!arePinsShown)}>
                    {t('peers.pins.toggle', { count: away.length })}
                  </Button>
                )}
              </>
            }
          />
        </div>
        {open === null ? null : (
          <PeerDrawer key={open} id={open} onClose={() => setOpen(null)} onBan={() => openBanDialog([open])} />
        )}
      </div>
      {banning === null || banning.length === 0 ? null : <BanDialog peers={banning} onClose={() => setBanning(null)} />}
    </Page>
  )
}

/** Pinned peers that are not connected, those that are tried soonest first. */
function usePinsAway(): readonly PinRecord[] {
  const pins = usePins()
  return useMemo(
    () =>
      [...pins.byId.values()]
        .filter(pin => pin.isPinned && pin.state !== 'connected')
        .sort((a, b) => (a.nextTryAt ?? Infinity) - (b.nextTryAt ?? Infinity)),
    [pins],
  )
}

interface BulkProps {
  readonly ids: readonly string[]
  readonly onBan: (ids: readonly string[]) => void
}

function BulkActions({ ids, onBan }: BulkProps): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  return (
    <>
      <Button onClick={() => void disconnect(i18n, peersOf(ids))}>{t('peers.action.disconnect')}</Button>
      <Button onClick={() => onBan(ids)} disabledWhy={banDisabledWhy(i18n, ids)}>
        {t('peers.action.ban')}…
      </Button>
    </>
  )
}
