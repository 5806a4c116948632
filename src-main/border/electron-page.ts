/** What the Electron shell serves its window and refuses it: files by our scheme with a strict policy, nothing else. */
import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'

export const SCHEME = 'app'
export const ORIGIN = `${SCHEME}://warren`

const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

const HEADERS = {
  'content-security-policy': CONTENT_POLICY,
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

/** The file that a request of our scheme names, inside `folder`; null for everything else. */
export function fileOf(folder: string, requested: string): string | null {
  let path: string
  try {
    const url = new URL(requested)
    if (`${url.protocol}//${url.host}` !== ORIGIN) return null
    path = decodeURIComponent(url.pathname)
  } catch {
    return null
  }
  if (path.includes('\0') || path.includes('\\')) return null
  const file = normalize(join(folder, path === '/' ? 'index.html' : path))
  return file.startsWith(folder + sep) && TYPES[extname(file)] !== undefined ? file : null
}

/** Answers a request of our scheme. */
export async function servePage(folder: string, requested: string): Promise<Response> {
  const file = fileOf(folder, requested)
  if (file === null) return new Response('not found', { status: 404, headers: HEADERS })
  try {
    const body = await readFile(file)
    return new Response(new Uint8Array(body), {
      headers: { ...HEADERS, 'content-type': TYPES[extname(file)] ?? 'text/plain' },
    })
  } catch {
    return new Response('not found', { status: 404, headers: HEADERS })
  }
}

export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Least size of the window, pixels. */
export const LEAST = { width: 900, height: 600 }
const STANDARD = { width: 1280, height: 800 }

/** Where the window opens: where it was, if enough of that is on a display that is there. */
export function decideBounds(
  saved: Partial<Rectangle> | null,
  displays: readonly Rectangle[],
): Partial<Rectangle> & { width: number; height: number } {
  const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
  if (saved === null || !isNumber(saved.width) || !isNumber(saved.height)) return STANDARD
  const size = { width: Math.max(LEAST.width, saved.width), height: Math.max(LEAST.height, saved.height) }
  const { x, y } = saved
  if (!isNumber(x) || !isNumber(y)) return size
  const isSeen = displays.some(
    display =>
      x + size.width > display.x + 100 &&
      x < display.x + display.width - 100 &&
      y >= display.y - 20 &&
      y < display.y + display.height - 100,
  )
  return isSeen ? { x, y, ...size } : size
}
