/**
 * `npm start`: builds what is missing or old, then opens the Electron window; where Electron's binary is absent it says
 * so in one line and runs the headless shell, whose address it prints and opens.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { electronBinary } from './electron-binary.ts'

const root = resolve(import.meta.dirname, '../..')
const out = join(root, 'out')
const args = process.argv.slice(2)
const has = (flag: string): boolean => args.includes(flag)

/** Newest change under a path, ms; 0 when there is nothing. */
function newest(path: string): number {
  if (!existsSync(path)) return 0
  if (!statSync(path).isDirectory()) return statSync(path).mtimeMs
  const entries = readdirSync(path, { recursive: true, withFileTypes: true })
  return Math.max(
    0,
    ...entries.flatMap(each => (each.isFile() ? [statSync(join(each.parentPath, each.name)).mtimeMs] : [])),
  )
}

const SOURCES = ['src-main', 'src-preload', 'src-renderer', 'electron.vite.config.ts', 'package-lock.json']
const BUILT = ['main/headless.js', 'main/main.js', 'preload/index.cjs', 'renderer/index.html'].map(each =>
  join(out, each),
)

function isBuilt(): boolean {
  const oldest = Math.min(...BUILT.map(newest))
  return oldest > 0 && oldest >= Math.max(...SOURCES.map(each => newest(join(root, each))))
}

/** Runs one step quietly; its words are shown only when it fails. */
function step(what: string, script: string, ...more: string[]): void {
  process.stderr.write(`${what}...\n`)
  const done = spawnSync(process.execPath, [script, ...more], { cwd: root, encoding: 'utf8' })
  if (done.status === 0) return
  process.stderr.write(`${done.stdout}${done.stderr}\nThat failed; try npm ci, then npm start again\n`)
  process.exit(1)
}

function openBrowser(url: string): void {
  const [command, ...before] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open']
  const child = spawn(command ?? '', [...before, url], { stdio: 'ignore', detached: true })
  child.on('error', () => undefined)
  child.unref()
}

/** A browser is opened for a person at a screen, not for scripts. */
function mayOpenBrowser(): boolean {
  if (has('--no-open') || has('--headless') || (process.env['CI'] ?? '') !== '') return false
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'])
}

/** Passes signals on and ends as the child ends. */
function follow(child: ChildProcess): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  child.on('error', error => {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 0 : 1)))
}

function runHeadless(): void {
  const child = spawn(process.execPath, [join(out, 'main', 'headless.js'), ...args], {
    stdio: ['inherit', 'pipe', 'inherit'],
  })
  let text = ''
  let isOpened = !mayOpenBrowser()
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (part: string) => {
    process.stdout.write(part)
    if (isOpened) return
    text = (text + part).slice(-4096)
    const link = /^Warren is at (\S+)$/m.exec(text)?.[1]
    if (link === undefined) return
    isOpened = true
    openBrowser(link)
  })
  follow(child)
}

if (!isBuilt()) step('Building', join('node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'build')
if (!existsSync(join(out, 'tables')))
  step('Building the tables of countries', join('resources', 'tools', 'build-tables.ts'))

const isPlain = has('--help') || has('--version')
const binary = has('--headless') || isPlain ? null : electronBinary(root)
if (binary !== null) {
  follow(spawn(binary, [root, ...args], { stdio: 'inherit' }))
} else {
  if (!has('--headless') && !isPlain)
    process.stderr.write(
      "Electron's binary is not here (npx install-electron gets it), so the window opens in a browser\n",
    )
  runHeadless()
}
