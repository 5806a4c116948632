/** `npm test`: every suite that needs nothing but npm, and a line for each suite that was not run here, with the reason. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const vitest = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
})

const chromium = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
const notRun = [
  `end to end: not part of npm test; run \`npm run e2e\`${existsSync(chromium) ? '' : ' (it needs Chromium, which is not at ' + chromium + ')'}`,
  'benchmarks: not part of npm test; run `npm run bench`',
  'long fuzz runs: not part of npm test (a slice of each is); run `npm run fuzz`',
]
console.log('\nNot run here:')
for (const line of notRun) console.log(`  ${line}`)
process.exitCode = vitest.status ?? 1
