/** The headless shell: the same client and the same page as the Electron shell, behind a door on loopback. */
import { readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { DoorAt } from './border/door-listen.ts'
import { openDoor, type Door } from './border/door.ts'
import { helpText, parseOptions, type Options } from './border/options.ts'
import { createClient } from './client/index.ts'
import { systemClock, systemRandom } from './time/index.ts'

/** Warren ends within 5 s of being asked to; what has not ended by then is left behind. Source: issue 2. */
const END_WITHIN_MS = 4500

/** `out/`, whether this runs built (`out/main`) or from the sources. */
const here = import.meta.dirname
const out = basename(here) === 'main' ? dirname(here) : resolve(here, '..', 'out')

function versionText(): string {
  const text = readFileSync(join(out, '..', 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/** @throws with a sentence that says what the file was for */
function fileText(what: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Error(`The ${what} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

/** The first line of the password file. @throws when it cannot be read or is shorter than 12 characters. */
function passwordIn(file: string): string {
  const password = fileText('password file', file).split(/\r?\n/, 1)[0] ?? ''
  if (password.length < 12) throw new Error(`The password in ${file} must have at least 12 characters`)
  return password
}

function placeOf(options: Options): DoorAt {
  if (options.unixSocket !== null) return { kind: 'socket', path: resolve(options.unixSocket) }
  if (options.bind === null) return { kind: 'loopback', port: options.port }
  const { address, passwordFile, cert, key } = options.bind
  return {
    kind: 'bound',
    address,
    port: options.port,
    password: passwordIn(passwordFile),
    cert: fileText('certificate', cert),
    key: fileText('private key', key),
  }
}

function sentenceOf(error: unknown, options: Options): string {
  const code = (error as { code?: unknown }).code
  if (code === 'EADDRINUSE' && options.unixSocket !== null)
    return `Another program answers at ${options.unixSocket}; choose another path with --unix-socket`
  if (code === 'EADDRINUSE')
    return `Port ${String(options.port)} is taken by another program; choose one with --port, or 0 for any free one`
  if (code === 'EADDRNOTAVAIL') return `${String(options.bind?.address)} is no address of this machine`
  if (typeof code === 'string' && code.startsWith('ERR_OSSL_'))
    return `The certificate or the private key is none that TLS can use: ${(error as Error).message}`
  if (code === 'EACCES') return `Warren may not listen there: ${(error as Error).message}`
  return error instanceof Error ? error.message : String(error)
}

async function run(options: Options): Promise<void> {
  let door: Door | null = null
  let isEnding = false
  const fail = (error: unknown): void => {
    process.stderr.write(`${sentenceOf(error, options)}\n`)
    process.exitCode = 1
  }
  const at = placeOf(options)
  const client = await createClient({
    dataDir: resolve(options.dataDir),
    shell: 'headless',
    overrides: {
      networks: [...options.networks],
      connect: [...options.connect],
      listen: [...options.listen],
      playground: options.isPlayground,
    },
    tablesDir: join(out, 'tables'),
    resourcesDir: join(out, '..', 'resources'),
  })
  const end = (): void => {
    if (isEnding) return
    isEnding = true
    systemClock.after(END_WITHIN_MS, () => process.exit())
    void (async () => {
      try {
        await door?.close()
        await client.close()
      } catch (error) {
        fail(error)
      }
      process.exit()
    })()
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  // The terminal has been closed.
  process.on('SIGHUP', end)
  try {
    door = await openDoor({
      client,
      dataDir: resolve(options.dataDir),
      pageDir: join(out, 'renderer'),
      at,
      clock: systemClock,
      random: systemRandom,
      log: client.log.child('border'),
      quit: end,
    })
    process.stdout.write(`Warren is at ${door.newLink()}\n`)
  } catch (error) {
    fail(error)
    end()
  }
}

const parsed = parseOptions(process.argv.slice(2), process.env, process.platform)
if (parsed.kind === 'help') process.stdout.write(`${helpText(process.env, process.platform)}\n`)
else if (parsed.kind === 'version') process.stdout.write(`${versionText()}\n`)
else if (parsed.kind === 'error') {
  process.stderr.write(`${parsed.text}\n`)
  process.exitCode = 2
} else {
  const { options } = parsed
  run(options).catch((error: unknown) => {
    process.stderr.write(`${sentenceOf(error, options)}\n`)
    process.exit(1)
  })
}
