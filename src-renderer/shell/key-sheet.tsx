/** The sheet of all keys. */
import type { ReactNode } from 'react'
import { Dialog } from '../components/dialog.tsx'
import { Kbd } from '../components/kbd.tsx'
import { useI18n } from '../i18n/context.tsx'
import type { TextKey } from '../i18n/texts.ts'
import { showOverlay } from './ui-store.ts'

const EVERYWHERE: readonly (readonly [string, TextKey])[] = [
  ['Mod+K', 'keys.palette'],
  ['Mod+/', 'keys.sheet'],
  ['Mod+1', 'keys.pages'],
  ['/', 'keys.filter'],
  ['Esc', 'keys.escape'],
]
const TABLES: readonly (readonly [string, TextKey])[] = [
  ['↑+↓', 'keys.move'],
  ['Home+End', 'keys.ends'],
  ['Space', 'keys.select'],
  ['Shift+↓', 'keys.range'],
  ['Mod+A', 'keys.all'],
  ['Enter', 'keys.open'],
  ['Shift+F10', 'keys.menu'],
  ['Mod+C', 'keys.copy'],
]

export function KeySheet(): ReactNode {
  const { t } = useI18n()
  return (
    <Dialog title={t('keys.title')} onClose={() => showOverlay('none')} width="wide">
      <div className="grid grid-cols-2 gap-8">
        <Keys title={t('keys.everywhere')} rows={EVERYWHERE} />
        <Keys title={t('keys.tables')} rows={TABLES} />
      </div>
    </Dialog>
  )
}

function Keys(props: { readonly title: string; readonly rows: readonly (readonly [string, TextKey])[] }): ReactNode {
  const { t } = useI18n()
  return (
    <section>
      <h3 className="mb-2 text-sm font-semibold text-soft">{props.title}</h3>
      <dl className="flex flex-col gap-2">
        {props.rows.map(([keys, text]) => (
          <div key={keys} className="flex items-center justify-between gap-4">
            <dt>{t(text)}</dt>
            <dd>
              <Kbd keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
