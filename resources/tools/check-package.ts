/**
 * Looks into a packed app.asar and says what is wrong with it: `node resources/tools/check-package.ts RESOURCES_DIR
 * PLATFORM ARCH`. What Warren needs must be there, and nothing that only its makers need.
 */
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, posix, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readAsar, type AsarFile } from './asar.ts'

const root = resolve(import.meta.dirname, '../..')

/** Must be there beside the seeds, which are looked up. */
const NEEDED = [
  'package.json',
  'LICENSE',
  'NOTICES.md',
  'out/main/main.js',
  'out/main/headless.js',
  'out/preload/index.cjs',
  'out/renderer/index.html',
  'out/tables/country.table',
  'out/tables/asn.table',
  'node_modules/better-sqlite3/package.json',
]

/** Must not be there. */
const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/\.map$/, 'a source map'],
  [/\.tsx?$/, 'a source file'],
  [/(^|\/)(tests?|__tests__|spec|docs|examples|\.github)\//, "somebody's tests or documents"],
  [/\.(test|spec|e2e)\.[cm]?jsx?$/, 'a test'],
  [/\.(pem|key|db|log|gyp|c|cc|cpp|h|hpp)$/, 'nothing that belongs in a program'],
  [/(^|\/)\.[^/]+$/, 'a hidden file'],
  [/^(?!out\/|node_modules\/|resources\/seeds\/|package\.json$|LICENSE$|NOTICES\.md$)/, 'outside the named folders'],
]

interface Manifest {
  readonly main?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: object
  readonly scripts?: object
}

/** Names of the packages that run with Warren: its dependencies and theirs. */
function production(manifest: Manifest): Set<string> {
  const names = new Set<string>()
  const visit = (dependencies: Manifest['dependencies']): void => {
    for (const name of Object.keys(dependencies ?? {})) {
      if (names.has(name)) continue
      names.add(name)
      visit(
        (JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')) as Manifest).dependencies,
      )
    }
  }
  visit(manifest.dependencies)
  return names
}

const packageOf = (path: string): string =>
  path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/')

/** What a built file imports that is not in the archive. */
function missingImports(name: string, text: string, files: ReadonlyMap<string, AsarFile>): string[] {
  const specifiers = [
    ...text.matchAll(/^\s*(?:import|export)\b[^'"\n]*?['"]([^'"\n]+)['"];?$/gm),
    ...text.matchAll(/\b(?:import|require)\(["']([^"'\n]+)["']\)/g),
  ].flatMap(match => match[1] ?? [])
  return [...new Set(specifiers)].filter(each => {
    if (isBuiltin(each) || each === 'electron') return false
    if (each.startsWith('.')) return !files.has(posix.join(posix.dirname(name), each))
    return !files.has(`node_modules/${packageOf(each)}/package.json`)
  })
}

function contentProblem(name: string, file: AsarFile): string | null {
  try {
    const hash = createHash('sha256').update(file.read()).digest('hex')
    return hash === file.hash ? null : `${name} is not what its hash in the archive says`
  } catch (error) {
    return (error as Error).message
  }
}

/** Everything that is wrong with the archive, a sentence each; empty when it is as it must be. */
export function checkPackage(resourcesDir: string, platform: string, arch: string): string[] {
  const files = readAsar(join(resourcesDir, 'app.asar'))
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest
  const runsWithIt = production(own)
  const binding = `node_modules/better-sqlite3/prebuilds/${platform}-${arch}.node`
  const seeds = readdirSync(join(root, 'resources/seeds')).map(name => `resources/seeds/${name}`)
  const problems = [...NEEDED, ...seeds, binding].filter(name => !files.has(name)).map(name => `${name} is missing`)
  if (files.get(binding)?.isUnpacked === false) problems.push(`${binding} is not unpacked: no system loads it`)
  for (const [name, file] of files) {
    for (const [pattern, what] of REFUSED) if (pattern.test(name)) problems.push(`${name} is ${what}`)
    if (name.startsWith('node_modules/')) {
      const owner = packageOf(name.slice('node_modules/'.length))
      if (!runsWithIt.has(owner)) problems.push(`${name} is of ${owner}, which does not run with Warren`)
    }
    if (name.endsWith('.node') && name !== binding) problems.push(`${name} is for another system`)
    const problem = contentProblem(name, file)
    if (problem !== null) problems.push(problem)
    else if (/^out\/(main|preload)\/.*\.c?js$/.test(name))
      for (const missing of missingImports(name, file.read().toString('utf8'), files))
        problems.push(`${name} imports ${missing}, which is not there`)
  }
  const manifest = files.get('package.json')
  if (manifest !== undefined) {
    const packed = JSON.parse(manifest.read().toString('utf8')) as Manifest
    if (packed.devDependencies !== undefined) problems.push('package.json still names what only its makers need')
    if (!files.has((packed.main ?? '').replace(/^\.\//, ''))) problems.push('package.json: main is not in the archive')
  }
  return problems
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [, , folder, platform = process.platform, arch = process.arch] = process.argv
  if (folder === undefined) {
    console.error('Which folder? The one that holds app.asar')
    process.exit(2)
  }
  const problems = checkPackage(resolve(folder), platform, arch)
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length > 0 ? 1 : 0
}
