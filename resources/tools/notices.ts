/**
 * What is shipped with Warren and under which licence: every package that the sources import and what those depend
 * on, with the licence texts, and the tables of countries and networks.
 */
import { existsSync, globSync, readFileSync, readdirSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly dependencies?: Readonly<Record<string, string>>
}

/** Shipped though no source imports it by name: the style sheet is made from it, the tables are built from it. */
const ALSO_SHIPPED = ['tailwindcss', '@ip-location-db/asn', '@ip-location-db/geo-whois-asn-country-mmdb']
/** Imported by name but provided by the machine it runs on. */
const NOT_SHIPPED = new Set(['electron'])

/** `a/b` of `a/b`, `@scope/a` of `@scope/a/b`; null for our own files, Node's modules and virtual ones. */
function packageOf(specifier: string): string | null {
  if (/^[./]/.test(specifier) || isBuiltin(specifier) || specifier.startsWith('node:') || specifier.includes(':'))
    return null
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? null)
}

function importedBySources(root: string): string[] {
  const names = new Set<string>()
  for (const file of globSync('src-{main,preload,renderer}/**/*.{ts,tsx,css}', { cwd: root })) {
    const source = readFileSync(join(root, file), 'utf8')
    for (const match of source.matchAll(/(?:from|import|@import)\s*\(?\s*['"]([^'"]+)['"]/g)) {
      const name = packageOf(match[1] ?? '')
      if (name !== null && !NOT_SHIPPED.has(name) && existsSync(join(root, 'node_modules', name))) names.add(name)
    }
  }
  return [...names]
}

function licenceText(folder: string): string {
  const file = readdirSync(folder).find(name => /licen[cs]e|^copying/i.test(name))
  return file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim()
}

/** The whole page. `root` is the checkout. */
export function noticesPage(root: string): string {
  const seen = new Map<string, Manifest>()
  const visit = (name: string): void => {
    const folder = join(root, 'node_modules', name)
    if (seen.has(name) || name.startsWith('@types/') || !existsSync(folder)) return
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
    seen.set(name, manifest)
    for (const dependency of Object.keys(manifest.dependencies ?? {})) visit(dependency)
  }
  for (const name of [...importedBySources(root), ...ALSO_SHIPPED]) visit(name)
  const all = [...seen.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))

  const byText = new Map<string, string[]>()
  for (const { name } of all) {
    const text = licenceText(join(root, 'node_modules', name))
    if (text !== '') byText.set(text, [...(byText.get(text) ?? []), name])
  }
  return [
    '# Notices',
    '',
    'What is shipped with Warren, and its licences (`npm run docs` writes this page, CI checks it).',
    '',
    'Countries: WHOIS and ASN data by ip-location-db, CC0. Networks (ASN): RouteViews and DB-IP, by ip-location-db, CC BY 4.0. Both approximate.',
    '',
    '| package | version | licence |',
    '| --- | --- | --- |',
    ...all.map(({ name, version, license }) => `| ${name} | ${version} | ${license ?? 'see below'} |`),
    '',
    ...[...byText].flatMap(([text, names]) => [
      `## ${names.join(', ')}`,
      '',
      '```text',
      text.replaceAll('```', "'''"),
      '```',
      '',
    ]),
  ].join('\n')
}
