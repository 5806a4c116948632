/** The headless shell as a user gets it: the built program, its printed link, and Debian's Chromium at it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { resolve } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'

const ROOT = resolve(import.meta.dirname, '../..')
export const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface HeadlessHost {
  readonly page: Page
  /** The printed address without its token. */
  readonly origin: string
  /** Problems that the page reported: errors in its console, exceptions. */
  readonly problems: readonly string[]
  /** Ends it as a service manager would, and gives the exit code. */
  close(): Promise<number | null>
}

function start(args: readonly string[]): { child: ChildProcess; link: Promise<string> } {
  const child = spawn(process.execPath, ['out/main/headless.js', '--port', '0', '--no-open', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const link = new Promise<string>((found, failed) => {
    let text = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const match = /^Warren is at (\S+)$/m.exec(text)
      if (match?.[1] !== undefined) found(match[1])
    })
    child.once('exit', code => failed(new Error(`Warren ended with ${String(code)} before it was ready`)))
  })
  return { child, link }
}

/** Starts Warren on a data directory and opens its page. */
export async function openHeadless(dataDir: string, args: readonly string[]): Promise<HeadlessHost> {
  const { child, link } = start(['--data-dir', dataDir, ...args])
  const url = await link
  let browser: Browser | null = null
  try {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-US' })
    const problems: string[] = []
    page.on('console', message => {
      if (message.type() === 'error') problems.push(message.text())
    })
    page.on('pageerror', error => problems.push(error.message))
    await page.goto(url)
    const opened = browser
    return {
      page,
      origin: new URL(url).origin,
      problems,
      close: async () => {
        await opened.close()
        const ended = new Promise<number | null>(resolve => child.once('exit', code => resolve(code)))
        child.kill('SIGTERM')
        return ended
      },
    }
  } catch (error) {
    await browser?.close()
    child.kill('SIGKILL')
    throw error
  }
}
