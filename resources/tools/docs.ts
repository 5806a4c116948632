/**
 * Writes what documents repeat from the code: LIMITS.md from the constants of every `limits.ts`, the table of settings
 * in README.md from the contract, NOTICES.md from what is shipped. `--check` changes nothing and fails when a document is out of date.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { SETTINGS, SETTING_KEYS } from '../../src-preload/contract.ts'
import type { SettingSpec } from '../../src-preload/contract.ts'
import { noticesPage } from './notices.ts'

const root = resolve(import.meta.dirname, '../..')

/** Exported constants of one file with the docstring above each, in order. */
function constantsOf(source: string): { name: string; words: string }[] {
  const found: { name: string; words: string }[] = []
  for (const match of source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export const ([A-Z][A-Z0-9_]*)\b/g)) {
    const words = (match[1] ?? '').replace(/\s*\n\s*\*\s?/g, ' ').trim()
    found.push({ name: match[2] ?? '', words })
  }
  return found
}

function printed(value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'bigint') return value.toLocaleString('en-US').replaceAll(',', ' ')
  if (typeof value === 'string' || typeof value === 'boolean') return String(value)
  return null
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

async function limits(): Promise<string> {
  const files = globSync('src-{main,preload,renderer}/**/limits.ts', { cwd: root }).toSorted()
  const parts = [
    '# Limits',
    '',
    'Every limit that Warren chooses, from the constants of the code (`npm run docs` writes this page, CI checks it).',
    '',
  ]
  for (const file of files) {
    const module = (await import(pathToFileURL(join(root, file)).href)) as Record<string, unknown>
    const rows = constantsOf(readFileSync(join(root, file), 'utf8')).flatMap(({ name, words }) => {
      const value = printed(module[name])
      return value === null ? [] : [`| \`${name}\` | ${value} | ${cell(words)} |`]
    })
    if (rows.length === 0) continue
    parts.push(
      `## ${relative('.', dirname(file))}`,
      '',
      '| constant | value | what, unit, source |',
      '| --- | ---: | --- |',
      ...rows,
      '',
    )
  }
  return parts.join('\n')
}

function settingsTable(): string {
  const rows = SETTING_KEYS.map(key => {
    const spec: SettingSpec = SETTINGS[key]
    const bounds =
      spec.type === 'number'
        ? `${spec.min} to ${spec.max}${spec.unit === '' ? '' : ` ${spec.unit}`}`
        : spec.type === 'choice'
          ? spec.choices.join(', ')
          : spec.type === 'list'
            ? `list of ${spec.format}, ${spec.maxItems} at most`
            : spec.type
    const standard = Array.isArray(spec.default) ? spec.default.join(', ') : String(spec.default)
    return `| \`${key}\` | ${standard === '' ? '(empty)' : standard} | ${cell(bounds)} | ${cell(spec.summary)} | ${cell(spec.source)} |`
  })
  return ['| setting | default | values | what | source |', '| --- | --- | --- | --- | --- |', ...rows].join('\n')
}

const START = '<!-- settings: written by `npm run docs` -->'
const END = '<!-- /settings -->'

function readme(current: string): string {
  const from = current.indexOf(START)
  const to = current.indexOf(END)
  if (from < 0 || to < from) throw new Error(`README.md lacks the marks ${START} and ${END}`)
  return `${current.slice(0, from + START.length)}\n\n${settingsTable()}\n\n${current.slice(to)}`
}

const wanted: [string, string][] = [
  ['LIMITS.md', await limits()],
  ['NOTICES.md', noticesPage(root)],
]
const readmePath = join(root, 'README.md')
wanted.push(['README.md', readme(readFileSync(readmePath, 'utf8'))])

let stale = 0
for (const [name, text] of wanted) {
  const path = join(root, name)
  let current = ''
  try {
    current = readFileSync(path, 'utf8')
  } catch {
    // Not there yet: it is written below.
  }
  if (current === text) continue
  stale += 1
  if (process.argv.includes('--check')) console.error(`${name} is out of date: run \`npm run docs\``)
  else writeFileSync(path, text)
}
if (process.argv.includes('--check') && stale > 0) process.exitCode = 1
