/**
 * The hosts that the same end-to-end specs run in: the headless shell, Electron's stand-in, and Electron itself where
 * its program is. Each starts the built bundles on a data directory and gives the page that a person would see.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { _electron, chromium, type Browser, type Page } from 'playwright-core'
import { electronBinary } from '../../resources/tools/electron-binary.ts'
import { CHROMIUM, FLAGS } from './chromium.ts'
import { PREFIX, type Command, type Report } from './standin/report.ts'

const ROOT = resolve(import.meta.dirname, '../..')

export interface Opened {
  readonly page: Page
  /** Problems that the page reported: errors in its console, exceptions. */
  readonly problems: readonly string[]
  /** Ends it as a system would, and gives the exit code. */
  close(): Promise<number | null>
}

export interface HeadlessOpened extends Opened {
  /** The printed address without its token. */
  readonly origin: string
  readonly browser: Browser
  /** Everything the program wrote. */
  readonly output: () => string
}

export interface StandinOpened extends Opened {
  /** What the shell did beside its page, in order. */
  readonly reports: readonly Report[]
  /** Resolves with the first report, made already or yet to come, that passes. */
  readonly whenReported: (passes: (one: Report) => boolean) => Promise<Report>
  tell(command: Command): void
  /** Resolves with the exit code when the process has ended. */
  readonly ended: Promise<number | null>
}

export interface Host {
  readonly name: 'headless' | 'standin' | 'electron'
  /** Why it cannot run here, or null. */
  readonly whyNot: string | null
  readonly open: (dataDir: string, args: readonly string[]) => Promise<Opened>
}

/** Kept for the specs to look at. */
export function watchProblems(page: Page): string[] {
  const problems: string[] = []
  page.on('console', message => {
    if (message.type() === 'error') problems.push(message.text())
  })
  page.on('pageerror', error => problems.push(error.message))
  return problems
}

/** Lines of the program's output until `find` makes something of one. */
function firstLine<T>(child: ChildProcess, seen: string[], find: (line: string) => T | null): Promise<T> {
  return new Promise((found, failed) => {
    if (child.stdout === null) throw new Error('no output to read')
    createInterface({ input: child.stdout }).on('line', line => {
      seen.push(line)
      const what = find(line)
      if (what !== null) found(what)
    })
    child.once('exit', code => failed(new Error(`Warren ended with ${code} before it was ready:\n${seen.join('\n')}`)))
  })
}

const exitOf = async (child: ChildProcess): Promise<number | null> =>
  child.exitCode ?? ((await once(child, 'exit')) as [number | null])[0]

/** The headless shell as a user gets it: the built program, its printed link, and Debian's Chromium at it. */
export async function openHeadless(dataDir: string, args: readonly string[]): Promise<HeadlessOpened> {
  const child = spawn(
    process.execPath,
    ['out/main/headless.js', '--port', '0', '--no-open', '--data-dir', dataDir, ...args],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const seen: string[] = []
  const url = await firstLine(child, seen, line => /^Warren is at (\S+)$/.exec(line)?.[1] ?? null)
  let browser: Browser | null = null
  try {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-US' })).newPage()
    const problems = watchProblems(page)
    await page.goto(url)
    const opened = browser
    return {
      page,
      browser: opened,
      origin: new URL(url).origin,
      problems,
      output: () => seen.join('\n'),
      close: async () => {
        await opened.close()
        const ended = exitOf(child)
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

/** The Electron shell's own bundles, run by Node with a stand-in for the `electron` module. */
export async function openStandin(
  dataDir: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<StandinOpened> {
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join('test', 'e2e', 'standin', 'boot.ts'),
      '--data-dir',
      dataDir,
      ...args,
    ],
    { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } },
  )
  const ended = exitOf(child)
  const reports: Report[] = []
  const waiting = new Set<(one: Report) => void>()
  const cdp = await firstLine(child, [], line => {
    if (!line.startsWith(PREFIX)) return null
    const one = JSON.parse(line.slice(PREFIX.length)) as Report
    reports.push(one)
    for (const look of waiting) look(one)
    return one.kind === 'page' ? one.cdp : null
  })
  const { browser, page } = await attach(cdp).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  const problems = watchProblems(page)
  return {
    page,
    problems,
    reports,
    ended,
    whenReported: passes =>
      new Promise(found => {
        const made = reports.find(passes)
        if (made !== undefined) {
          found(made)
          return
        }
        const look = (one: Report): void => {
          if (!passes(one)) return
          waiting.delete(look)
          found(one)
        }
        waiting.add(look)
      }),
    tell: command => void child.stdin?.write(`${command}\n`),
    close: async () => {
      if (child.exitCode === null) child.kill('SIGTERM')
      const code = await ended
      await browser.close().catch(() => {})
      return code
    },
  }
}

/** The window's page in a Chromium that the stand-in has started. */
async function attach(cdp: string): Promise<{ browser: Browser; page: Page }> {
  const browser = await chromium.connectOverCDP(cdp)
  const page = browser
    .contexts()
    .flatMap(context => context.pages())
    .find(one => one.url().includes('standin.test'))
  if (page === undefined) throw new Error('the window has no page')
  return { browser, page }
}

async function openElectron(dataDir: string, args: readonly string[]): Promise<Opened> {
  const executablePath = electronBinary(ROOT)
  if (executablePath === null) throw new Error('Electron is not here')
  const app = await _electron.launch({ executablePath, args: ['.', '--data-dir', dataDir, ...args], cwd: ROOT })
  const page = await app.firstWindow()
  const problems = watchProblems(page)
  const ended = exitOf(app.process())
  return {
    page,
    problems,
    close: async () => {
      await app.close()
      return ended
    },
  }
}

const noChromium = existsSync(CHROMIUM) ? null : `Chromium is not at ${CHROMIUM}`

export const HOSTS: readonly Host[] = [
  { name: 'headless', whyNot: noChromium, open: openHeadless },
  { name: 'standin', whyNot: noChromium, open: openStandin },
  {
    name: 'electron',
    whyNot: electronBinary(ROOT) === null ? 'its program is not an npm package and is not on this machine' : null,
    open: openElectron,
  },
]
