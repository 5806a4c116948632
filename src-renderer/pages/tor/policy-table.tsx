/** The route policy, cell by cell: what is done now, and what would be done after a change that is not applied yet. */
import type { ReactNode } from 'react'
import type { Output, PolicyCell } from '../../../src-preload/contract.ts'
import { useI18n } from '../../i18n/context.tsx'

export function PolicyTable({ table }: { readonly table: Output<'routes.table'> }): ReactNode {
  const { t } = useI18n()
  const isSame = table.now.every((cell, index) => isSameCell(cell, table.proposed[index]))
  return (
    <table className="w-full text-left text-sm">
      <caption className="sr-only">{t('tor.policy.title')}</caption>
      <thead className="text-soft">
        <tr>
          <th scope="col" className="w-44 py-1 pr-3 font-medium">
            {t('tor.policy.what')}
          </th>
          <th scope="col" className="py-1 pr-3 font-medium">
            {t('tor.policy.now')}
          </th>
          {isSame ? null : (
            <th scope="col" className="py-1 font-medium">
              {t('tor.policy.then')}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {table.now.map((cell, index) => {
          const next = table.proposed[index]
          return (
            <tr key={cell.row} className="border-t border-line align-top">
              <th scope="row" className="py-1.5 pr-3 font-medium">
                {t(`tor.policy.row.${cell.row}`)}
              </th>
              <td className="py-1.5 pr-3">
                <Cell cell={cell} />
              </td>
              {isSame || next === undefined ? null : (
                <td className={`py-1.5 ${isSameCell(cell, next) ? 'text-faint' : 'font-medium'}`}>
                  <Cell cell={next} />
                </td>
              )}
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

const isSameCell = (a: PolicyCell, b: PolicyCell | undefined): boolean =>
  b !== undefined && a.does === b.does && a.through === b.through

function Cell({ cell }: { readonly cell: PolicyCell }): ReactNode {
  const { t } = useI18n()
  return (
    <span title={cell.reason ?? undefined}>
      {t(`tor.policy.does.${cell.does}`, { through: cell.through ?? '' })}
      {cell.reason === null ? null : <span className="block text-soft">{cell.reason}</span>}
    </span>
  )
}
