/**
 * `npm run package`: builds everything, then makes the installers for this system (AppImage and deb, dmg, or nsis).
 * Words after `--` go to electron-builder: `npm run package -- --linux deb --arm64`.
 */
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

function run(...words: string[]): void {
  const done = spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' })
  if (done.status !== 0) process.exit(done.status ?? 1)
}

run(join('node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'build')
run(join('resources', 'tools', 'build-tables.ts'))
run(join('node_modules', 'electron-builder', 'out', 'cli', 'cli.js'), ...process.argv.slice(2))
