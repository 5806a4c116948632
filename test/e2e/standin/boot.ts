/**
 * Runs the built main bundle as Electron would, with a stand-in for the `electron` module: `node boot.ts [ARGS]`. The
 * module is evaluated first, and only then does the app become ready: a top-level await on that would hang here too.
 */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import './guard.ts'
import { becomeReady } from './electron.ts'

/** The app: this checkout, or one that was packed and lies unpacked elsewhere. */
const ROOT = process.env['STANDIN_APP'] ?? resolve(import.meta.dirname, '../../..')
const STANDIN = pathToFileURL(join(import.meta.dirname, 'electron.ts')).href

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: STANDIN, format: 'module', shortCircuit: true } : next(specifier, context),
})

const { main } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { main: string }
process.argv.splice(1, 1, '.')
await import(pathToFileURL(join(ROOT, main)).href)
becomeReady()
