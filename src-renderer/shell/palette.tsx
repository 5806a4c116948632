/** The command palette: type, choose with the arrows, Enter. A combobox over a list, as ARIA describes it. */
import { useId, useMemo, useState, type KeyboardEvent, type ReactNode } from 'react'
import { Dialog } from '../components/dialog.tsx'
import { useI18n } from '../i18n/context.tsx'
import { allCommands, type Command } from './commands.ts'
import { showOverlay } from './ui-store.ts'

export function Palette(): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const list = useId()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const commands = useMemo(() => allCommands(i18n, text), [i18n, text])
  const chosen = commands[Math.min(at, commands.length - 1)]
  const run = (command: Command | undefined): void => {
    if (command === undefined) return
    showOverlay('none')
    command.run()
  }
  const onKey = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step === 0 || commands.length === 0) return
    event.preventDefault()
    const next = (Math.min(at, commands.length - 1) + step + commands.length) % commands.length
    setAt(next)
    document.getElementById(`${list}${next}`)?.scrollIntoView({ block: 'nearest' })
  }
  return (
    <Dialog title={t('palette.title')} onClose={() => showOverlay('none')} onSubmit={() => run(chosen)} width="wide">
      <input
        data-autofocus
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={chosen === undefined ? undefined : `${list}${commands.indexOf(chosen)}`}
        aria-label={t('palette.hint')}
        placeholder={t('palette.hint')}
        value={text}
        onChange={event => {
          setText(event.target.value)
          setAt(0)
        }}
        onKeyDown={onKey}
        className="h-9 w-full rounded-md border border-edge bg-canvas px-3 text-base"
      />
      <div id={list} role="listbox" aria-label={t('palette.title')} className="mt-2 h-80 overflow-y-auto">
        {commands.map((command, index) => (
          <div
            key={command.id}
            id={`${list}${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={command === chosen}
            onPointerMove={() => setAt(index)}
            onClick={() => run(command)}
            className={`flex h-8 items-center justify-between gap-4 rounded-md px-3 ${command === chosen ? 'bg-chosen' : ''}`}
          >
            <span className="truncate">{command.title}</span>
            <span className="shrink-0 text-sm text-soft">{t(`palette.kind.${command.kind}`)}</span>
          </div>
        ))}
      </div>
      {commands.length === 0 ? (
        <p className="-mt-72 pb-64 text-center text-soft">{t('palette.nothing', { text })}</p>
      ) : null}
    </Dialog>
  )
}
