/** Keys that work everywhere. */
import { useEffect } from 'react'
import { PAGES } from '../pages/pages.ts'
import { go, showOverlay } from './ui-store.ts'

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isMod = event.ctrlKey || event.metaKey
      if (isMod && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        showOverlay('palette')
      } else if ((isMod && event.key === '/') || (event.key === '?' && !isTyping(event.target))) {
        event.preventDefault()
        showOverlay('keys')
      } else if (isMod && !event.altKey && !event.shiftKey && /^[1-9]$/.test(event.key)) {
        const page = PAGES[Number(event.key) - 1]
        if (page === undefined || document.querySelector('dialog[open]') !== null) return
        event.preventDefault()
        go(page.id)
      } else if ((event.key === '/' && !isTyping(event.target)) || (isMod && event.key.toLowerCase() === 'f')) {
        const filter = document.querySelector<HTMLInputElement>('main input[type=search]')
        if (filter === null || document.querySelector('dialog[open]') !== null) return
        event.preventDefault()
        filter.focus()
        filter.select()
      }
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}
