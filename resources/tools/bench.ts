/** `npm run bench`: every benchmark of test/bench, one after another, each in a process of its own. `--short` for CI. */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const args = process.argv.slice(2)
const chosen = args.filter(arg => !arg.startsWith('--'))
const files = globSync('test/bench/*.ts', { cwd: root })
  .toSorted()
  .filter(file => chosen.length === 0 || chosen.some(part => file.includes(part)))
const [cpu] = cpus()
console.log(
  `${cpu?.model ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${process.platform}`,
)
const began = performance.now()
const secondsSince = (time: number): string => `${((performance.now() - time) / 1000).toFixed(0)} s`
for (const file of files) {
  console.log(`\n== ${file}`)
  const started = performance.now()
  const run = spawnSync(process.execPath, ['--expose-gc', file, ...args.filter(arg => arg.startsWith('--'))], {
    cwd: root,
    stdio: 'inherit',
  })
  console.log(`(${secondsSince(started)})`)
  if (run.status !== 0) process.exitCode = 1
}
console.log(`\n${files.length} benches in ${secondsSince(began)}`)
if (files.length === 0) process.exitCode = 1
