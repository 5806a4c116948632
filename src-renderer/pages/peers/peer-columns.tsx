/** The columns of the table of peers: every field of the record, those that most people need shown at first. */
import ArrowDownLeft from 'lucide-react/icons/arrow-down-left'
import ArrowUpRight from 'lucide-react/icons/arrow-up-right'
import Pin from 'lucide-react/icons/pin'
import ShieldCheck from 'lucide-react/icons/shield-check'
import ListChecks from 'lucide-react/icons/list-checks'
import type { ReactNode } from 'react'
import type { PeerRecord } from '../../../src-preload/contract.ts'
import { Badge } from '../../components/badge.tsx'
import { ScoreBar } from '../../components/score-bar.tsx'
import type { Column } from '../../components/table/column.ts'
import { AddressText, Age, Bytes, Foreign, Rate, RelativeTime } from '../../components/values.tsx'
import { plainText } from '../../components/text.ts'
import type { I18n } from '../../i18n/i18n.ts'
import { quality } from './quality.ts'

type PeerColumn = Column<PeerRecord>
type Quartiles = readonly [number, number, number] | null

const UNKNOWN = <span className="text-faint">–</span>

/** What the filter box looks through. */
export function peerSearchText(peer: PeerRecord): string {
  const asn = peer.asn === null ? '' : `AS${String(peer.asn)}`
  return `${peer.address} ${peer.agent ?? ''} ${peer.network} ${peer.route} ${peer.direction} ${peer.purpose} ${peer.country ?? ''} ${asn}`
}

export function peerColumns(i18n: I18n, banAbove: number, quarters: Quartiles): readonly PeerColumn[] {
  const { t } = i18n
  return [
    {
      id: 'address',
      title: t('peers.column.address'),
      width: 250,
      value: peer => peer.address,
      cell: peer => <AddressText address={peer.address} max={32} />,
    },
    {
      id: 'direction',
      title: t('peers.column.direction'),
      width: 92,
      value: peer => peer.direction,
      text: peer => t(`peers.direction.${peer.direction}`),
      cell: peer => <Direction peer={peer} text={t(`peers.direction.${peer.direction}`)} />,
    },
    {
      id: 'score',
      title: t('peers.column.score'),
      hint: t('peers.column.score.hint', { ban: banAbove }),
      width: 108,
      value: peer => peer.score,
      cell: peer => <ScoreBar score={peer.score} warnAt={banAbove / 2} banAbove={banAbove} />,
    },
    {
      id: 'ping',
      title: t('peers.column.ping'),
      hint: t('peers.column.ping.hint'),
      width: 104,
      align: 'end',
      value: peer => peer.pingMs,
      text: peer => (peer.pingMs === null ? '' : i18n.latency(peer.pingMs)),
      cell: peer => <Ping ping={peer.pingMs} quarters={quarters} i18n={i18n} />,
    },
    {
      id: 'agent',
      title: t('peers.column.agent'),
      hint: t('peers.column.agent.hint'),
      width: 176,
      value: peer => (peer.agent === null ? null : plainText(peer.agent)),
      cell: peer =>
        peer.agent === null ? <Badge>{t('peers.state.handshaking')}</Badge> : <Foreign text={peer.agent} />,
    },
    ...trafficColumns(i18n),
    {
      id: 'age',
      title: t('peers.column.age'),
      width: 104,
      align: 'end',
      value: peer => peer.connectedAt,
      sortBy: peer => -peer.connectedAt,
      text: peer => i18n.exact(peer.connectedAt),
      cell: peer => <Age since={peer.connectedAt} />,
    },
    {
      id: 'flags',
      title: t('peers.column.flags'),
      width: 72,
      value: peer => Number(peer.isPinned) * 4 + Number(peer.isTrusted) * 2 + Number(peer.isWhitelisted),
      text: peer => flagNames(i18n, peer).join(' '),
      cell: peer => <Flags i18n={i18n} peer={peer} />,
    },
    ...placeColumns(i18n),
    ...protocolColumns(i18n),
    ...extraColumns(i18n),
  ]
}

function trafficColumns(i18n: I18n): readonly PeerColumn[] {
  const { t } = i18n
  return [
    ...(['rateIn', 'rateOut'] as const).map((field): PeerColumn => ({
      id: field,
      title: t(`peers.column.${field}`),
      width: 88,
      align: 'end',
      value: peer => peer[field],
      text: peer => i18n.rate(peer[field]),
      cell: peer => <Rate value={peer[field]} />,
    })),
    ...(['bytesIn', 'bytesOut'] as const).map((field): PeerColumn => ({
      id: field,
      title: t(`peers.column.${field}`),
      width: 84,
      align: 'end',
      value: peer => peer[field],
      text: peer => i18n.bytes(peer[field]),
      cell: peer => <Bytes value={peer[field]} />,
    })),
  ]
}

