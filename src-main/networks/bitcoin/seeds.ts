/** Fixed seeds: addresses shipped with Warren, read from `resources/seeds/` when they are first asked for. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAddress } from '../../transport/index.ts'
import type { Address } from '../../transport/index.ts'

/**
 * The addresses of a seed file: one a line, `#` begins a comment.
 * @param text the file's content
 * @param defaultPort for lines without a port
 * @throws {AddressError} for a line that is no address
 */
export const parseSeeds = (text: string, defaultPort: number): readonly Address[] =>
  text
    .split('\n')
    .map(line => line.replace(/#.*/, '').trim())
    .filter(line => line !== '')
    .map(line => parseAddress(line, { defaultPort }))

/** @param resourcesDir directory that holds `seeds/` @throws when the file cannot be read or has a bad line */
export const readSeeds = (resourcesDir: string, name: string, defaultPort: number): readonly Address[] =>
  parseSeeds(readFileSync(join(resourcesDir, 'seeds', `${name}.txt`), 'utf8'), defaultPort)
