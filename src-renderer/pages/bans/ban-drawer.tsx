/** All that is known about one ban: why it was made, what it covers, and what it has kept out. */
import { useRef, type ReactNode } from 'react'
import type { BanRecord } from '../../../src-preload/contract.ts'
import { Button } from '../../components/button.tsx'
import { Drawer, DrawerPart, Facts } from '../../components/drawer.tsx'
import { AddressText, Foreign, RelativeTime } from '../../components/values.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useLive } from '../../live/hooks.ts'
import { lift } from './ban-actions.ts'

export function BanDrawer({ id, onClose }: { readonly id: string; readonly onClose: () => void }): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const there = useLive(state => state.bans.byId.get(id))
  const last = useRef<BanRecord>(there)
  if (there !== undefined) last.current = there
  const ban = last.current
  if (ban === undefined) return null
  const foreign = (text: string | null): ReactNode =>
    text === null || text === '' ? null : <Foreign text={text} isWrapped />
  return (
    <Drawer
      title={<AddressText address={ban.target} max={28} />}
      label={t('bans.drawer.label', { who: ban.target })}
      onClose={onClose}
      aside={
        there === undefined ? null : <Button onClick={() => void lift(i18n, [id])}>{t('bans.action.lift')}</Button>
      }
    >
      {there === undefined ? <p className="px-4 pt-3 text-soft">{t('bans.drawer.gone')}</p> : null}
      <DrawerPart title={t('bans.drawer.why')}>
        <Facts
          facts={[
            [t('bans.column.by'), t(`bans.by.${ban.by}`)],
            [t('bans.column.reason'), foreign(ban.reason), t('bans.why.notTold')],
            [t('bans.column.rule'), ban.rule, t('bans.why.byHand')],
            [t('bans.column.evidence'), foreign(ban.evidence), t('bans.why.notTold')],
            [t('bans.column.score'), ban.score, t('bans.why.notTold')],
          ]}
        />
      </DrawerPart>
      <DrawerPart title={t('bans.drawer.facts')}>
        <Facts
          facts={[
            [t('bans.column.kind'), t(`bans.kind.${ban.kind}`)],
            [
              t('bans.column.until'),
              <span key="until">
                {i18n.exact(ban.until)} (<RelativeTime at={ban.until} />)
              </span>,
            ],
            [t('bans.column.created'), i18n.exact(ban.createdAt)],
            [t('bans.column.refused'), i18n.number(ban.refused)],
            [t('bans.column.network'), ban.network, t('bans.why.notTold')],
            [t('bans.column.agent'), foreign(ban.agent), t('bans.why.notTold')],
          ]}
        />
      </DrawerPart>
    </Drawer>
  )
}
