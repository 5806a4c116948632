/** The command line of both shells, parsed without touching anything: options, or one sentence that says what is wrong. */
import { posix, win32 } from 'node:path'

export interface Options {
  readonly isHeadless: boolean
  /** 0 takes any free port. */
  readonly port: number
  readonly dataDir: string
  readonly networks: readonly string[]
  readonly connect: readonly string[]
  readonly listen: readonly string[]
  readonly isPlayground: boolean
  readonly mayOpenBrowser: boolean
  /** Null: loopback. */
  readonly bind: {
    readonly address: string
    readonly passwordFile: string
    readonly cert: string
    readonly key: string
  } | null
  readonly unixSocket: string | null
}

export type ParsedOptions =
  | { readonly kind: 'options'; readonly options: Options }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'error'; readonly text: string }

/** Repeatable options take at most this many values: a list longer than that is a mistake. */
const MAX_REPEATS = 100

interface FlagSpec {
  readonly takes: string | null
  readonly repeats?: boolean
  readonly text: string
}

const FLAGS: Readonly<Record<string, FlagSpec>> = {
  headless: { takes: null, text: 'serve the window to a browser on this machine instead of opening one' },
  port: { takes: 'N', text: 'port of the headless shell on 127.0.0.1; 0 takes any free one (default 0)' },
  'data-dir': { takes: 'DIR', text: 'where everything is kept' },
  network: { takes: 'ID', repeats: true, text: 'join this network, for example bitcoin/regtest (repeatable)' },
  connect: { takes: 'HOST:PORT', repeats: true, text: 'connect to this peer and to no others (repeatable)' },
  listen: { takes: 'HOST:PORT', repeats: true, text: 'take inbound peers here (repeatable)' },
  playground: { takes: null, text: 'start 24 peers of our own on loopback and watch them' },
  'no-open': { takes: null, text: 'do not open the browser' },
  bind: { takes: 'ADDRESS', text: 'serve on another address than loopback; needs the next three' },
  'password-file': { takes: 'FILE', text: 'file whose first line is the password of --bind' },
  'tls-cert': { takes: 'FILE', text: 'certificate chain (PEM) of --bind' },
  'tls-key': { takes: 'FILE', text: 'private key (PEM) of --bind' },
  'unix-socket': { takes: 'PATH', text: 'serve on a unix socket instead of a port' },
  version: { takes: null, text: 'print the version' },
  help: { takes: null, text: 'print this' },
}

/** What `--help` prints. */
export function helpText(env: Environment, platform: string): string {
  const rows = Object.entries(FLAGS).map(([name, spec]): [string, string] => [
    `--${name}${spec.takes === null ? '' : ` ${spec.takes}`}`,
    spec.text,
  ])
  const width = Math.max(...rows.map(([left]) => left.length))
  return [
    'Warren finds peers of peer-to-peer networks, keeps them, scores them, and shows them live.',
    '',
    'npm start -- [options]',
    '',
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
    '',
    `Data lies in ${defaultDataDir(env, platform)} unless --data-dir says otherwise.`,
  ].join('\n')
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Where data lies by the customs of each system: XDG, Application Support, or AppData. */
export function defaultDataDir(env: Environment, platform: string): string {
  const given = (name: string): string | null => {
    const value = env[name]
    return value === undefined || value === '' ? null : value
  }
  if (platform === 'win32') {
    const base = given('LOCALAPPDATA') ?? win32.join(given('USERPROFILE') ?? 'C:\\', 'AppData', 'Local')
    return win32.join(base, 'Warren')
  }
  const home = given('HOME') ?? '/'
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', 'Warren')
  const xdg = given('XDG_DATA_HOME')
  return posix.join(xdg !== null && posix.isAbsolute(xdg) ? xdg : posix.join(home, '.local', 'share'), 'warren')
}

interface Given {
  readonly values: ReadonlyMap<string, readonly string[]>
  readonly flags: ReadonlySet<string>
}

/** Splits `--name value`, `--name=value` and bare flags; a sentence when something is not known or misses its value. */
function split(argv: readonly string[]): Given | string {
  const values = new Map<string, string[]>()
  const flags = new Set<string>()
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (!word.startsWith('--')) return `"${word}" is not an option; see --help`
    const equals = word.indexOf('=')
    const name = word.slice(2, equals === -1 ? undefined : equals)
    const spec = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined
    if (spec === undefined) return `--${name} is not an option; see --help`
    if (spec.takes === null) {
      if (equals !== -1) return `--${name} takes no value`
      flags.add(name)
      continue
    }
    const value = equals === -1 ? argv[++at] : word.slice(equals + 1)
    if (value === undefined || value === '' || (equals === -1 && value.startsWith('--')))
      return `--${name} needs a value: --${name} ${spec.takes}`
    const held = values.get(name) ?? []
    if (held.length > 0 && spec.repeats !== true) return `--${name} is given twice`
    if (held.length >= MAX_REPEATS) return `--${name} is given more than ${String(MAX_REPEATS)} times`
    held.push(value)
    values.set(name, held)
  }
  return { values, flags }
}

