/** The details of one peer: facts, score with its decay, messages by kind, what happened, and what can be done. */
import Ellipsis from 'lucide-react/icons/ellipsis'
import type { ReactNode } from 'react'
import type { PeerDetail, PeerRecord } from '../../../src-preload/contract.ts'
import { Badge } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { Drawer, DrawerPart, Facts } from '../../components/drawer.tsx'
import { Menu } from '../../components/menu.tsx'
import { middleEllipsis } from '../../components/text.ts'
import { Age, Foreign } from '../../components/values.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { usePeer } from '../../live/hooks.ts'
import { disconnect } from './peer-actions.ts'
import { formatOffset } from './peer-columns.tsx'
import { MessageTable, Timeline } from './peer-history.tsx'
import { banDisabledWhy, peerMenu } from './peer-menu.ts'
import { ScorePart } from './score-part.tsx'
import { useDetail } from './use-detail.ts'

interface PeerDrawerProps {
  readonly id: string
  readonly onClose: () => void
  readonly onBan: () => void
}

export function PeerDrawer({ id, onClose, onBan }: PeerDrawerProps): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const { detail, isGone } = useDetail(id)
  const live = usePeer(id)
  const peer = live ?? detail?.peer
  if (peer === undefined) {
    return (
      <Drawer title={t('peers.action.details')} label={t('peers.action.details')} onClose={onClose}>
        <p className="p-4 text-soft">{isGone ? t('peers.drawer.gone') : t('table.loading')}</p>
      </Drawer>
    )
  }
  return (
    <Drawer
      title={
        <span className="selectable font-mono text-base break-all" title={peer.address}>
          {middleEllipsis(peer.address, 48)}
        </span>
      }
      label={t('peers.drawer.label', { who: peer.address })}
      onClose={onClose}
    >
      {live === undefined ? (
        <p role="status" className="border-b border-line bg-panel px-4 py-2 text-soft">
          {t('peers.drawer.gone')}
        </p>
      ) : (
        <div className="flex gap-2 border-b border-line px-4 py-2">
          <Button onClick={() => void disconnect(i18n, [peer])}>{t('peers.action.disconnect')}</Button>
          <Button onClick={onBan} disabledWhy={banDisabledWhy(i18n, [id])}>
            {t('peers.action.ban')}…
          </Button>
          <span className="flex-1" />
          <Menu
            trigger={
              <button
                type="button"
                aria-label={t('action.more')}
                className="inline-flex size-7 items-center justify-center rounded-md text-soft hover:bg-hover hover:text-ink"
              >
                <Ellipsis size={15} aria-hidden />
              </button>
            }
            items={peerMenu(i18n, [id], { openDetails: () => undefined, openBanDialog: onBan }).slice(1)}
          />
        </div>
      )}
      {detail === null ? null : <ScorePart score={detail.score} />}
      <PeerFacts peer={peer} detail={detail} />
      {detail === null ? null : (
        <>
          <DrawerPart title={t('peers.drawer.messages')}>
            <MessageTable messages={detail.messages} />
          </DrawerPart>
          <DrawerPart title={t('peers.drawer.timeline')}>
            <Timeline events={detail.timeline} />
          </DrawerPart>
        </>
      )}
    </Drawer>
  )
}

interface PeerFactsProps {
  readonly peer: PeerRecord
  readonly detail: PeerDetail | null
}

function PeerFacts({ peer, detail }: PeerFactsProps): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const afterHandshake = t(peer.state === 'ready' ? 'peers.why.notTold' : 'peers.why.handshake')
  const isIp = peer.addressKind === 'ipv4' || peer.addressKind === 'ipv6'
  const notKnown = t(isIp ? 'peers.why.notInTable' : 'peers.why.notIp')
  const ping =
    peer.pingMs === null
      ? null
      : t('peers.fact.pingValue', {
          last: i18n.latency(peer.pingMs),
          least: i18n.latency(peer.minPingMs ?? peer.pingMs),
        })
  const asn = peer.asn === null ? null : `AS${String(peer.asn)}${detail?.asnName ? ` ${detail.asnName}` : ''}`
  const extras = Object.entries(detail?.details ?? {})
  return (
    <>
      <DrawerPart title={t('peers.drawer.facts')}>
        <Facts
          facts={[
            [
              t('peers.fact.state'),
              <Badge key="state" tone={peer.state === 'ready' ? 'good' : 'accent'}>
                {t(`peers.state.${peer.state}`)}
              </Badge>,
            ],
            [t('peers.column.direction'), t(`peers.direction.${peer.direction}`)],
            [t('peers.column.purpose'), t(`peers.purpose.${peer.purpose}`)],
            [t('peers.column.network'), peer.network],
            [t('peers.column.route'), t(`peers.route.${peer.route}`)],
            [t('peers.fact.connected'), <Age key="age" since={peer.connectedAt} />],
            [
              t('peers.column.agent'),
              peer.agent === null ? null : <Foreign key="agent" isWrapped text={peer.agent} />,
              afterHandshake,
            ],
            [t('peers.column.version'), peer.version === null ? null : String(peer.version), afterHandshake],
            [t('peers.column.height'), peer.height === null ? null : i18n.number(peer.height), afterHandshake],
            [
              t('peers.fact.services'),
              peer.capabilities.length === 0 ? null : peer.capabilities.join(', '),
              afterHandshake,
            ],
            [t('peers.column.ping'), ping, t('peers.why.ping')],
            [
              t('peers.column.offset'),
              peer.timeOffsetMs === null ? null : formatOffset(i18n, peer.timeOffsetMs),
              afterHandshake,
            ],
            [
              t('peers.fact.traffic'),
              t('peers.fact.trafficValue', { down: i18n.bytes(peer.bytesIn), up: i18n.bytes(peer.bytesOut) }),
            ],
            [
              t('peers.fact.place'),
              peer.country === null ? null : t('peers.fact.placeValue', { country: i18n.country(peer.country) }),
              notKnown,
            ],
            [t('peers.column.asn'), asn, notKnown],
            ...(detail === null
              ? []
              : ([
                  [t('peers.fact.group'), detail.group],
                  [t('peers.fact.localAddress'), detail.localAddress],
                  [t('peers.fact.seenAs'), detail.seenAs, t('peers.why.notTold')],
                  [t('peers.fact.relays'), t(detail.relaysAddresses ? 'value.yes' : 'value.no')],
                ] as const)),
          ]}
        />
      </DrawerPart>
      {extras.length === 0 ? null : (
        <DrawerPart title={t('peers.drawer.more')}>
          <Facts
            facts={extras.map(([label, value]) => [
              label,
              typeof value === 'boolean' ? (
                t(value ? 'value.yes' : 'value.no')
              ) : (
                <Foreign key={label} isWrapped text={String(value)} />
              ),
            ])}
          />
        </DrawerPart>
      )}
    </>
  )
}
