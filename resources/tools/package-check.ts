/**
 * `npm run package:check`: packs Warren around a stand-in for Electron's program, which cannot be had everywhere, and
 * checks what comes out: the fuses, the archive, and that both shells run from the unpacked archive with nothing else
 * beside it: the headless one, and, where Chromium is, the window in Electron's stand-in.
 */
import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { FuseState, getCurrentFuseWire } from '@electron/fuses'
import { CHROMIUM } from '../../test/e2e/chromium.ts'
import { FUSES } from './after-pack.ts'
import { extractAsar, readAsar } from './asar.ts'
import { checkPackage } from './check-package.ts'

const root = resolve(import.meta.dirname, '../..')
const work = mkdtempSync(join(tmpdir(), 'warren-package-'))
/** @electron/fuses finds the fuses behind these bytes. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
/** How the fuses of an Electron that nobody has touched stand: one by one, '0' off and '1' on. */
const UNTOUCHED = '101100011'
const READY_WITHIN_MS = 20_000

function fail(text: string): never {
  console.error(text)
  rmSync(work, { recursive: true, force: true })
  process.exit(1)
}

/** As much of Electron's folder as electron-builder looks at. */
function makeElectron(): string {
  const dist = join(work, 'electron')
  for (const folder of ['locales', 'resources']) mkdirSync(join(dist, folder), { recursive: true })
  const wire = Buffer.concat([Buffer.from(SENTINEL), Buffer.from([1, UNTOUCHED.length]), Buffer.from(UNTOUCHED)])
  writeFileSync(join(dist, 'electron'), Buffer.concat([Buffer.alloc(64), wire, Buffer.alloc(64)]))
  chmodSync(join(dist, 'electron'), 0o755)
  writeFileSync(join(dist, 'version'), '45.4.1')
  for (const name of ['LICENSE', 'LICENSES.chromium.html']) copyFileSync(join(root, 'LICENSE'), join(dist, name))
  return dist
}

function pack(): string {
  const out = join(work, 'dist')
  const cli = join(root, 'node_modules', 'electron-builder', 'out', 'cli', 'cli.js')
  const options = [`-c.electronDist=${makeElectron()}`, `-c.directories.output=${out}`]
  const done = spawnSync(process.execPath, [cli, '--linux', '--x64', '--dir', ...options], {
    cwd: root,
    encoding: 'utf8',
  })
  if (done.status !== 0) fail(`${done.stdout}${done.stderr}`)
  return join(out, 'linux-unpacked')
}

async function checkFuses(program: string): Promise<void> {
  const wire: Readonly<Record<string, unknown>> = { ...(await getCurrentFuseWire(program)) }
  for (const [index, isOn] of Object.entries(FUSES))
    if (wire[index] !== (isOn ? FuseState.ENABLE : FuseState.DISABLE)) fail(`Fuse ${index} is not as it was set`)
}

/** Runs the headless shell of the unpacked archive: it prints its link, serves its page, answers, and ends cleanly. */
async function checkRun(tree: string): Promise<void> {
  const dataDir = join(work, 'data')
  const args = [join(tree, 'out', 'main', 'headless.js'), '--network', 'bitcoin/regtest', '--data-dir', dataDir]
  const child = spawn(process.execPath, args, { cwd: work, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  const ended = new Promise<number | null>(done => child.on('close', done))
  const late = setTimeout(() => child.kill('SIGKILL'), READY_WITHIN_MS)
  const link = await new Promise<string | null>(done => {
    const take = (part: string): void => {
      text += part
      const found = /^Warren is at (\S+)$/m.exec(text)?.[1]
      if (found !== undefined) done(found)
    }
    child.stdout.setEncoding('utf8').on('data', take)
    child.stderr.setEncoding('utf8').on('data', take)
    child.on('close', () => done(null))
  })
  if (link === null) fail(`The packed headless shell did not start:\n${text}`)
  const page = await fetch(link)
  if (!page.ok || !(await page.text()).includes('<script')) fail('The packed page is not served')
  const ctl = spawnSync(process.execPath, ['src-main/ctl.ts', 'app.info', '--data-dir', dataDir], {
    cwd: root,
    encoding: 'utf8',
  })
  if (ctl.status !== 0) fail(`The packed client does not answer: ${ctl.stderr}`)
  child.kill('SIGTERM')
  const code = await ended
  clearTimeout(late)
  if (code !== 0) fail(`The packed headless shell ended with ${String(code)}:\n${text}`)
}

/** Runs the window of the unpacked archive in Electron's stand-in: its page comes up and shows what the client tells. */
async function checkWindow(tree: string): Promise<void> {
  const { openStandin } = await import('../../test/e2e/hosts.ts')
  const args = ['--network', 'bitcoin/regtest', '--listen', '127.0.0.1:0']
  const opened = await openStandin(join(work, 'window-data'), args, { STANDIN_APP: tree })
  await opened.page.waitForSelector('nav button', { timeout: READY_WITHIN_MS })
  await opened.page.getByText('Bitcoin regtest').first().waitFor({ timeout: READY_WITHIN_MS })
  if (opened.problems.length > 0) fail(`The packed page complains:\n${opened.problems.join('\n')}`)
  const code = await opened.close()
  if (code !== 0) fail(`The packed window ended with ${String(code)}`)
}

/** The check itself must see what it is for. */
function checkTheCheck(resourcesDir: string): void {
  const broken = join(work, 'broken')
  mkdirSync(broken)
  const bytes = readFileSync(join(resourcesDir, 'app.asar'))
  const at = bytes.lastIndexOf('Warren')
  if (at < 0) fail('The archive does not name Warren')
  bytes.write('Worren', at)
  writeFileSync(join(broken, 'app.asar'), bytes)
  if (!checkPackage(broken, 'linux', 'x64').some(problem => problem.includes('hash')))
    fail('The check passes an archive that was changed')
}

for (const name of ['out/main/main.js', 'out/tables/asn.table'])
  if (!existsSync(join(root, name))) fail(`${name} is not there: npm run build && npm run tables`)
const packed = pack()
const resourcesDir = join(packed, 'resources')
await checkFuses(join(packed, 'warren'))
const problems = checkPackage(resourcesDir, 'linux', 'x64')
if (problems.length > 0) fail(problems.join('\n'))
checkTheCheck(resourcesDir)
const tree = join(work, 'tree')
extractAsar(join(resourcesDir, 'app.asar'), tree)
await checkRun(tree)
const hasChromium = existsSync(CHROMIUM)
if (hasChromium) await checkWindow(tree)
const files = readAsar(join(resourcesDir, 'app.asar'))
const bytes = [...files.values()].reduce((sum, file) => sum + file.size, 0)
console.log(
  `${files.size} files, ${(bytes / 1e6).toFixed(1)} MB: fuses, archive and run${hasChromium ? ' and window' : ''} are as they must be`,
)
rmSync(work, { recursive: true, force: true })
