/** `npm run fuzz`: every fuzzer with the same options (`--runs N --seed S`), each in a process of its own. */
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const files = ['test/fuzz/bitcoin.ts', 'test/fuzz/tor-control.ts', 'test/fuzz/socks.ts', 'test/fuzz/discovery.ts']
for (const file of files) {
  console.log(`\n== ${file}`)
  const run = spawnSync(process.execPath, ['--expose-gc', file, ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  })
  if (run.status !== 0) process.exitCode = 1
}