/** Chromium's own switches that packages and desktops put on a command line; they are not ours to refuse. */
const CHROMIUM_SWITCHES =
  /^--(no-sandbox|disable-gpu|disable-dev-shm-usage|force-device-scale-factor|lang|password-store|ozone-platform(-hint)?|(en|dis)able-features)(=|$)/

/** What a desktop program was started with, less what Chromium takes for itself. */
export function withoutChromiumSwitches(argv: readonly string[]): string[] {
  return argv.filter(word => !CHROMIUM_SWITCHES.test(word))
}

/** Names are not looked up to listen on. What is no address after all is refused by the system. */
const isIpAddress = (text: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(text) || /^[\da-f.]*:[\da-f:.]*$/i.test(text)

/** `argv` without the program's own name. Addresses of peers are checked by the client, which knows each network. */
export function parseOptions(argv: readonly string[], env: Environment, platform: string): ParsedOptions {
  const given = split(argv)
  if (typeof given === 'string') return { kind: 'error', text: given }
  const { values, flags } = given
  if (flags.has('help')) return { kind: 'help' }
  if (flags.has('version')) return { kind: 'version' }
  const error = (text: string): ParsedOptions => ({ kind: 'error', text })
  const one = (name: string): string | null => values.get(name)?.[0] ?? null

  const portText = one('port') ?? '0'
  const port = Number(portText)
  if (!/^\d{1,5}$/.test(portText) || port > 65535) return error(`--port ${portText} is not a port from 0 to 65535`)
  for (const network of values.get('network') ?? []) {
    if (!/^[a-z]+\/[a-z0-9-]{1,64}$/.test(network))
      return error(`--network ${network} is not a network; write it like bitcoin/regtest`)
  }
  const address = one('bind')
  const passwordFile = one('password-file')
  const cert = one('tls-cert')
  const key = one('tls-key')
  const unixSocket = one('unix-socket')
  let bind: Options['bind'] = null
  if (address !== null) {
    if (passwordFile === null || cert === null || key === null)
      return error('--bind opens Warren to the network, so it needs --password-file, --tls-cert and --tls-key')
    if (!isIpAddress(address)) return error(`--bind ${address} is not an IP address; 0.0.0.0 is all of this machine's`)
    bind = { address, passwordFile, cert, key }
  } else if (passwordFile !== null || cert !== null || key !== null) {
    return error('--password-file, --tls-cert and --tls-key go with --bind')
  }
  if (unixSocket !== null && bind !== null) return error('--unix-socket and --bind cannot go together')
  if (unixSocket !== null && values.has('port')) return error('--unix-socket and --port cannot go together')
  if (unixSocket !== null && platform === 'win32') return error('--unix-socket is not to be had on Windows')

  return {
    kind: 'options',
    options: {
      isHeadless: flags.has('headless'),
      port,
      dataDir: one('data-dir') ?? defaultDataDir(env, platform),
      networks: values.get('network') ?? [],
      connect: values.get('connect') ?? [],
      listen: values.get('listen') ?? [],
      isPlayground: flags.has('playground'),
      mayOpenBrowser: !flags.has('no-open'),
      bind,
      unixSocket,
    },
  }
}
