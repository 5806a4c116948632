/** Colours of the theme for canvases, which cannot read custom properties: resolved by the browser, cached until the theme changes. */
import { useSyncExternalStore } from 'react'

type ColorName = 'ink' | 'soft' | 'faint' | 'line' | 'accent' | 'good' | 'warn' | 'bad' | 'in' | 'out' | 'raised'

let version = 0
let cache = new Map<ColorName, string>()
const listeners = new Set<() => void>()

function changed(): void {
  version++
  cache = new Map()
  for (const listener of listeners) listener()
}

new MutationObserver(changed).observe(document.documentElement, { attributeFilter: ['data-theme'] })
for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', '(forced-colors: active)']) {
  matchMedia(query).addEventListener('change', changed)
}

/** The colour now, as `rgb(...)`. */
export function themeColor(name: ColorName): string {
  const held = cache.get(name)
  if (held !== undefined) return held
  const probe = document.createElement('span')
  probe.style.color = `var(--${name})`
  document.body.append(probe)
  const color = getComputedStyle(probe).color
  probe.remove()
  cache.set(name, color)
  return color
}

/** Rises when the theme changes: redraw then. */
export function useThemeVersion(): number {
  return useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => version,
  )
}
