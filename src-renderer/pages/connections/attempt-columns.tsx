/** The columns of the two tables of attempts: under way, and over. */
import type { AttemptRecord } from '../../../src-preload/contract.ts'
import { Badge, type Tone } from '../../components/badge.tsx'
import type { Column } from '../../components/table/column.ts'
import { plainText } from '../../components/text.ts'
import { AddressText, Foreign, RelativeTime } from '../../components/values.tsx'
import type { I18n } from '../../i18n/i18n.ts'
import { codeText } from './code-text.ts'
import { NextTry } from './next-try.tsx'

type AttemptColumn = Column<AttemptRecord>

const UNKNOWN = <span className="text-faint">–</span>
const TONES: Record<AttemptRecord['state'], Tone> = {
  dialing: 'accent',
  handshaking: 'accent',
  waiting: 'plain',
  failed: 'bad',
  refused: 'warn',
  cancelled: 'plain',
}

/** What the filter box looks through, in the words that are shown. */
export function attemptSearchText(i18n: I18n, attempt: AttemptRecord): string {
  const { address, code, reason, network, route } = attempt
  return `${address} ${code ?? ''} ${reason ?? ''} ${codeText(i18n, code, reason)} ${network} ${route ?? ''}`
}

/** `isActive`: those under way or waiting, with their next try; otherwise those that are over, with why. */
export function attemptColumns(i18n: I18n, isActive: boolean): readonly AttemptColumn[] {
  const { t } = i18n
  const next: AttemptColumn = {
    id: 'next',
    title: t('connections.column.next'),
    width: 128,
    align: 'end',
    value: one => one.nextTryAt,
    text: one => (one.nextTryAt === null ? '' : i18n.exact(one.nextTryAt)),
    cell: one => (one.nextTryAt === null ? UNKNOWN : <NextTry at={one.nextTryAt} />),
  }
  const sentence: AttemptColumn = {
    id: 'sentence',
    title: t('connections.column.sentence'),
    width: 300,
    isExtra: isActive,
    value: one => (one.reason === null ? null : plainText(one.reason)),
    cell: one => (one.reason === null ? UNKNOWN : <Foreign text={one.reason} />),
  }
  return [
    {
      id: 'address',
      title: t('connections.column.address'),
      width: 216,
      value: one => one.address,
      cell: one => <AddressText address={one.address} max={26} />,
    },
    {
      id: 'state',
      title: t('connections.column.state'),
      width: 104,
      value: one => one.state,
      text: one => t(`connections.state.${one.state}`),
      cell: one => <Badge tone={TONES[one.state]}>{t(`connections.state.${one.state}`)}</Badge>,
    },
    ...(isActive ? [next] : []),
    {
      id: 'reason',
      title: t('connections.column.reason'),
      width: isActive ? 220 : 190,
      value: one => (one.code === null && one.reason === null ? null : codeText(i18n, one.code, one.reason)),
      cell: one =>
        one.code === null && one.reason === null ? (
          UNKNOWN
        ) : (
          <span className="truncate" title={one.reason === null ? undefined : plainText(one.reason)}>
            {plainText(codeText(i18n, one.code, one.reason))}
          </span>
        ),
    },
    ...(isActive ? [] : [sentence]),
    {
      id: 'code',
      title: t('connections.column.code'),
      width: 136,
      value: one => one.code,
      cell: one =>
        one.code === null ? UNKNOWN : <span className="truncate font-mono text-sm text-soft">{one.code}</span>,
    },
    {
      id: 'direction',
      title: t('connections.column.direction'),
      width: 80,
      value: one => one.direction,
      text: one => t(one.direction === 'inbound' ? 'connections.in' : 'connections.out'),
    },
    {
      id: 'purpose',
      title: t('connections.column.purpose'),
      width: 112,
      value: one => one.purpose,
      text: one => t(`connections.purpose.${one.purpose}`),
    },
    {
      id: 'attempt',
      title: t('connections.column.attempt'),
      width: 60,
      align: 'end',
      isExtra: !isActive,
      value: one => one.attempt,
    },
    {
      id: 'started',
      title: t('connections.column.started'),
      width: 116,
      align: 'end',
      value: one => one.startedAt,
      text: one => i18n.exact(one.startedAt),
      cell: one => <RelativeTime at={one.startedAt} />,
    },
    ...(isActive ? [sentence] : []),
    { id: 'route', title: t('connections.column.route'), width: 88, isExtra: true, value: one => one.route },
    { id: 'network', title: t('connections.column.network'), width: 136, isExtra: true, value: one => one.network },
  ]
}
