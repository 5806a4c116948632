/** A key or a chord, drawn as keys. `Mod` is Command on a Mac and Control elsewhere. */
import type { ReactNode } from 'react'
import { platform } from '../live/ask.ts'

export function Kbd({ keys }: { readonly keys: string }): ReactNode {
  const isMac = platform().os === 'darwin'
  return (
    <span className="inline-flex gap-1">
      {keys.split('+').map(key => (
        <kbd
          key={key}
          className="min-w-5 rounded-sm border border-line bg-panel px-1 text-center font-sans text-xs text-soft"
        >
          {key === 'Mod' ? (isMac ? '⌘' : 'Ctrl') : key}
        </kbd>
      ))}
    </span>
  )
}
