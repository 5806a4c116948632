/** The columns of the table of bans. */
import type { BanRecord } from '../../../src-preload/contract.ts'
import type { Column } from '../../components/table/column.ts'
import { plainText } from '../../components/text.ts'
import { AddressText, Foreign, RelativeTime } from '../../components/values.tsx'
import type { I18n } from '../../i18n/i18n.ts'

type BanColumn = Column<BanRecord>

const UNKNOWN = <span className="text-faint">–</span>

/** What the filter box looks through. */
export function banSearchText(ban: BanRecord): string {
  return `${ban.target} ${ban.reason} ${ban.rule ?? ''} ${ban.evidence ?? ''} ${ban.agent ?? ''} ${ban.network ?? ''} ${ban.by}`
}

export function banColumns(i18n: I18n): readonly BanColumn[] {
  const { t } = i18n
  const foreign = (id: 'reason' | 'rule' | 'evidence' | 'agent', width: number, isExtra = false): BanColumn => ({
    id,
    title: t(`bans.column.${id}`),
    width,
    isExtra,
    value: ban => (ban[id] === null ? null : plainText(ban[id])),
    cell: ban => (ban[id] === null || ban[id] === '' ? UNKNOWN : <Foreign text={ban[id]} />),
  })
  return [
    {
      id: 'target',
      title: t('bans.column.target'),
      width: 210,
      value: ban => ban.target,
      cell: ban => <AddressText address={ban.target} max={26} />,
    },
    {
      id: 'kind',
      title: t('bans.column.kind'),
      width: 112,
      isExtra: true,
      value: ban => ban.kind,
      text: ban => t(`bans.kind.${ban.kind}`),
    },
    {
      id: 'until',
      title: t('bans.column.until'),
      width: 104,
      value: ban => ban.until,
      text: ban => i18n.exact(ban.until),
      cell: ban => <RelativeTime at={ban.until} />,
    },
    {
      id: 'by',
      title: t('bans.column.by'),
      width: 72,
      value: ban => ban.by,
      text: ban => t(`bans.by.${ban.by}`),
    },
    foreign('reason', 136),
    foreign('rule', 140),
    foreign('evidence', 200),
    {
      id: 'refused',
      title: t('bans.column.refused'),
      hint: t('bans.column.refused.hint'),
      width: 80,
      align: 'end',
      value: ban => ban.refused,
      text: ban => i18n.number(ban.refused),
    },
    {
      id: 'score',
      title: t('bans.column.score'),
      width: 72,
      align: 'end',
      isExtra: true,
      value: ban => ban.score,
    },
    {
      id: 'network',
      title: t('bans.column.network'),
      width: 136,
      isExtra: true,
      value: ban => ban.network,
    },
    foreign('agent', 160, true),
    {
      id: 'created',
      title: t('bans.column.created'),
      width: 116,
      align: 'end',
      value: ban => ban.createdAt,
      text: ban => i18n.exact(ban.createdAt),
      cell: ban => <RelativeTime at={ban.createdAt} />,
    },
  ]
}