function placeColumns(i18n: I18n): readonly PeerColumn[] {
  const { t } = i18n
  return [
    {
      id: 'country',
      title: t('peers.column.country'),
      hint: t('peers.column.country.hint'),
      width: 104,
      value: peer => (peer.country === null ? null : i18n.country(peer.country)),
      cell: peer => (peer.country === null ? UNKNOWN : <span className="truncate">{i18n.country(peer.country)}</span>),
    },
    {
      id: 'asn',
      title: t('peers.column.asn'),
      width: 80,
      align: 'end',
      value: peer => peer.asn,
      text: peer => (peer.asn === null ? '' : `AS${String(peer.asn)}`),
      cell: peer => (peer.asn === null ? UNKNOWN : `AS${String(peer.asn)}`),
    },
  ]
}

function protocolColumns(i18n: I18n): readonly PeerColumn[] {
  const { t } = i18n
  return [
    {
      id: 'height',
      title: t('peers.column.height'),
      hint: t('peers.column.height.hint'),
      width: 88,
      align: 'end',
      value: peer => peer.height,
      cell: peer => (peer.height === null ? UNKNOWN : i18n.number(peer.height)),
    },
    {
      id: 'network',
      title: t('peers.column.network'),
      width: 136,
      value: peer => peer.network,
    },
    {
      id: 'route',
      title: t('peers.column.route'),
      width: 88,
      value: peer => peer.route,
      text: peer => t(`peers.route.${peer.route}`),
    },
    {
      id: 'purpose',
      title: t('peers.column.purpose'),
      hint: t('peers.column.purpose.hint'),
      width: 96,
      value: peer => peer.purpose,
      text: peer => t(`peers.purpose.${peer.purpose}`),
    },
    {
      id: 'capabilities',
      title: t('peers.column.capabilities'),
      width: 220,
      isExtra: true,
      value: peer => peer.capabilities.join(' '),
    },
    {
      id: 'version',
      title: t('peers.column.version'),
      width: 88,
      align: 'end',
      isExtra: true,
      value: peer => peer.version,
    },
  ]
}

function extraColumns(i18n: I18n): readonly PeerColumn[] {
  const { t } = i18n
  return [
    {
      id: 'minPing',
      title: t('peers.column.minPing'),
      width: 88,
      align: 'end',
      isExtra: true,
      value: peer => peer.minPingMs,
      text: peer => (peer.minPingMs === null ? '–' : i18n.latency(peer.minPingMs)),
    },
    {
      id: 'offset',
      title: t('peers.column.offset'),
      hint: t('peers.column.offset.hint'),
      width: 88,
      align: 'end',
      isExtra: true,
      value: peer => peer.timeOffsetMs,
      text: peer => (peer.timeOffsetMs === null ? '–' : formatOffset(i18n, peer.timeOffsetMs)),
    },
    ...(['lastReceivedAt', 'lastSentAt'] as const).map((field): PeerColumn => ({
      id: field,
      title: t(field === 'lastReceivedAt' ? 'peers.column.lastReceived' : 'peers.column.lastSent'),
      width: 112,
      align: 'end',
      isExtra: true,
      value: peer => peer[field],
      text: peer => i18n.exact(peer[field]),
      cell: peer => <RelativeTime at={peer[field]} />,
    })),
  ]
}

/** `+1.2 s`, `−0.4 s`. */
export function formatOffset(i18n: I18n, ms: number): string {
  return `${ms < 0 ? '−' : '+'}${i18n.number(Math.abs(ms) / 1000, 1)} s`
}

function Direction({ peer, text }: { readonly peer: PeerRecord; readonly text: string }): ReactNode {
  const isIn = peer.direction === 'inbound'
  const Arrow = isIn ? ArrowDownLeft : ArrowUpRight
  return (
    <span className={`flex items-center gap-1 ${isIn ? 'text-in' : 'text-out'}`}>
      <Arrow size={13} aria-hidden />
      {text}
    </span>
  )
}

interface PingProps {
  readonly ping: number | null
  readonly quarters: Quartiles
  readonly i18n: I18n
}

function Ping({ ping, quarters, i18n }: PingProps): ReactNode {
  if (ping === null) return UNKNOWN
  const dots = quarters === null ? null : quality(ping, quarters)
  return (
    <span className="flex items-center gap-2">
      {i18n.latency(ping)}
      {dots === null ? null : (
        <span role="img" aria-label={i18n.t('peers.quality', { quality: dots })} className="flex gap-0.5">
          {[1, 2, 3, 4].map(dot => (
            <span key={dot} className={`size-1 rounded-full ${dot <= dots ? 'bg-soft' : 'bg-line'}`} />
          ))}
        </span>
      )}
    </span>
  )
}

const FLAGS = [
  ['isPinned', 'peers.flag.pinned', Pin],
  ['isTrusted', 'peers.flag.trusted', ShieldCheck],
  ['isWhitelisted', 'peers.flag.whitelisted', ListChecks],
] as const

function flagNames(i18n: I18n, peer: PeerRecord): string[] {
  return FLAGS.filter(([field]) => peer[field]).map(([, text]) => i18n.t(text))
}

function Flags({ i18n, peer }: { readonly i18n: I18n; readonly peer: PeerRecord }): ReactNode {
  return (
    <span className="flex gap-1.5 text-soft">
      {FLAGS.filter(([field]) => peer[field]).map(([field, text, Icon]) => (
        <span key={field} title={i18n.t(text)} role="img" aria-label={i18n.t(text)}>
          <Icon size={13} aria-hidden />
        </span>
      ))}
    </span>
  )
}
