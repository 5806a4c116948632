/** Texts from strangers made fit to be shown. Pure. */

/** Control characters, and those that reorder or hide text (bidirectional marks, zero width): replaced by a dot. */
const UNSEEN = /[\p{Cc}\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/gu

export function plainText(text: string): string {
  return text.replaceAll(UNSEEN, '·')
}

/** Shortens in the middle, keeping the end (the port) readable. */
export function middleEllipsis(text: string, max: number): string {
  if (text.length <= max) return text
  const tail = Math.min(16, Math.floor(max / 2))
  return `${text.slice(0, max - tail - 1)}…${text.slice(-tail)}`
}
