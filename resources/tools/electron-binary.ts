/** Where Electron's program is, found without importing the package, whose import may start a download. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const USUAL: Readonly<Record<string, string>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
}

/** Heeds the same variables as Electron's own tools. Null when it is not here. */
export function electronBinary(root: string): string | null {
  const given = process.env['ELECTRON_EXEC_PATH']
  if (given !== undefined && given !== '') return existsSync(given) ? given : null
  const folder = join(root, 'node_modules', 'electron')
  const named = join(folder, 'path.txt')
  const name = existsSync(named) ? readFileSync(named, 'utf8').trim() : (USUAL[process.platform] ?? 'electron')
  const binary = join(process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(folder, 'dist'), name)
  return existsSync(binary) ? binary : null
}
